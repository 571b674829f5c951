//! An OpenAPI 3.1 file for each system, made of its compiled documents and the GraphQL schema, so that it tells what
//! the shim does and nothing else. The few URLs that answer files have no document: their dialect tells of them.
//!
//! `request` describes what an operation takes, `response` what it answers, `example` has a request of it, `print`
//! writes the GraphQL that it runs.

mod example;
mod print;
mod request;
mod response;
mod schema;

use axum::http::Method;
use chrono_tz::Tz;
use serde_json::{Map, Value as Json, json};

use self::{example::Example, request::Request};
use super::{
    dialect::Download,
    document::{Operation, Route},
    library::Library,
    systems,
};

/// The OpenAPI file of a system, whose wall clock is that of a zone; none for an unknown one
pub fn file(library: &Library, system: &str, zone: Tz) -> Option<Json> {
    let (_, dialect) = systems().into_iter().find(|(name, _)| *name == system)?;
    let mut operations: Vec<&Operation> = library
        .operations
        .iter()
        .map(|operation| &**operation)
        .filter(|operation| operation.system == system)
        .collect();
    operations.sort_by_cached_key(|operation| (operation.title.order(), operation.id.clone()));
    let mut paths = Map::new();
    let mut schemas = Map::from_iter([("Failure".to_owned(), response::failure(dialect))]);
    let mut tags: Vec<Json> = Vec::new();
    let examples = Example::all(system);
    for operation in operations {
        let chapter = library.chapters.get(&(operation.system, operation.module.clone()));
        let tag = json!({"name": operation.module, "description": chapter});
        if !tags.contains(&tag) {
            tags.push(tag);
        }
        let request = Request::of(library, operation);
        let example = examples.get(&operation.id);
        let variables = example.and_then(|example| example.variables(library, operation, zone));
        for (index, route) in operation.routes.iter().enumerate() {
            let mut described = describe(library, operation, &request, route, index > 0);
            if let Some(example) = example {
                show(example, operation, route, &mut described);
            }
            if let Some(variables) = &variables {
                described["x-graphql-variables"] = variables.clone();
            }
            if index == 0 && operation.routes.len() > 1 {
                described["x-alias"] = operation.routes[1..].iter().map(alias).collect();
            }
            let methods = paths.entry(path(route)).or_insert_with(|| json!({}));
            methods[route.method.as_str().to_lowercase()] = described;
        }
        if let Some(body) = request.body().filter(|_| operation.routes.iter().any(has_body)) {
            schemas.insert(operation.id.clone(), body);
        }
    }
    for download in dialect.downloads() {
        paths.insert(download.path.clone(), json!({"get": file_of(&download)}));
    }
    let schemes = dialect.schemes();
    let names = schemes.as_object().into_iter().flat_map(Map::keys);
    Some(json!({
        "openapi": "3.1.0",
        "info": {
            "title": dialect.title(),
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Made of the documents of the REST shim and the GraphQL schema. `x-graphql` is the GraphQL \
                operation that answers a URL, `x-graphql-variables` what it makes of the example, `x-section` its \
                section in the legacy documentation. Where a body may hold values of several types, the first is the \
                usual one; unknown parameters are ignored. The examples answer on the demo data.",
        },
        "servers": [{"url": "/"}],
        "x-system": system,
        "x-realm": dialect.realm().name(),
        "security": names.map(|name| json!({name: []})).collect::<Vec<_>>(),
        "tags": tags,
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": schemes},
    }))
}

/// A route's key under `paths`; as in the legacy documentation, operations that share a path keep their selector
pub fn path(route: &Route) -> String {
    match &route.selector {
        Some((name, value)) => format!("{}?{name}={value}", route.path),
        None => route.path.clone(),
    }
}

fn has_body(route: &Route) -> bool {
    ![Method::GET, Method::DELETE].contains(&route.method)
}

fn alias(route: &Route) -> Json {
    json!({"method": route.method.as_str(), "path": path(route)})
}

