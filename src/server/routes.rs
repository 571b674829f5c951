//! The routes, and what every request passes on its way in.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    str::FromStr as _,
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, Request, State},
    http::{Extensions, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware,
    response::{IntoResponse, Response},
    routing::{Route, any, get},
};
use serde_json::json;
use tower::{Layer, Service, ServiceBuilder};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    cors::{AllowOrigin, CorsLayer},
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    trace::TraceLayer,
};
use tracing::{Span, field::Empty};

use super::{Client, Server, endpoint, files, limit, metrics, pages, wishes::GRAPHQL_COST};
use crate::{
    config::Config,
    error::AppError,
    rest::grid,
    trace::{SPANS, continue_trace},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

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
        .layer(passed(server.clone()))
        .with_state(server)
}

/// What every request passes, outermost first; one stack, since the router boxes and clones each layer that it gets
fn passed(
    server: Server,
) -> impl Layer<
    Route,
    Service: Service<Request, Response: IntoResponse, Error: Into<Infallible>, Future: Send> + Clone + Send + Sync,
> + Clone
+ Send
+ Sync {
    let config = server.app.config.clone();
    let (proxies, traced) = (config.trusted_proxies.clone(), config.otlp_endpoint.is_some());
    let unless_set = |name, value| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    ServiceBuilder::new()
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(move |request: &axum::http::Request<_>| {
                    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
                    // The path only: a query may hold a token.
                    let (method, path) = (request.method(), request.uri().path());
                    let span = tracing::info_span!(target: SPANS, "http", otel.kind = Empty, %method, path, id);
                    if traced {
                        span.record("otel.kind", "server");
                    }
                    // As with X-Forwarded-For: from a proxy of ours, since it decides what is recorded.
                    if proxies.contains(&peer(request.extensions())) {
                        continue_trace(&span, request.headers());
                    }
                    span
                })
                .on_response(|response: &axum::http::Response<_>, took: Duration, _: &Span| {
                    let statements = response.extensions().get::<endpoint::Statements>().map(|count| count.0);
                    tracing::info!(status = response.status().as_u16(), ?took, statements, "answered");
                }),
        )
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(CompressionLayer::new())
        // What does not say so itself may be personal, and is no page.
        .layer(unless_set(header::CACHE_CONTROL, "no-store"))
        .layer(unless_set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(unless_set(header::REFERRER_POLICY, "no-referrer"))
        .layer(unless_set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .layer(cors(&config))
        .layer(middleware::from_fn(metrics::record))
        .layer(middleware::from_fn_with_state(server, limit::limit))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(RequestBodyLimitLayer::new(config.max_upload))
        .layer(DefaultBodyLimit::max(config.max_upload))
}

fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let error = AppError::internal(text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default());
    (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"errors": [{"message": error.message}]}))).into_response()
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

/// Who sends: the client, or a proxy
fn peer(extensions: &Extensions) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    // A socket for both families shows IPv4 clients as ::ffff:a.b.c.d.
    peer.unwrap_or(IpAddr::from([127, 0, 0, 1])).to_canonical()
}

impl FromRequestParts<Server> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Client, Infallible> {
        let peer = peer(&parts.extensions);
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        // The nearest address that no proxy of ours has: further ones could be written by the client.
        let proxies = &server.app.config.trusted_proxies;
        let forwarded = text("x-forwarded-for").filter(|_| proxies.contains(&peer)).unwrap_or_default();
        let hops = forwarded.rsplit(',').filter_map(|hop| IpAddr::from_str(hop.trim()).ok());
        let address = hops.into_iter().find(|hop| !proxies.contains(hop)).unwrap_or(peer);
        Ok(Client { address, host: text("host") })
    }
}
