//! JSON Schema, as far as the OpenAPI files need it.

use serde_json::{Map, Value as Json, json};

use super::super::library::Library;
use crate::graphql::codes::CodeValue;

/// How the shim writes a moment
pub const DATE_TIME: &str = "yyyy-MM-dd HH:mm:ss";

pub fn integer(format: &str) -> Json {
    json!({"type": "integer", "format": format})
}

pub fn text() -> Json {
    json!({"type": "string"})
}

/// A text in a format that JSON Schema has no name for
pub fn pattern(format: &str, pattern: &str) -> Json {
    json!({"type": "string", "x-format": format, "pattern": pattern})
}

pub fn list(items: Json) -> Json {
    json!({"type": "array", "items": items})
}

/// A list as clients write it: a JSON array, or its text, or what stands between commas
pub fn any_list(items: Json) -> Json {
    json!({"type": ["array", "string"], "items": items})
}

/// An object of named properties, each with whether it must be there
pub fn object(properties: impl IntoIterator<Item = (String, Json, bool)>) -> Json {
    let (mut known, mut required) = (Map::new(), Vec::new());
    for (name, schema, is_required) in properties {
        if is_required {
            required.push(name.clone());
        }
        known.insert(name, schema);
    }
    let mut object = json!({"type": "object", "properties": known});
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

/// JSON Schema's name for the type of a value
fn type_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(number) if number.is_i64() => "integer",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

/// Always this value
pub fn constant(value: &Json) -> Json {
    json!({"type": type_of(value), "const": value})
}

/// One of some values, sorted
pub fn choice(mut values: Vec<Json>) -> Json {
    values.sort_by_cached_key(|value| (value.is_null(), value.as_i64(), value.to_string()));
    values.dedup();
    let mut types: Vec<&str> = values.iter().map(type_of).collect();
    types.sort_unstable();
    types.dedup();
    let ty = if let [ty] = types[..] { json!(ty) } else { json!(types) };
    json!({"type": ty, "enum": values})
}

/// The schema, or this value
pub fn or(mut schema: Json, value: &Json) -> Json {
    let ty = json!(type_of(value));
    if let Some(choices) = schema.get("enum").and_then(Json::as_array) {
        let choices = choices.iter().chain([value]).cloned().collect();
        let chosen = choice(choices);
        schema["type"] = chosen["type"].clone();
        schema["enum"] = chosen["enum"].clone();
        return schema;
    }
    let is_open = ["const", "pattern", "format"].iter().all(|keyword| schema.get(keyword).is_none());
    match schema.get("type").cloned() {
        Some(known) if known == ty && is_open => schema,
        // A pattern or format says nothing of null.
        Some(Json::String(known)) if value.is_null() && schema.get("const").is_none() => {
            schema["type"] = json!([known, "null"]);
            schema
        }
        _ if value.is_null() => json!({"anyOf": [schema, {"type": "null"}]}),
        _ => json!({"anyOf": [schema, constant(value)]}),
    }
}

/// Puts a text above what the schema says of itself
pub fn describe(schema: &mut Json, text: Option<&str>) {
    let Some(text) = text else { return };
    let described = match schema.get("description").and_then(Json::as_str) {
        Some(own) => format!("{text}\n{own}"),
        None => text.to_owned(),
    };
    schema["description"] = json!(described);
}

/// What the codes of an enum mean: a list for people
pub fn meanings(library: &Library, name: &str) -> Option<String> {
    let mut values = library.codes.values(name).to_vec();
    values.sort_by_key(|value| value.code);
    let known = library.types.values(name)?;
    let lines = values.iter().map(|CodeValue { name, code, .. }| {
        let meaning = known.iter().find(|value| value.name == *name).and_then(|value| value.description.as_deref());
        format!("- {code}: {}", meaning.unwrap_or(name))
    });
    Some(lines.collect::<Vec<_>>().join("\n")).filter(|lines| !lines.is_empty())
}
