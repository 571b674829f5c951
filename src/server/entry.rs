//! What every request passes on its way in, and its answer on the way out: an id, a line of the log, the metrics, the
//! limits of rate and size, the headers that an answer has unless it says otherwise, and a net below panics.
//!
//! One service instead of ten of tower-http's: each of those is a future around the next one's, copies the answer, and
//! is cloned with all within it for each request. Of the 220,000 instructions of a small query 40,000 were theirs.

use std::{
    any::Any,
    convert::Infallible,
    future::ready,
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    str::FromStr as _,
    time::Instant,
};

use axum::{
    Json, Router,
    body::{Body, HttpBody as _},
    extract::{ConnectInfo, FromRequestParts, Request},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Either},
};
use http_body_util::Limited;
use serde_json::json;
use tower::ServiceExt as _;
use tracing::{Span, field::Empty};
use uuid::Uuid;

use super::{Client, Server, Statements, endpoint, limit::refused, metrics};
use crate::{
    config::Config,
    error::AppError,
    trace::{SPANS, continue_trace, within},
};

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What an answer says unless it says otherwise. What does not tell how it may be kept may be personal, and what is no
/// page may do nothing in a browser.
static HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
];

/// Before the doors
#[derive(Clone)]
pub struct Entry {
    pub server: Server,
    /// What stands neither in a schema nor in a contract
    pub pages: Router,
}

impl Entry {
    /// The two doors that are asked all day need no router around them, which costs as much as a small answer
    fn answer(&self, client: Client, request: Request) -> BoxFuture<'static, Response> {
        let (server, path) = (self.server.clone(), request.uri().path());
        if path == "/graphql" {
            return Box::pin(endpoint::graphql(server, client, request));
        }
        if server.rest.serves(request.method(), path) {
            return Box::pin(async move { server.rest.answer(client, request).await });
        }
        Box::pin(self.pages.clone().oneshot(request).map(|answer| answer.unwrap_or_else(|never| match never {})))
    }

    pub fn call(&self, request: Request) -> BoxFuture<'static, Result<Response, Infallible>> {
        let start = Instant::now();
        let id = id(request.headers());
        let config = &self.server.app.config;
        let client = Client::of(request.headers(), request.extensions(), config);
        let span = span(&request, &id, config);
        let is_head = request.method() == Method::HEAD;
        let answer = match refused(&self.server, &request, client.address)
            .map_or_else(|| sized(request, config.max_upload), Err)
        {
            Ok(request) => Either::Left(span.in_scope(|| self.answer(client, request))),
            Err(refusal) => Either::Right(ready(refusal)),
        };
        Box::pin(within(span, async move {
            let mut response = caught(answer).await;
            let headers = response.headers_mut();
            if headers.contains_key(header::CACHE_CONTROL) {
                // Who keeps it keeps it for those only who ask in the same way: see `Doors`.
                headers.append(header::VARY, HeaderValue::from_static("origin, accept-encoding"));
            }
            headers.insert(REQUEST_ID, id);
            for (name, value) in &HEADERS {
                headers.entry(name).or_insert_with(|| value.clone());
            }
            let (took, status) = (start.elapsed(), response.status());
            metrics::record(&response, took);
            let statements = response.extensions().get::<Statements>().map(|count| count.0);
            match status.is_server_error() {
                true => tracing::error!(status = status.as_u16(), ?took, statements, "failed"),
                false => tracing::info!(status = status.as_u16(), ?took, statements, "answered"),
            }
            Ok(if is_head { headed(response) } else { response })
        }))
    }
}

/// The id that the request came with, or a new one
fn id(headers: &HeaderMap) -> HeaderValue {
    let new = || {
        let mut text = Uuid::encode_buffer();
        HeaderValue::from_str(Uuid::new_v4().hyphenated().encode_lower(&mut text))
    };
    headers.get(REQUEST_ID).cloned().unwrap_or_else(|| new().unwrap_or_else(|_| HeaderValue::from_static("")))
}

