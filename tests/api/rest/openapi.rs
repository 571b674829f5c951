//! The OpenAPI files that are made of the shim's documents: valid in themselves, and telling what the contracts tell.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use chrono_tz::Tz;
use quintet::rest::{library::Library, openapi, systems};
use serde_json::{Value, json};

use super::{
    contract::{contract, requests, success},
    differences::DIFFERENCES,
};
use crate::app::both;

const ZONE: Tz = Tz::Asia__Shanghai;

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn resolve<'a>(file: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(place) => resolve(file, file.pointer(place.strip_prefix('#').unwrap()).expect(place)),
        None => schema,
    }
}

/// Path, method and content of each operation, the aliases too
fn operations(file: &Value) -> impl Iterator<Item = (&String, &String, &Value)> {
    object(&file["paths"]).flat_map(|(path, methods)| object(methods).map(move |(method, it)| (path, method, it)))
}

/// Routes by operationId, the aliases too
fn routes(file: &Value) -> BTreeMap<String, BTreeSet<(String, String)>> {
    let mut routes: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (path, method, operation) in operations(file) {
        let Some(id) = operation["operationId"].as_str().or(operation["x-alias-of"].as_str()) else { continue };
        let known = routes.entry(id.to_owned()).or_default();
        let route = |method: &str, path: &str| (method.to_uppercase(), path.to_owned());
        known.insert(route(method, path));
        known.extend(array(&operation["x-alias-methods"]).map(|method| route(method.as_str().unwrap(), path)));
        known.extend(
            array(&operation["x-alias"])
                .map(|alias| route(alias["method"].as_str().unwrap(), alias["path"].as_str().unwrap())),
        );
    }
    routes
}

/// Where each parameter stands and its name, and whether it must be there
fn parameters(file: &Value, operation: &Value) -> BTreeMap<String, bool> {
    let mut names = BTreeMap::new();
    for parameter in array(&operation["parameters"]) {
        let (place, name) = (parameter["in"].as_str().unwrap(), parameter["name"].as_str().unwrap());
        names.insert(format!("{place} {name}"), parameter["required"] == true);
    }
    let content = object(&operation["requestBody"]["content"]).next();
    let body = content.map_or(&Value::Null, |(_, content)| resolve(file, &content["schema"]));
    let (prefix, body) = match body.get("items") {
        Some(items) => ("body []", resolve(file, items)),
        None => ("body ", body),
    };
    names.extend(object(&body["properties"]).map(|(name, _)| (format!("{prefix}{name}"), requires(body, name))));
    names
}

fn requires(schema: &Value, name: &str) -> bool {
    array(&schema["required"]).any(|required| required == name)
}

/// The alternatives of a schema, or the parts that it is put together of
fn alternatives<'a>(file: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let schema = resolve(file, schema);
    match schema["anyOf"].as_array().or(schema["allOf"].as_array()) {
        Some(several) => several.iter().flat_map(|one| alternatives(file, one)).collect(),
        None => vec![schema],
    }
}

fn types(alternatives: &[&Value]) -> BTreeSet<String> {
    let types = alternatives.iter().flat_map(|schema| match &schema["type"] {
        Value::Array(types) => types.clone(),
        ty => vec![ty.clone()],
    });
    types.filter_map(|ty| ty.as_str().map(str::to_owned)).collect()
}

