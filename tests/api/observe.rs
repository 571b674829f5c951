//! What operators see: metrics and the dashboard over them, traces, the log of slow operations, and no secret in a log.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post as route_post};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, common::v1::any_value::Value as AnyValue, trace::v1::Span,
};
use prost::Message as _;
use quintet::{
    auth::{Realm, password::md5_hex},
    config::Config,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    app::{Caller, PASSWORD, TestApp, both},
    cli::program::{Program, Serving, answer, post},
    live::{EventStream, Socket, serve},
};

const LIST: &str = "query Named { loanOfficers(first: 5) { nodes { name customers(first: 2) { nodes { id } } } } }";

/// Names of metrics in a text: words that begin with `quintet_`
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_');
    words.filter(|word| word.starts_with("quintet_")).map(str::to_owned).collect()
}

async fn metrics(caller: &Caller) -> String {
    let reply = caller.get("/metrics").await;
    assert_eq!(reply.status, StatusCode::OK);
    String::from_utf8(reply.body).unwrap()
}

/// A legacy request, byte for byte
fn legacy(path: &str, token: &str, headers: &str, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\nconnection: close\r\n{headers}\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

both! {
    async fn the_dashboard_shows_what_there_is(app: TestApp) {
        // From the first look at them on metrics are collected.
        metrics(&app.nobody()).await;
        let app = app.demo().await;
        let admin = app.sign_in(None, "admin", quintet::demo::PASSWORD).await;
        admin.query(LIST).await.ok();
        admin.query("{ ... on Query { ...f } } fragment f on Query { branches(first: 1) { nodes { id } } }").await.ok();
        admin.query(include_str!("../../examples/identity/me.graphql")).await.ok();
        admin.query("{ nothing }").await.code();
        admin.query("{ loanCustomer(id: \"x\") { id } }").await.code();
        let config = Config { cost_per_second: 1, cost_burst: 1, slow_millis: 0, ..app.app.config.clone() };
        let frugal = Caller { app: TestApp::with(config).await, ..admin.clone() };
        while frugal.query(LIST).await.body.pointer("/errors/0/extensions/code") != Some(&json!("RATE_LIMITED")) {}
        let officer = app.sign_in(Some(Realm::Loan), "1611", quintet::demo::PASSWORD).await;
        let reply = officer.send("POST", "/api/customer/list", &json!({"empCode": "AA1611"})).await;
        assert_eq!(reply.json()["code"], 0);

        let text = metrics(&admin).await;
        let there = names(&text);
        let mut shown = BTreeSet::new();
        for file in ["grafana.json", "alerts.yml"] {
            let wanted = names(&fs::read_to_string(format!("examples/operations/{file}")).unwrap());
            let missing: Vec<_> = wanted.difference(&there).collect();
            assert!(missing.is_empty(), "{file} shows what is not there: {missing:?}");
            shown.extend(wanted);
        }
        assert!(shown.len() >= 10, "{shown:?}");
        let documented = names(&fs::read_to_string("docs/operations.md").unwrap());
        let base = |name: &str| ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name).to_owned();
        let bare: Vec<_> = there.iter().map(|name| base(name)).filter(|name| !documented.contains(name)).collect();
        assert!(bare.is_empty(), "not in docs/operations.md: {bare:?}");

        // Labels are ours, never the client's.
        for label in [
            "quintet_requests_total{operation=\"query loanOfficers\",status=\"200\"}",
            "quintet_requests_total{operation=\"query branches\",status=\"200\"}",
            "quintet_requests_total{operation=\"Me\",status=\"200\"}",
            "quintet_requests_total{operation=\"rongzi_customer_list\",status=\"200\"}",
            "quintet_requests_total{operation=\"refused\"",
            "quintet_loader_rows_bucket{loader=\"LoanCustomer\",kind=\"children\"",
            "quintet_sql_seconds_bucket{verb=\"select\",table=\"loan_officers\"",
            "quintet_sql_seconds_bucket{verb=\"insert\",table=\"sessions\"",
            "quintet_errors_total{code=\"BAD_USER_INPUT\"}",
            "quintet_operations_total{realm=\"LOAN\"}",
        ] {
            assert!(text.contains(label), "{label} is not there:\n{text}");
        }
        assert!(!text.contains("nothing") && !text.contains("Named"), "a client made a label");
        serde_json::from_str::<Value>(&fs::read_to_string("examples/operations/grafana.json").unwrap()).unwrap();
    }

    async fn batches_sockets_and_streams_count_each_operation(app: TestApp) {
        let [first, second, asked, streamed] =
            ["InBatch", "AlsoInBatch", "OverSocket", "AsStream"].map(|name| format!("query {name} {{ me {{ id }} }}"));
        let followed = "subscription Followed { interactionAdded { summary } }";
        let folder = TempDir::new().unwrap();
        let manifest = folder.path().join("documents.json");
        let documents = json!({"1": first, "2": second, "3": asked, "4": streamed, "5": followed});
        fs::write(&manifest, documents.to_string()).unwrap();
        let admin = app.admin().await;
        let trusted_documents = Some(manifest.display().to_string());
        let app = TestApp::with(Config { trusted_documents, ..app.app.config.clone() }).await;
        let admin = Caller { app: app.clone(), ..admin };
        metrics(&admin).await;

        admin.send("POST", "/graphql", &json!([{"query": first}, {"query": second}])).await;
        EventStream::post(&admin, &streamed).await.rest().await;
        let mut socket = Socket::subscribed(serve(&app).await, &admin, followed).await;
        socket.subscribe("2", &asked).await;
        assert_eq!(socket.hear().await["type"], "next");
        let text = metrics(&admin).await;
        for name in ["InBatch", "AlsoInBatch", "OverSocket", "AsStream", "Followed"] {
            let count = format!("quintet_requests_total{{operation=\"{name}\",status=\"200\"}}");
            assert!(text.contains(&count), "{count} is not there:\n{text}");
            let time = format!("quintet_request_seconds_count{{operation=\"{name}\"}}");
            assert_eq!(text.contains(&time), name != "Followed", "{time}:\n{text}");
        }
    }
}

