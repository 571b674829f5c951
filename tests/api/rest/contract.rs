//! Every documented operation, asked as documented, answers as documented: the whole answer is validated against the
//! contract's schema and against that of our own OpenAPI file, with unknown keys refused.

use std::fs;

use axum::{body::Body, http::header};
use quintet::{auth::Realm, config::Config, demo};
use serde_json::{Map, Value, json};

use crate::{
    app::{Caller, TestApp, both},
    ocr,
};

/// An operation of a contract
pub struct Documented {
    pub id: String,
    pub method: String,
    pub path: String,
    /// Whether the body is documented as a form, not as JSON
    pub form: bool,
    /// Whether it is one with a file
    pub upload: bool,
    /// The documented request body, if there is an example
    pub example: Option<Value>,
    schema: Value,
}

pub fn contract(system: &str) -> Value {
    let text = fs::read_to_string(format!("tests/contract/{system}.openapi.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The operations of a system's contract, in its order
pub fn operations(system: &str) -> Vec<Documented> {
    documented(&contract(system))
}

/// Schema of an operation's success; our own files name the failures beside it
pub fn success(operation: &Value) -> &Value {
    let content = &operation["responses"]["200"]["content"];
    let schema = &content.get("application/vnd.ms-excel").unwrap_or(&content["application/json"])["schema"];
    schema.pointer("/anyOf/0").unwrap_or(schema)
}

fn documented(file: &Value) -> Vec<Documented> {
    let mut found = Vec::new();
    for (path, methods) in file["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            // A sheet has no document; its test is its own.
            if operation.pointer("/responses/200/content/application~1vnd.ms-excel").is_some() {
                continue;
            }
            let mut schema = success(operation).clone();
            schema["components"] = file["components"].clone();
            put_together(&mut schema, file);
            close(&mut schema);
            found.push(Documented {
                id: id.to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                form: operation.pointer("/requestBody/content/application~1x-www-form-urlencoded").is_some(),
                upload: operation.pointer("/requestBody/content/multipart~1form-data").is_some(),
                example: operation.pointer("/requestBody/content/application~1json/example").cloned(),
                schema,
            });
        }
    }
    found
}

/// Makes one object of an `allOf`, so that its keys are known together
fn put_together(schema: &mut Value, file: &Value) {
    if let Some(parts) = schema["allOf"].as_array() {
        let mut whole = json!({"type": "object", "properties": {}, "required": []});
        for part in parts {
            let place = part["$ref"].as_str().and_then(|place| place.strip_prefix('#'));
            let part = place.map_or(part, |place| file.pointer(place).unwrap());
            for (name, field) in part["properties"].as_object().into_iter().flatten() {
                whole["properties"][name] = field.clone();
            }
            whole["required"]
                .as_array_mut()
                .unwrap()
                .extend(part["required"].as_array().into_iter().flatten().cloned());
        }
        *schema = whole;
    }
    match schema {
        Value::Object(fields) => fields.values_mut().for_each(|inner| put_together(inner, file)),
        Value::Array(items) => items.iter_mut().for_each(|inner| put_together(inner, file)),
        _ => {}
    }
}

/// Refuses unknown keys wherever the contract lists the known ones
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("properties") && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".into(), json!(false));
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

impl Documented {
    /// Fails with all that differs from the contract
    #[track_caller]
    pub fn check(&self, answer: &Value) {
        // The keyword `components` of the document stands beside the schema, where its references look for it.
        let mut schema = self.schema.clone();
        if let Some(fields) = schema.as_object_mut()
            && !fields.contains_key("properties")
        {
            fields.remove("additionalProperties");
        }
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let errors: Vec<_> =
            validator.iter_errors(answer).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}\n{answer:#}", self.id);
    }
}

/// The examples that our own files show, by operationId
pub fn requests(system: &str) -> Map<String, Value> {
    serde_json::from_str(&fs::read_to_string(format!("src/rest/{system}/examples.json")).unwrap()).unwrap()
}

/// What an operation is asked with
pub fn request(system: &str, operation: &Documented) -> Value {
    let request = requests(system).get(&operation.id).cloned().or_else(|| operation.example.clone());
    request.unwrap_or_else(|| json!({}))
}

/// Asks one operation as it is documented
pub async fn ask(system: &str, operation: &Documented, caller: &Caller) -> (Value, Value) {
    let request = request(system, operation);
    // Signing out must not end the session that the others need.
    let other = match operation.id.as_str() {
        "eartip_user_logout" => Some(caller.app.sign_in(Some(Realm::Service), "18800000001", demo::PASSWORD).await),
        // Nor must a new password.
        "grid_account_change_own_password" => {
            Some(caller.app.sign_in(Some(Realm::Bank), "staff05", demo::PASSWORD).await)
        }
        // An administrator takes no step of an approval.
        "grid_creditapproval_create" => Some(caller.app.sign_in(Some(Realm::Bank), "accountant", demo::PASSWORD).await),
        _ => None,
    };
    let caller = other.as_ref().unwrap_or(caller);
    let answer = ask_with(operation, &request, caller).await;
    (request, answer)
}

/// [`ask`] with another request, by whoever it is
pub async fn ask_with(operation: &Documented, request: &Value, caller: &Caller) -> Value {
    let mut body = request.clone();
    let mut path = operation.path.clone();
    if let Some(fields) = body.as_object_mut() {
        fields.retain(|name, value| {
            let filled = path.replace(&format!("{{{name}}}"), &text(value));
            std::mem::replace(&mut path, filled) == path
        });
    }
    let reply = if ["GET", "DELETE"].contains(&operation.method.as_str()) {
        let glue = if path.contains('?') { '&' } else { '?' };
        let wanted = caller.request(&operation.method, &format!("{path}{glue}{}", form(&body)));
        caller.app.send(wanted.body(Body::empty()).unwrap()).await
    } else if operation.form {
        let wanted = caller.request(&operation.method, &path);
        let wanted = wanted.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        caller.app.send(wanted.body(Body::from(form(&body))).unwrap()).await
    } else if operation.upload {
        let wanted = caller.request(&operation.method, &path);
        let wanted = wanted.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        let file = match operation.id.as_str() {
            "grid_resident_import" => fs::read("assets/templates/residents.xls").unwrap(),
            "grid_customer_import" => fs::read("assets/templates/customers.xls").unwrap(),
            "grid_creditdetail_import" => fs::read("assets/templates/interviews.xls").unwrap(),
            "grid_whitelist_import" => fs::read("assets/templates/white_list.xls").unwrap(),
            "grid_greylist_import" | "grid_blacklist_import" => fs::read("assets/templates/watch_list.xls").unwrap(),
            "grid_ocr_id_card" => fs::read("tests/fixtures/id-card-front.png").unwrap(),
            _ => PNG.to_vec(),
        };
        caller.app.send(wanted.body(Body::from(multipart(&body, &file))).unwrap()).await
    } else {
        caller.send(&operation.method, &path, &body).await
    };
    assert_eq!(reply.status, 200, "{}", operation.id);
    reply.json()
}

/// Asks every operation of a system in order; tells how many it asked
async fn ask_all(system: &str, caller: &Caller) -> usize {
    let operations = operations(system);
    let file = caller.get(&format!("/openapi/{system}.json")).await.json();
    let ours = documented(&file);
    for operation in &operations {
        let (request, answer) = ask(system, operation, caller).await;
        if operation.id == "grid_ocr_id_card" && !ocr::installed() {
            continue;
        }
        operation.check(&answer);
        ours.iter().find(|ours| ours.id == operation.id).unwrap().check(&answer);
        // Without a body is what has no parameters but those of its path and query.
        if let Some(schema) = file["components"]["schemas"].get(&operation.id) {
            let body = jsonschema::draft202012::new(schema).unwrap();
            let errors: Vec<_> = body.iter_errors(&request).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{} takes {request}, but its file says {errors:?}", operation.id);
        } else {
            let in_path =
                |fields: &serde_json::Map<String, Value>| fields.keys().all(|key| operation.path.contains(&**key));
            let bare = request.as_object().is_none_or(in_path);
            assert!(["GET", "DELETE"].contains(&&*operation.method) || bare, "{} lacks its body", operation.id);
        }
        let success = match system {
            "rongzi" => answer["code"] == 0,
            "eartip" => answer["status"] == 0,
            "grid" => answer["code"] == 200,
            _ => answer.get("errmsg").is_none_or(|text| text == "ok"),
        };
        assert!(success, "{} with {request}: {answer}", operation.id);
        assert!(!empty_list(&answer), "{} with {request} answers an empty list: {answer}", operation.id);
    }
    operations.len()
}

/// A form or query string; a list is its items with commas, or as JSON where they are objects
fn form(fields: &Value) -> String {
    let pairs = fields.as_object().unwrap().iter().map(|(name, value)| match value {
        Value::Array(items) if !items.iter().any(Value::is_object) => {
            (name, items.iter().map(text).collect::<Vec<_>>().join(","))
        }
        value => (name, text(value)),
    });
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01";

/// A form; its part `file` or `image` is named as the field says and holds these bytes
pub fn multipart(fields: &Value, file: &[u8]) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, value) in fields.as_object().unwrap() {
        let is_file = name == "file" || name == "image";
        let as_file = if is_file { format!("; filename=\"{}\"", text(value)) } else { String::new() };
        form.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{as_file}\r\n\r\n").bytes());
        form.extend(if is_file { file.to_vec() } else { text(value).into_bytes() });
        form.extend(b"\r\n");
    }
    form.extend(b"--x--\r\n");
    form
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

const MAY_BE_EMPTY: [&str; 5] = ["menu", "follower", "childList", "permissionList", "listReview"];

/// Whether there is a list in the answer, and nothing in it
fn empty_list(answer: &Value) -> bool {
    match answer {
        Value::Array(items) => items.is_empty() || items.first().is_some_and(empty_list),
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| !MAY_BE_EMPTY.contains(&name.as_str()) && empty_list(value))
        }
        _ => false,
    }
}

