//! `/graphql`: the GraphQL-over-HTTP specification over `schema.execute`.
//!
//! The ready-made service of async-graphql-axum passes 46 of the 61 public audits; this one answers all of them.

use std::sync::Arc;

use async_graphql::{
    Request as GraphqlRequest, Response as GraphqlResponse, ServerError, Value, parser::types::OperationType,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{
    Client, Server,
    cost::{Cost, Extensions, Wish},
    document::{Document, coded, server_error},
    metrics,
    request::{Incoming, Refusal, read},
};
use crate::{
    auth::Viewer,
    domains::identity::session::{Credential, Session},
    error::{AppError, Code},
    schema::{Done, Work, perform},
};

const GRAPHQL_JSON: &str = "application/graphql-response+json; charset=utf-8";
const PLAIN_JSON: &str = "application/json; charset=utf-8";

/// The answer's media type: the specification's own where the client takes it, plain JSON for older clients
#[derive(Clone, Copy, PartialEq)]
enum Media {
    Graphql,
    Plain,
}

pub async fn graphql(State(server): State<Server>, client: Client, request: Request) -> Response {
    let Some(media) = accepted(request.headers()) else {
        return plain_error(StatusCode::NOT_ACCEPTABLE, "Accept application/graphql-response+json or application/json");
    };
    let Some(wish) = Wish::of(request.headers()) else {
        return plain_error(StatusCode::BAD_REQUEST, "GraphQL-Cost is report or validate");
    };
    let get = request.method() == Method::GET;
    let viewer = viewer(&server, request.headers()).await;
    match read(request, &server.app.config, &viewer).await {
        Ok(Incoming::Single(request)) => {
            let answer = server.run(request, &viewer, &client, get, wish).await;
            answer.into_response(media)
        }
        Ok(Incoming::Batch(requests)) => {
            let mut answers = Vec::with_capacity(requests.len());
            for request in requests {
                answers.push(server.run(request, &viewer, &client, get, wish).await);
            }
            let bodies: Vec<_> = answers.iter().map(Answer::body).collect();
            let waits = answers.iter().map(|answer| answer.retry_after);
            let (status, wait) = match waits.clone().all(|wait| wait.is_some()) {
                true => (StatusCode::TOO_MANY_REQUESTS, waits.flatten().max()),
                false => (StatusCode::OK, None),
            };
            waiting(respond(status, media, &bodies), wait)
        }
        Err(Refusal(status, message)) => {
            let code = match status {
                StatusCode::UNAUTHORIZED => Code::Unauthenticated,
                status if status.is_server_error() => Code::Internal,
                _ => Code::BadUserInput,
            };
            let error = json!({"errors": [{"message": message, "extensions": {"code": code.name()}}]});
            let mut response = respond(status, media, &error);
            if status == StatusCode::METHOD_NOT_ALLOWED {
                response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
            }
            response
        }
    }
}

/// Who asks. A token that is worth nothing makes a viewer who is nobody, so that signing in anew stays possible.
pub async fn viewer(server: &Server, headers: &HeaderMap) -> Arc<Viewer> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer ")).unwrap_or(value).trim());
    match token.filter(|token| !token.is_empty()) {
        Some(token) => Arc::new(Session::viewer(&server.app, Credential::Token(token)).await.unwrap_or_default()),
        None => Arc::default(),
    }
}

/// What the client takes, by its `Accept`; plain JSON where it says nothing
fn accepted(headers: &HeaderMap) -> Option<Media> {
    let accept = match headers.get(header::ACCEPT) {
        Some(accept) => accept.to_str().ok()?.to_ascii_lowercase(),
        None => return Some(Media::Plain),
    };
    let mut any = None;
    for range in accept.split(',') {
        match range.split(';').next().unwrap_or_default().trim() {
            "application/graphql-response+json" => return Some(Media::Graphql),
            "application/json" | "application/*" | "*/*" => any = any.or(Some(Media::Plain)),
            _ => {}
        }
    }
    any
}

