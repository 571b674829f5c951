//! `/graphql`: the GraphQL-over-HTTP specification over `schema.execute`.
//!
//! The ready-made service of async-graphql-axum passes 46 of the 61 public audits; this one answers all of them.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

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
    document::{coded, server_error},
    metrics,
    request::{Incoming, Refusal, read},
    trace::{self, traced},
};
use crate::{
    auth::Viewer,
    domains::identity::session::{Credential, Session},
    error::{AppError, Code},
    schema::{awaited, execute},
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
    let get = request.method() == Method::GET;
    let viewer = viewer(&server, request.headers()).await;
    let trace = trace::is_wanted(request.headers(), &viewer);
    match read(request, &server.app.config, &viewer).await {
        Ok(Incoming::Single(request)) => {
            let answer = server.run(request, &viewer, &client, get, trace).await;
            answer.into_response(media)
        }
        Ok(Incoming::Batch(requests)) => {
            let mut answers = Vec::with_capacity(requests.len());
            for request in requests {
                answers.push(server.run(request, &viewer, &client, get, trace).await);
            }
            let bodies: Vec<_> = answers.iter().map(Answer::body).collect();
            respond(StatusCode::OK, media, &bodies)
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
        trace: bool,
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
        let checked = document
            .check_root(name.as_deref(), config.max_root_fields)
            .and_then(|()| document.check_variables(name.as_deref(), &request.variables));
        if let Err(error) = checked {
            return Answer::refused(vec![error]);
        }
        document.fill_sizes(name.as_deref(), &mut request.variables);
        request.set_parsed_query((*document.parsed).clone());
        let label = document.label(name.as_deref());
        let schema = match document.is_validated(name.as_deref(), &request.variables) {
            true => &self.validated,
            false => &self.schema,
        };
        let is_mutation = kind == Some(OperationType::Mutation);
        let (request, _here) = awaited(request.data(client.clone()));
        let work = execute(schema, &self.app, request, viewer.clone(), is_mutation);
        let work = if trace { traced(work) } else { work };
        let limit = Duration::from_secs(config.max_seconds);
        let outcome = match kind {
            // A mutation ends, or is rolled back, whether its client stays or goes.
            Some(OperationType::Mutation) => match tokio::time::timeout(limit, self.tasks.spawn(work)).await {
                Ok(Ok(response)) => Ok(response),
                Ok(Err(panic)) => Err(AppError::internal(panic)),
                Err(_) => Err(AppError::unavailable("The operation goes on, but its answer takes too long")),
            },
            _ => tokio::time::timeout(limit, work).await.map_err(|_| AppError::cost("The operation takes too long")),
        };
        let (response, statements) = match outcome {
            Ok(outcome) => outcome,
            Err(error) => return Answer::refused(vec![server_error(error)]),
        };
        tracing::debug!(operation = name, statements, errors = response.errors.len(), "graphql");
        let answer = Answer::new(response, statements);
        match answer.data {
            Some(_) => {
                document.validated();
                Answer { label, ..answer }
            }
            // What was not executed may name anything.
            None => answer,
        }
    }
}

/// What a request is answered with
struct Answer {
    errors: Vec<ServerError>,
    /// None: the request was not executed
    data: Option<Value>,
    status: Option<StatusCode>,
    /// By name, besides the data
    extensions: BTreeMap<String, Value>,
    statements: u64,
    /// What ran, for the metrics
    label: String,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "<[ServerError]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

impl Answer {
    fn refused(errors: Vec<ServerError>) -> Answer {
        let extensions = BTreeMap::new();
        Answer { errors, data: None, status: None, extensions, statements: 0, label: "refused".into() }
    }

    fn new(response: GraphqlResponse, statements: u64) -> Answer {
        // Errors of parsing and validation have no path; whatever was executed has one.
        let executed = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
        let errors = response.errors.into_iter().map(with_code).collect();
        let (data, extensions) = (executed.then_some(response.data), response.extensions);
        Answer { data, extensions, statements, ..Answer::refused(errors) }
    }

    fn body(&self) -> Body<'_> {
        Body { errors: &self.errors, data: self.data.as_ref(), extensions: &self.extensions }
    }

    fn into_response(self, media: Media) -> Response {
        let status = match (self.status, media, &self.data) {
            (Some(status), ..) => status,
            // Older clients take every other status for a failure of the network.
            (None, Media::Plain, _) | (None, Media::Graphql, Some(_)) => StatusCode::OK,
            (None, Media::Graphql, None) => StatusCode::BAD_REQUEST,
        };
        let mut response = respond(status, media, &self.body());
        response.extensions_mut().insert(Statements(self.statements));
        response.extensions_mut().insert(metrics::Operation(self.label));
        response
    }
}

/// How many SQL statements an answer took, for the request log
#[derive(Clone, Copy)]
pub struct Statements(pub u64);

fn with_code(error: ServerError) -> ServerError {
    if error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some()) {
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

fn plain_error(status: StatusCode, message: &str) -> Response {
    let body: Json = json!({"errors": [{"message": message}]});
    (status, axum::Json(body)).into_response()
}