fn describe(library: &Library, operation: &Operation, request: &Request, route: &Route, is_alias: bool) -> Json {
    let title = &operation.title;
    let mut described = Map::new();
    // An operationId stands for one method and path.
    let id = if is_alias { "x-alias-of" } else { "operationId" };
    described.insert(id.into(), json!(operation.id));
    described.insert("x-section".into(), json!(title.section));
    described.insert("summary".into(), json!(title.summary));
    let runs = format!("Runs the GraphQL {}.", print::runs(library, operation));
    let description = title.note.iter().chain([&runs]).cloned().collect::<Vec<_>>().join("\n\n");
    described.insert("description".into(), json!(description));
    described.insert("tags".into(), json!([operation.module]));
    if ["废弃", "弃用"].iter().any(|obsolete| title.summary.contains(obsolete)) {
        described.insert("deprecated".into(), json!(true));
    }
    if operation.public {
        described.insert("security".into(), json!([]));
    }
    let parameters = request.parameters(&route.path, has_body(route));
    if !parameters.is_empty() {
        described.insert("parameters".into(), json!(parameters));
    }
    if let Some(body) = request.content(&operation.id).filter(|_| has_body(route)) {
        described.insert("requestBody".into(), body);
    }
    described.insert("responses".into(), responses(library, operation));
    described.insert("x-graphql".into(), json!(print::document(operation)));
    Json::Object(described)
}

/// A URL that answers a file, or a failure like any other URL
fn file_of(download: &Download) -> Json {
    let parameters = download.parameters.iter().map(|(name, description)| {
        let in_path = download.path.contains(&format!("{{{name}}}"));
        json!({
            "name": name,
            "in": if in_path { "path" } else { "query" },
            "required": in_path,
            "description": description,
            "schema": schema::text(),
        })
    });
    let mut described = json!({
        "operationId": download.id,
        "x-section": download.section,
        "summary": download.summary,
        "description": download.note,
        "tags": [download.module],
        "parameters": parameters.collect::<Vec<_>>(),
        "responses": {"200": {
            "description": "The file, or a failure",
            "content": {
                download.media_type: {"schema": {"type": "string", "format": "binary"}},
                "application/json": {"schema": {"$ref": "#/components/schemas/Failure"}},
            },
        }},
    });
    if let Some(described) = described.as_object_mut() {
        described.retain(|_, value| value.as_array().is_none_or(|items| !items.is_empty()));
    }
    described
}

/// Puts an example beside the parameters and the body
fn show(example: &Example, operation: &Operation, route: &Route, described: &mut Json) {
    let parameters = described.get_mut("parameters").and_then(Json::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let value = parameter["name"].as_str().and_then(|name| example.parameter(name)).cloned();
        if let Some(value) = value {
            parameter["example"] = value;
        }
    }
    let contents = described.pointer_mut("/requestBody/content").and_then(Json::as_object_mut);
    for content in contents.into_iter().flat_map(|contents| contents.values_mut()) {
        content["example"] = example.body(operation, route);
    }
}

/// Answers by status: a failure shares the status of a success where the dialect says so
fn responses(library: &Library, operation: &Operation) -> Json {
    let failure = json!({"$ref": "#/components/schemas/Failure"});
    let mut success = json!({"schema": response::success(library, operation)});
    let mut failures = response::failures(operation);
    if let Some(examples) = failures.remove(&200) {
        success["schema"] = json!({"anyOf": [success["schema"], failure]});
        if !examples.is_empty() {
            success["examples"] = Json::Object(examples);
        }
    }
    let mut responses = json!({"200": answer("The answer", success)});
    for (status, examples) in failures {
        responses[status.to_string()] = answer("A failure", json!({"schema": failure, "examples": examples}));
    }
    responses
}

fn answer(description: &str, content: Json) -> Json {
    json!({"description": description, "content": {"application/json": content}})
}
