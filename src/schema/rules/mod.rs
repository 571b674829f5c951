//! The rules of GraphQL for documents and for the values of their variables.
//!
//! apollo-compiler checks documents in time that hardly grows faster than they do. The schema's library would do it
//! too, but misses conflicts of fields in nested selections and across types, integers out of range and more, and goes
//! through fragments again for each of their uses, which a hostile document makes billions of. `.ci/validation`
//! compares the verdicts with those of graphql-js.

pub mod introspection;
mod literals;
mod values;

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema,
    ast::VariableDefinition,
    introspection::check_max_depth,
    parser::{LineColumn, SourceMap},
    response::GraphQLError,
    validation::Valid,
};
use async_graphql::{Pos, ServerError, Variables};

use literals::Flaw;
pub use values::Misfit;

/// Most errors that are told of one document
const MOST_ERRORS: usize = 5;

/// Most characters of an error: some of them cite the document, laid out wider than it was
const MOST_CHARACTERS: usize = 500;

/// The schema as the rules see it
pub struct Rules(Valid<Schema>);

/// An operation of a valid document
pub struct Declared {
    pub name: Option<Name>,
    variables: Vec<Node<VariableDefinition>>,
}

impl Rules {
    pub fn read(sdl: &str) -> anyhow::Result<Rules> {
        let schema = Schema::parse_and_validate(sdl, "schema.graphql");
        Ok(Rules(schema.map_err(|broken| anyhow::anyhow!("{}", broken.errors))?))
    }

    /// Checks a document and tells its operations
    pub fn check(&self, text: &str) -> Result<Vec<Declared>, Vec<ServerError>> {
        let document = ExecutableDocument::parse_and_validate(&self.0, text, "document").map_err(|broken| {
            let errors = broken.errors.iter().map(|error| told(error.unstable_to_json_compat()));
            without_echoes(errors.take(MOST_ERRORS).collect())
        })?;
        literals::check(&self.0, &document).map_err(|flaw| vec![located(flaw, &document.sources)])?;
        for operation in document.operations.iter() {
            check_max_depth(&document, operation)
                .map_err(|error| vec![told(error.to_graphql_error(&document.sources))])?;
        }
        let declared = |operation: &Node<apollo_compiler::executable::Operation>| Declared {
            name: operation.name.clone(),
            variables: operation.variables.clone(),
        };
        Ok(document.operations.iter().map(declared).collect())
    }

    /// A document without the escapes of Unicode that the schema's library does not read
    pub fn rewritten(&self, text: &str) -> Option<String> {
        let document = ExecutableDocument::parse(&self.0, text, "document").ok()?;
        Some(document.serialize().no_indent().to_string())
    }

    /// Checks the values of an operation's variables
    pub fn check_variables(&self, operation: &Declared, variables: &Variables) -> Result<(), Misfit> {
        values::check(&self.0, &operation.variables, variables)
    }
}

/// A field that is not known leaves an empty selection behind, which is no error of its own
fn without_echoes(mut errors: Vec<ServerError>) -> Vec<ServerError> {
    if errors.iter().any(|error| error.message.starts_with("Cannot query field ")) {
        errors.retain(|error| !error.message.ends_with("must have a selection of subfields."));
    }
    errors
}

fn told(error: GraphQLError) -> ServerError {
    at(error.message, error.locations.first().copied())
}

fn located(Flaw(message, span): Flaw, sources: &SourceMap) -> ServerError {
    at(message, span.and_then(|span| span.line_column_range(sources)).map(|range| range.start))
}

fn at(mut message: String, place: Option<LineColumn>) -> ServerError {
    // What else could have been meant is not told.
    if let Some(end) = message.find(" Did you mean ") {
        message.truncate(end);
    }
    if let Some((end, _)) = message.char_indices().nth(MOST_CHARACTERS) {
        message.replace_range(end.., "…");
    }
    ServerError::new(message, place.map(|place| Pos { line: place.line, column: place.column }))
}
