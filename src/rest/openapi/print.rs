//! The GraphQL that an operation runs, as text.

use async_graphql::{
    Positioned,
    parser::types::{Directive, Selection, SelectionSet},
};
use async_graphql_value::{Name, Value};

use super::super::{document::Operation, fields::is_root, library::Library, uses::walk};

/// Longest line; what does not fit is written one to a line
const WIDTH: usize = 100;

/// `query` or `mutation`, and the root fields
pub fn runs(library: &Library, operation: &Operation) -> String {
    let kind = if operation.is_mutation { "mutation" } else { "query" };
    let mut names: Vec<String> = Vec::new();
    walk(&library.types, operation, &mut |parent, field, _| {
        if is_root(parent) {
            names.push(format!("`{}`", field.name.node));
        }
    });
    names.dedup();
    format!("{kind} {}", names.join(", "))
}

/// The executed document, ready for GraphiQL
pub fn document(operation: &Operation) -> String {
    let mut printer = Printer { text: String::new(), fragments: Vec::new() };
    for (_, definition) in operation.document.operations.iter() {
        let definition = &definition.node;
        let variables = definition.variable_definitions.iter().map(|variable| {
            let variable = &variable.node;
            let default = variable.default_value.as_ref().map(|value| format!(" = {}", value.node));
            format!("${}: {}{}", variable.name, variable.var_type, default.unwrap_or_default())
        });
        let head = format!("{} {}", definition.ty, operation.id);
        printer.text.push_str(&enclosed(&head, '(', variables.collect(), ')', 0));
        printer.selection(&definition.selection_set.node, 0);
    }
    let mut printed = 0;
    while let Some(name) = printer.fragments.get(printed).cloned() {
        printed += 1;
        if let Some(fragment) = operation.document.fragments.get(&name) {
            let on = &fragment.node.type_condition.node.on;
            printer.text.push_str(&format!("\nfragment {name} on {on}"));
            printer.selection(&fragment.node.selection_set.node, 0);
        }
    }
    printer.text
}

struct Printer {
    text: String,
    /// Fragments that are used, in the order of their use
    fragments: Vec<Name>,
}

impl Printer {
    fn selection(&mut self, set: &SelectionSet, depth: usize) {
        self.text.push_str(" {\n");
        for selection in &set.items {
            self.text.push_str(&indent(depth + 1));
            let directives = directives(selection.node.directives());
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let alias = field.alias.as_ref().map(|alias| format!("{alias}: ")).unwrap_or_default();
                    let written = arguments(&format!("{alias}{}", field.name), &field.arguments, depth + 1);
                    self.text.push_str(&written);
                    self.text.push_str(&directives);
                    self.children(&field.selection_set.node, depth + 1);
                }
                Selection::InlineFragment(fragment) => {
                    let on =
                        fragment.node.type_condition.as_ref().map(|condition| format!(" on {}", condition.node.on));
                    self.text.push_str(&format!("...{}{directives}", on.unwrap_or_default()));
                    self.children(&fragment.node.selection_set.node, depth + 1);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    self.text.push_str(&format!("...{name}{directives}\n"));
                    if !self.fragments.contains(name) {
                        self.fragments.push(name.clone());
                    }
                }
            }
        }
        self.text.push_str(&format!("{}}}\n", indent(depth)));
    }

    fn children(&mut self, set: &SelectionSet, depth: usize) {
        match set.items.is_empty() {
            true => self.text.push('\n'),
            false => self.selection(set, depth),
        }
    }
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

/// Items in brackets behind a head: on one line where they fit; nothing where there are none
fn enclosed(head: &str, open: char, items: Vec<String>, close: char, depth: usize) -> String {
    if items.is_empty() {
        return head.to_owned();
    }
    let line = format!("{head}{open}{}{close}", items.join(", "));
    if depth * 2 + line.len() <= WIDTH && !line.contains('\n') {
        return line;
    }
    let items: Vec<String> = items.iter().map(|item| format!("{}{item}\n", indent(depth + 1))).collect();
    format!("{head}{open}\n{}{}{close}", items.concat(), indent(depth))
}

fn arguments(head: &str, arguments: &[(Positioned<Name>, Positioned<Value>)], depth: usize) -> String {
    let written = arguments.iter().map(|(name, value)| argument(&name.node, &value.node, depth + 1));
    enclosed(head, '(', written.collect(), ')', depth)
}

fn argument(name: &Name, value: &Value, depth: usize) -> String {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let fields = fields.iter().map(|(name, value)| argument(name, value, depth + 1));
            enclosed(&format!("{name}: "), '{', fields.collect(), '}', depth)
        }
        value => format!("{name}: {value}"),
    }
}

fn directives(directives: &[Positioned<Directive>]) -> String {
    let written = directives
        .iter()
        .map(|directive| arguments(&format!(" @{}", directive.node.name), &directive.node.arguments, 0));
    written.collect()
}