/// Collects where an answer of ours differs from a documented one
fn compare(ours: (&Value, &Value), theirs: (&Value, &Value), at: &str, found: &mut BTreeSet<String>) {
    let (our, their) = (alternatives(ours.0, ours.1), alternatives(theirs.0, theirs.1));
    let (our_types, their_types) = (types(&our), types(&their));
    for ty in &our_types {
        let fits = their_types.contains(ty) || ty == "integer" && their_types.contains("number");
        if !fits && !their_types.is_empty() {
            found.insert(format!("{at} may be {ty}"));
        }
    }
    let fields = |alternatives: &[&Value]| -> BTreeMap<String, Value> {
        let fields = alternatives.iter().flat_map(|schema| object(&schema["properties"]));
        fields.map(|(name, schema)| (name.clone(), schema.clone())).collect()
    };
    let (our_fields, their_fields) = (fields(&our), fields(&their));
    for name in our_fields.keys().chain(their_fields.keys()) {
        // What has rows like itself below it is told for one step down.
        let row = format!("/{name}/*");
        if at.ends_with(&row) {
            continue;
        }
        let at = format!("{at}/{name}");
        match (our_fields.get(name), their_fields.get(name)) {
            (Some(our_field), Some(their_field)) => {
                if our.iter().all(|schema| !requires(schema, name)) && their.iter().any(|schema| requires(schema, name))
                {
                    found.insert(format!("{at} may be left out"));
                }
                compare((ours.0, our_field), (theirs.0, their_field), &at, found);
            }
            (Some(_), None) => drop(found.insert(format!("{at} is not documented"))),
            (None, _) => drop(found.insert(format!("{at} is missing"))),
        }
    }
    for (our, their) in our.iter().zip(&their) {
        if our.get("items").is_some() || their["items"].is_object() {
            compare((ours.0, &our["items"]), (theirs.0, &their["items"]), &format!("{at}/*"), found);
        }
        let (our, their) = (&our["prefixItems"], &their["prefixItems"]);
        if array(our).count() != array(their).count() {
            found.insert(format!("{at} has {} items", array(our).count()));
        }
        for (index, (our, their)) in array(our).zip(array(their)).enumerate() {
            compare((ours.0, our), (theirs.0, their), &format!("{at}/{index}"), found);
        }
    }
}

/// grid says BLANK where a read finds nothing, which schemathesis found untold
#[tokio::test]
async fn an_answer_that_holds_nothing_is_told() {
    let file = openapi::file(&Library::read().await.unwrap(), "grid", ZONE).unwrap();
    let answer = |path: &str, method: &str| success(&file["paths"][path][method])["properties"].clone();
    let read = answer("/grid/super/tag/{tagId}", "get");
    assert_eq!((&read["code"]["enum"], &read["message"]["enum"]), (&json!([200, 204]), &json!(["BLANK", "OK"])));
    assert_eq!(answer("/grid/super/tag", "post")["code"], json!({"type": "integer", "const": 200}));
}

#[tokio::test]
async fn the_files_tell_what_the_contracts_tell() {
    let library = Library::read().await.unwrap();
    let mut compared = Vec::new();
    let mut found = BTreeSet::new();
    for (system, _) in systems() {
        let (ours, theirs) = (openapi::file(&library, system, ZONE).unwrap(), contract(system));
        assert_eq!(routes(&ours), routes(&theirs), "{system}");
        for (path, method, their) in operations(&theirs) {
            let Some(id) = their["operationId"].as_str() else { continue };
            let our = &ours["paths"][path][method];
            for name in ["operationId", "summary", "x-section", "deprecated"] {
                assert_eq!(our[name], their[name], "{id}: {name}");
            }
            let is_public = |operation: &Value, file: &Value| match operation.get("security").or(file.get("security")) {
                Some(Value::Array(ways)) => ways.is_empty(),
                _ => true,
            };
            let (our_names, their_names) = (parameters(&ours, our), parameters(&theirs, their));
            let mut differs = BTreeSet::new();
            for name in our_names.keys().chain(their_names.keys()) {
                match (our_names.get(name), their_names.get(name)) {
                    (Some(true), Some(false)) => drop(differs.insert(format!("{name} must be there"))),
                    (Some(_), None) => drop(differs.insert(format!("{name} is not documented"))),
                    (None, _) => drop(differs.insert(format!("{name} is missing"))),
                    _ => {}
                }
            }
            if is_public(our, &ours) != is_public(their, &theirs) {
                differs.insert("security differs".into());
            }
            compare((&ours, success(our)), (&theirs, success(their)), "", &mut differs);
            found.extend(differs.into_iter().map(|difference| (id.to_owned(), difference)));
            compared.push(system);
        }
    }
    let mut known = BTreeSet::new();
    for (ids, differences, _) in DIFFERENCES {
        for what in *differences {
            let all = found.iter().filter(|(_, found)| found == what).map(|(id, _)| id.as_str());
            let ids: Vec<&str> = if *ids == ["*"] { all.collect() } else { ids.to_vec() };
            assert!(!ids.is_empty(), "no longer differs: {what}");
            known.extend(ids.into_iter().map(|id| (id.to_owned(), (*what).to_owned())));
        }
    }
    let news: Vec<_> = found.difference(&known).collect();
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(news.is_empty() && gone.is_empty(), "differ without a reason: {news:#?}\nno longer differ: {gone:#?}");
    let number = |system: &str| compared.iter().filter(|of| **of == system).count();
    assert_eq!([number("rongzi"), number("eartip"), number("ihk"), number("grid")], [9, 25, 11, 149]);
}

