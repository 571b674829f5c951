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
    create(boss, "ServiceStaff", json!({"phone": phone, "password": PASSWORD, "name": name})).await;
    app.sign_in(Some(Realm::Service), phone, PASSWORD).await
}

/// Creates an entity by its GraphQL name and tells its `databaseId`
pub async fn create(caller: &Caller, entity: &str, input: Value) -> i64 {
    let answer = caller.query_with(&creation(entity), json!({"input": input})).await.ok();
    let payload = answer.as_object().unwrap().values().next().unwrap();
    payload.as_object().unwrap().values().next().unwrap()["databaseId"].as_i64().unwrap()
}

/// `mutation … { tagCreate(input: $input) { tag { databaseId } } }`
pub fn creation(entity: &str) -> String {
    let field = lower(entity);
    format!("mutation($input: {entity}CreateInput!) {{ {field}Create(input: $input) {{ {field} {{ databaseId }} }} }}")
}

/// `mutation … { tagUpdate(id: $id, input: $input) { tag { … } } }`
pub fn change(entity: &str, fields: &str) -> String {
    let field = lower(entity);
    format!(
        "mutation($id: ID!, $input: {entity}UpdateInput!) {{
            {field}Update(id: $id, input: $input) {{ {field} {{ {fields} }} }} }}"
    )
}

/// `mutation … { tagDelete(id: $id) { tag { databaseId } } }`
pub fn deletion(entity: &str) -> String {
    let field = lower(entity);
    format!("mutation($id: ID!) {{ {field}Delete(id: $id) {{ {field} {{ databaseId }} }} }}")
}

fn lower(entity: &str) -> String {
    entity[..1].to_lowercase() + &entity[1..]
}

/// The `databaseId`s of a list, in its order
pub async fn ids(caller: &Caller, list: &str, filter_type: &str, filter: Value) -> Vec<i64> {
    let document = format!("query($filter: {filter_type}) {{ {list}(filter: $filter) {{ nodes {{ databaseId }} }} }}");
    let answer = caller.query_with(&document, json!({"filter": filter})).await.ok();
    let nodes = answer[list]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|node| node["databaseId"].as_i64().unwrap()).collect()
}
