//! The routes, and what stands around them.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use futures_util::{TryFutureExt as _, future::BoxFuture};
use serde_json::json;
use tower::{Service, ServiceBuilder, ServiceExt as _, service_fn};
use tower_http::{
    compression::CompressionLayer,
    cors::{AllowOrigin, CorsLayer},
};

use super::{
    Client, Server,
    entry::{Entry, REQUEST_ID},
    files, metrics, pages,
    wishes::GRAPHQL_COST,
};
use crate::{config::Config, rest::grid};

/// The whole application
pub fn router(server: Server) -> Doors {
    let pages = Router::new()
        .route("/health/live", get(async || Json(json!({"status": "ok"}))))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics::metrics))
        .route("/files/{id}/{name}", get(files::file))
        .route("/files/imports/{name}", get(files::failures))
        .route("/files/bank-customers/{code}", get(files::bank_customers))
        .route("/grid/file/customer/{gridCode}", get(grid::files::customers).fallback(legacy))
        .route("/grid/template/{name}", get(grid::files::template).fallback(legacy))
        .merge(pages::routes(&server.app.config))
        .fallback(legacy)
        .with_state(server.clone());
    let cors = cors(&server.app.config);
    Doors(Arc::new(Inside { entry: Entry { server, pages }, cors }))
}

/// What every request passes: the entry, and what browsers ask for around it
///
/// Who names neither an origin nor an encoding gets no answer to either. Those two layers cost him as much as all that
/// the entry does.
#[derive(Clone)]
pub struct Doors(Arc<Inside>);

struct Inside {
    entry: Entry,
    cors: CorsLayer,
}

impl Service<Request> for Doors {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let Inside { entry, cors } = &*self.0;
        let asks = |name| request.headers().contains_key(name);
        if request.method() != Method::OPTIONS && !asks(header::ORIGIN) && !asks(header::ACCEPT_ENCODING) {
            return entry.call(request);
        }
        let entry = entry.clone();
        let within = service_fn(move |request| entry.call(request));
        let around = ServiceBuilder::new().layer(cors).layer(CompressionLayer::new()).service(within);
        Box::pin(around.oneshot(request).map_ok(|response| response.map(Body::new)))
    }
}

/// Every other URL is a legacy one, or none
async fn legacy(State(server): State<Server>, client: Client, request: Request) -> Response {
    server.rest.answer(client, request).await
}

/// Whether the database answers
async fn ready(State(server): State<Server>) -> Response {
    let answer = async { server.app.db.read().await.map_err(drop)?.batch("SELECT 1").await.map_err(drop) };
    match answer.await {
        Ok(()) => Json(json!({"status": "ok"})).into_response(),
        Err(()) => {
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "the database does not answer"}))).into_response()
        }
    }
}

fn cors(config: &Config) -> CorsLayer {
    let origins = match config.cors_origins.iter().any(|origin| origin == "*") {
        true => AllowOrigin::any(),
        false => AllowOrigin::list(config.cors_origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok())),
    };
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            REQUEST_ID,
            GRAPHQL_COST,
            HeaderName::from_static("graphql-require-preflight"),
        ])
        .expose_headers([REQUEST_ID, header::RETRY_AFTER])
        .max_age(Duration::from_secs(3600))
}
