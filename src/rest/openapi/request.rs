//! What an operation takes: the parameters behind its variables, as the shim reads them.

use std::collections::HashMap;

use async_graphql::{
    indexmap::IndexMap,
    parser::types::{BaseType, Type},
};
use serde_json::{Map, Value as Json, json};

use super::{
    super::{
        document::Operation,
        input::{Ago, Source, Variable, wire_name},
        library::Library,
        output::{NO, YES},
        types::named,
    },
    schema,
};

/// The parameters of an operation
pub struct Request {
    parameters: IndexMap<String, Parameter>,
    /// Whether one of them is a file
    has_file: bool,
    /// `@body`: the whole JSON body, and whether it must be there
    whole: Option<(Json, bool)>,
    /// Parameters of which one says whose request it is
    credentials: &'static [&'static str],
}

struct Parameter {
    schema: Json,
    required: bool,
    /// Stands in every path of the operation, which is above what a body says
    in_path: bool,
}

impl Request {
    pub fn of(library: &Library, operation: &Operation) -> Request {
        let has_file = operation.variables.iter().any(|variable| named(&variable.ty) == "Upload");
        let mut request = Request { parameters: IndexMap::new(), has_file, whole: None, credentials: &[] };
        if !operation.public {
            request.credentials = operation.dialect.credentials();
            for name in request.credentials {
                let mut schema = schema::integer("int64");
                schema::describe(&mut schema, Some("Whose request it is"));
                let parameter = Parameter { schema, required: false, in_path: false };
                request.parameters.insert((*name).to_owned(), parameter);
            }
        }
        let presence = |name: &str| {
            operation.variables.iter().any(|other| matches!(&other.source, Source::Presence(of) if of == name))
        };
        for variable in &operation.variables {
            let uses = operation.uses.iter().filter(|used| used.variable == variable.name);
            let description = uses.filter_map(|used| used.description.as_deref()).next();
            let description =
                description.or((named(&variable.ty) == "ID").then_some("Number of a row, or its GraphQL `id`"));
            let required = !variable.ty.nullable && variable.default.is_none() && variable.ago.is_none();
            match &variable.source {
                Source::Presence(_) => {}
                Source::Body => request.whole = Some((parameter(library, variable, description, false), required)),
                Source::Parameter(names) => {
                    // What stands inside of a parameter is told by its outermost name.
                    let name = names.first().map_or("", String::as_str);
                    let name = name.split_once('.').map_or(name, |(outer, _)| outer);
                    // Where the document asks whether it is there, its default is never used.
                    let schema = parameter(library, variable, description, !presence(name));
                    let in_path = operation.routes.iter().all(|route| stands_in(&route.path, name));
                    let parameter = Parameter { schema, required: false, in_path };
                    let known = request.parameters.entry(name.to_owned()).or_insert(parameter);
                    known.required |= required;
                }
            }
        }
        request
    }

    /// What stands in the path, and in the query string where there is no body
    pub fn parameters(&self, path: &str, has_body: bool) -> Vec<Json> {
        let mut described = Vec::new();
        for (name, parameter) in &self.parameters {
            let in_path = stands_in(path, name);
            if in_path || !has_body {
                let mut schema = parameter.schema.clone();
                let description = schema.as_object_mut().and_then(|schema| schema.shift_remove("description"));
                let mut entry = json!({
                    "name": name,
                    "in": if in_path { "path" } else { "query" },
                    "required": in_path || parameter.required,
                    "schema": schema,
                });
                if let Some(description) = description {
                    entry["description"] = description;
                }
                described.push(entry);
            }
        }
        described
    }

    /// What stands in the body, where there is one
    fn fields(&self) -> impl Iterator<Item = (&String, &Parameter)> {
        self.parameters.iter().filter(|(_, parameter)| !parameter.in_path)
    }

    /// Schema of the body, as JSON or form
    pub fn body(&self) -> Option<Json> {
        if let Some((schema, _)) = &self.whole {
            let mut body = lenient(schema.clone());
            // What is read beside the whole stands among its fields.
            if body["properties"].is_object() {
                for (name, known) in self.fields() {
                    body["properties"][name] = lenient(known.schema.clone());
                    if known.required {
                        let others = body["required"].as_array().cloned().unwrap_or_default();
                        body["required"] = others.into_iter().chain([json!(name)]).collect();
                    }
                }
            }
            return Some(body);
        }
        self.fields().next()?;
        let mut body = schema::object(
            self.fields().map(|(name, known)| (name.clone(), lenient(known.schema.clone()), known.required)),
        );
        if !self.credentials.is_empty() {
            body["anyOf"] = self.credentials.iter().map(|name| json!({"required": [name]})).collect();
        }
        Some(body)
    }

    /// The request body; its schema is the component `name`
    pub fn content(&self, name: &str) -> Option<Json> {
        let schema = json!({"schema": {"$ref": format!("#/components/schemas/{name}")}});
        let required = match &self.whole {
            Some((_, required)) => *required,
            None => {
                self.fields().next()?;
                !self.credentials.is_empty() || self.fields().any(|(_, parameter)| parameter.required)
            }
        };
        let media_types: &[&str] = match (self.has_file, &self.whole) {
            (true, _) => &["multipart/form-data"],
            (false, Some((schema, _))) if !schema["properties"].is_object() => &["application/json"],
            (false, _) => &["application/json", "application/x-www-form-urlencoded"],
        };
        let content: Map<String, Json> = media_types.iter().map(|name| ((*name).to_owned(), schema.clone())).collect();
        Some(json!({"required": required, "content": content}))
    }
}