/// A collector that keeps what it gets
async fn collector() -> (String, Arc<Mutex<Vec<Span>>>) {
    let spans = Arc::<Mutex<Vec<Span>>>::default();
    let take = async |State(spans): State<Arc<Mutex<Vec<Span>>>>, body: Bytes| {
        let request = ExportTraceServiceRequest::decode(body).unwrap();
        let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
        spans.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans));
        StatusCode::OK
    };
    let router = Router::new().route("/v1/traces", route_post(take)).with_state(spans.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, spans)
}

fn text(span: &Span, name: &str) -> String {
    let attribute = span.attributes.iter().find(|attribute| attribute.key == name);
    match attribute.and_then(|attribute| attribute.value.clone()).and_then(|value| value.value) {
        Some(AnyValue::StringValue(text)) => text,
        other => format!("{other:?}"),
    }
}

/// Asks a server with traces for something, and stops it
async fn traced(app: &TestApp, arguments: &'static [&'static str], requests: Vec<String>) -> Vec<Span> {
    let (url, spans) = collector().await;
    let database = app.app.config.database_url.clone();
    tokio::task::spawn_blocking(move || {
        let program = Program::on(&database);
        let mut server = program.serve(&[&["--otlp-endpoint", url.as_str()][..], arguments].concat());
        for request in requests {
            answer(server.send(&request));
        }
        server.terminate();
        assert_eq!(server.code(Duration::from_secs(20)), Some(0));
    })
    .await
    .unwrap();
    let spans = spans.lock().unwrap().clone();
    assert!(!spans.is_empty(), "nothing arrived");
    spans
}

const PARENT: &str = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n";

both! {
    async fn traces_reach_the_collector(app: TestApp) {
        let app = app.demo().await;
        let officer = app.sign_in(Some(Realm::Loan), "1611", quintet::demo::PASSWORD).await.token.unwrap();
        let admin = app.sign_in(None, "admin", quintet::demo::PASSWORD).await.token.unwrap();
        let graphql = || post(Some(&admin), LIST).replacen("host:", &format!("{PARENT}host:"), 1);
        let rest = legacy("/api/customer/list", &officer, "", &json!({"empCode": "AA1611"}));
        let spans = traced(&app, &["--trusted-proxies", "127.0.0.1"], vec![graphql(), rest]).await;
        let by_id: HashMap<_, _> = spans.iter().map(|span| (span.span_id.clone(), span)).collect();
        let path = |span: &Span| {
            let mut names = vec![span.name.clone()];
            let mut at = span;
            while let Some(parent) = by_id.get(&at.parent_span_id) {
                names.insert(0, parent.name.clone());
                at = parent;
            }
            names.join(" > ")
        };
        let paths: BTreeSet<String> = spans.iter().map(path).collect();
        for wanted in ["http > Named > select", "http > Named > children > select", "http > rongzi_customer_list > select"] {
            assert!(paths.contains(wanted), "{wanted} is not among {paths:#?}");
        }
        let proxied = |span: &&Span| data_encoding::HEXLOWER.encode(&span.trace_id) == "0af7651916cd43dd8448eb211c80319c";
        assert!(spans.iter().filter(proxied).any(|span| span.name == "Named"), "the proxy's trace does not go on");
        assert!(spans.iter().any(|span| !proxied(&span)), "every request is the proxy's");
        let statements = spans.iter().filter(|span| path(span) == "http > rongzi_customer_list > select");
        let tables: BTreeSet<String> = statements.map(|span| text(span, "db.collection.name")).collect();
        assert!(tables.contains("loan_customers"), "{tables:?}");
        let statements: Vec<String> = spans.iter().filter(|span| span.name == "select").map(|span| text(span, "db.query.text")).collect();
        assert!(statements.iter().all(|sql| sql.to_uppercase().starts_with("SELECT") && !sql.contains("AA1611")), "{statements:#?}");

        // What a stranger sends decides nothing.
        let spans = traced(&app, &[], vec![graphql()]).await;
        assert!(!spans.iter().any(|span| proxied(&span)), "a stranger's trace goes on");
    }

    async fn slow_operations_are_told_once_without_what_was_asked(app: TestApp) {
        let admin = app.admin().await.token.unwrap();
        let program = Program::on(&app.app.config.database_url);
        let server = program.serve(&["--slow-millis", "0", "--log-json"]);
        let document = "query Mine { person(mobile: \"13900001234\") { mobile } }";
        server.query(Some(&admin), document);
        drop(server);
        let log = fs::read_to_string(program.log()).unwrap();
        let slow: Vec<Value> = log.lines().filter_map(|line| serde_json::from_str(line).ok()).filter(|line: &Value| line["fields"]["message"] == "slow").collect();
        assert_eq!(slow.len(), 1, "{log}");
        let fields = &slow[0]["fields"];
        assert_eq!((&fields["operation"], fields["document"].as_str().map(str::len)), (&json!("Mine"), Some(16)));
        assert!(fields["account"].as_i64().is_some() && fields["statements"].as_u64().is_some() && fields["took"].is_string(), "{fields}");
        assert!(!log.contains("13900001234"), "{log}");

        let server = program.serve(&[]);
        server.query(Some(&admin), document);
        drop(server);
        assert!(!fs::read_to_string(program.log()).unwrap().contains("slow"), "everything is slow");
    }

    async fn no_secret_is_in_a_log(app: TestApp) {
        let app = app.demo().await;
        let (jwt_secret, key) = ("j".repeat(80), "k".repeat(40));
        let program = Program::on(&app.app.config.database_url);
        let arguments = ["--slow-millis", "0", "--jwt-secret", jwt_secret.as_str(), "--secret-key", key.as_str()];
        let mut command = program.command(&arguments);
        command.env("QUINTET_LOG", "trace");
        let server = program.serve_by(command);
        let mut secrets = vec![jwt_secret.clone(), key.clone(), quintet::demo::PASSWORD.to_owned(), md5_hex(quintet::demo::PASSWORD)];
        secrets.extend(use_secrets(&server));
        server.terminate();
        drop(server);
        let log = fs::read_to_string(program.log()).unwrap();
        assert!(log.contains("slow") && log.contains("TRACE") && log.lines().count() > 20, "{log}");
        for secret in secrets {
            assert!(secret.len() > 5 && !log.contains(&secret), "{secret} stands in the log");
        }
    }
}

