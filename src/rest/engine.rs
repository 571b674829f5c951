//! Document → route → variables → execute → envelope.

use std::{collections::HashMap, sync::Arc};

use anyhow::ensure;
use async_graphql::{Request as GraphqlRequest, ServerError, Value};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, Method, StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value as Json, json};
use tokio_util::task::TaskTracker;

use super::{
    Failure,
    dialect::Presented,
    document::Operation,
    input::{Coercion, Wire, pairs},
    library::Library,
    output::Writer,
    uses::wire_path,
};
use crate::{
    app::App,
    auth::Viewer,
    domains::identity::session::{Credential, Session},
    error::{AppError, Code},
    graphql::page::MaxSize,
    schema::{self, Schema, execute},
    server::{Client, Refusal, Statements, body, media_type, metrics},
};

/// Most rows of a page: legacy clients may ask for more than GraphQL's, no document names a limit
const MAX_ROWS: MaxSize = MaxSize(1000);

/// All legacy systems
pub struct Rest {
    app: App,
    schema: Schema,
    library: Library,
    router: matchit::Router<Vec<usize>>,
    tasks: TaskTracker,
}

impl Rest {
    /// Reads the documents and routes to them
    pub async fn start(app: App, tasks: TaskTracker) -> anyhow::Result<Rest> {
        let library = Library::read().await?;
        let schema = schema::trusted(app.clone());
        let mut rest = Rest { app, schema, library, router: matchit::Router::new(), tasks };
        rest.route()?;
        Ok(rest)
    }

