//! One operation, whichever way it came: its document found, checked and executed.

use std::{collections::BTreeMap, sync::Arc};

use async_graphql::{
    Request as GraphqlRequest, Response as GraphqlResponse, ServerError, Value, parser::types::OperationType,
};
use axum::http::StatusCode;
use serde::Serialize;
use tokio::time::Instant;

use super::{
    Client, Server,
    document::{Document, coded, server_error},
    metrics,
    request::{Asked, to_value},
    wishes::{Cost, CostWish, Wishes},
};
use crate::{
    auth::{Viewer, budget::Level},
    error::{AppError, Code},
    events::Subscription,
    files::answer::Held,
    schema::{Done, Executor, Fare, Responses, Work, perform, subscribe},
};

/// A request whose document is known and within the limits
pub struct Prepared {
    request: GraphqlRequest,
    document: Document,
    pub kind: OperationType,
    cost: u64,
    wishes: Wishes,
}

/// What it costs to have an operation validated and not executed: as much as an SQL statement
const VALIDATION: u64 = 10;

impl Server {
    /// Finds the document of a request and checks what can be checked before execution
    pub fn prepare(&self, asked: Asked, viewer: &Viewer, wishes: Wishes) -> Result<Prepared, Answer> {
        let refused = |error| Answer::refused(vec![error]);
        let config = &self.app.config;
        let text = self.known.text(&asked, viewer).map_err(server_error).map_err(refused)?;
        let document = self.documents.get(&text, config).map_err(Answer::refused)?;
        if config.no_introspection && document.introspects() && !viewer.administers() {
            return Err(refused(server_error(AppError::forbidden("The schema is not told here"))));
        }
        self.known.keep(&asked, text);
        let mut request = asked.request;
        let name = request.operation_name.clone();
        let name = name.as_deref();
        let Some(kind) = document.operation_type(name) else {
            let error = ServerError::new("`operationName` has to be that of an operation of the document", None);
            return Err(refused(coded(error, Code::GraphqlValidationFailed)));
        };
        let cost = document
            .check_extent(name, config)
            .and_then(|()| document.check_variables(name, &request.variables))
            .and_then(|()| document.cost(name, &request.variables, config.max_complexity))
            .map_err(refused)?;
        document.fill_sizes(name, &mut request.variables);
        Ok(Prepared { request, document, kind, cost, wishes })
    }

    /// The schema that executes a request; only what looks at the schema needs the whole one
    fn schema_for(&self, prepared: &Prepared) -> &Executor {
        match prepared.document.introspects() {
            true => &self.schema,
            false => &self.validated,
        }
    }

    /// Executes a query or a mutation
    pub async fn run(&self, prepared: Prepared, viewer: &Arc<Viewer>, client: &Client) -> Answer {
        let schema = self.schema_for(&prepared);
        let Prepared { mut request, document, kind, cost, wishes } = prepared;
        if kind == OperationType::Subscription {
            let message = "A subscription needs `accept: text/event-stream`, or a WebSocket";
            return Answer::refused(vec![server_error(AppError::bad_input("query", message))]);
        }
        let told = |actual, bucket: Option<Level>| {
            let maximum = self.app.config.max_complexity;
            (wishes.cost != CostWish::Nothing).then_some(Cost { requested: cost, actual, maximum, bucket })
        };
        let failed = |error| {
            let cost = told(None, self.app.budget.level(viewer, client.address));
            Answer::failed(error).with_cost(cost)
        };
        if wishes.cost == CostWish::Validate {
            return match self.app.budget.pay(viewer, client.address, VALIDATION) {
                Ok(payment) => {
                    let answer = Answer { data: Some(Value::Null), ..Answer::refused(Vec::new()) };
                    answer.with_cost(told(None, payment.settle(VALIDATION)))
                }
                Err(error) => failed(error),
            };
        }
        let name = request.operation_name.clone();
        let name = name.as_deref();
        let (label, text) = (document.label(name), std::mem::take(&mut request.query));
        let work = Work {
            request,
            parsed: &document.parsed,
            viewer,
            client: client.clone(),
            is_mutation: kind == OperationType::Mutation,
            is_traced: wishes.trace,
            cost,
            name: document.name(name).unwrap_or(label),
            document: &text,
        };
        let Done { response, statements, cost: actual, level, files } =
            match perform(schema, &self.app, &self.tasks, work).await {
                Ok(done) => done,
                Err(error) => return failed(error),
            };
        tracing::debug!(operation = name, statements, errors = response.errors.len(), "graphql");
        let answer = Answer::new(response, statements).with_files(files).with_cost(told(Some(actual), level));
        match answer.data.is_some() {
            true => Answer { label, ..answer },
            false => answer,
        }
    }

