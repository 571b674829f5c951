//! What the variables of a document are for: the arguments and input fields that they fill. The schema describes them,
//! and an error that names one is told to the client by the variable that he sent.

use async_graphql::parser::types::{Field as Selected, Selection, SelectionSet};
use async_graphql_value::Value;

use super::{
    document::Operation,
    input::{Source, Variable, Wire, wire_name},
    types::{Field, Types, named},
};

/// One use of a variable
pub struct Use {
    pub variable: String,
    /// Where: `input.contactId`, as errors name it
    pub path: String,
    pub description: Option<String>,
}

/// Every use of every variable
pub fn uses(types: &Types, operation: &Operation) -> Vec<Use> {
    let mut uses = Uses { types, found: Vec::new() };
    walk(types, operation, &mut |_, field, known| {
        for (name, value) in &field.arguments {
            if let Some(argument) = known.arguments.iter().find(|known| known.name == *name.node) {
                uses.value(argument, &value.node, name.node.to_string());
            }
        }
    });
    uses.found
}

/// Shows every field that an operation selects, with its type, and with what the schema knows of it
pub fn walk<'a>(types: &'a Types, operation: &'a Operation, visit: &mut dyn FnMut(&'a str, &'a Selected, &'a Field)) {
    let root = if operation.is_mutation { "Mutation" } else { "Query" };
    for (_, definition) in operation.document.operations.iter() {
        walk_set(types, operation, root, &definition.node.selection_set.node, visit);
    }
}

fn walk_set<'a>(
    types: &'a Types,
    operation: &'a Operation,
    parent: &'a str,
    set: &'a SelectionSet,
    visit: &mut dyn FnMut(&'a str, &'a Selected, &'a Field),
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                let Some(known) = types.field(parent, &field.node.name.node) else { continue };
                visit(parent, &field.node, known);
                walk_set(types, operation, named(&known.ty), &field.node.selection_set.node, visit);
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                let ty = condition.map_or(parent, |condition| condition.node.on.node.as_str());
                walk_set(types, operation, ty, &fragment.node.selection_set.node, visit);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = operation.document.fragments.get(&spread.node.fragment_name.node) {
                    let ty = fragment.node.type_condition.node.on.node.as_str();
                    walk_set(types, operation, ty, &fragment.node.selection_set.node, visit);
                }
            }
        }
    }
}

/// The parameter that the client of a request knows a path by; the path itself where it is none of his
pub fn wire_path(operation: &Operation, wire: &Wire, path: &str) -> String {
    let inside =
        |used: &Use| path.strip_prefix(&used.path).filter(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    let found =
        operation.uses.iter().filter_map(|used| Some((used, inside(used)?))).max_by_key(|(used, _)| used.path.len());
    let Some((used, rest)) = found else { return path.to_owned() };
    let Some(variable) = operation.variables.iter().find(|variable| variable.name == used.variable) else {
        return path.to_owned();
    };
    let start = match &variable.source {
        Source::Parameter(names) => wire.sent(names),
        Source::Presence(name) => name.as_str(),
        Source::Body => "",
    };
    let rest = rest.split('.').map(|part| part_on_the_wire(variable, part)).collect::<Vec<_>>().join(".");
    format!("{start}{rest}").trim_start_matches('.').to_owned()
}

/// `sentAt`, or `[3]`, which has no name
fn part_on_the_wire(variable: &Variable, part: &str) -> String {
    let (name, index) = part.split_at(part.find('[').unwrap_or(part.len()));
    format!("{}{index}", wire_name(&variable.rename, name))
}

struct Uses<'a> {
    types: &'a Types,
    found: Vec<Use>,
}

impl Uses<'_> {
    /// What an argument or input field is given
    fn value(&mut self, known: &Field, value: &Value, path: String) {
        match value {
            Value::Variable(name) => {
                let description = known.description.clone();
                self.found.push(Use { variable: name.to_string(), path, description });
            }
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.value(known, item, format!("{path}[{index}]"));
                }
            }
            Value::Object(fields) => {
                for (name, value) in fields {
                    if let Some(field) = self.types.field(named(&known.ty), name) {
                        self.value(field, value, format!("{path}.{name}"));
                    }
                }
            }
            _ => {}
        }
    }
}
