//! Requests to begin with: `examples.json` of each system holds one for each operation, by operationId, that answers on
//! the demo data. The tests ask them all.

use std::collections::HashMap;

use chrono_tz::Tz;
use rust_embed::RustEmbed;
use serde_json::{Map, Value as Json, json};

use super::super::{
    document::{Operation, Route},
    input::{Coercion, Wire},
    library::Library,
    types::named,
};

#[derive(RustEmbed)]
#[folder = "src/rest"]
#[include = "*/examples.json"]
struct Files;

/// A request's parameters, or the list that is its whole body
pub struct Example(Json);

impl Example {
    /// Those of a system, by operationId
    pub fn all(system: &str) -> HashMap<String, Example> {
        let file = Files::get(&format!("{system}/examples.json"));
        let examples: Option<HashMap<String, Json>> = file.and_then(|file| serde_json::from_slice(&file.data).ok());
        examples.unwrap_or_default().into_iter().map(|(id, example)| (id, Example(example))).collect()
    }

    /// For a parameter of the path or the query
    pub fn parameter(&self, name: &str) -> Option<&Json> {
        self.0.get(name)
    }

    /// The body: what does not stand in the path, without files
    pub fn body(&self, operation: &Operation, route: &Route) -> Json {
        let mut body = self.0.clone();
        if let Some(fields) = body.as_object_mut() {
            let is_file = |name: &String| operation.file_names().any(|file| file == name);
            fields.retain(|name, _| !route.parameters().any(|parameter| parameter == name) && !is_file(name));
        }
        body
    }

    /// The variables of GraphQL that the shim makes of it; a file has none
    pub fn variables(&self, library: &Library, operation: &Operation, zone: Tz) -> Option<Json> {
        let route = operation.routes.first()?;
        let in_path = route.parameters().filter_map(|name| Some((name.to_owned(), self.0.get(name)?.clone())));
        let mut wire = Wire::new(in_path.collect(), Map::new(), self.body(operation, route));
        operation.dialect.tidy(&mut wire);
        let coercion = Coercion { types: &library.types, codes: &library.codes, zone };
        let plain = operation.variables.iter().filter(|variable| named(&variable.ty) != "Upload");
        Some(json!(coercion.variables(plain, &wire).ok()?))
    }
}
