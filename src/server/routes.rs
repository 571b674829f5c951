//! The routes, and what stands around them.

use std::{convert::Infallible, time::Duration};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{Route, any, get},
};
use serde_json::json;
use tower::{Layer, Service, ServiceBuilder, layer::layer_fn};
use tower_http::{
    compression::CompressionLayer,
    cors::{AllowOrigin, CorsLayer},
};

use super::{
    Client, Server, endpoint,
    entry::{Entry, REQUEST_ID},
    files, metrics, pages,
    wishes::GRAPHQL_COST,
};
use crate::{config::Config, rest::grid};

/// The whole application
pub fn router(server: Server) -> Router {
    Router::new()
        .route("/graphql", any(endpoint::graphql))
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
        .layer(around(server.clone()))
        .with_state(server)
}

/// What stands around the routes, outermost first; one stack, since the router boxes and clones each layer that it gets
fn around(
    server: Server,
) -> impl Layer<
    Route,
    Service: Service<Request, Response: IntoResponse, Error: Into<Infallible>, Future: Send> + Clone + Send + Sync,
> + Clone
+ Send
+ Sync {
    ServiceBuilder::new()
        .layer(cors(&server.app.config))
        .layer(CompressionLayer::new())
        .layer(layer_fn(move |inner| Entry { server: server.clone(), inner }))
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