    fn route(&mut self) -> anyhow::Result<()> {
        let mut paths: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, operation) in self.library.operations.iter().enumerate() {
            for route in &operation.routes {
                let others = paths.entry(route.path.clone()).or_default();
                for other in others.iter().filter(|other| **other != index) {
                    ensure!(!self.library.operations[*other].routes.contains(route), "two operations answer {route:?}");
                }
                if !others.contains(&index) {
                    others.push(index);
                }
            }
        }
        for (path, operations) in paths {
            self.router.insert(path, operations)?;
        }
        Ok(())
    }

    /// The compiled documents
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// What the system behind a path answers to an error that came before the operation; none where no system is
    pub fn failure(&self, path: &str, error: AppError) -> Option<Json> {
        let operation = self.router.at(path).ok()?.value.first()?;
        Some(self.library.operations[*operation].dialect.failure(&error.into(), None))
    }

    /// Answers a legacy request; an unknown path is 404 in JSON
    pub async fn answer(&self, client: Client, request: Request) -> Response {
        let (parts, payload) = request.into_parts();
        let Ok(found) = self.router.at(parts.uri.path()) else {
            return (StatusCode::NOT_FOUND, axum::Json(json!({"error": "no such URL"}))).into_response();
        };
        let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
        let here: Vec<&Arc<Operation>> = found.value.iter().map(|index| &self.library.operations[*index]).collect();
        let dialect = here[0].dialect;
        let Some(operation) = here.iter().find(|operation| serves(operation, &parts.method, parts.uri.path(), &query))
        else {
            let known = here.iter().any(|operation| operation.routes.iter().any(|route| route.selector.is_some()));
            let failure = Failure::bad_input("method", "no operation of this URL takes this method");
            let status = if known { dialect.status(&failure) } else { StatusCode::METHOD_NOT_ALLOWED };
            return (status, axum::Json(dialect.failure(&failure, known.then_some("传入数据错误")))).into_response();
        };
        let path = found.params.iter().map(|(name, value)| (name.to_owned(), Json::String(value.to_owned()))).collect();
        let answer = async {
            let mut wire = Wire::new(path, query, self.payload(&parts, payload).await?);
            dialect.tidy(&mut wire);
            if let Some(name) = wire.nul() {
                return Err(Failure::bad_input(&name, "a NUL character is not allowed"));
            }
            let viewer = self.viewer(operation, &parts.headers, &wire, &client).await?;
            let Library { types, codes, .. } = &self.library;
            let coercion = Coercion { types, codes, zone: self.app.config.time_zone };
            let variables = coercion.variables(&operation.variables, &wire)?;
            let mut request = GraphqlRequest::new("").variables(variables);
            request.set_parsed_query(operation.document.clone());
            self.run(operation, request, viewer, client).await
        };
        let mut response = match answer.await {
            Ok((data, statements)) => {
                let data = Writer { zone: self.app.config.time_zone }.object(&operation.shapes, &data);
                let answer = dialect.success(operation, data);
                let headers = dialect.headers(operation, &answer);
                let mut response = (headers, axum::Json(answer)).into_response();
                response.extensions_mut().insert(statements);
                response
            }
            Err(failure) => {
                tracing::debug!(operation = operation.id, ?failure, "legacy operation failed");
                let answer = dialect.failure(&failure, operation.error(failure.code));
                (dialect.status(&failure), axum::Json(answer)).into_response()
            }
        };
        response.extensions_mut().insert(metrics::Operation(operation.id.clone()));
        response
    }

    async fn payload(&self, parts: &Parts, payload: Body) -> Result<Json, Failure> {
        let bytes = body(payload, self.app.config.max_body)
            .await
            .map_err(|Refusal(_, message)| Failure::bad_input("body", message))?;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Json::Null);
        }
        if media_type(&parts.headers).as_deref() == Some("application/x-www-form-urlencoded") {
            return Ok(Json::Object(pairs(&bytes)));
        }
        serde_json::from_slice(&bytes).map_err(|error| Failure::bad_input("body", format!("no JSON: {error}")))
    }

    async fn viewer(
        &self,
        operation: &Operation,
        headers: &HeaderMap,
        wire: &Wire,
        client: &Client,
    ) -> Result<Arc<Viewer>, Failure> {
        if operation.public {
            return Ok(Arc::default());
        }
        let address = client.address.to_string();
        let presented = operation.dialect.presented(headers, wire);
        let viewer = match &presented {
            Presented::Nothing => Err(AppError::unauthenticated("no credential")),
            Presented::Token(token) => Session::viewer(&self.app, Credential::Token(token)).await,
            Presented::Agent(number) => {
                let trusted = self.app.config.estate_addresses.contains(&client.address);
                Session::viewer(&self.app, Credential::Agent { number: *number, address: &address, trusted }).await
            }
        };
        viewer.map(Arc::new).map_err(Failure::from)
    }

    /// Executes the prepared document in process
    async fn run(
        &self,
        operation: &Operation,
        request: GraphqlRequest,
        viewer: Arc<Viewer>,
        client: Client,
    ) -> Result<(Value, Statements), Failure> {
        let work = execute(&self.schema, &self.app, request.data(client).data(MAX_ROWS), viewer, operation.is_mutation);
        let (response, statements) = match operation.is_mutation {
            // A write ends, or is rolled back, whether its client stays or goes.
            true => self.tasks.spawn(work).await.map_err(|panic| Failure::from(AppError::internal(panic)))?,
            false => work.await,
        };
        match response.errors.first() {
            Some(error) => Err(failure(operation, error)),
            None => Ok((response.data, Statements(statements))),
        }
    }
}

fn serves(operation: &Operation, method: &Method, path: &str, query: &Map<String, Json>) -> bool {
    operation.routes.iter().any(|route| {
        let selected = route
            .selector
            .as_ref()
            .is_none_or(|(name, value)| query.get(name).and_then(Json::as_str).is_some_and(|given| given == value));
        // Two paths of one operation may differ in their parameters only, so a path with a pattern counts as found.
        route.method == *method && selected && (route.path == path || route.path.contains('{'))
    })
}

fn failure(operation: &Operation, error: &ServerError) -> Failure {
    let text = |name| match error.extensions.as_ref().and_then(|extensions| extensions.get(name)) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    let code = text("code").and_then(|name| Code::ALL.into_iter().find(|code| code.name() == name));
    // Without a code it is a value that does not fit its type.
    let code = code.unwrap_or(Code::BadUserInput);
    tracing::debug!(operation = operation.id, error = error.message, "operation answered an error");
    Failure { code, message: error.message.clone(), field: text("field").map(|path| wire_path(operation, &path)) }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Failure {
        Failure { code: error.code, message: error.message, field: error.field }
    }
}
