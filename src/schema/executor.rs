//! Executes documents that are known to be valid.
//!
//! The library takes each request's document for itself and reads all of it several times before it begins: for
//! recursion, for the number of directives, for its rules, for conditions. Of a look-up's 168,000 instructions that was
//! a sixth. What was checked once is executed here from where it is kept, by the same functions of the library; what has
//! directives, and so depends on the request, goes the library's way.

use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, OnceLock, PoisonError},
};

use async_graphql::{
    Positioned, QueryEnv, QueryEnvInner, Request, Response, SchemaEnv,
    extensions::Extensions,
    parser::types::{
        DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
    },
    resolver_utils::{resolve_container, resolve_container_serial},
};
use futures_util::{FutureExt as _, stream::BoxStream};

use super::{Mutation, Query, Schema};
use crate::graphql::roots::Witness;

/// Deepest nesting that is executed without the library's own check, which refuses more
const MAX_LEVELS: usize = 32;

/// A document that keeps the rules of the schema, as it is executed
pub struct Valid {
    document: ExecutableDocument,
    /// Whether nothing in it depends on the request but the values of variables
    is_plain: bool,
}

impl Valid {
    /// Goes through all selections, those of a fragment each time that it is spread: they must have been counted
    pub fn new(document: ExecutableDocument) -> Valid {
        let mut operations = document.operations.iter();
        let is_plain = operations.all(|(_, operation)| is_plain(&document, &operation.node.selection_set.node, 1));
        Valid { document, is_plain }
    }

