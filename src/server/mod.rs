//! The HTTP side: routes, the GraphQL endpoint, pages, health and metrics, what every request passes.

mod cost;
mod document;
pub mod endpoint;
mod files;
mod limit;
pub mod metrics;
mod pages;
mod request;
mod routes;

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
};

use futures_util::future::BoxFuture;
use tokio_util::task::TaskTracker;

pub use document::Document;
pub use endpoint::Statements;
pub use request::{Refusal, body, form, has_nul, media_type, to_value};
pub use routes::router;

use crate::{
    app::App,
    rest::Rest,
    schema::{Schema, dry, public, validated},
};

/// What handlers share; cheap to clone
#[derive(Clone)]
pub struct Server {
    pub app: App,
    pub schema: Schema,
    /// The same for documents that were validated
    validated: Schema,
    /// The same for those who only ask what a document would cost
    dry: Arc<OnceLock<Schema>>,
    documents: Arc<document::Documents>,
    pub rest: Arc<Rest>,
    /// Mutations that run on although their client may have gone
    pub tasks: TaskTracker,
    rate_limit: Arc<limit::RateLimit>,
}

impl Server {
    pub fn new(app: App) -> BoxFuture<'static, anyhow::Result<Server>> {
        Box::pin(async {
            let tasks = TaskTracker::new();
            let rest = Arc::new(Rest::start(app.clone(), tasks.clone()).await?);
            let schema = public(app.clone());
            let validated = validated(app.clone());
            let rate_limit = Arc::new(limit::RateLimit::new(app.config.rate_limit));
            let (documents, dry) = Default::default();
            Ok(Server { schema, validated, dry, rest, app, documents, tasks, rate_limit })
        })
    }

    fn dry(&self) -> &Schema {
        self.dry.get_or_init(|| dry(self.app.clone()))
    }
}

/// Where a request comes from
#[derive(Clone, Debug)]
pub struct Client {
    pub address: IpAddr,
    /// Host and port as the client wrote them
    pub host: Option<String>,
}
