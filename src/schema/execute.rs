//! One operation against the schema, at whatever door it was asked: paid for, with its viewer, its loaders and its
//! limit of time, its statements counted, told in the log when it was slow.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{Request, Response};
use data_encoding::HEXLOWER;
use futures_util::{StreamExt as _, future::BoxFuture, stream::BoxStream};
use sha2::{Digest as _, Sha256};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};
use tracing::Span;

use super::{Executor, Valid, traced::traced, weight::weight};
use crate::{
    app::App,
    auth::{Realm, Viewer, budget::Level},
    db::run::counted,
    error::{AppError, AppResult},
    files::{self, answer::Held},
    graphql::{
        context::{Awaited, loader},
        loader::{Driver, Queue},
    },
    meters,
    server::Client,
    trace::{SPANS, within},
};

/// What is to be done, and for whom
pub struct Work<'a> {
    pub request: Request,
    /// Its document, as it is executed
    pub parsed: &'a Arc<Valid>,
    pub viewer: &'a Arc<Viewer>,
    pub client: Client,
    pub is_mutation: bool,
    /// Whether the answer tells the statements that were sent
    pub is_traced: bool,
    /// What the operation may cost (see [`costs`](super::costs))
    pub cost: u64,
    /// For people who read the log
    pub name: &'a str,
    /// Known by its hash there
    pub document: &'a str,
}

/// What came of it
pub struct Done {
    pub response: Response,
    pub statements: u64,
    /// What it cost in the end
    pub cost: u64,
    /// What the viewer may ask from now on; none where nothing is counted
    pub level: Option<Level>,
    /// What its files take until the answer is sent
    pub files: Held,
}

/// A statement weighs as much as so many fields of an answer
const STATEMENT: u64 = 10;

/// Pays for an operation and executes it
pub async fn perform(executor: &Executor, app: &App, tasks: &TaskTracker, work: Work<'_>) -> AppResult<Done> {
    let Work { request, parsed, viewer, client, is_mutation, is_traced, cost, name, document } = work;
    let realm = realm(viewer);
    count("quintet_operations_total", realm, 1);
    count("quintet_cost_requested_total", realm, cost);
    let payment = app.budget.pay(viewer, client.address, cost).inspect_err(|_| {
        count("quintet_cost_refused_total", realm, 1);
    })?;
    let start = Instant::now();
    let span = tracing::trace_span!(target: SPANS, "operation", otel.name = name, realm, cost);
    let operation = request.operation_name.clone();
    let (request, _here) = awaited(request.data(client));
    let limit = Duration::from_secs(app.config.max_seconds);
    let files = files::Budget::new(app);
    let work = execute(executor, app, parsed.clone(), request, viewer.clone(), is_mutation, &files);
    let work = if is_traced { traced(work) } else { work };
    let outcome = match is_mutation {
        // A mutation ends, or is rolled back, whether its client stays or goes.
        true => {
            let span = if span.is_disabled() { Span::current() } else { span };
            match tokio::time::timeout(limit, tasks.spawn(within(span, work))).await {
                Ok(Ok(response)) => Ok(response),
                Ok(Err(panic)) => Err(AppError::internal(panic)),
                Err(_) => Err(AppError::unavailable("The operation goes on, but its answer takes too long")),
            }
        }
        false => {
            let answer = tokio::time::timeout(limit, within(span, work)).await;
            answer.map_err(|_| AppError::cost("The operation takes too long"))
        }
    };
    let took = start.elapsed();
    if took >= Duration::from_millis(app.config.slow_millis) {
        let statements = outcome.as_ref().ok().map(|(_, statements)| *statements);
        count("quintet_slow_total", realm, 1);
        let hash = &HEXLOWER.encode(&Sha256::digest(document))[..16];
        tracing::warn!(operation = name, document = hash, account = viewer.account_id, statements, ?took, "slow");
    }
    let (response, statements) = outcome?;
    let fields = weight(parsed, operation.as_deref(), &response.data);
    // A write was prepared for all that it may touch, whatever it answers.
    let used = if is_mutation { cost } else { used(cost, fields, statements) };
    count("quintet_cost_used_total", realm, used);
    Ok(Done { response, statements, cost: used, level: payment.settle(used), files: files.answered() })
}

