//! How fast Quintet is beside what it stands on, in one run on one machine: ratios, since machines differ.
//!
//! ```sh
//! export DATABASE_URL=postgres://…            # a database to throw away
//! quintet seed --customers 100000 --interactions 300000
//! echo a-password-to-throw-away | quintet account create speed
//! cargo run --release --example speed -- --password a-password-to-throw-away
//! ```
//!
//! Each row asks from the same number of connections: plain diesel-async with the same SQL, Quintet over HTTP, and
//! bare axum that answers the same bytes; then a legacy URL beside a hand-written handler, in CPU time per request.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use axum::{
    Router, ServiceExt as _,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use clap::Parser;
use cpu_time::ProcessTime;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use quintet::{
    app::App,
    config::Config,
    db::tables::{accounts, loan_customers, loan_officers, sms_templates},
    domains::{
        customers::LoanCustomer,
        engagement::SmsTemplate,
        identity::{
            Account, LoanOfficer,
            session::{Credential, Session},
        },
    },
    server::{Server, router},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tower::Service;

#[derive(Parser)]
struct Wanted {
    #[command(flatten)]
    config: Config,
    /// Account that sees the loan realm
    #[arg(long, default_value = "speed")]
    login: String,
    #[arg(long)]
    password: String,
    /// Connections that ask at once
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

const BY_ID: &str = "query($id: ID!){loanCustomer(id:$id){id code name mobile stage}}";
const LIST: &str = "{loanCustomers(first:20){nodes{id code name officer{name account{login}}}}}";

fn main() -> anyhow::Result<()> {
    let wanted = Wanted::parse();
    let build = || tokio::runtime::Builder::new_multi_thread().thread_stack_size(8 << 20).enable_all().build();
    build()?.block_on(measure(wanted))
}

/// Asks until the time is over; requests per second and CPU time of each, in µs
struct Load {
    connections: usize,
    time: Duration,
}

impl Load {
    async fn of<F: Future<Output = anyhow::Result<()>> + Send + 'static>(
        &self,
        start: impl Fn(Arc<AtomicBool>, Arc<AtomicU64>) -> F,
    ) -> anyhow::Result<(f64, f64)> {
        let (over, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let tasks: Vec<_> = (0..self.connections).map(|_| tokio::spawn(start(over.clone(), count.clone()))).collect();
        tokio::time::sleep(Duration::from_millis(500)).await;
        let (from, began, cpu) = (count.load(Ordering::Relaxed), Instant::now(), ProcessTime::now());
        tokio::time::sleep(self.time).await;
        let (done, took, cpu) = (count.load(Ordering::Relaxed) - from, began.elapsed(), cpu.elapsed());
        over.store(true, Ordering::Relaxed);
        for task in tasks {
            task.await??;
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let done = done as f64;
        Ok((done / took.as_secs_f64(), cpu.as_secs_f64() * 1e6 / done))
    }

    /// A kept-alive connection that sends what `request` makes of the number of the request
    async fn http(
        &self,
        address: SocketAddr,
        request: fn(&str, u64) -> String,
        token: &str,
    ) -> anyhow::Result<(f64, f64)> {
        let token: Arc<str> = token.into();
        self.of(move |over, count| {
            let token = token.clone();
            async move {
                let mut stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                while !over.load(Ordering::Relaxed) {
                    let number = count.fetch_add(1, Ordering::Relaxed);
                    ask(&mut stream, &request(&token, number)).await?;
                }
                Ok(())
            }
        })
        .await
    }

    async fn sql(&self, url: &str, is_list: bool) -> anyhow::Result<(f64, f64)> {
        let url: Arc<str> = url.into();
        self.of(move |over, count| {
            let url = url.clone();
            async move {
                let mut conn = AsyncPgConnection::establish(&url).await?;
                while !over.load(Ordering::Relaxed) {
                    let number = count.fetch_add(1, Ordering::Relaxed);
                    match is_list {
                        true => list(&mut conn).await?,
                        false => by_id(&mut conn, number).await?,
                    }
                }
                Ok(())
            }
        })
        .await
    }
}

/// `diesel_async::RunQueryDsl` out of scope: it would take over every other `load`
fn load<'q, R, Q>(query: Q, conn: &mut AsyncPgConnection) -> impl Future<Output = diesel::QueryResult<Vec<R>>> + Send
where
    R: Send + 'q,
    Q: diesel_async::methods::LoadQuery<'q, AsyncPgConnection, R> + 'q,
{
    diesel_async::RunQueryDsl::load(query, conn)
}

async fn by_id(conn: &mut AsyncPgConnection, number: u64) -> anyhow::Result<()> {
    let id = i64::try_from(number % 20_000)? + 1;
    let row = loan_customers::table.filter(loan_customers::id.eq(id)).select(LoanCustomer::as_select());
    ensure!(load::<LoanCustomer, _>(row, conn).await?.len() == 1, "no customer {id}");
    Ok(())
}

async fn list(conn: &mut AsyncPgConnection) -> anyhow::Result<()> {
    let order = (loan_customers::updated_at.desc(), loan_customers::id.desc());
    let rows = loan_customers::table.select(LoanCustomer::as_select()).order(order).limit(21);
    let rows: Vec<LoanCustomer> = load(rows, conn).await?;
    let officers: Vec<_> = rows.iter().map(|row| row.officer_id).collect();
    let officers = loan_officers::table.filter(loan_officers::id.eq_any(officers)).select(LoanOfficer::as_select());
    let officers: Vec<LoanOfficer> = load(officers, conn).await?;
    let accounts: Vec<_> = officers.iter().map(|row| row.account_id).collect();
    let accounts = accounts::table.filter(accounts::id.eq_any(accounts)).select(Account::as_select());
    ensure!(!load::<Account, _>(accounts, conn).await?.is_empty(), "no accounts");
    Ok(())
}

/// Sends a request and reads the whole answer; its body
async fn ask(stream: &mut TcpStream, request: &str) -> anyhow::Result<Vec<u8>> {
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::with_capacity(8192);
    loop {
        ensure!(stream.read_buf(&mut answer).await? > 0, "the connection ended");
        let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&answer[..end])?.to_ascii_lowercase();
        ensure!(head.starts_with("http/1.1 200"), "{}", String::from_utf8_lossy(&answer));
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).context("no length")?;
        if answer.len() >= end + 4 + length.parse::<usize>()? {
            return Ok(answer.split_off(end + 4));
        }
    }
}

fn http_post(path: &str, token: &str, body: &Value) -> String {
    let body = body.to_string();
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

fn http_get(path: &str, token: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n")
}

fn graphql_by_id(token: &str, number: u64) -> String {
    http_post("/graphql", token, &json!({"query": BY_ID, "variables": {"id": number % 20_000 + 1}}))
}

fn graphql_list(token: &str, _: u64) -> String {
    http_post("/graphql", token, &json!({"query": LIST}))
}

async fn serve<S>(doors: S) -> anyhow::Result<SocketAddr>
where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let service = doors.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(axum::serve(listener, service).into_future());
    Ok(address)
}

/// What someone writes who has this one URL to answer
async fn templates(State(app): State<App>, headers: HeaderMap) -> Result<axum::Json<Value>, StatusCode> {
    let token = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = token.strip_prefix("Bearer ").unwrap_or_default();
    Session::viewer(&app, Credential::Token(token)).await.map_err(|_| StatusCode::UNAUTHORIZED)?;
    let quintet::db::Conn::Pg(mut conn) = app.db.read().await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)? else {
        return Err(StatusCode::NOT_IMPLEMENTED);
    };
    let rows = sms_templates::table.select(SmsTemplate::as_select()).order(sms_templates::id).limit(200);
    let rows: Vec<SmsTemplate> = load(rows, &mut conn).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| json!({"id": row.id.number.to_string(), "title": row.title, "content": row.content}))
        .collect();
    Ok(axum::Json(json!({"code": 0, "msg": "操作成功", "data": rows})))
}