    /// The operation of this name, or the only one
    fn operation(&self, name: Option<&str>) -> Option<&Positioned<OperationDefinition>> {
        match (&self.document.operations, name) {
            (DocumentOperations::Single(operation), None) => Some(operation),
            (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
            (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => operations.values().next(),
            _ => None,
        }
    }
}

impl Deref for Valid {
    type Target = ExecutableDocument;

    fn deref(&self) -> &ExecutableDocument {
        &self.document
    }
}

fn is_plain(document: &ExecutableDocument, set: &SelectionSet, level: usize) -> bool {
    let mut items = set.items.iter().map(|item| &item.node);
    set.items.is_empty()
        || level <= MAX_LEVELS
            && items.all(|item| {
                let inner = match item {
                    Selection::Field(field) => Some(&field.node.selection_set),
                    Selection::InlineFragment(fragment) => Some(&fragment.node.selection_set),
                    Selection::FragmentSpread(spread) => {
                        let fragment = document.fragments.get(&spread.node.fragment_name.node);
                        fragment.map(|fragment| &fragment.node.selection_set)
                    }
                };
                item.directives().is_empty() && inner.is_some_and(|set| is_plain(document, &set.node, level + 1))
            })
}

/// A schema that executes valid documents
#[derive(Clone)]
pub struct Executor {
    schema: Schema,
    /// None: the library goes all of the way
    ground: Option<Ground>,
}

/// What the library lets resolvers stand on
#[derive(Clone)]
struct Ground {
    schema: SchemaEnv,
    extensions: Extensions,
}

impl Executor {
    /// For any document
    pub fn new(schema: Schema) -> Executor {
        Executor { schema, ground: None }
    }

    /// For documents that do not ask about the schema, which does not validate
    pub fn direct(schema: Schema) -> Executor {
        let seen = Arc::<OnceLock<Ground>>::default();
        // Weak: the extensions keep the request's data, and so the witness.
        let witness = Witness(Box::new({
            let seen = Arc::downgrade(&seen);
            move |ctx| {
                let (schema, extensions) = (ctx.schema_env.clone(), ctx.query_env.extensions.clone());
                let _ = seen.upgrade().map(|seen| seen.set(Ground { schema, extensions }));
            }
        }));
        // A field that is not there: its resolver only looks around.
        let _ = schema.execute(Request::new("{ _ground }").data(witness)).now_or_never();
        Executor { ground: seen.get().cloned(), schema }
    }

    /// Executes a subscription
    pub fn stream(&self, document: &Valid, mut request: Request) -> BoxStream<'static, Response> {
        request.set_parsed_query(document.document.clone());
        self.schema.execute_stream(request)
    }

    /// Executes a query or a mutation
    pub async fn execute(&self, document: Arc<Valid>, mut request: Request) -> Response {
        let operation = document.operation(request.operation_name.as_deref());
        let (Some(ground), Some(operation), true) = (&self.ground, operation, document.is_plain) else {
            request.set_parsed_query(document.document.clone());
            return self.schema.execute(request).await;
        };
        let OperationDefinition { ty, variable_definitions, selection_set, .. } = &operation.node;
        let env = QueryEnv::new(QueryEnvInner {
            extensions: ground.extensions.clone(),
            variables: request.variables,
            operation_name: request.operation_name,
            // Its selections are read from the document.
            operation: Positioned::new(
                OperationDefinition {
                    ty: *ty,
                    variable_definitions: variable_definitions.clone(),
                    directives: Vec::new(),
                    selection_set: Positioned::default(),
                },
                operation.pos,
            ),
            fragments: if document.fragments.is_empty() { HashMap::default() } else { document.fragments.clone() },
            uploads: request.uploads,
            session_data: Arc::default(),
            query_data: Arc::new(request.data),
            http_headers: Default::default(),
            introspection_mode: request.introspection_mode,
            errors: Default::default(),
        });
        let ctx = env.create_context(&ground.schema, None, selection_set, None);
        let outcome = match ty {
            OperationType::Mutation => resolve_container_serial(&ctx, &Mutation).await,
            _ => resolve_container(&ctx, &Query).await,
        };
        let mut response = outcome.map_or_else(|error| Response::from_errors(vec![error]), Response::new);
        response.errors.extend(std::mem::take(&mut *env.errors.lock().unwrap_or_else(PoisonError::into_inner)));
        response
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{Variables, parser::parse_query};
    use serde_json::json;

    use super::*;
    use crate::schema::fast;

    fn valid(text: &str) -> Arc<Valid> {
        Arc::new(Valid::new(parse_query(text).unwrap()))
    }

    #[test]
    fn what_depends_on_conditions_is_not_plain() {
        let deep = |levels: usize| "{ a ".repeat(levels) + &"}".repeat(levels);
        for (text, plain) in [
            ("query($id: ID!) { node(id: $id) { id ... on Tag { name } ...f } } fragment f on Node { id }", true),
            ("query($x: Boolean!) { me { id @include(if: $x) } }", false),
            ("query($x: Boolean!) { me { ... @skip(if: $x) { id } } }", false),
            ("query($x: Boolean!) { me { ...f } } fragment f on Account { id @skip(if: $x) }", false),
            ("query A { me { id } } query B($x: Boolean!) { me { id @skip(if: $x) } }", false),
            (&deep(MAX_LEVELS), true),
            (&deep(MAX_LEVELS + 1), false),
        ] {
            assert_eq!(valid(text).is_plain, plain, "{text}");
        }
    }

    #[tokio::test]
    async fn both_ways_lead_to_the_same() {
        let direct = Executor::direct(fast().finish());
        assert!(direct.ground.is_some());
        let library = Executor::new(fast().finish());
        for (text, name) in [
            ("{ __typename a: __typename }", None),
            ("query A { __typename } query B { b: __typename }", Some("B")),
            ("query A { __typename } query B { b: __typename }", Some("C")),
            ("query A { __typename } query B { b: __typename }", None),
            ("mutation { ...f } fragment f on Mutation { c: __typename }", None),
            // Refused, since nobody is signed in
            ("query($ids: [ID!]!) { __typename nodes(ids: $ids) { id } }", None),
        ] {
            let answers = [&direct, &library].map(|executor| {
                let mut request = Request::new("").variables(Variables::from_json(json!({"ids": ["a"]})));
                request = request.data(Arc::<crate::auth::Viewer>::default());
                request.operation_name = name.map(str::to_owned);
                executor.execute(valid(text), request)
            });
            let [direct, library] = futures_util::future::join_all(answers).await.try_into().unwrap();
            assert_eq!(serde_json::to_value(direct).unwrap(), serde_json::to_value(library).unwrap(), "{text}");
        }
    }
}
