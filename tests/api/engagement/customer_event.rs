//! Steps in people's lives with the bank: which changes are steps, whose they are, who sees them.

use serde_json::{Value, json};

use crate::{
    app::{Caller, both},
    bank::id_number,
    credit::{
        credit_interview::{enter as interview, fill_in, form},
        customer_image::{image, uploaded},
        grid::Grids,
    },
    customers::{
        bank_customer::{complete, enter},
        resident::{permit, resident},
    },
    service::{change, create, deletion, ids},
};

/// Numbers of the permissions that open customers, and residents
const CUSTOMERS: i64 = 14;
const RESIDENTS: i64 = 13;

/// Steps that somebody finds, the last first, with the customers
async fn steps(caller: &Caller) -> Vec<String> {
    let list = "{ customerEvents(first: 50) { totalCount nodes { step customer { name } } } }";
    let list = caller.query(list).await.ok()["customerEvents"].clone();
    let nodes = list["nodes"].as_array().unwrap();
    assert_eq!(list["totalCount"], nodes.len());
    let step = |node: &Value| {
        format!("{} {}", node["step"].as_str().unwrap(), node["customer"]["name"].as_str().unwrap_or("-"))
    };
    nodes.iter().map(step).collect()
}

async fn listed(caller: &Caller, kind: &str, reason: Option<&str>) -> i64 {
    let document = "mutation($kind: ListKind!, $input: ListEntryCreateInput!) {
        listEntryCreate(kind: $kind, input: $input) { listEntry { databaseId } } }";
    let input = json!({"gridCode": "A-1", "name": "柳安宁", "idNumber": id_number("19850517", 1), "reason": reason});
    let entry = caller.query_with(document, json!({"kind": kind, "input": input})).await.ok();
    entry["listEntryCreate"]["listEntry"]["databaseId"].as_i64().unwrap()
}

