//! The root fields of a mutation, each once. The schema's library runs a field for each place that selects it, and
//! would write twice where GraphQL merges the fields of one response key.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition, OperationType, Selection,
        SelectionSet,
    },
};

/// Puts the root fields of each mutation side by side, without the fragments around them, and merges those of one
/// response key. Under a condition they can not be merged, since it may not hold: [`repeated`] finds them.
pub fn merge(document: &mut ExecutableDocument) {
    let operations: Vec<_> = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    for operation in operations.into_iter().filter(|operation| operation.node.ty == OperationType::Mutation) {
        let set = &mut operation.node.selection_set.node;
        let fields = Root::of(set, &document.fragments).fields.into_iter();
        set.items = fields.map(|field| Positioned { pos: field.pos, node: Selection::Field(field) }).collect();
    }
}

/// The response key of more than one field
pub fn repeated(set: &SelectionSet) -> Option<&Name> {
    let mut seen = HashSet::new();
    let mut keys = set.items.iter().filter_map(|selection| match &selection.node {
        Selection::Field(field) => Some(&field.node.response_key().node),
        _ => None,
    });
    keys.find(|key| !seen.insert(*key))
}

struct Root<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// Fragments that are in, without a condition
    whole: HashSet<Name>,
    fields: Vec<Positioned<Field>>,
    /// Their places by their keys
    places: HashMap<Name, usize>,
    /// Whether one is in twice: what follows does not matter then
    repeats: bool,
}

impl<'a> Root<'a> {
    fn of(set: &SelectionSet, fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>) -> Root<'a> {
        let (whole, fields, places, repeats) = Default::default();
        let mut root = Root { fragments, whole, fields, places, repeats };
        root.add(set, &[]);
        root
    }

    fn add(&mut self, set: &SelectionSet, outer: &[Positioned<Directive>]) {
        for selection in &set.items {
            if self.repeats {
                return;
            }
            let conditions = [outer, selection.node.directives()].concat();
            match &selection.node {
                Selection::Field(field) => self.add_field(field, conditions),
                Selection::InlineFragment(fragment) => self.add(&fragment.node.selection_set.node, &conditions),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.fragments.get(name).filter(|_| !self.whole.contains(name)) else {
                        continue;
                    };
                    if conditions.is_empty() {
                        self.whole.insert(name.clone());
                    }
                    self.add(&fragment.node.selection_set.node, &conditions);
                }
            }
        }
    }

    fn add_field(&mut self, field: &Positioned<Field>, conditions: Vec<Positioned<Directive>>) {
        let key = field.node.response_key().node.clone();
        let mut field = field.clone();
        field.node.directives = conditions;
        match self.places.get(&key).map(|place| &mut self.fields[*place].node) {
            Some(known) if known.directives.is_empty() && field.node.directives.is_empty() => {
                known.selection_set.node.items.append(&mut field.node.selection_set.node.items);
            }
            known => {
                self.repeats = known.is_some();
                self.places.insert(key, self.fields.len());
                self.fields.push(field);
            }
        }
    }
}