/// The number of operations over all systems; each test below proves its share
const ALL: [(&str, usize); 4] = [("rongzi", 9), ("eartip", 25), ("ihk", 11), ("grid", 149)];

both! {
    async fn rongzi_answers_as_documented(app: TestApp) {
        let app = app.demo().await;
        let caller = app.sign_in(Some(Realm::Loan), "1611", demo::PASSWORD).await;
        assert_eq!(ask_all("rongzi", &caller).await, ALL[0].1);
    }

    async fn eartip_answers_as_documented(app: TestApp) {
        let app = app.demo().await;
        let caller = app.sign_in(Some(Realm::Service), "18800000001", demo::PASSWORD).await;
        assert_eq!(ask_all("eartip", &caller).await, ALL[1].1);
    }

    async fn ihk_answers_as_documented(app: TestApp) {
        let app = app.demo().await;
        assert_eq!(ask_all("ihk", &app.nobody()).await, ALL[2].1);
    }

    async fn grid_answers_as_documented(app: TestApp) {
        let config = app.demo().await.app.config.clone();
        // Nobody is asked: that is what the worker does, in a server.
        let app = TestApp::with(Config { dishonesty_url: Some("http://127.0.0.1:9/".parse().unwrap()), ..config }).await;
        let caller = app.sign_in(Some(Realm::Bank), "admin", demo::PASSWORD).await;
        assert_eq!(ask_all("grid", &caller).await, ALL[3].1);
    }
}

#[test]
fn every_document_is_of_the_contract() {
    let mut known: Vec<String> = ALL.iter().flat_map(|(system, _)| operations(system)).map(|it| it.id).collect();
    known.sort();
    let mut written = Vec::new();
    for file in quintet::rest::Documents::iter() {
        let text = fs::read_to_string(format!("src/rest/{file}")).unwrap();
        for line in text.lines().filter(|line| line.starts_with("query ") || line.starts_with("mutation ")) {
            let name = line.split([' ', '(', '@']).nth(1).unwrap();
            assert!(name.starts_with(file.split('/').next().unwrap()), "{name} stands in {file}");
            written.push(name.to_owned());
        }
    }
    written.sort();
    assert_eq!(written, known);
    assert_eq!(written.len(), ALL.iter().map(|(_, number)| number).sum::<usize>());
}