both! {
    async fn steps_go_with_the_customer(app: TestApp) {
        let Grids { bank, other, west } = Grids::new(&app).await;
        create(&bank.boss, "residentCreate", resident(1, 1)).await;
        listed(&bank.boss, "GREY", Some("1")).await;
        // Of somebody who is no customer only those know who see everything.
        assert_eq!(steps(&bank.boss).await, ["GREY_LISTED -", "REGISTERED -"]);
        assert!(steps(&bank.manager).await.is_empty());
        let draft = json!({"gridId": 1, "name": "柳安宁", "idNumber": id_number("19850517", 1)});
        let id = enter(&bank.manager, "bankCustomerDraftCreate", draft).await;
        let whole = ["DRAFTED 柳安宁", "GREY_LISTED 柳安宁", "REGISTERED 柳安宁"];
        for caller in [&bank.boss, &bank.admin, &bank.manager, &bank.president] {
            assert_eq!(steps(caller).await, whole);
        }
        for caller in [&other, &west] {
            assert!(steps(caller).await.is_empty());
            for one in ["customerEvent(id: 1) { step }", "node(id: \"Q3VzdG9tZXJFdmVudDox\") { id }"] {
                let name = one.split('(').next().unwrap();
                assert_eq!(caller.query(&format!("{{ {one} }}")).await.ok()[name], Value::Null, "{one}");
            }
        }
        // A draft that is deleted leaves the steps of a person, and who enters him again finds them.
        bank.manager.query(&format!("mutation {{ bankCustomerDraftDelete(id: {id}) {{ bankCustomer {{ name }} }} }}")).await.ok();
        assert!(steps(&bank.manager).await.is_empty());
        assert_eq!(steps(&bank.boss).await, ["DRAFTED -", "GREY_LISTED -", "REGISTERED -"]);
        let id = enter(&bank.president, "bankCustomerCreate", complete(1, 1)).await;
        assert_eq!(steps(&bank.manager).await, ["COMPLETED 柳安宁", whole[0], whole[1], whole[2]]);
        for (filter, found) in [
            (json!({"step": "GREY_LISTED"}), vec![2]),
            (json!({"staffId": 2}), vec![3]),
            (json!({"customerId": id, "staffId": 4}), vec![4]),
            (json!({"customerId": id}), vec![4, 3, 2, 1]),
            (json!({"customerId": 99}), vec![]),
        ] {
            assert_eq!(ids(&bank.manager, "customerEvents", "CustomerEventFilter", filter).await, found);
        }
        let both_ways = "{ bankCustomer(id: 2) { events(first: 1) { nodes { summary
            staff { name ... on BankStaff { customerEvents { totalCount } } } } } } }";
        let both_ways = bank.president.query(both_ways).await.ok();
        assert_eq!(both_ways["bankCustomer"]["events"]["nodes"],
            json!([{"summary": "File completed", "staff": {"name": "员工president", "customerEvents": {"totalCount": 1}}}]));
        // Roles tell of no more than what they open.
        permit(&bank, &[CUSTOMERS]).await;
        assert_eq!(steps(&bank.president).await, ["COMPLETED 柳安宁", "DRAFTED 柳安宁"]);
        permit(&bank, &[RESIDENTS]).await;
        assert_eq!(bank.president.query("{ customerEvents { nodes { step } } }").await.code(), "FORBIDDEN");
        assert_eq!(app.nobody().query("{ customerEvents { nodes { step } } }").await.code(), "UNAUTHENTICATED");
    }

    async fn changes_are_steps(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        let boss = &bank.boss;
        let mut told = Vec::new();
        let id = enter(boss, "bankCustomerCreate", complete(1, 1)).await;
        told.push("COMPLETED");
        for (status, step) in [("FROZEN", "FROZEN"), ("NORMAL", "THAWED"), ("NORMAL", "")] {
            let set = "mutation($id: ID!, $status: BankCustomerStatus!) { bankCustomerStatusSet(id: $id, status: $status) { bankCustomer { status } } }";
            boss.query_with(set, json!({"id": id, "status": status})).await;
            told.extend(Some(step).filter(|step| !step.is_empty()));
        }
        let update = "mutation($id: ID!, $input: BankCustomerInput!) { bankCustomerUpdate(id: $id, input: $input) { bankCustomer { name } } }";
        boss.query_with(update, json!({"id": id, "input": {"gridId": 3}})).await.ok();
        boss.query_with(update, json!({"id": id, "input": {"gridId": 1}})).await.ok();
        boss.query_with(update, json!({"id": id, "input": {"phone": "19900000009"}})).await.ok();
        told.extend(["MOVED", "MOVED"]);
        let resident = create(boss, "residentCreate", resident(1, 1)).await;
        boss.query_with(&change("residentUpdate", "isActive"), json!({"id": resident, "input": {"isActive": false}})).await.ok();
        boss.query_with(&change("residentUpdate", "isActive"), json!({"id": resident, "input": {"address": "9号"}})).await.ok();
        told.extend(["REGISTERED", "UNREGISTERED"]);
        let entry = listed(boss, "WHITE", None).await;
        let number = id_number("19850517", 1);
        boss.query(&format!("mutation {{ listEntryMove(idNumber: \"{number}\", to: GREY, reason: IDLE) {{ listEntry {{ id }} }} }}")).await.ok();
        boss.query(&format!("mutation {{ listEntryDelete(kind: GREY, id: {entry}) {{ listEntry {{ id }} }} }}")).await.ok();
        told.extend(["WHITE_LISTED", "GREY_LISTED", "OFF_GREY_LIST"]);
        let opinion = json!({"gridId": 1, "name": "柳安宁", "idNumber": number, "phone": "19900000001", "signedOn": "2026-11-20", "adviserName": "何晓", "address": "1号"});
        create(boss, "adviserOpinionCreate", opinion).await;
        told.push("OPINION_GIVEN");
        let picture = uploaded(boss, image(1, "IDENTITY")).await;
        boss.query_with(&deletion("customerImageDelete"), json!({"id": picture})).await.ok();
        told.extend(["IMAGE_ADDED", "IMAGE_DELETED"]);
        interview(boss, json!({"idNumber": number})).await.ok();
        fill_in(boss, 1, form()).await.ok();
        boss.query_with(&deletion("creditInterviewDelete"), json!({"id": 1})).await.ok();
        told.extend(["INTERVIEW_CHANGED", "INTERVIEW_DELETED"]);
        told.reverse();
        let told: Vec<_> = told.into_iter().map(|step| format!("{step} 柳安宁")).collect();
        assert_eq!(steps(boss).await, told);
        // What is refused is no step.
        fill_in(boss, 1, form()).await.code();
        assert_eq!(steps(boss).await, told);
    }
}