/// Signs in at several doors, rightly and wrongly, and enters passwords; tells all that must stay unknown
fn use_secrets(server: &Serving<'_>) -> Vec<String> {
    let token = server.sign_in("admin", quintet::demo::PASSWORD).unwrap();
    server.sign_in("admin", "wrong-but-secret").unwrap_err();
    let login = json!({"username": "1611", "password": md5_hex(quintet::demo::PASSWORD)});
    let (_, loan) = answer(server.send(&legacy("/api/account/login", "none", "", &login)));
    let wrong = json!({"username": "1611", "password": md5_hex("wrong-but-secret")});
    answer(server.send(&legacy("/api/account/login", "none", "", &wrong)));
    let both = server.query(
        None,
        &format!("mutation {{ sessionCreate(input: {{login: \"admin\", password: {PASSWORD:?}}}) {{ token sid }} }}"),
    );
    assert!(both.get("errors").is_some());
    let branch = server.query(Some(&token), "{ branches(first: 1) { nodes { id } } }");
    let branch = &branch["data"]["branches"]["nodes"][0]["id"];
    let input = format!("{{branchId: {branch}, userName: \"bureau-name\", password: \"bureau-password-1\"}}");
    let create = format!("mutation {{ reportAccountCreate(input: {input}) {{ reportAccount {{ id }} }} }}");
    let created = server.query(Some(&token), &create);
    assert!(created.get("errors").is_none(), "{created}");
    let answered = server.query(Some(&token), &format!("{{ loanCustomer(id: {token:?}) {{ id }} }}"));
    assert!(answered.get("errors").is_some());
    let sid = server.query(
        None,
        &format!(
            "mutation {{ sessionCreate(input: {{login: \"admin\", password: {:?}}}) {{ sid }} }}",
            quintet::demo::PASSWORD
        ),
    );
    let sid = sid["data"]["sessionCreate"]["sid"].as_str().unwrap().to_owned();
    let by_query = format!("GET /api/contact/list?sid={sid} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    let mut reply = String::new();
    std::io::Read::read_to_string(&mut server.send(&by_query), &mut reply).unwrap();
    let loan = loan["data"]["token"].as_str().unwrap_or_else(|| panic!("{loan}")).to_owned();
    vec![
        token,
        loan,
        sid,
        "wrong-but-secret".into(),
        md5_hex("wrong-but-secret"),
        PASSWORD.into(),
        "bureau-password-1".into(),
    ]
}

#[test]
fn the_database_s_password_is_in_no_log() {
    let program = Program::on("postgres://somebody:database-password-1@127.0.0.1:1/nothing");
    let mut command = program.command(&["serve"]);
    let output = command.env("QUINTET_LOG", "trace").output().unwrap();
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!output.status.success() && told.contains("onnect"), "{told}");
    assert!(!told.contains("database-password-1"), "{told}");
}
