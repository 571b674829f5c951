//! The application as a client meets it, with a database of its own for each test.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use quintet::{
    app::App,
    auth::{Realm, password},
    config::Config,
    db::{Secret, migrate},
    demo,
    domains::identity::{Account, NewAccount},
    server::{Doors, Server, Statements, router},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{sync::OnceCell, time::timeout};
use tower::ServiceExt as _;

use super::postgres::{self, Database};

/// Runs a test on both engines: `both! { async fn name(app: TestApp) { … } }` makes `name::sqlite` and
/// `name::postgres`
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block)+) => { $(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            async fn test($app: $crate::app::TestApp) $body
            #[test]
            fn sqlite() { $crate::app::on_sqlite(|app| Box::pin(test(app))); }
            #[test]
            fn postgres() { $crate::app::on_postgres(|app| Box::pin(test(app))); }
        }
    )+ };
}
pub(crate) use both;

pub type Test = fn(TestApp) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// Password of every account that tests make
pub const PASSWORD: &str = "correct horse";

/// The application on a database of its own
#[derive(Clone)]
pub struct TestApp {
    pub app: App,
    pub router: Doors,
    pub server: Server,
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(8 << 20)
        .enable_all()
        .build()
        .unwrap()
}

pub fn on_sqlite(test: Test) {
    let folder = TempDir::new().unwrap();
    runtime().block_on(async {
        let url = format!("sqlite:{}", folder.path().join("test.db").display());
        migrate::migrate(&url).await.unwrap();
        in_time(test(TestApp::open(&url, &folder).await)).await;
    });
}

pub fn on_postgres(test: Test) {
    let Some(server) = postgres::server() else { return };
    let folder = TempDir::new().unwrap();
    runtime().block_on(async {
        let database = Database::new(server).await;
        let app = TestApp::open(&database.url, &folder).await;
        // A test that fails leaves its database behind, for a look at it.
        tokio::spawn(in_time(test(app))).await.unwrap();
        database.drop(server).await;
    });
}

/// A test that hangs fails, and is named: it is not the whole run that ends without a word.
async fn in_time(test: impl Future<Output = ()>) {
    timeout(Duration::from_secs(600), test).await.expect("ten minutes were not enough");
}

impl TestApp {
    async fn open(url: &str, folder: &TempDir) -> TestApp {
        let mut config = Config::default_for(url).unwrap();
        // Tests are one address that hurries.
        config.rate_limit = 0;
        config.files = folder.path().join("files").display().to_string();
        TestApp::with(config).await
    }

    /// The same database under other settings
    pub async fn with(config: Config) -> TestApp {
        let app = App::open(config).await.unwrap();
        let server = Server::new(app.clone()).await.unwrap();
        TestApp { router: router(server.clone()), server, app }
    }

    /// Fills in the demo data
    pub async fn demo(self) -> TestApp {
        demo::fill(&self.app).await.unwrap();
        self
    }

    /// Makes an account with [`PASSWORD`]; no realm: all realms
    pub async fn account(&self, realm: Option<Realm>, login: &str, is_manager: bool) -> Account {
        static HASH: OnceCell<Secret> = OnceCell::const_new();
        let hash = HASH.get_or_init(async || password::hash(password::md5_hex(PASSWORD)).await.unwrap()).await;
        let new = NewAccount {
            realm,
            login: login.into(),
            name: format!("Owner of {login}"),
            password_hash: hash.clone(),
            is_manager,
        };
        let mut tx = self.app.db.begin().await.unwrap();
        let account = Account::create(&mut tx, new).await.unwrap();
        tx.commit().await.unwrap();
        account
    }

    /// Somebody without a token
    pub fn nobody(&self) -> Caller {
        Caller { app: self.clone(), token: None, address: [127, 0, 0, 1].into() }
    }

    /// Signs in
    pub async fn sign_in(&self, realm: Option<Realm>, login: &str, password: &str) -> Caller {
        let input = json!({"realm": realm, "login": login, "password": password});
        let answer = self
            .nobody()
            .query_with(
                "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { token } }",
                json!({"input": input}),
            )
            .await
            .ok();
        Caller { token: Some(answer["sessionCreate"]["token"].as_str().unwrap().to_owned()), ..self.nobody() }
    }

    /// A new administrator of all realms, signed in
    pub async fn admin(&self) -> Caller {
        self.account(None, "root", true).await;
        self.sign_in(None, "root", PASSWORD).await
    }

