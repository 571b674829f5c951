//! One operation, whichever way it came: its document found, checked and executed.

use std::{sync::Arc, time::Duration};

use async_graphql::{
    Request as GraphqlRequest, Response as GraphqlResponse, ServerError, Value, parser::types::OperationType,
};
use serde::Serialize;

use super::{
    Client, Server,
    document::{Document, coded, server_error},
    request::Asked,
};
use crate::{
    auth::Viewer,
    error::{AppError, Code},
    events::Subscription,
    schema::{Responses, Schema, awaited, execute, subscribe},
};

/// A request whose document is known and within the limits
pub struct Prepared {
    request: GraphqlRequest,
    document: Document,
    /// None: no operation of this name
    pub kind: Option<OperationType>,
}

impl Server {
    /// Finds the document of a request and checks what can be checked before execution
    pub fn prepare(&self, asked: Asked, viewer: &Viewer) -> Result<Prepared, Answer> {
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
        document
            .check_root(name, config.max_root_fields)
            .and_then(|()| document.check_variables(name, &request.variables))
            .map_err(refused)?;
        document.fill_sizes(name, &mut request.variables);
        request.set_parsed_query((*document.parsed).clone());
        Ok(Prepared { kind: document.operation_type(name), request, document })
    }

    /// The schema that executes a request; only what looks at the schema needs the whole one
    fn schema_for(&self, prepared: &Prepared) -> &Schema {
        match prepared.document.introspects() {
            true => &self.schema,
            false => &self.validated,
        }
    }

    /// Executes a query or a mutation
    pub async fn run(&self, prepared: Prepared, viewer: &Arc<Viewer>, client: &Client) -> Answer {
        let schema = self.schema_for(&prepared);
        let Prepared { request, document, kind } = prepared;
        if kind == Some(OperationType::Subscription) {
            let message = "A subscription needs `accept: text/event-stream`, or a WebSocket";
            return Answer::refused(vec![server_error(AppError::bad_input("query", message))]);
        }
        let name = request.operation_name.clone();
        let label = document.label(name.as_deref());
        let is_mutation = kind == Some(OperationType::Mutation);
        let (request, _here) = awaited(request.data(client.clone()));
        let work = execute(schema, &self.app, request, viewer.clone(), is_mutation);
        let limit = Duration::from_secs(self.app.config.max_seconds);
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
        match answer.data.is_some() {
            true => Answer { label, ..answer },
            // What was not executed may name anything.
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
        let Prepared { request, document, .. } = prepared;
        document.check_subscription(request.operation_name.as_deref()).map_err(|error| Answer::refused(vec![error]))?;
        let request = request.data(client.clone()).data(subscription.clone());
        Ok(subscribe(schema, &self.app, request, viewer.clone()))
    }
}

/// What a request is answered with
pub struct Answer {
    errors: Vec<ServerError>,
    /// None: the request was not executed
    pub data: Option<Value>,
    pub statements: u64,
    /// What ran, for the metrics
    pub label: String,
}

#[derive(Serialize)]
pub struct Body<'a> {
    #[serde(skip_serializing_if = "<[ServerError]>::is_empty")]
    pub errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
}

impl Answer {
    pub fn refused(errors: Vec<ServerError>) -> Answer {
        Answer { errors, data: None, statements: 0, label: "refused".into() }
    }

    pub fn new(response: GraphqlResponse, statements: u64) -> Answer {
        // Errors of parsing and validation have no path; whatever was executed has one.
        let executed = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
        let errors = response.errors.into_iter().map(with_code).collect();
        Answer { errors, data: executed.then_some(response.data), statements, label: "refused".into() }
    }

    pub fn body(&self) -> Body<'_> {
        Body { errors: &self.errors, data: self.data.as_ref() }
    }
}

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