impl Server {
    /// Executes one request
    async fn run(
        &self,
        mut request: GraphqlRequest,
        viewer: &Arc<Viewer>,
        client: &Client,
        get: bool,
        wish: Wish,
    ) -> Answer {
        let config = &self.app.config;
        let name = request.operation_name.clone();
        let document = match self.documents.get(&request.query, config) {
            Ok(document) => document,
            Err(error) => return Answer::refused(vec![error]),
        };
        let kind = document.operation_type(name.as_deref());
        if get && kind.is_some_and(|kind| kind != OperationType::Query) {
            let error = AppError::bad_input("query", "Only queries may be sent by GET");
            return Answer {
                status: Some(StatusCode::METHOD_NOT_ALLOWED),
                ..Answer::refused(vec![server_error(error)])
            };
        }
        let name = name.as_deref();
        let checked = document
            .check_root(name, config.max_root_fields)
            .and_then(|()| document.check_variables(name, &request.variables))
            .and_then(|()| document.cost(name, &request.variables, config.max_complexity));
        let cost = match checked {
            Ok(cost) => cost,
            Err(error) => return Answer::refused(vec![error]),
        };
        let told = |actual, bucket| {
            (wish != Wish::Nothing).then_some(Cost { requested: cost, actual, maximum: config.max_complexity, bucket })
        };
        document.fill_sizes(name, &mut request.variables);
        request.set_parsed_query((*document.parsed).clone());
        let is_validated = document.is_validated(name, &request.variables);
        if wish == Wish::Validate {
            let cost = told(None, self.app.budget.level(viewer, client.address));
            return self.validate(request, &document, is_validated, cost).await;
        }
        let label = document.label(name);
        let text = std::mem::take(&mut request.query);
        let done = perform(
            if is_validated { &self.validated } else { &self.schema },
            &self.app,
            &self.tasks,
            Work {
                request,
                viewer,
                client: client.clone(),
                is_mutation: kind == Some(OperationType::Mutation),
                cost,
                name: document.name(name).unwrap_or(&label),
                document: &text,
            },
        );
        let Done { response, statements, cost: actual, level } = match done.await {
            Ok(done) => done,
            Err(error) => {
                let cost = told(None, self.app.budget.level(viewer, client.address));
                return Answer { cost, ..Answer::failed(error) };
            }
        };
        tracing::debug!(operation = name, statements, errors = response.errors.len(), "graphql");
        let answer = Answer { cost: told(Some(actual), level), ..Answer::new(response, statements) };
        match answer.data {
            Some(_) => {
                document.validated();
                Answer { label, ..answer }
            }
            // What was not executed may name anything.
            None => answer,
        }
    }

    /// Validates a request and executes nothing
    async fn validate(
        &self,
        request: GraphqlRequest,
        document: &Document,
        is_validated: bool,
        cost: Option<Cost>,
    ) -> Answer {
        if !is_validated {
            let response = self.dry().execute(request).await;
            if !response.errors.is_empty() {
                return Answer { cost, ..Answer::new(response, 0) };
            }
            document.validated();
        }
        Answer { data: Some(Value::Null), cost, ..Answer::refused(Vec::new()) }
    }
}

/// What a request is answered with
struct Answer {
    errors: Vec<ServerError>,
    /// None: the request was not executed
    data: Option<Value>,
    status: Option<StatusCode>,
    statements: u64,
    /// What ran, for the metrics
    label: String,
    cost: Option<Cost>,
    /// Seconds to wait, where it was too much
    retry_after: Option<i64>,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "<[ServerError]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<Extensions>,
}

impl Answer {
    fn refused(errors: Vec<ServerError>) -> Answer {
        errors.iter().filter_map(code).for_each(metrics::failed);
        Answer {
            errors,
            data: None,
            status: None,
            statements: 0,
            label: "refused".into(),
            cost: None,
            retry_after: None,
        }
    }

    fn failed(error: AppError) -> Answer {
        let retry_after = error.retry_after;
        let status = retry_after.map(|_| StatusCode::TOO_MANY_REQUESTS);
        Answer { status, retry_after, ..Answer::refused(vec![server_error(error)]) }
    }

    fn new(response: GraphqlResponse, statements: u64) -> Answer {
        // Errors of parsing and validation have no path; whatever was executed has one.
        let executed = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
        let errors = response.errors.into_iter().map(with_code).collect();
        Answer { data: executed.then_some(response.data), statements, ..Answer::refused(errors) }
    }

    fn body(&self) -> Body<'_> {
        let extensions = self.cost.map(|cost| Extensions { cost });
        Body { errors: &self.errors, data: self.data.as_ref(), extensions }
    }

    fn into_response(self, media: Media) -> Response {
        let status = match (self.status, media, &self.data) {
            (Some(status), ..) => status,
            // Older clients take every other status for a failure of the network.
            (None, Media::Plain, _) | (None, Media::Graphql, Some(_)) => StatusCode::OK,
            (None, Media::Graphql, None) => StatusCode::BAD_REQUEST,
        };
        let mut response = waiting(respond(status, media, &self.body()), self.retry_after);
        response.extensions_mut().insert(Statements(self.statements));
        response.extensions_mut().insert(metrics::Operation(self.label));
        response
    }
}

/// How many SQL statements an answer took, for the request log
#[derive(Clone, Copy)]
pub struct Statements(pub u64);

/// The code of an error
fn code(error: &ServerError) -> Option<Code> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(name) => Code::ALL.into_iter().find(|code| code.name() == name),
        _ => None,
    }
}

fn with_code(error: ServerError) -> ServerError {
    if code(&error).is_some() {
        return error;
    }
    let code = match error.message.as_str() {
        message
            if message.starts_with("Query is ") || message.contains("too many") || message.contains("recursion") =>
        {
            Code::CostExceeded
        }
        _ if error.path.is_empty() => Code::GraphqlValidationFailed,
        _ => Code::BadUserInput,
    };
    coded(error, code)
}

fn respond(status: StatusCode, media: Media, body: &impl Serialize) -> Response {
    let content_type = if media == Media::Graphql { GRAPHQL_JSON } else { PLAIN_JSON };
    match serde_json::to_vec(body) {
        Ok(body) => (status, [(header::CONTENT_TYPE, content_type)], body).into_response(),
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