/// What an answer cost in the end: no more than its price, unless it holds more fields
fn used(cost: u64, fields: u64, statements: u64) -> u64 {
    (fields + STATEMENT * statements).min(cost).max(fields)
}

fn count(metric: &'static str, realm: &'static str, number: u64) {
    meters::count(meters::key(metric, realm, 0), number, || metrics::counter!(metric, "realm" => realm));
}

fn realm(viewer: &Viewer) -> &'static str {
    match (viewer.is_nobody(), viewer.realm) {
        (true, _) => "NONE",
        (false, None) => "ALL",
        (false, Some(realm)) => Realm::name(realm),
    }
}

/// A request whose resolvers can tell whether somebody still waits for the answer: as long as the guard lives
pub fn awaited(request: Request) -> (Request, DropGuard) {
    let gone = CancellationToken::new();
    (request.data(Awaited(gone.clone())), gone.drop_guard())
}

/// Executes a request without a price or a limit, as the program itself may, and tells how many SQL statements it took;
/// owns everything, so that it may be spawned
pub fn execute(
    executor: &Executor,
    app: &App,
    document: Arc<Valid>,
    request: Request,
    viewer: Arc<Viewer>,
    is_mutation: bool,
    files: &files::Budget,
) -> BoxFuture<'static, (Response, u64)> {
    let queue = Queue::default();
    let loader = loader(app, viewer.clone(), &queue, !is_mutation);
    let request = request.data(viewer).data(loader).data(files.clone());
    let executor = executor.clone();
    // Boxed inside out: each future around a large one would copy it.
    Box::pin(async move {
        let work: BoxFuture<'_, Response> = Box::pin(executor.execute(document, request));
        counted(queue.drive(work)).await
    })
}

/// The answers of a subscription, one for each event, each paid for
pub struct Responses {
    responses: BoxStream<'static, Response>,
    driver: Driver,
    files: files::Budget,
    fare: Fare,
    /// Its name in the document
    operation: Option<String>,
    _here: DropGuard,
}

/// Who pays for a subscription, and what
pub struct Fare {
    pub app: App,
    pub viewer: Arc<Viewer>,
    pub address: IpAddr,
    pub parsed: Arc<Valid>,
    /// What an answer may cost
    pub cost: u64,
}

impl Responses {
    /// Waits for the next answer, and tells what its files take; an error where it can not be paid for. Not to be
    /// dropped before it is there, unless all of it is.
    pub async fn next(&mut self) -> Option<AppResult<(Response, Held)>> {
        let next = async {
            let response = self.driver.drive(self.responses.next()).await;
            self.driver.finish().await;
            response
        };
        let (response, statements) = counted(next).await;
        let response = response?;
        let Fare { app, viewer, address, parsed, cost } = &self.fare;
        let fields = weight(parsed, self.operation.as_deref(), &response.data);
        let paid = app.budget.pay(viewer, *address, *cost);
        Some(paid.map(|payment| {
            payment.settle(used(*cost, fields, statements));
            (response, self.files.answered())
        }))
    }
}

/// Executes a subscription, whose beginning costs what an answer may. Its loaders keep nothing, since it lives long.
pub fn subscribe(executor: &Executor, request: Request, fare: Fare) -> AppResult<Responses> {
    let Fare { app, viewer, address, parsed, cost } = &fare;
    app.budget.pay(viewer, *address, *cost)?.settle(*cost);
    let (queue, files) = (Queue::default(), files::Budget::new(app));
    let loader = loader(app, viewer.clone(), &queue, false);
    let operation = request.operation_name.clone();
    let (request, here) = awaited(request.data(viewer.clone()).data(loader).data(files.clone()));
    let (responses, driver) = (executor.stream(parsed, request), Driver::new(queue));
    Ok(Responses { responses, driver, files, fare, operation, _here: here })
}
