//! What a document may ask about the schema. The schema's library resolves a selection anew wherever it is repeated,
//! and types lead to types: a short question may be answered by the schema many times over.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use crate::error::{AppError, AppResult};

/// Most selections about the schema, those of a fragment counted wherever it is spread; GraphiQL's question has 240
const MOST: usize = 500;

/// Deepest nesting of lists that lead from a type to others; GraphiQL's question has one level. apollo-compiler checks
/// it too, but loses count where fragments spread fragments.
const DEEPEST: usize = 2;

const LEADING_ON: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];

const OTHER_LISTS: [&str; 4] = ["types", "directives", "args", "enumValues"];

/// How many rows a field of the schema itself counts as. Its lists are longer, but all of it may be asked for; what the
/// answer holds beyond its price is paid behind it.
pub fn rows(field: &str) -> u64 {
    if LEADING_ON.contains(&field) || OTHER_LISTS.contains(&field) { 5 } else { 1 }
}

/// Refuses what asks for more. The document comes to a bounded number of selections.
pub fn check(document: &ExecutableDocument) -> AppResult<()> {
    document.operations.iter().try_for_each(|(_, operation)| {
        let mut walk = Walk { document, asked: 0 };
        walk.set(&operation.node.selection_set.node, None)
    })
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    /// Selections about the schema so far
    asked: usize,
}

impl<'a> Walk<'a> {
    /// Goes through a selection, so many levels deep in the schema; none: outside
    fn set(&mut self, set: &'a SelectionSet, depth: Option<usize>) -> AppResult<()> {
        for selection in &set.items {
            self.asked += usize::from(depth.is_some());
            if self.asked > MOST {
                return Err(AppError::cost(format!("An operation selects at most {MOST} fields of the schema itself")));
            }
            match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    let within = match depth {
                        Some(depth) => depth + usize::from(LEADING_ON.contains(&name)),
                        None if matches!(name, "__schema" | "__type") => 0,
                        // What else is asked at the root does not lead to the schema.
                        None => continue,
                    };
                    if within > DEEPEST {
                        return Err(AppError::cost("The question about the schema is nested too deep"));
                    }
                    self.set(&field.node.selection_set.node, Some(within))?;
                }
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set.node, depth)?,
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) {
                        self.set(&fragment.node.selection_set.node, depth)?;
                    }
                }
            }
        }
        Ok(())
    }
}
