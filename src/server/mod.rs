//! The HTTP side: routes, the GraphQL endpoint, pages, health and metrics, what every request passes.

mod document;
pub mod endpoint;
mod entry;
mod event_stream;
mod extent;
pub mod files;
mod known;
mod limit;
pub mod metrics;
mod mutation;
mod operation;
mod pages;
pub mod request;
mod routes;
mod seats;
mod socket;
mod stream;
mod wishes;

use std::{net::IpAddr, ops::Deref, sync::Arc};

use futures_util::future::BoxFuture;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use document::{Document, Documents};
pub use endpoint::Statements;
pub use request::{Refusal, body, form, has_nul, media_type, to_value};
pub use routes::{Doors, router};

use crate::{
    app::App,
    rest::Rest,
    schema::{self, Executor, public, rules::Rules, validated},
};

/// What handlers share; cheap to clone
#[derive(Clone)]
pub struct Server(Arc<Shared>);

pub struct Shared {
    pub app: App,
    schema: Executor,
    /// The same for documents that do not look at it
    validated: Executor,
    documents: Documents,
    known: known::Known,
    pub rest: Rest,
    /// Mutations that run on although their client may have gone, and WebSockets
    pub tasks: TaskTracker,
    /// Cancelled when the server is to stop: what does not end by itself ends then
    pub stopping: CancellationToken,
    rate_limit: limit::RateLimit,
    seats: Arc<seats::Seats>,
}

impl Deref for Server {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Server {
    pub fn new(app: App) -> BoxFuture<'static, anyhow::Result<Server>> {
        Box::pin(async {
            let tasks = TaskTracker::new();
            let rest = Rest::start(app.clone(), tasks.clone()).await?;
            let schema = public(app.clone());
            let validated = validated(app.clone());
            let rate_limit = limit::RateLimit::new(app.config.rate_limit);
            let known = known::Known::read(&app.config).await?;
            let named = known.documents().chain(pages::documents()).collect();
            let documents = Documents::new(Rules::read(&schema::sdl())?, named);
            let seats = Arc::new(seats::Seats::new(app.config.max_streams));
            let stopping = CancellationToken::new();
            let shared = Shared { schema, validated, rest, app, documents, known, tasks, stopping, rate_limit, seats };
            Ok(Server(Arc::new(shared)))
        })
    }
}

/// Where a request comes from
#[derive(Clone, Debug)]
pub struct Client {
    pub address: IpAddr,
    /// Host and port as the client wrote them
    pub host: Option<String>,
}
