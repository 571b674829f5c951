//! Which legacy URLs use a field of the schema: what a change of it would touch.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{library::Library, openapi, systems, uses::walk};

/// Every root field, and every other that a legacy URL uses
#[derive(Serialize)]
pub struct Fields<'a> {
    /// What there is to use them; fields name them by their places
    pub operations: Vec<Used<'a>>,
    pub fields: Vec<Field<'a>>,
}

/// A legacy operation
#[derive(Serialize)]
pub struct Used<'a> {
    pub id: &'a str,
    pub system: &'a str,
    pub module: &'a str,
    pub section: &'a str,
    pub summary: &'a str,
    pub method: &'a str,
    pub path: String,
}

/// A field of the schema
#[derive(Serialize)]
pub struct Field<'a> {
    #[serde(rename = "type")]
    pub parent: &'a str,
    pub name: &'a str,
    pub description: Option<&'a str>,
    pub operations: BTreeSet<usize>,
}

pub fn is_root(parent: &str) -> bool {
    ["Query", "Mutation"].contains(&parent)
}

/// Root fields first, then by type and name; operations by system and section
pub fn fields(library: &Library) -> Fields<'_> {
    let mut operations: Vec<_> = library.operations.iter().map(|operation| &**operation).collect();
    let place = |system: &str| systems().iter().position(|(name, _)| *name == system);
    operations.sort_by_cached_key(|it| (place(it.system), it.title.order(), it.id.clone()));
    let mut found: BTreeMap<(&str, &str), BTreeSet<usize>> = BTreeMap::new();
    for root in ["Query", "Mutation"] {
        let fields = library.types.fields(root).unwrap_or_default().iter();
        found.extend(fields.map(|field| ((root, field.name.as_str()), BTreeSet::new())));
    }
    for (index, operation) in operations.iter().enumerate() {
        walk(&library.types, operation, &mut |parent, _, known| {
            found.entry((parent, &known.name)).or_default().insert(index);
        });
    }
    let field = |((parent, name), operations)| {
        let known = library.types.field(parent, name);
        Field { parent, name, description: known.and_then(|known| known.description.as_deref()), operations }
    };
    let mut fields: Vec<_> = found.into_iter().map(field).collect();
    fields.sort_by_key(|field| (field.parent != "Query", field.parent != "Mutation"));
    let used = operations.into_iter().filter_map(|operation| {
        let route = operation.routes.first()?;
        Some(Used {
            id: &operation.id,
            system: operation.system,
            module: &operation.module,
            section: &operation.title.section,
            summary: &operation.title.summary,
            method: route.method.as_str(),
            path: openapi::path(route),
        })
    });
    Fields { operations: used.collect(), fields }
}
