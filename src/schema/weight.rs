//! How much an answer was, in fields.

use async_graphql::{
    Name, Value,
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

/// So many bytes of text weigh as much as a field
const TEXT: usize = 100;

/// The fields that were resolved for an answer. The schema's library resolves one for each place that selects it, and
/// merges what comes out, so the answer alone would tell of fewer.
pub fn weight(document: &ExecutableDocument, name: Option<&str>, data: &Value) -> u64 {
    let mut operations = document.operations.iter();
    let operation = operations.find(|(own, _)| name.is_none_or(|name| own.is_some_and(|own| own == name)));
    operation.map_or(1, |(_, operation)| content(document, &operation.node.selection_set.node, data).max(1))
}

/// The field of an answer, which mostly stands where it was selected: looking there first spares it being hashed
pub fn field_at<'a>(fields: &'a IndexMap<Name, Value>, place: usize, key: &str) -> Option<&'a Value> {
    match fields.get_index(place) {
        Some((name, value)) if name == key => Some(value),
        _ => fields.get(key),
    }
}

fn content(document: &ExecutableDocument, set: &SelectionSet, value: &Value) -> u64 {
    match value {
        Value::List(items) => items.iter().map(|item| content(document, set, item).max(1)).sum(),
        Value::Object(fields) if !set.items.is_empty() => {
            let of_each = set.items.iter().enumerate().map(|(place, selection)| match &selection.node {
                Selection::Field(field) => field_at(fields, place, &field.node.response_key().node)
                    .map_or(0, |value| 1 + content(document, &field.node.selection_set.node, value)),
                Selection::InlineFragment(fragment) => content(document, &fragment.node.selection_set.node, value),
                Selection::FragmentSpread(spread) => document
                    .fragments
                    .get(&spread.node.fragment_name.node)
                    .map_or(0, |fragment| content(document, &fragment.node.selection_set.node, value)),
            });
            of_each.sum()
        }
        // A scalar
        Value::Object(fields) => fields.values().map(|value| 1 + content(document, set, value)).sum(),
        Value::String(text) => u64::try_from(text.len() / TEXT).unwrap_or(u64::MAX),
        _ => 0,
    }
}
