//! Document → route → variables → execute → envelope.

use std::{collections::HashMap, sync::Arc};

use anyhow::{Context as _, bail, ensure};
use async_graphql::{
    Request as GraphqlRequest, Response as GraphqlResponse, ServerError, UploadValue, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, Method, StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value as Json, json};
use tokio_util::task::TaskTracker;

use super::{
    Documents, Failure,
    dialect::Presented,
    document::{Operation, Route, compile},
    input::{Coercion, Wire, pairs},
    output::Writer,
    systems,
    types::Types,
};
use crate::{
    app::App,
    auth::Viewer,
    domains::identity::session::{Credential, Session},
    error::{AppError, Code},
    graphql::codes::CodeBook,
    schema::{self, Schema, execute},
    server::{Client, Refusal, Statements, body, form, media_type, metrics},
};

/// All legacy systems
pub struct Rest {
    app: App,
    schema: Schema,
    types: Types,
    codes: CodeBook,
    router: matchit::Router<Vec<Served>>,
    operations: Vec<Arc<Operation>>,
    tasks: TaskTracker,
}

/// A route of an operation, by their places
#[derive(Clone, Copy)]
struct Served {
    operation: usize,
    route: usize,
}

impl Rest {
    /// Compiles every document and validates it against the schema
    pub async fn start(app: App, tasks: TaskTracker) -> anyhow::Result<Rest> {
        let types = Types::read(&schema::sdl())?;
        let codes = schema::codes();
        let checker = schema::checker(app.clone());
        let mut operations = Vec::new();
        let mut files: Vec<_> = Documents::iter().collect();
        files.sort();
        for file in files {
            let (folder, _) = file.split_once('/').context("a document stands in its system's folder")?;
            let Some((system, dialect)) = systems().into_iter().find(|(name, _)| *name == folder) else {
                bail!("{file}: no system {folder}");
            };
            let text = Documents::get(&file).with_context(|| format!("{file} is gone"))?;
            let text = std::str::from_utf8(&text.data)?.to_owned();
            let (compiled, plain) =
                compile(system, dialect, &text, &types, &codes).with_context(|| file.to_string())?;
            let mut request = GraphqlRequest::new("");
            request.set_parsed_query(plain);
            // Which operation is named does not matter: validation reads all of them.
            let first = compiled.first().map(|operation| operation.id.clone()).unwrap_or_default();
            let answer = checker.execute(request.operation_name(first)).await;
            ensure!(answer.errors.is_empty(), "{file}: {:?}", answer.errors);
            operations.extend(compiled.into_iter().map(Arc::new));
        }
        let mut rest = Rest {
            schema: schema::trusted(app.clone()),
            app,
            types,
            codes,
            router: matchit::Router::new(),
            operations,
            tasks,
        };
        rest.route()?;
        Ok(rest)
    }

    fn route(&mut self) -> anyhow::Result<()> {
        let mut paths: HashMap<String, Vec<Served>> = HashMap::new();
        for (operation, served) in self.operations.iter().enumerate() {
            for (route, wanted) in served.routes.iter().enumerate() {
                let others = paths.entry(wanted.pattern()).or_default();
                for other in others.iter() {
                    let Route { method, selector, .. } = &self.operations[other.operation].routes[other.route];
                    let taken = (method, selector) == (&wanted.method, &wanted.selector);
                    ensure!(!taken, "two operations answer {wanted:?}");
                }
                others.push(Served { operation, route });
            }
        }
        for (path, operations) in paths {
            self.router.insert(path, operations)?;
        }
        Ok(())
    }

    pub fn operations(&self) -> &[Arc<Operation>] {
        &self.operations
    }

