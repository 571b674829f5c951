//! Phone numbers of packages: added by managers, each handed out to one agent.

use std::collections::BTreeSet;

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    estate::{Agent, Estate, TAKE},
};

fn refused() -> (String, String) {
    ("BAD_USER_INPUT".to_owned(), "packageId".to_owned())
}

/// Agents at work, entered all at once
pub async fn crowd(estate: &Estate, number: usize) -> Vec<Agent> {
    let mut agents = Vec::new();
    for place in 0..number {
        agents.push(estate.agent(&format!("{:05}", 100 + place)).await);
    }
    agents
}

both! {
    async fn numbers_are_handed_out_in_order(app: TestApp) {
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        let project = estate.project(0, 0, &[&anna, &bert]).await;
        let package = estate.package(project, 3).await;
        let first = anna.take(package).await;
        assert_eq!((&first["phone"], &first["ownerName"], &first["status"]), (&json!("13800000000"), &json!("Owner 0"), &json!("HANDED_OUT")));
        assert_eq!(bert.take(package).await["phone"], "13800000001");
        assert_eq!(anna.take(package).await["phone"], "13800000002");
        assert_eq!(bert.take_refused(package).await.0, "NOT_FOUND");
        assert_eq!(anna.take_refused(package).await.0, "NOT_FOUND");
        // Numbers that come later are handed out too.
        estate.add(package, json!([{"phone": "13900000000"}])).await;
        let late = bert.take(package).await;
        assert_eq!((&late["phone"], &late["ownerName"]), (&json!("13900000000"), &json!(null)));

        let list = "query($filter: PackagePhoneFilter) { packagePhones(filter: $filter) { totalCount nodes { phone
            agent { number } package { databaseId } handedOutAt } } }";
        let answer = anna.caller.query_with(list, json!({})).await.ok()["packagePhones"].clone();
        assert_eq!(answer["totalCount"], 2);
        assert_eq!(answer["nodes"][1]["phone"], "13800000002");
        assert_eq!(answer["nodes"][1]["agent"]["number"], "00006");
        assert_eq!(answer["nodes"][1]["package"]["databaseId"], package);
        assert!(answer["nodes"][1]["handedOutAt"].is_string());
        for (filter, count) in [
            (json!({"status": "HANDED_OUT"}), 4),
            (json!({"status": "FREE"}), 0),
            (json!({"agentId": bert.id, "packageId": package}), 2),
            (json!({"phone": "+86 138 0000 0002"}), 1),
            (json!({"packageId": 999}), 0),
        ] {
            let answer = estate.boss.query_with(list, json!({"filter": filter})).await.ok();
            assert_eq!(answer["packagePhones"]["totalCount"], count, "{filter}");
        }
        let one = "query($id: ID!) { packagePhone(id: $id) { phone } }";
        let answer = bert.caller.query_with(one, json!({"id": first["databaseId"]})).await.ok();
        assert_eq!(answer["packagePhone"], json!(null));
        let agents = "{ estateAgents { nodes { phones { nodes { phone } } } } }";
        let answer = bert.caller.query(agents).await.ok()["estateAgents"]["nodes"].clone();
        assert_eq!(answer[0]["phones"]["nodes"], json!([]));
        assert_eq!(answer[1]["phones"]["nodes"], json!([{"phone": "13800000001"}, {"phone": "13900000000"}]));
    }

    async fn each_number_goes_to_one_of_32_agents(app: TestApp) {
        let estate = Estate::new(&app).await;
        let agents = crowd(&estate, 32).await;
        let project = estate.project(0, 0, &agents.iter().collect::<Vec<_>>()).await;
        // Not enough for all: 32 agents ask twice for 50 numbers.
        let package = estate.package(project, 50).await;
        let asked: Vec<_> = agents
            .iter()
            .flat_map(|agent| [agent.clone(), agent.clone()])
            .map(|agent| {
                tokio::spawn(async move { agent.caller.query_with(TAKE, json!({"id": package})).await })
            })
            .collect();
        let (mut phones, mut empty) = (BTreeSet::new(), 0);
        for asked in asked {
            let answer = asked.await.unwrap();
            match answer.body.pointer("/data/packagePhoneTake/packagePhone/phone").and_then(Value::as_str) {
                Some(phone) => assert!(phones.insert(phone.to_owned()), "{phone} was handed out twice"),
                None => {
                    assert_eq!(answer.code(), "NOT_FOUND");
                    empty += 1;
                }
            }
        }
        assert_eq!((phones.len(), empty), (50, 14));
        let free = "{ packagePhones(filter: {status: FREE}) { totalCount } }";
        assert_eq!(estate.boss.query(free).await.ok()["packagePhones"]["totalCount"], 0);
    }

    async fn a_number_without_feedback_comes_back_after_the_lease(app: TestApp) {
        let mut config = app.app.config.clone();
        config.phone_lease_minutes = 0;
        let app = TestApp::with(config).await;
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        let project = estate.project(0, 0, &[&anna, &bert]).await;
        let package = estate.package(project, 2).await;
        assert_eq!(anna.take(package).await["phone"], "13800000000");
        assert_eq!(bert.take(package).await["phone"], "13800000000");
        assert_eq!(anna.caller.query("{ packagePhones { totalCount } }").await.ok()["packagePhones"]["totalCount"], 0);
        bert.report(package, "13800000000", "继续跟进").await;
        assert_eq!(anna.take(package).await["phone"], "13800000001");
        anna.report(package, "13800000001", "继续跟进").await;
        assert_eq!(anna.take_refused(package).await.0, "NOT_FOUND");
    }

    async fn only_for_agents_of_a_current_project(app: TestApp) {
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        for (first, last) in [(-9, -1), (1, 9)] {
            let project = estate.project(first, last, &[&anna]).await;
            let package = estate.package(project, 1).await;
            assert_eq!(anna.take_refused(package).await, refused());
        }
        let project = estate.project(0, 0, &[&bert]).await;
        let package = estate.package(project, 1).await;
        assert_eq!(anna.take_refused(package).await, refused());
        assert_eq!(anna.take_refused(999).await, refused());
        assert_eq!(estate.boss.query_with(TAKE, json!({"id": package})).await.code(), "FORBIDDEN");
        assert_eq!(app.nobody().query_with(TAKE, json!({"id": package})).await.code(), "UNAUTHENTICATED");
        assert_eq!(app.manager(Realm::Loan).await.query_with(TAKE, json!({"id": package})).await.code(), "FORBIDDEN");
        let delete = "mutation($id: ID!) { estateProjectDelete(id: $id) { estateProject { id } } }";
        estate.boss.query_with(delete, json!({"id": project})).await.ok();
        assert_eq!(bert.take_refused(package).await, refused());
    }

    async fn managers_add_correct_and_remove_numbers(app: TestApp) {
        let estate = Estate::new(&app).await;
        let anna = estate.agent("00006").await;
        let project = estate.project(0, 0, &[&anna]).await;
        let package = estate.package(project, 0).await;
        let phones = json!([{"phone": "13800000001"}, {"phone": "138 0000 0001"}, {"phone": "0512-65000001"}]);
        let added = json!({"callPackage": {"databaseId": package}, "addedCount": 2, "skippedCount": 1});
        assert_eq!(estate.add(package, phones.clone()).await, added);
        assert_eq!(estate.add(package, phones).await["addedCount"], 0);
        let many: Vec<_> = (0..1200).map(|place| json!({"phone": format!("1370000{place:04}")})).collect();
        assert_eq!(estate.add(package, json!(many)).await["addedCount"], 1200);
        let add = "mutation($id: ID!, $phones: [PackagePhoneInput!]!) {
            packagePhonesAdd(packageId: $id, phones: $phones) { addedCount } }";
        for (phones, field) in [
            (json!([]), "phones"),
            (json!(vec![json!({"phone": "13800000001"}); 5001]), "phones"),
            (json!([{"phone": "13800000009"}, {"phone": "x"}]), "phones[1].phone"),
            (json!([{"phone": "13800000009", "ownerName": "x".repeat(101)}]), "phones[0].ownerName"),
        ] {
            let error = estate.boss.query_with(add, json!({"id": package, "phones": phones})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        let some = json!([{"phone": "13800000009"}]);
        assert_eq!(estate.boss.query_with(add, json!({"id": 999, "phones": some})).await.code(), "NOT_FOUND");
        assert_eq!(anna.caller.query_with(add, json!({"id": package, "phones": some})).await.code(), "FORBIDDEN");

        let phone = anna.take(package).await["databaseId"].clone();
        let update = "mutation($id: ID!, $input: PackagePhoneUpdateInput!) {
            packagePhoneUpdate(id: $id, input: $input) { packagePhone { phone ownerName } } }";
        let change = json!({"id": phone, "input": {"phone": "13800000099", "ownerName": "Li"}});
        assert_eq!(anna.caller.query_with(update, change.clone()).await.code(), "FORBIDDEN");
        let answer = estate.boss.query_with(update, change).await.ok();
        let changed = json!({"phone": "13800000099", "ownerName": "Li"});
        assert_eq!(answer["packagePhoneUpdate"]["packagePhone"], changed);
        let taken = json!({"id": phone, "input": {"phone": "0512 65000001"}});
        assert_eq!(estate.boss.query_with(update, taken).await.code(), "CONFLICT");

        let delete = "mutation($id: ID!) { packagePhoneDelete(id: $id) { packagePhone { phone } } }";
        anna.report(package, "13800000099", "接受邀请").await;
        assert_eq!(estate.boss.query_with(delete, json!({"id": phone})).await.code(), "CONFLICT");
        let next = anna.take(package).await["databaseId"].clone();
        assert_eq!(anna.caller.query_with(delete, json!({"id": next})).await.code(), "FORBIDDEN");
        estate.boss.query_with(delete, json!({"id": next})).await.ok();
        assert_eq!(estate.boss.query_with(delete, json!({"id": next})).await.code(), "NOT_FOUND");
    }
}
