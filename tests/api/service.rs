//! The service team, as tests need it.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::app::{Caller, PASSWORD, TestApp};

/// A manager without a profile and two employees
pub struct Team {
    pub boss: Caller,
    /// Employee 1, 18800000001
    pub anna: Caller,
    /// Employee 2, 18800000002
    pub bert: Caller,
}

impl Team {
    pub async fn new(app: &TestApp) -> Team {
        let boss = app.manager(Realm::Service).await;
        let anna = employee(app, &boss, "18800000001", "Anna").await;
        let bert = employee(app, &boss, "18800000002", "Bert").await;
        Team { boss, anna, bert }
    }
}

/// Enters an employee and signs him in
pub async fn employee(app: &TestApp, boss: &Caller, phone: &str, name: &str) -> Caller {
    create(boss, "serviceStaffCreate", json!({"phone": phone, "password": PASSWORD, "name": name})).await;
    app.sign_in(Some(Realm::Service), phone, PASSWORD).await
}

/// Creates an entity and tells its `databaseId`
pub async fn create(caller: &Caller, mutation: &str, input: Value) -> i64 {
    let answer = caller.query_with(&creation(mutation), json!({"input": input})).await.ok();
    let payload = answer[mutation].as_object().unwrap();
    payload.values().next().unwrap()["databaseId"].as_i64().unwrap()
}

/// `mutation … { tagCreate(input: $input) { tag { databaseId } } }`
pub fn creation(mutation: &str) -> String {
    let (field, ty) = names(mutation, "Create");
    format!("mutation($input: {ty}CreateInput!) {{ {mutation}(input: $input) {{ {field} {{ databaseId }} }} }}")
}

/// `mutation … { tagUpdate(id: $id, input: $input) { tag { … } } }`
pub fn change(mutation: &str, fields: &str) -> String {
    let (field, ty) = names(mutation, "Update");
    format!(
        "mutation($id: ID!, $input: {ty}UpdateInput!) {{
            {mutation}(id: $id, input: $input) {{ {field} {{ {fields} }} }} }}"
    )
}

/// `mutation … { tagDelete(id: $id) { tag { databaseId } } }`
pub fn deletion(mutation: &str) -> String {
    let (field, _) = names(mutation, "Delete");
    format!("mutation($id: ID!) {{ {mutation}(id: $id) {{ {field} {{ databaseId }} }} }}")
}

/// Payload field and type of a mutation: `tag` and `Tag` of `tagCreate`
fn names<'a>(mutation: &'a str, verb: &str) -> (&'a str, String) {
    let field = mutation.strip_suffix(verb).unwrap();
    (field, field[..1].to_uppercase() + &field[1..])
}

/// The `databaseId`s of a list, in its order
pub async fn ids(caller: &Caller, list: &str, filter_type: &str, filter: Value) -> Vec<i64> {
    let document = format!("query($filter: {filter_type}) {{ {list}(filter: $filter) {{ nodes {{ databaseId }} }} }}");
    let answer = caller.query_with(&document, json!({"filter": filter})).await.ok();
    let nodes = answer[list]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|node| node["databaseId"].as_i64().unwrap()).collect()
}