/// Whether a path's template has the parameter
fn stands_in(path: &str, name: &str) -> bool {
    path.contains(&format!("{{{name}}}"))
}

fn parameter(library: &Library, variable: &Variable, description: Option<&str>, with_default: bool) -> Json {
    let mut schema = match variable.map.is_empty() {
        true => value(library, &variable.ty, &variable.rename),
        false => mapped(library, variable),
    };
    schema::describe(&mut schema, description);
    match (&variable.ago, &variable.default) {
        (Some(Ago::Days(0)), _) => schema["x-default"] = json!("now"),
        (Some(Ago::Days(days)), _) => schema["x-default"] = json!(format!("now - {days} days")),
        (Some(Ago::Years(years)), _) => schema["x-default"] = json!(format!("now - {} months", 12 * years)),
        (None, Some(default)) if with_default => schema["default"] = default.clone(),
        _ => {}
    }
    schema
}

/// A variable with `@map`: what it names, besides what its type takes
fn mapped(library: &Library, variable: &Variable) -> Json {
    let plain = value(library, &variable.ty, &variable.rename);
    let item = plain.get("items").unwrap_or(&plain);
    let is_number = variable.map.keys().all(|wire| wire.parse::<i64>().is_ok());
    let wire = |wire: &String| wire.parse::<i64>().ok().filter(|_| is_number).map_or_else(|| json!(wire), Json::from);
    let mut known: Vec<Json> = variable.map.keys().map(wire).collect();
    known.extend(item["enum"].as_array().into_iter().flatten().cloned());
    let mut choice = schema::choice(known);
    let mut meanings: Vec<String> = variable.map.iter().map(|(wire, value)| format!("- {wire}: {value}")).collect();
    meanings.sort_unstable();
    // What the document says of a code stands above what the enum says.
    let is_mapped = |line: &str| variable.map.keys().any(|wire| line.starts_with(&format!("- {wire}: ")));
    let codes = item["description"].as_str().unwrap_or_default().lines().filter(|line| !is_mapped(line));
    meanings.extend(codes.map(str::to_owned));
    schema::describe(&mut choice, Some(&meanings.join("\n")));
    let is_closed = item["type"] == "boolean" || item.get("enum").is_some();
    match is_closed && !plain["items"].is_object() {
        true => choice,
        false => json!({"anyOf": [choice, plain]}),
    }
}

fn value(library: &Library, ty: &Type, rename: &HashMap<String, String>) -> Json {
    let name = match &ty.base {
        BaseType::List(inner) => return schema::any_list(value(library, inner, rename)),
        BaseType::Named(name) => name.as_str(),
    };
    match name {
        "Int" => schema::integer("int32"),
        "Long" => schema::integer("int64"),
        "Boolean" => json!({"type": "boolean"}),
        "ID" => json!({"type": ["integer", "string"]}),
        "Money" | "Decimal" => json!({"type": ["number", "string"], "x-format": "decimal"}),
        "DateTime" => json!({"type": "string", "x-format": schema::DATE_TIME}),
        "Upload" => json!({"type": "string", "format": "binary"}),
        "Date" => json!({"type": "string", "format": "date"}),
        _ => match (library.types.fields(name), library.types.values(name)) {
            (Some(fields), _) => schema::object(fields.iter().map(|field| {
                let mut schema = value(library, &field.ty, rename);
                schema::describe(&mut schema, field.description.as_deref());
                (wire_name(rename, &field.name).to_owned(), schema, !field.ty.nullable && !field.has_default)
            })),
            (None, Some(_)) if library.codes.knows(name) => {
                let values = library.codes.values(name).iter();
                let labels = values.clone().filter_map(|value| value.label.map(|label| json!(label)));
                let mut schema = schema::choice(values.map(|value| json!(value.code)).chain(labels).collect());
                schema::describe(&mut schema, schema::meanings(library, name).as_deref());
                schema
            }
            (None, Some(values)) => schema::choice(values.iter().map(|value| json!(value.name)).collect()),
            (None, None) => schema::text(),
        },
    }
}

/// The schema for a body, where old clients send numbers as texts, texts as numbers, and empty texts for nothing; the
/// first type is the usual one
fn lenient(mut schema: Json) -> Json {
    let is_plain = ["format", "x-format", "enum"].iter().all(|keyword| schema.get(keyword).is_none());
    // Codes, and the words that some of them have too
    let codes = schema["enum"].as_array().filter(|values| values.iter().any(Json::is_i64)).cloned();
    match (schema["type"].as_str(), codes) {
        (_, Some(codes)) => {
            let texts = codes.iter().filter(|code| code.is_i64()).map(|code| json!(code.to_string()));
            schema["type"] = json!(["integer", "string"]);
            schema["enum"] = codes.iter().cloned().chain(texts).chain([json!("")]).collect();
        }
        (Some("integer"), None) => {
            schema["type"] = json!(["integer", "string"]);
            schema["pattern"] = json!(r"^-?\d*$");
        }
        (Some("boolean"), _) => {
            schema["type"] = json!(["boolean", "integer", "string"]);
            schema["enum"] = json!([true, false, 1, 0, "true", "false", "1", "0", YES, NO, ""]);
        }
        (Some("string"), _) if is_plain => schema["type"] = json!(["string", "number"]),
        _ => {}
    }
    for nested in ["items", "anyOf"] {
        if let Some(inner) = schema.get_mut(nested) {
            *inner = match inner.take() {
                Json::Array(several) => several.into_iter().map(lenient).collect(),
                single => lenient(single),
            };
        }
    }
    if let Some(Json::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().for_each(|property| *property = lenient(property.take()));
    }
    schema
}
