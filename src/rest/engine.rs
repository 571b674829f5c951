//! Document → route → variables → execute → envelope.

use std::{collections::HashMap, sync::Arc};

use anyhow::ensure;
use async_graphql::{Request as GraphqlRequest, ServerError, UploadValue, Value};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use matchit::Params;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value as Json, json};
use tokio_util::task::TaskTracker;

use super::{
    Failure,
    dialect::Presented,
    document::{Operation, Route},
    input::{Coercion, Wire, nested, pairs},
    library::Library,
    output::{Part, Writer},
    uses::wire_path,
};
use crate::{
    app::App,
    auth::Viewer,
    config::Config,
    domains::identity::session::{Credential, Session},
    error::{AppError, Code},
    files::answer::{Held, until_sent},
    graphql::page::MaxSize,
    schema::{self, Done, Executor, Work, perform},
    server::{Client, Refusal, Statements, body, form, media_type, metrics},
};

/// Most rows of a page, and of a list without pages: legacy clients may ask for more than GraphQL's, no document names
/// a limit
const MAX_ROWS: MaxSize = MaxSize { page: 1000, whole: 20_000 };

/// Most files of a form
const MAX_FILES: usize = 10;

/// All legacy systems
pub struct Rest {
    app: App,
    schema: Executor,
    library: Library,
    router: matchit::Router<Vec<Served>>,
    tasks: TaskTracker,
}