async fn measure(mut wanted: Wanted) -> anyhow::Result<()> {
    let url = wanted.config.database_url.clone();
    wanted.config.rate_limit = 0;
    wanted.config.cost_per_second = 0;
    ensure!(url.starts_with("postgres"), "measure on PostgreSQL: --database-url postgres://…");
    let app = App::start(wanted.config).await?;
    let quintet = serve(router(Server::new(app.clone()).await?)).await?;

    let mut first = TcpStream::connect(quintet).await?;
    let login = "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { token } }";
    let input = json!({"login": wanted.login, "password": wanted.password});
    let answer =
        ask(&mut first, &http_post("/graphql", "", &json!({"query": login, "variables": {"input": input}}))).await?;
    let answer: Value = serde_json::from_slice(&answer)?;
    let token = answer["data"]["sessionCreate"]["token"].as_str().with_context(|| answer.to_string())?.to_owned();
    let by_id_bytes = ask(&mut first, &graphql_by_id(&token, 0)).await?;
    let list_bytes = ask(&mut first, &graphql_list(&token, 0)).await?;
    println!("by id: {}", String::from_utf8_lossy(&by_id_bytes));
    println!("list: {} bytes", list_bytes.len());
    let same = Router::new()
        .route("/by-id", post(async move |_: axum::body::Bytes| by_id_bytes.clone()))
        .route("/list", post(async move |_: axum::body::Bytes| list_bytes.clone()))
        .route("/templates", get(templates))
        .with_state(app);
    let bare = serve(same).await?;
    let legacy = ask(&mut first, &http_get("/api/sms/templates", &token)).await?;
    let mut second = TcpStream::connect(bare).await?;
    let written = ask(&mut second, &http_get("/templates", &token)).await?;
    println!("legacy: {} bytes, hand-written: {} bytes", legacy.len(), written.len());

    let load = Load { connections: wanted.connections, time: Duration::from_secs(wanted.seconds) };
    for round in 1..=wanted.rounds {
        println!("round {round}, {} connections        requests/s   CPU µs each   ratio", wanted.connections);
        let show = |name: &str, (rate, cpu): (f64, f64), to: f64| {
            println!("  {name:<30} {rate:>10.0} {cpu:>12.1} {:>8.2}", rate / to);
        };
        let sql = load.sql(&url, false).await?;
        show("by id, plain diesel-async", sql, sql.0);
        show("by id, Quintet", load.http(quintet, graphql_by_id, &token).await?, sql.0);
        show(
            "by id, axum, same bytes",
            load.http(bare, |_, _| http_post("/by-id", "", &json!({"query": BY_ID})), "").await?,
            sql.0,
        );
        let sql = load.sql(&url, true).await?;
        show("list, plain diesel-async", sql, sql.0);
        show("list, Quintet", load.http(quintet, graphql_list, &token).await?, sql.0);
        show(
            "list, axum, same bytes",
            load.http(bare, |_, _| http_post("/list", "", &json!({"query": LIST})), "").await?,
            sql.0,
        );
        let hand = load.http(bare, |token, _| http_get("/templates", token), &token).await?;
        show("legacy URL, hand-written", hand, hand.0);
        let legacy = load.http(quintet, |token, _| http_get("/api/sms/templates", token), &token).await?;
        show("legacy URL, Quintet", legacy, hand.0);
        println!("  a legacy URL's document costs  {:>10.1} µs of CPU", legacy.1 - hand.1);
    }
    Ok(())
}