    /// Begins a subscription
    pub fn subscribe(
        &self,
        prepared: Prepared,
        viewer: &Arc<Viewer>,
        client: &Client,
        subscription: &Subscription,
    ) -> Result<Responses, Answer> {
        let schema = self.schema_for(&prepared);
        let Prepared { request, document, cost, .. } = prepared;
        let name = request.operation_name.as_deref();
        document.check_subscription(name).map_err(|error| Answer::refused(vec![error]))?;
        let label = document.label(name);
        let (app, viewer, address) = (self.app.clone(), viewer.clone(), client.address);
        let request = request.data(client.clone()).data(subscription.clone());
        let fare = Fare { app, viewer, address, parsed: document.parsed, cost };
        let responses = subscribe(schema, request, fare).map_err(Answer::failed)?;
        metrics::asked(label, StatusCode::OK);
        Ok(responses)
    }
}

/// What a request is answered with
pub struct Answer {
    errors: Vec<ServerError>,
    /// None: the request was not executed
    pub data: Option<Value>,
    /// By name, besides the data
    extensions: BTreeMap<String, Value>,
    pub statements: u64,
    /// What ran, for the metrics
    pub label: &'static str,
    /// Seconds to wait, where it was too much
    pub retry_after: Option<i64>,
    /// What its files take until it is sent
    pub files: Held,
}

#[derive(Serialize)]
pub struct Body<'a> {
    #[serde(skip_serializing_if = "<[ServerError]>::is_empty")]
    pub errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

impl Answer {
    pub fn refused(errors: Vec<ServerError>) -> Answer {
        errors.iter().filter_map(code).for_each(metrics::failed);
        let (extensions, files) = Default::default();
        Answer { errors, data: None, extensions, statements: 0, label: "refused", retry_after: None, files }
    }

    pub fn failed(error: AppError) -> Answer {
        Answer { retry_after: error.retry_after, ..Answer::refused(vec![server_error(error)]) }
    }

    pub fn new(response: GraphqlResponse, statements: u64) -> Answer {
        // Errors of parsing and validation have no path; whatever was executed has one.
        let executed = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
        let errors = response.errors.into_iter().map(with_code).collect();
        let (data, extensions) = (executed.then_some(response.data), response.extensions);
        Answer { data, extensions, statements, ..Answer::refused(errors) }
    }

    pub fn with_files(self, files: Held) -> Answer {
        Answer { files, ..self }
    }

    fn with_cost(mut self, cost: Option<Cost>) -> Answer {
        if let Some(Ok(cost)) = cost.map(serde_json::to_value) {
            self.extensions.insert("cost".to_owned(), to_value(cost));
        }
        self
    }

    /// Counts the answer to an operation that is no request by itself, but one of a batch, a socket or a stream
    pub fn counted(self, start: Instant) -> Answer {
        metrics::ended(self.label, self.status(), start.elapsed());
        self
    }

    pub fn status(&self) -> StatusCode {
        match (self.retry_after, &self.data) {
            (Some(_), _) => StatusCode::TOO_MANY_REQUESTS,
            (None, Some(_)) => StatusCode::OK,
            (None, None) => StatusCode::BAD_REQUEST,
        }
    }

    pub fn body(&self) -> Body<'_> {
        Body { errors: &self.errors, data: self.data.as_ref(), extensions: &self.extensions }
    }
}

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
        // The library's limits of directives and recursion
        message if message.contains(" cannot be greater than ") => Code::CostExceeded,
        _ if error.path.is_empty() => Code::GraphqlValidationFailed,
        _ => Code::BadUserInput,
    };
    coded(error, code)
}