#[tokio::test]
async fn the_files_are_openapi() {
    let library = Library::read().await.unwrap();
    let (mut checked, mut files) = (0, 0);
    for (system, dialect) in systems() {
        let file = openapi::file(&library, system, ZONE).unwrap();
        assert_eq!(file["openapi"], "3.1.0");
        assert_eq!(file["info"]["title"], dialect.title());
        assert!(file["info"]["version"].is_string());
        references_lead_somewhere(&file, &file);
        let components = &file["components"];
        for (name, schema) in object(&components["schemas"]) {
            assert!(name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_'), "{name}");
            check_schema(name, schema);
        }
        let failure = jsonschema::draft202012::new(&components["schemas"]["Failure"]).unwrap();
        let tags: Vec<&Value> = array(&file["tags"]).map(|tag| &tag["name"]).collect();
        for tag in array(&file["tags"]) {
            assert!(tag["description"].is_string(), "{}: the file lacks its title in the first line", tag["name"]);
        }
        let mut ids = BTreeSet::new();
        for (path, method, operation) in operations(&file) {
            let at = format!("{method} {path}");
            assert!(path.starts_with('/') && ["get", "post", "put", "delete"].contains(&method.as_str()), "{at}");
            if let Some(id) = operation["operationId"].as_str() {
                assert!(ids.insert(id.to_owned()), "{id} twice");
                checked += 1;
            }
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{at}");
            assert!(array(&operation["tags"]).all(|tag| tags.contains(&tag)), "{at}");
            for (name, value) in object(operation) {
                assert!(!value.is_null(), "{at}: {name}");
            }
            // A file is answered by no operation.
            let runs = operation["description"].as_str().unwrap().contains("Runs the GraphQL");
            assert_eq!(runs, operation["x-graphql"].is_string(), "{at}");
            for way in array(&operation["security"]).chain(array(&file["security"])) {
                assert!(object(way).all(|(scheme, _)| components["securitySchemes"].get(scheme).is_some()), "{at}");
            }
            let mut places = BTreeSet::new();
            for parameter in array(&operation["parameters"]) {
                let (name, place) = (parameter["name"].as_str().unwrap(), parameter["in"].as_str().unwrap());
                assert!(places.insert((place, name)), "{at}: {name} twice");
                assert_eq!(place == "path", path.contains(&format!("{{{name}}}")), "{at}: {name}");
                assert!(["path", "query"].contains(&place) && parameter["required"].is_boolean(), "{at}: {name}");
                // The only argument that the schema leaves to its name
                assert!(parameter["description"].is_string() || name == "status", "{at}: {name}");
                check_schema(&at, &parameter["schema"]);
            }
            let bodies = object(&operation["requestBody"]["content"]);
            let answers = object(&operation["responses"]).map(|(status, answer)| {
                assert!(status.parse::<u16>().is_ok() && answer["description"].is_string(), "{at}: {status}");
                &answer["content"]["application/json"]
            });
            let answers: Vec<&Value> = answers.collect();
            assert!(!answers.is_empty(), "{at}");
            for content in bodies.map(|(_, content)| content).chain(answers) {
                check_schema(&at, &content["schema"]);
                for (_, example) in object(&content["examples"]) {
                    assert!(failure.is_valid(&example["value"]), "{at}: {example}");
                }
            }
            if let Some(sheet) = operation.pointer("/responses/200/content/application~1vnd.ms-excel") {
                assert_eq!(sheet["schema"], json!({"type": "string", "format": "binary"}), "{at}");
                files += 1;
                continue;
            }
            let graphql = operation["x-graphql"].as_str().unwrap();
            assert!(!graphql.contains("@rest") && !graphql.contains("@spread"), "{graphql}");
        }
    }
    assert_eq!((checked, files), (45 + 156, 7));
}

/// The contract tests ask the same examples; here they are shown, and fit what stands beside them
#[tokio::test]
async fn the_files_have_examples() {
    let library = Library::read().await.unwrap();
    let (mut shown, mut with_variables) = (0, 0);
    for (system, _) in systems() {
        let file = openapi::file(&library, system, ZONE).unwrap();
        let examples = requests(system);
        for (_, _, operation) in operations(&file) {
            let Some(id) = operation["operationId"].as_str() else { continue };
            // What answers a file has no document that would need variables.
            if operation["x-graphql"].is_null() {
                continue;
            }
            let bodies: Vec<_> = object(&operation["requestBody"]["content"]).collect();
            let takes_nothing = bodies.is_empty() && array(&operation["parameters"]).next().is_none();
            let Some(example) = examples.get(id) else {
                assert!(takes_nothing, "{id} needs an example in src/rest/{system}/examples.json");
                continue;
            };
            for parameter in array(&operation["parameters"]) {
                let name = parameter["name"].as_str().unwrap();
                assert_eq!(parameter.get("example"), example.get(name), "{id}: {name}");
                assert!(parameter["required"] == false || parameter.get("example").is_some(), "{id}: {name}");
            }
            for (_, content) in bodies {
                let mut schema = resolve(&file, &content["schema"]).clone();
                // A file is chosen, not written.
                if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
                    required.retain(|name| !["file", "image"].contains(&name.as_str().unwrap()));
                }
                let validator = jsonschema::draft202012::new(&schema).unwrap();
                let errors: Vec<_> = validator.iter_errors(&content["example"]).map(|it| it.to_string()).collect();
                assert!(errors.is_empty(), "{id}: {errors:?}");
            }
            shown += 1;
            let variables = &operation["x-graphql-variables"];
            assert!(variables.is_object(), "{id}: {example} makes no variables");
            with_variables += usize::from(object(variables).next().is_some());
        }
    }
    assert!(shown >= 45 + 149 - 10, "{shown}");
    assert!(with_variables > 150, "{with_variables}");
}

