//! Property customers: registered by agents, seen by them and their managers.

use serde_json::{Value, json};

use crate::{
    app::{Caller, both},
    estate::{Estate, id},
};

const SAVE: &str = "mutation($input: PropertyCustomerCreateInput!) { propertyCustomerSave(input: $input) {
    propertyCustomer { databaseId name phone genderCode kindCode recommendation followUp agent { number } } } }";
const CREATE: &str = "mutation($input: PropertyCustomerCreateInput!) { propertyCustomerCreate(input: $input) {
    propertyCustomer { databaseId agent { number } } } }";
const UPDATE: &str = "mutation($id: ID!, $input: PropertyCustomerUpdateInput!) {
    propertyCustomerUpdate(id: $id, input: $input) { propertyCustomer {
        name phone genderCode followUp agentId agent { number } } } }";
const DELETE: &str = "mutation($id: ID!) { propertyCustomerDelete(id: $id) { propertyCustomer { name } } }";

fn customer(name: &str, phone: &str) -> Value {
    json!({"name": name, "phone": phone, "genderCode": "M", "kindCode": "01"})
}

async fn names(caller: &Caller, filter: Value) -> Vec<String> {
    let list = "query($filter: PropertyCustomerFilter) { propertyCustomers(filter: $filter) { nodes { name } } }";
    let answer = caller.query_with(list, json!({"filter": filter})).await.ok();
    let nodes = answer["propertyCustomers"]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn a_repeated_phone_renews_the_customer(app: TestApp) {
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        let input = |fields: Value| {
            let mut input = customer("Li", "13800000001");
            input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            json!({"input": input})
        };
        let first = input(json!({"recommendation": "Pine Court", "followUp": "wants to see it"}));
        let first = anna.caller.query_with(SAVE, first).await.ok();
        let again = input(json!({"phone": "+86 138-0000-0001", "name": "Mr Li", "kindCode": "03", "followUp": "came"}));
        let again = anna.caller.query_with(SAVE, again).await.ok();
        let path = "/propertyCustomerSave/propertyCustomer";
        assert_eq!(id(&first, path), id(&again, path));
        let expected = json!({
            "databaseId": id(&first, path), "name": "Mr Li", "phone": "+86 138-0000-0001", "genderCode": "M",
            "kindCode": "03", "recommendation": "Pine Court", "followUp": "wants to see it\ncame",
            "agent": {"number": "00006"},
        });
        assert_eq!(again.pointer(path), Some(&expected));
        // Nothing new to tell, nothing appended.
        let silent = anna.caller.query_with(SAVE, input(json!({"followUp": "  "}))).await.ok();
        assert_eq!(silent.pointer(path).unwrap()["followUp"], "wants to see it\ncame");

        // Another agent's customer is another one, and creating does not renew.
        let other = bert.caller.query_with(SAVE, input(json!({"followUp": "new"}))).await.ok();
        assert_ne!(id(&first, path), id(&other, path));
        assert_eq!(anna.caller.query_with(CREATE, input(json!({}))).await.code(), "CONFLICT");
        assert_eq!(names(&estate.boss, json!({"phone": "138 0000 0001"})).await.len(), 2);
    }

    async fn many_at_once_lose_nothing(app: TestApp) {
        let estate = Estate::new(&app).await;
        let anna = estate.agent("00006").await;
        let saves = (0..16).map(|place| {
            let mut input = customer("Li", "13800000001");
            input["followUp"] = json!(format!("<{place}>"));
            let caller = anna.caller.clone();
            tokio::spawn(async move { caller.query_with(SAVE, json!({"input": input})).await.ok() })
        });
        for save in saves.collect::<Vec<_>>() {
            save.await.unwrap();
        }
        let answer = anna.caller.query("{ propertyCustomers { nodes { followUp } } }").await.ok();
        let nodes = answer["propertyCustomers"]["nodes"].as_array().unwrap().clone();
        assert_eq!(nodes.len(), 1);
        let text = nodes[0]["followUp"].as_str().unwrap();
        assert!((0..16).all(|place| text.lines().any(|line| line == format!("<{place}>"))), "{text}");
    }

    async fn changed_and_deleted(app: TestApp) {
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        let li = anna.customer("Li", "13800000001").await;
        assert_eq!((&li["gender"]["name"], &li["kind"]["name"]), (&json!("女"), &json!("观望客")));
        let li = li["databaseId"].as_i64().unwrap();
        anna.customer("Wang", "13800000002").await;
        let change = |input: Value| json!({"id": li, "input": input});
        let answer = anna.caller.query_with(UPDATE, change(json!({"name": "Lee", "followUp": "x"}))).await.ok();
        let changed = &answer["propertyCustomerUpdate"]["propertyCustomer"];
        assert_eq!((&changed["name"], &changed["followUp"], &changed["genderCode"]), (&json!("Lee"), &json!("x"), &json!("W")));
        let answer = anna.caller.query_with(UPDATE, change(json!({"followUp": null}))).await.ok();
        assert_eq!(answer["propertyCustomerUpdate"]["propertyCustomer"]["followUp"], json!(null));
        assert_eq!(anna.caller.query_with(UPDATE, change(json!({"phone": "138 0000 0002"}))).await.code(), "CONFLICT");
        assert_eq!(anna.caller.query_with(UPDATE, change(json!({"phone": "x"}))).await.error().1, "input.phone");
        assert_eq!(bert.caller.query_with(UPDATE, change(json!({"name": "x"}))).await.code(), "NOT_FOUND");
        assert_eq!(anna.caller.query_with(UPDATE, change(json!({"agentId": bert.id}))).await.code(), "FORBIDDEN");

        // The manager hands him over.
        let answer = estate.boss.query_with(UPDATE, change(json!({"agentId": bert.id}))).await.ok();
        assert_eq!(answer["propertyCustomerUpdate"]["propertyCustomer"]["agent"]["number"], "00007");
        assert_eq!(estate.boss.query_with(UPDATE, change(json!({"agentId": 999}))).await.error().1, "input.agentId");
        assert_eq!(anna.caller.query_with(DELETE, json!({"id": li})).await.code(), "NOT_FOUND");
        bert.caller.query_with(DELETE, json!({"id": li})).await.ok();
        let one = "query($id: ID!) { propertyCustomer(id: $id) { name } }";
        assert_eq!(estate.boss.query_with(one, json!({"id": li})).await.ok()["propertyCustomer"], json!(null));
    }

    async fn an_agent_sees_his_own(app: TestApp) {
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        for (name, phone) in [("Li", "13800000001"), ("Wang", "13800000002"), ("Wu", "13800000003")] {
            anna.customer(name, phone).await;
        }
        bert.customer("Zhao", "13800000001").await;
        assert_eq!(names(&anna.caller, json!(null)).await, ["Wu", "Wang", "Li"]);
        assert_eq!(names(&bert.caller, json!({"agentId": anna.id})).await, Vec::<String>::new());
        assert_eq!(names(&estate.boss, json!(null)).await.len(), 4);
        assert_eq!(names(&estate.boss, json!({"agentId": anna.id, "name": "w"})).await, ["Wu", "Wang"]);
        assert_eq!(names(&estate.boss, json!({"phone": "13800000002", "kindCode": "02"})).await, ["Wang"]);
        assert_eq!(names(&estate.boss, json!({"kindCode": "01"})).await.len(), 0);
        let page = "{ propertyCustomers(page: {number: 2, size: 2}) { totalCount nodes { name mobile idNumber realm
            owner { name } } pageInfo { hasNextPage hasPreviousPage } } }";
        let expected = json!({
            "totalCount": 3,
            "nodes": [{
                "name": "Li", "mobile": "13800000001", "idNumber": null, "realm": "ESTATE",
                "owner": {"name": "Agent 00006"},
            }],
            "pageInfo": {"hasNextPage": false, "hasPreviousPage": true},
        });
        assert_eq!(anna.caller.query(page).await.ok()["propertyCustomers"], expected);
        assert_eq!(app.nobody().query(page).await.code(), "UNAUTHENTICATED");
        let agents = "{ estateAgents { nodes { number customers(first: 1) { totalCount nodes { name } } } } }";
        let expected = json!([
            {"number": "00006", "customers": {"totalCount": 0, "nodes": []}},
            {"number": "00007", "customers": {"totalCount": 1, "nodes": [{"name": "Zhao"}]}},
        ]);
        assert_eq!(bert.caller.query(agents).await.ok()["estateAgents"]["nodes"], expected);
    }

    async fn what_is_refused(app: TestApp) {
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        let with = |field: &str, value: Value| {
            let mut input = customer("Li", "13800000001");
            input[field] = value;
            json!({"input": input})
        };
        for (field, value) in [
            ("name", json!(" ")),
            ("name", json!("x".repeat(101))),
            ("phone", json!("call me")),
            ("phone", json!("1")),
            ("genderCode", json!("X")),
            ("kindCode", json!("04")),
            ("recommendation", json!("x".repeat(101))),
            ("followUp", json!("x".repeat(2001))),
        ] {
            for document in [SAVE, CREATE] {
                let error = anna.caller.query_with(document, with(field, value.clone())).await.error();
                assert_eq!(error, ("BAD_USER_INPUT".to_owned(), format!("input.{field}")));
            }
        }
        let named = with("agentId", json!(bert.id));
        assert_eq!(anna.caller.query_with(CREATE, named.clone()).await.code(), "FORBIDDEN");
        anna.caller.query_with(CREATE, with("agentId", json!(anna.id))).await.ok();
        // A manager without a profile names the agent.
        assert_eq!(estate.boss.query_with(CREATE, with("name", json!("Li"))).await.code(), "FORBIDDEN");
        estate.boss.query_with(CREATE, named).await.ok();
    }

    async fn relations_cost_no_statement_per_row(app: TestApp) {
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        let query = "{ propertyCustomers { nodes { gender { name } kind { name } agent { isActive projects { name } }
            feedback { nodes { outcome phone { phone } } } } } }";
        anna.customer("Li", "13800000001").await;
        let one = estate.boss.query(query).await.statements;
        for place in 2..12 {
            anna.customer("Li", &format!("138000000{place:02}")).await;
            bert.customer("Li", &format!("138000000{place:02}")).await;
        }
        assert_eq!(estate.boss.query(query).await.statements, one);
        assert!(one <= 8, "{one} statements");
    }
}