/// A route of an operation, by their places
#[derive(Clone, Copy)]
struct Served {
    operation: usize,
    route: usize,
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
        let mut paths: HashMap<String, Vec<Served>> = HashMap::new();
        for (operation, served) in self.library.operations.iter().enumerate() {
            for (route, wanted) in served.routes.iter().enumerate() {
                let others = paths.entry(wanted.pattern()).or_default();
                for other in others.iter() {
                    let Route { method, selector, .. } = &self.library.operations[other.operation].routes[other.route];
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

    /// The compiled documents
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// What the system behind a path answers to an error that came before the operation; none where no system is
    pub fn failure(&self, path: &str, error: AppError) -> Option<Json> {
        let served = self.router.at(path).ok()?.value.first()?;
        Some(self.served(*served).0.dialect.failure(&error.into(), None))
    }

    /// Whether an operation has this URL
    pub fn serves(&self, method: &Method, path: &str) -> bool {
        let found = self.router.at(path);
        found.is_ok_and(|found| found.value.iter().any(|served| self.served(*served).1.method == *method))
    }

    /// Answers a legacy request; an unknown path is 404 in JSON
    pub async fn answer(&self, client: Client, request: Request) -> Response {
        let (parts, payload) = request.into_parts();
        let Ok(found) = self.router.at(parts.uri.path()) else {
            return (StatusCode::NOT_FOUND, axum::Json(json!({"error": "no such URL"}))).into_response();
        };
        let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
        let here = || found.value.iter().map(|served| self.served(*served));
        let dialect = self.library.operations[found.value[0].operation].dialect;
        let Some((operation, route)) = here().find(|(_, route)| serves(route, &parts.method, &query)) else {
            let known = here().any(|(_, route)| route.selector.is_some());
            let failure = Failure::bad_input("method", "no operation of this URL takes this method");
            let status = if known { dialect.status(&failure) } else { StatusCode::METHOD_NOT_ALLOWED };
            return (status, axum::Json(dialect.failure(&failure, known.then_some("传入数据错误")))).into_response();
        };
        let answer = async {
            let path = path(route, &found.params)?;
            // Who may upload nothing fills no disk: he is known before his file is read.
            let uploader = match operation.takes_file() {
                true => {
                    let unread = Wire::new(path.clone(), query.clone(), Json::Null);
                    Some(self.viewer(operation, &parts.headers, &unread, &client).await?)
                }
                false => None,
            };
            let (payload, files) = self.payload(operation, &parts, payload).await?;
            let mut wire = Wire::new(path, query, payload);
            dialect.tidy(&mut wire);
            if let Some(name) = wire.nul() {
                return Err(Failure::bad_input(&name, "a NUL character is not allowed"));
            }
            let viewer = match uploader {
                Some(viewer) => viewer,
                None => self.viewer(operation, &parts.headers, &wire, &client).await?,
            };
            let Library { types, codes, .. } = &self.library;
            let coercion = Coercion { types, codes, zone: self.app.config.time_zone };
            let variables = coercion.variables(&operation.variables, &wire)?;
            let writer = Writer { zone: self.app.config.time_zone, flags: operation.flags(&variables) };
            let mut request = GraphqlRequest::new("").variables(variables);
            request.uploads = files;
            let (data, statements, files) = self.run(operation, &wire, request, viewer, client).await?;
            Ok((writer, data, statements, files))
        };
        let mut response = match answer.await {
            Ok((writer, data, statements, files)) => {
                let answer = dialect.success(operation, writer.object(&operation.shapes, &data));
                let headers = dialect.headers(operation, &answer);
                let mut response = (headers, axum::Json(Part::Object(answer))).into_response();
                response.extensions_mut().insert(statements);
                until_sent(response, files)
            }
            Err(failure) => {
                metrics::failed(failure.code);
                tracing::debug!(operation = operation.id, ?failure, "legacy operation failed");
                let answer = dialect.failure(&failure, operation.error(failure.code));
                match failure.retry_after {
                    Some(seconds) => {
                        let headers = [(header::RETRY_AFTER, seconds.to_string())];
                        (StatusCode::TOO_MANY_REQUESTS, headers, axum::Json(answer)).into_response()
                    }
                    None => (dialect.status(&failure), axum::Json(answer)).into_response(),
                }
            }
        };
        response.extensions_mut().insert(metrics::Operation(operation.label));
        response
    }

    fn served(&self, Served { operation, route }: Served) -> (&Arc<Operation>, &Route) {
        let operation = &self.library.operations[operation];
        (operation, &operation.routes[route])
    }

    /// The body as JSON, and the files of a form where the operation takes one
    async fn payload(
        &self,
        operation: &Operation,
        parts: &Parts,
        payload: Body,
    ) -> Result<(Json, Vec<UploadValue>), Failure> {
        let refused = |Refusal(_, message)| Failure::bad_input("body", message);
        let media_type = media_type(&parts.headers);
        if media_type.as_deref() == Some("multipart/form-data") {
            let Config { max_body, max_upload, .. } = self.app.config;
            let (limit, files) = if operation.takes_file() { (max_upload, MAX_FILES) } else { (max_body, 0) };
            let request = Request::from_parts(parts.clone(), payload);
            let (fields, files) = form(request, limit, files).await.map_err(refused)?;
            return Ok((Json::Object(nested(fields)), files));
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
        wire: &Wire,
        request: GraphqlRequest,
        viewer: Arc<Viewer>,
        client: Client,
    ) -> Result<(Value, Statements, Held), Failure> {
        let most = u64::try_from(self.app.config.max_complexity).unwrap_or(u64::MAX);
        let cost = match operation.document.operations.iter().next() {
            Some((_, definition)) => operation.price.of(&operation.document, &definition.node, &request.variables)?,
            None => 1,
        };
        let work = Work {
            request: request.data(MAX_ROWS),
            parsed: &operation.valid,
            viewer: &viewer,
            client,
            is_mutation: operation.is_mutation,
            is_traced: false,
            // What its answer holds beyond that is paid behind it.
            cost: cost.min(most),
            name: &operation.id,
            document: &operation.id,
        };
        let Done { response, statements, files, .. } = perform(&self.schema, &self.app, &self.tasks, work).await?;
        match response.errors.first() {
            Some(error) => Err(failure(operation, wire, error)),
            None => Ok((response.data, Statements(statements), files)),
        }
    }
}

/// The path's parameters, without their percent signs
fn path(route: &Route, params: &Params<'_, '_>) -> Result<Map<String, Json>, Failure> {
    let pairs = route.parameters().zip(params.iter().map(|(_, value)| value));
    let decoded = pairs.map(|(name, value)| match percent_decode_str(value).decode_utf8() {
        Ok(value) => Ok((name.to_owned(), Json::String(value.into_owned()))),
        Err(_) => Err(Failure::bad_input(name, "no UTF-8")),
    });
    decoded.collect()
}

fn serves(route: &Route, method: &Method, query: &Map<String, Json>) -> bool {
    let selected = |(name, value): &(String, String)| query.get(name).and_then(Json::as_str) == Some(value);
    route.method == *method && route.selector.as_ref().is_none_or(selected)
}

fn failure(operation: &Operation, wire: &Wire, error: &ServerError) -> Failure {
    let text = |name| match error.extensions.as_ref().and_then(|extensions| extensions.get(name)) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    let code = text("code").and_then(|name| Code::ALL.into_iter().find(|code| code.name() == name));
    // Without a code it is a value that does not fit its type.
    let code = code.unwrap_or(Code::BadUserInput);
    tracing::debug!(operation = operation.id, error = error.message, "operation answered an error");
    let field = text("field").map(|path| wire_path(operation, wire, &path));
    Failure { code, message: error.message.clone(), field, retry_after: None }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Failure {
        Failure { code: error.code, message: error.message, field: error.field, retry_after: error.retry_after }
    }
}
