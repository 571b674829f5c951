//! What the variables of a document are for: the schema describes the arguments and input fields that they fill.

use std::collections::HashMap;

use async_graphql::parser::types::{Selection, SelectionSet};
use async_graphql_value::Value;

use super::super::{
    document::Operation,
    types::{Field, Types, named},
};

/// Description of each variable's first use
pub fn descriptions(types: &Types, operation: &Operation) -> HashMap<String, String> {
    let mut uses = Uses { types, operation, found: HashMap::new() };
    let root = if operation.is_mutation { "Mutation" } else { "Query" };
    for (_, definition) in operation.document.operations.iter() {
        uses.selection(root, &definition.node.selection_set.node);
    }
    uses.found
}

struct Uses<'a> {
    types: &'a Types,
    operation: &'a Operation,
    found: HashMap<String, String>,
}

impl Uses<'_> {
    fn selection(&mut self, parent: &str, set: &SelectionSet) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let Some(known) = self.types.field(parent, &field.node.name.node) else { continue };
                    for (name, value) in &field.node.arguments {
                        if let Some(argument) = known.arguments.iter().find(|known| known.name == *name.node) {
                            self.value(argument, &value.node);
                        }
                    }
                    self.selection(named(&known.ty), &field.node.selection_set.node);
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let ty = condition.map_or(parent, |condition| &condition.node.on.node);
                    self.selection(ty, &fragment.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.operation.document.fragments.get(&spread.node.fragment_name.node) {
                        let ty = &fragment.node.type_condition.node.on.node;
                        self.selection(ty, &fragment.node.selection_set.node);
                    }
                }
            }
        }
    }

    /// What an argument or input field is given
    fn value(&mut self, known: &Field, value: &Value) {
        match value {
            Value::Variable(name) => {
                if let Some(description) = &known.description {
                    self.found.entry(name.to_string()).or_insert_with(|| description.clone());
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.value(known, item)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    if let Some(field) = self.types.field(named(&known.ty), name) {
                        self.value(field, value);
                    }
                }
            }
            _ => {}
        }
    }
}