#[track_caller]
fn check_schema(at: &str, schema: &Value) {
    assert!(schema.is_object(), "{at}: {schema}");
    let errors = jsonschema::draft202012::meta::validate(schema);
    assert!(errors.is_ok(), "{at}: {errors:?}");
}

fn references_lead_somewhere(file: &Value, value: &Value) {
    resolve(file, value);
    object(value).map(|(_, inner)| inner).chain(array(value)).for_each(|inner| references_lead_somewhere(file, inner));
}

both! {
    async fn the_files_are_served(app: TestApp) {
        for (system, _) in systems() {
            let path = format!("/openapi/{system}.json");
            let reply = app.nobody().get(&path).await;
            assert_eq!(reply.status, StatusCode::OK);
            assert_eq!(reply.headers[header::CONTENT_TYPE], "application/json; charset=utf-8");
            assert_eq!(reply.json()["x-system"], system);
            let again = app.nobody().request("GET", &path).header(header::IF_NONE_MATCH, &reply.headers[header::ETAG]);
            assert_eq!(app.send(again.body(Body::empty()).unwrap()).await.status, StatusCode::NOT_MODIFIED);
        }
        for path in ["/openapi/nobody.json", "/openapi/rongzi", "/openapi/rongzi.yaml"] {
            let reply = app.nobody().get(path).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND);
            assert_eq!(reply.json(), json!({"errors": [{"message": "There is no such file"}]}));
        }
    }

    /// What `x-graphql` shows is GraphQL that `/graphql` takes too, with the variables of the example
    async fn the_shown_graphql_is_valid(app: TestApp) {
        let app = app.demo().await;
        let admin = app.admin().await;
        let mut tried = 0;
        for (system, _) in systems() {
            let file = app.nobody().get(&format!("/openapi/{system}.json")).await.json();
            for (_, _, operation) in operations(&file) {
                let Some(text) = operation["x-graphql"].as_str() else { continue };
                let variables = operation["x-graphql-variables"].clone();
                let variables = if variables.is_null() { json!({}) } else { variables };
                let answer = admin.query_with(text, variables).await;
                let code = answer.body["errors"][0]["extensions"]["code"].as_str().unwrap_or("none");
                // What they do to the data may be refused, and a link brings no file.
                let is_wrong = code.starts_with("GRAPHQL_") && !text.contains("Upload!");
                assert!(!is_wrong, "{text}\n{}\n{}", operation["x-graphql-variables"], answer.body);
                tried += 1;
            }
        }
        assert_eq!(tried, 45 + 149 + 14, "each operation, and fourteen aliases");
    }
}