    /// A new manager of a realm, signed in; he has no profile
    pub async fn manager(&self, realm: Realm) -> Caller {
        self.account(Some(realm), "boss", true).await;
        self.sign_in(Some(realm), "boss", PASSWORD).await
    }

    /// What GraphQL answers to a request that carries a document
    pub async fn answer(&self, request: Request<Body>, document: &str) -> Answer {
        let reply = self.send(request).await;
        Answer { body: reply.json(), statements: reply.statements, document: document.to_owned() }
    }

    /// Files in the store
    pub fn stored(&self) -> usize {
        let (mut found, mut folders) = (0, vec![std::path::PathBuf::from(&self.app.config.files)]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { found += 1 }
            }
        }
        found
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        let statements = parts.extensions.get::<Statements>().map_or(0, |count| count.0);
        Reply { status: parts.status, headers: parts.headers, body, statements }
    }
}

/// What came back over HTTP
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Statements sent to the database
    pub statements: u64,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| {
            panic!("{} is no JSON ({error}): {}", self.status, String::from_utf8_lossy(&self.body))
        })
    }
}

/// Somebody who asks, from somewhere
#[derive(Clone)]
pub struct Caller {
    pub app: TestApp,
    pub token: Option<String>,
    pub address: IpAddr,
}

impl Caller {
    pub fn from(self, address: [u8; 4]) -> Caller {
        Caller { address: address.into(), ..self }
    }

    pub async fn query(&self, document: &str) -> Answer {
        self.query_with(document, json!({})).await
    }

    pub async fn query_with(&self, document: &str, variables: Value) -> Answer {
        let body = json!({"query": document, "variables": variables});
        let request = self.request("POST", "/graphql").header(header::CONTENT_TYPE, "application/json");
        self.app.answer(request.body(Body::from(body.to_string())).unwrap(), document).await
    }

    /// A request with the caller's token and address
    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let mut request = Request::builder().method(method).uri(path);
        request = request.extension(ConnectInfo(SocketAddr::new(self.address, 40_000)));
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        request
    }

    /// A GraphQL request whose variable `file` is a file, by the multipart request specification
    pub async fn upload(
        &self,
        document: &str,
        mut variables: Value,
        name: &str,
        declared: &str,
        content: &[u8],
    ) -> Answer {
        variables["file"] = Value::Null;
        let operations = json!({"query": document, "variables": variables}).to_string();
        let mut body = Vec::new();
        for (part, text) in [("operations", operations), ("map", json!({"0": ["variables.file"]}).to_string())] {
            body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{part}\"\r\n\r\n{text}\r\n").bytes());
        }
        let declared = if declared.is_empty() { String::new() } else { format!("Content-Type: {declared}\r\n") };
        body.extend(
            format!("--x\r\nContent-Disposition: form-data; name=\"0\"; filename=\"{name}\"\r\n{declared}\r\n").bytes(),
        );
        body.extend(content);
        body.extend(b"\r\n--x--\r\n");
        let request = self.request("POST", "/graphql").header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        let request = request.header("graphql-require-preflight", "1").body(Body::from(body)).unwrap();
        self.app.answer(request, document).await
    }

    /// A legacy request with a JSON body
    pub async fn send(&self, method: &str, path: &str, body: &Value) -> Reply {
        let request = self.request(method, path).header(header::CONTENT_TYPE, "application/json");
        self.app.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// A legacy request without a body
    pub async fn get(&self, path: &str) -> Reply {
        self.app.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }
}

/// What came back from GraphQL
#[derive(Debug)]
pub struct Answer {
    pub body: Value,
    pub statements: u64,
    document: String,
}

impl Answer {
    /// The data of an answer without errors
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!(self.body.get("errors").is_none(), "{}\n{:#}", self.document, self.body);
        self.body["data"].clone()
    }

    /// Code and field of the only error
    #[track_caller]
    pub fn error(&self) -> (String, String) {
        let errors = self.body["errors"].as_array().unwrap_or_else(|| panic!("no error: {:#}", self.body));
        assert_eq!(errors.len(), 1, "{:#}", self.body);
        let text = |name: &str| errors[0]["extensions"][name].as_str().unwrap_or_default().to_owned();
        (text("code"), text("field"))
    }

    /// Code of the only error
    #[track_caller]
    pub fn code(&self) -> String {
        self.error().0
    }
}