    /// Answers a legacy request; an unknown path is 404 in JSON
    pub async fn answer(&self, client: Client, request: Request) -> Response {
        let (parts, payload) = request.into_parts();
        let Ok(found) = self.router.at(parts.uri.path()) else {
            return (StatusCode::NOT_FOUND, axum::Json(json!({"error": "no such URL"}))).into_response();
        };
        let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
        let here = || found.value.iter().map(|served| self.served(*served));
        let dialect = self.operations[found.value[0].operation].dialect;
        let Some((operation, route)) = here().find(|(_, route)| serves(route, &parts.method, &query)) else {
            let known = here().any(|(_, route)| route.selector.is_some());
            let failure = Failure::bad_input("method", "no operation of this URL takes this method");
            let status = if known { dialect.status(&failure) } else { StatusCode::METHOD_NOT_ALLOWED };
            return (status, axum::Json(dialect.failure(&failure, known.then_some("传入数据错误")))).into_response();
        };
        let values = found.params.iter().map(|(_, value)| Json::String(value.to_owned()));
        let path = route.parameters().map(str::to_owned).zip(values).collect();
        let answer = async {
            let (payload, files) = self.payload(&parts, payload).await?;
            let mut wire = Wire::new(path, query, payload);
            dialect.tidy(&mut wire);
            if let Some(name) = wire.nul() {
                return Err(Failure::bad_input(&name, "a NUL character is not allowed"));
            }
            let viewer = self.viewer(operation, &parts.headers, &wire, &client).await?;
            let coercion = Coercion { types: &self.types, codes: &self.codes, zone: self.app.config.time_zone };
            let variables = coercion.variables(&operation.variables, &wire)?;
            let mut request = GraphqlRequest::new("").variables(variables);
            request.set_parsed_query(operation.document.clone());
            request.uploads = files;
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
                let text = operation.errors.get(failure.code.name()).or_else(|| operation.errors.get("DEFAULT"));
                let answer = dialect.failure(&failure, text.map(String::as_str));
                (dialect.status(&failure), axum::Json(answer)).into_response()
            }
        };
        response.extensions_mut().insert(metrics::Operation(operation.id.clone()));
        response
    }

    fn served(&self, Served { operation, route }: Served) -> (&Arc<Operation>, &Route) {
        let operation = &self.operations[operation];
        (operation, &operation.routes[route])
    }

    /// The body as JSON, and the files of a form
    async fn payload(&self, parts: &Parts, payload: Body) -> Result<(Json, Vec<UploadValue>), Failure> {
        let refused = |Refusal(_, message)| Failure::bad_input("body", message);
        let media_type = media_type(&parts.headers);
        if media_type.as_deref() == Some("multipart/form-data") {
            let (fields, files) = form(Request::from_parts(parts.clone(), payload)).await.map_err(refused)?;
            return Ok((Json::Object(fields), files));
        }
        let bytes = body(payload, self.app.config.max_body).await.map_err(refused)?;
        let body = if bytes.iter().all(u8::is_ascii_whitespace) {
            Json::Null
        } else if media_type.as_deref() == Some("application/x-www-form-urlencoded") {
            Json::Object(pairs(&bytes))
        } else {
            serde_json::from_slice(&bytes).map_err(|error| Failure::bad_input("body", format!("no JSON: {error}")))?
        };
        Ok((body, Vec::new()))
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
        let work = execute(&self.schema, &self.app, request.data(client), viewer, operation.is_mutation);
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

fn serves(route: &Route, method: &Method, query: &Map<String, Json>) -> bool {
    let selected = |(name, value): &(String, String)| query.get(name).and_then(Json::as_str) == Some(value);
    route.method == *method && route.selector.as_ref().is_none_or(selected)
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
    Failure { code, message: error.message.clone(), field: text("field") }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Failure {
        Failure { code: error.code, message: error.message, field: error.field }
    }
}

/// Stops after validation: how documents are checked at start
pub struct CheckOnly;

impl ExtensionFactory for CheckOnly {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(CheckOnly)
    }
}

#[async_trait::async_trait]
impl Extension for CheckOnly {
    async fn execute(&self, _: &ExtensionContext<'_>, _: Option<&str>, _: NextExecute<'_>) -> GraphqlResponse {
        GraphqlResponse::default()
    }
}