fn span(request: &Request, id: &HeaderValue, config: &Config) -> Span {
    // The path only: a query may hold a token.
    let (method, path, id) = (request.method(), request.uri().path(), id.to_str().unwrap_or_default());
    let span = tracing::info_span!(target: SPANS, "http", otel.kind = Empty, %method, path, id);
    if config.otlp_endpoint.is_some() {
        span.record("otel.kind", "server");
    }
    // As with X-Forwarded-For: from a proxy of ours, since it decides what is recorded.
    if config.trusted_proxies.contains(&peer(request.extensions())) {
        continue_trace(&span, request.headers());
    }
    span
}

/// Refuses a body that is too long, at once where it says how long it is
fn sized(request: Request, most: usize) -> Result<Request, Response> {
    let size = request.body().size_hint();
    let within = |bytes| usize::try_from(bytes).is_ok_and(|bytes| bytes <= most);
    match size.upper() {
        _ if !within(size.lower()) => {
            Err((StatusCode::PAYLOAD_TOO_LARGE, format!("A request has at most {most} bytes")).into_response())
        }
        Some(upper) if within(upper) => Ok(request),
        _ => Ok(request.map(|body| Body::new(Limited::new(body, most)))),
    }
}

/// A panic is one request's, not the server's
async fn caught(answer: impl Future<Output = Response>) -> Response {
    AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|panic| panicked(&*panic))
}

fn panicked(panic: &(dyn Any + Send)) -> Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let error = AppError::internal(text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default());
    (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"errors": [{"message": error.message}]}))).into_response()
}

/// An answer to HEAD: how long its body would be, without it
fn headed(mut response: Response) -> Response {
    let body = std::mem::take(response.body_mut());
    if let Some(length) = body.size_hint().exact() {
        response.headers_mut().entry(header::CONTENT_LENGTH).or_insert(length.into());
    }
    response
}

/// Who sends: the client, or a proxy
fn peer(extensions: &Extensions) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    // A socket for both families shows IPv4 clients as ::ffff:a.b.c.d.
    peer.unwrap_or(IpAddr::from([127, 0, 0, 1])).to_canonical()
}

impl Client {
    pub fn of(headers: &HeaderMap, extensions: &Extensions, config: &Config) -> Client {
        let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Client { address: Client::address(headers, extensions, config), host }
    }

    /// Where the client is. Of what proxies say, the nearest address that none of ours has: further ones could be
    /// written by the client.
    pub fn address(headers: &HeaderMap, extensions: &Extensions, config: &Config) -> IpAddr {
        let (peer, proxies) = (peer(extensions), &config.trusted_proxies);
        let forwarded = headers.get("x-forwarded-for").filter(|_| proxies.contains(&peer));
        let forwarded = forwarded.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut hops = forwarded.rsplit(',').filter_map(|hop| IpAddr::from_str(hop.trim()).ok());
        hops.find(|hop| !proxies.contains(hop)).unwrap_or(peer)
    }
}

impl FromRequestParts<Server> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Client, Infallible> {
        Ok(Client::of(&parts.headers, &parts.extensions, &server.app.config))
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_internal_error_that_tells_nothing() {
        let response = caught(async { panic!("a secret") }).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert!(body["errors"][0]["message"].is_string() && !body.to_string().contains("secret"), "{body}");
    }

    #[tokio::test]
    async fn a_body_ends_where_it_is_too_long() {
        let asked = |body| sized(Request::new(body), 10);
        assert!(asked(Body::from("x".repeat(10))).is_ok());
        assert_eq!(asked(Body::from("x".repeat(11))).unwrap_err().status(), StatusCode::PAYLOAD_TOO_LARGE);
        for (pieces, fits) in [(2, true), (3, false)] {
            // One that does not say how long it is
            let pieces = futures_util::stream::iter(vec![Ok::<_, Infallible>("xxxxx"); pieces]);
            let body = asked(Body::from_stream(pieces)).unwrap().into_body();
            assert_eq!(body.collect().await.is_ok(), fits);
        }
    }
}
