//! Regions and the codes that the server gives them.

use serde_json::{Value, json};

use crate::{
    app::{Caller, both},
    bank::Bank,
    service::{change, creation, ids},
};

async fn add(caller: &Caller, parent: Value, level: &str) -> String {
    let create = "mutation($input: RegionCreateInput!) { regionCreate(input: $input) { region { code } } }";
    let input = json!({"name": format!("R{level}"), "parentCode": parent, "level": level, "description": "d"});
    let made = caller.query_with(create, json!({"input": input})).await.ok();
    made["regionCreate"]["region"]["code"].as_str().unwrap().to_owned()
}

async fn tree(caller: &Caller, code: &str) -> Vec<String> {
    let answer = caller.query(&format!("{{ regionTree(code: \"{code}\") {{ code }} }}")).await.ok();
    answer["regionTree"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn codes_are_given_and_kept(app: TestApp) {
        let bank = Bank::new(&app).await;
        let mut made = Vec::new();
        for (parent, level) in [
            (json!(null), "COUNTRY"), (json!("10000"), "PROVINCE"), (json!("10000"), "PROVINCE"), (json!("10002"), "CITY"),
            (json!("10002"), "CITY"), (json!("10002100"), "COUNTY"), (json!("10002100"), "COUNTY"), (json!("10002120"), "TOWN"),
        ] {
            made.push(add(&bank.admin, parent, level).await);
        }
        let codes = ["10000", "10001", "10002", "10002100", "10002200", "10002110", "10002120", "10002121"];
        assert_eq!(made, codes);
        assert_eq!(tree(&bank.admin, "10000").await, codes);
        assert_eq!(tree(&bank.admin, "10002100").await, ["10002100", "10002110", "10002120", "10002121"]);
        assert!(tree(&bank.admin, "999").await.is_empty());

        // A region that moves keeps its code, and takes along what is below it.
        let update = "mutation($code: String, $input: RegionUpdateInput!) {
            regionUpdate(code: $code, input: $input) { region { code level parent { code } children(first: 5) { nodes { code } } } } }";
        let update = |code: &str, input: Value| {
            let (admin, variables) = (bank.admin.clone(), json!({"code": code, "input": input}));
            async move { admin.query_with(update, variables).await }
        };
        let moved = update("10002120", json!({"parentCode": "10002200"})).await.ok();
        assert_eq!(moved["regionUpdate"]["region"], json!({
            "code": "10002120", "level": "COUNTY", "parent": {"code": "10002200"}, "children": {"nodes": [{"code": "10002121"}]},
        }));
        assert_eq!(tree(&bank.admin, "10002200").await, ["10002200", "10002120", "10002121"]);
        assert_eq!(tree(&bank.admin, "10002100").await, ["10002100", "10002110"]);
        assert_eq!(add(&bank.admin, json!("10002100"), "COUNTY").await, "10002130", "the code is not given twice");

        for (code, input, field) in [
            ("10002200", json!({"parentCode": "10002121"}), "input.parentId"),
            ("10002200", json!({"parentCode": "10002200"}), "input.parentId"),
            ("10002200", json!({"parentCode": "4"}), "input.parentCode"),
            ("10002200", json!({"level": "COUNTY"}), "input.level"),
            ("10002200", json!({"level": "PROVINCE"}), "input.level"),
            ("10002200", json!({"name": ""}), "input.name"),
        ] {
            assert_eq!(update(code, input).await.error(), ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        let by_id = json!({"id": 1, "input": {"description": null}});
        bank.admin.query_with(&change("regionUpdate", "description").replace("ID!", "ID"), by_id).await.ok();

        let delete = |code: &str| format!("mutation {{ regionDelete(code: \"{code}\") {{ region {{ name }} }} }}");
        assert_eq!(bank.admin.query(&delete("10002120")).await.code(), "CONFLICT");
        bank.admin.query(&delete("10002121")).await.ok();
        bank.admin.query(&delete("10002120")).await.ok();
        assert_eq!(bank.admin.query(&delete("10002120")).await.code(), "NOT_FOUND");
        assert_eq!(bank.admin.query("mutation { regionDelete { region { name } } }").await.error().1, "code");
    }

    async fn a_full_region_takes_no_more(app: TestApp) {
        let bank = Bank::new(&app).await;
        for number in 1..=9 {
            assert_eq!(add(&bank.admin, json!(null), "COUNTRY").await, format!("{number}0000"));
        }
        let input = json!({"input": {"name": "R", "level": "COUNTRY"}});
        assert_eq!(bank.admin.query_with(&creation("regionCreate"), input).await.code(), "CONFLICT");
        assert_eq!(ids(&bank.admin, "regions", "RegionFilter", json!({"code": "30000"})).await, [3]);
        assert_eq!(ids(&bank.admin, "regions", "RegionFilter", json!({"level": "CITY"})).await, [0_i64; 0]);
        assert_eq!(bank.admin.query("{ region(id: 2) { name code } }").await.ok()["region"]["code"], "20000");
        for caller in [&bank.manager, &bank.president] {
            assert_eq!(caller.query("{ regions { nodes { name } } }").await.code(), "FORBIDDEN");
            let input = json!({"input": {"name": "R", "level": "COUNTRY"}});
            assert_eq!(caller.query_with(&creation("regionCreate"), input).await.code(), "FORBIDDEN");
        }
    }
}
