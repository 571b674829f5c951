//! One request against the schema: its viewer, its loaders, its statements counted.

use std::sync::Arc;

use async_graphql::{Request, Response};
use futures_util::{StreamExt as _, future::BoxFuture, stream::BoxStream};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::Schema;
use crate::{
    app::App,
    auth::Viewer,
    db::run::counted,
    files::Budget,
    graphql::{
        context::{Awaited, loader},
        loader::{Driver, Queue},
    },
};

/// A request whose resolvers can tell whether somebody still waits for the answer: as long as the guard lives
pub fn awaited(request: Request) -> (Request, DropGuard) {
    let gone = CancellationToken::new();
    (request.data(Awaited(gone.clone())), gone.drop_guard())
}

/// Executes a request and tells how many SQL statements it took; owns everything, so that it may be spawned
pub fn execute(
    schema: &Schema,
    app: &App,
    request: Request,
    viewer: Arc<Viewer>,
    is_mutation: bool,
) -> BoxFuture<'static, (Response, u64)> {
    let queue = Queue::default();
    let loader = loader(app, viewer.clone(), &queue, !is_mutation);
    let request = request.data(viewer).data(loader).data(Budget::default());
    let schema = schema.clone();
    // Boxed inside out: each future around a large one would copy it.
    Box::pin(async move {
        let work: BoxFuture<'_, Response> = Box::pin(schema.execute(request));
        counted(queue.drive(work)).await
    })
}

/// The answers of a subscription, one for each event
pub struct Responses {
    responses: BoxStream<'static, Response>,
    driver: Driver,
    _here: DropGuard,
}

impl Responses {
    /// Waits for the next answer. Not to be dropped before it is there, unless all of it is.
    pub async fn next(&mut self) -> Option<Response> {
        self.driver.drive(self.responses.next()).await
    }
}

/// Executes a subscription. Its loaders keep nothing, since it lives long.
pub fn subscribe(schema: &Schema, app: &App, request: Request, viewer: Arc<Viewer>) -> Responses {
    let queue = Queue::default();
    let loader = loader(app, viewer.clone(), &queue, false);
    let (request, here) = awaited(request.data(viewer).data(loader));
    Responses { responses: schema.execute_stream(request), driver: Driver::new(queue), _here: here }
}
