//! Tags, who carries them, and what a customer owns.

use serde_json::{Value, json};

use super::bank_customer::customers;
use crate::{
    app::{Caller, both},
    bank::id_number,
    credit::grid::Grids,
    service::{change, create, creation, deletion, ids},
};

const SET: &str = "mutation($id: ID, $number: String, $tags: [ID!]!, $reason: String) {
    customerTagsSet(customerId: $id, idNumber: $number, tagIds: $tags, reason: $reason) {
        bankCustomer { customerTags { nodes { databaseId reason tag { databaseId } customer { databaseId } } } } } }";
const ASSETS: &str = "mutation($id: ID, $number: String, $input: CustomerAssetsInput!) {
    customerAssetsCreate(customerId: $id, idNumber: $number, input: $input) { customerAssets { databaseId } } }";

async fn set(caller: &Caller, variables: Value) -> Vec<(i64, Value)> {
    let answer = caller.query_with(SET, variables).await.ok();
    let rows = answer["customerTagsSet"]["bankCustomer"]["customerTags"]["nodes"].as_array().unwrap().clone();
    rows.iter().map(|row| (row["tag"]["databaseId"].as_i64().unwrap(), row["reason"].clone())).collect()
}

both! {
    async fn four_are_built_in(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        let tag = create(&bank.admin, "tagCreate", json!({"name": "大户", "description": "d", "kind": "FARMING"})).await;
        assert_eq!(tag, 5);
        let update = change("tagUpdate", "name description kind isBuiltIn");
        for (id, input, code) in [
            (1, json!({"name": "灰"}), "CONFLICT"),
            (5, json!({"name": "黑名单"}), "CONFLICT"),
            (5, json!({"name": ""}), "BAD_USER_INPUT"),
            (5, json!({"name": "x".repeat(21)}), "BAD_USER_INPUT"),
            (5, json!({"description": "x".repeat(21)}), "BAD_USER_INPUT"),
            (5, json!({"remark": "x".repeat(101)}), "BAD_USER_INPUT"),
            (9, json!({}), "NOT_FOUND"),
        ] {
            assert_eq!(bank.admin.query_with(&update, json!({"id": id, "input": input})).await.code(), code, "{input}");
        }
        let kept = json!({"id": 1, "input": {"name": "黑名单", "description": "不贷"}});
        let kept = bank.admin.query_with(&update, kept).await.ok();
        assert_eq!(kept["tagUpdate"]["tag"], json!({"name": "黑名单", "description": "不贷", "kind": "LIST", "isBuiltIn": true}));
        assert_eq!(bank.admin.query_with(&deletion("tagDelete"), json!({"id": 4})).await.code(), "CONFLICT");
        assert_eq!(ids(&bank.admin, "tags", "TagFilter", json!({"kind": "LIST"})).await, [1, 2, 3]);
        assert_eq!(ids(&bank.admin, "tags", "TagFilter", json!({"name": "户"})).await, [4, 5]);
        let new = json!({"input": {"name": "新", "description": "d", "kind": "AGE"}});
        assert_eq!(bank.manager.query_with(&creation("tagCreate"), new).await.code(), "FORBIDDEN");
        set(&bank.manager, json!({"id": 1, "tags": [tag, 4]})).await;
        bank.admin.query_with(&deletion("tagDelete"), json!({"id": tag})).await.ok();
        let left = bank.manager.query("{ bankCustomer(id: 1) { tags { databaseId } } }").await.ok();
        assert_eq!(left["bankCustomer"]["tags"], json!([{"databaseId": 4}]));
    }

    async fn customers_carry_tags(app: TestApp) {
        let Grids { bank, other, west } = customers(&app).await;
        for name in ["大户", "能手"] {
            create(&bank.admin, "tagCreate", json!({"name": name, "description": "d", "kind": "FARMING"})).await;
        }
        let because = |text: &str| json!(text);
        let rows = set(&bank.manager, json!({"id": 1, "tags": [5, 4, 4], "reason": "old"})).await;
        assert_eq!(rows, [(4, because("old")), (5, because("old"))]);
        // Who keeps a tag keeps its reason.
        let number = id_number("19850517", 1);
        let rows = set(&bank.president, json!({"number": number, "tags": [4, 6], "reason": "new"})).await;
        assert_eq!(rows, [(4, because("old")), (6, because("new"))]);
        set(&other, json!({"id": 2, "tags": [4]})).await;
        set(&west, json!({"id": 4, "tags": [4]})).await;
        for (variables, field) in [
            (json!({"tags": [5]}), "customerId"),
            (json!({"id": 1, "number": number, "tags": [5]}), "customerId"),
            (json!({"id": 1, "tags": [99]}), "tagIds"),
            (json!({"id": 1, "tags": (0..101).collect::<Vec<_>>()}), "tagIds"),
            (json!({"id": 1, "tags": [5], "reason": "x".repeat(201)}), "reason"),
        ] {
            assert_eq!(bank.manager.query_with(SET, variables).await.error(), ("BAD_USER_INPUT".into(), field.into()));
        }
        assert_eq!(other.query_with(SET, json!({"id": 1, "tags": []})).await.code(), "NOT_FOUND");

        // Counted is what the viewer sees.
        let count = "{ tags { nodes { databaseId customerCount } } }";
        for (caller, poor) in [(&bank.admin, 3), (&bank.boss, 3)] {
            let counts = caller.query(count).await.ok()["tags"]["nodes"].clone();
            assert_eq!(counts[3], json!({"databaseId": 4, "customerCount": poor}));
            assert_eq!(counts[0]["customerCount"], 0);
        }
        let carried = "{ bankCustomers(filter: {tagId: 4}) { totalCount nodes { databaseId tags { name customerCount } } } }";
        let found = bank.president.query(carried).await.ok()["bankCustomers"].clone();
        assert_eq!(found["totalCount"], 2);
        assert_eq!(found["nodes"][1]["tags"], json!([{"name": "贫困户", "customerCount": 2}, {"name": "能手", "customerCount": 1}]));
        let carriers = "{ tag(id: 4) { customerTags { nodes { customer { databaseId } } } } }";
        let carriers = bank.admin.query(carriers).await.ok()["tag"]["customerTags"]["nodes"].clone();
        assert_eq!(carriers.as_array().unwrap().len(), 3);

        let take = "mutation($id: ID, $tag: ID!) { customerTagDelete(customerId: $id, tagId: $tag) { bankCustomer { tags { name } } } }";
        let left = bank.manager.query_with(take, json!({"id": 1, "tag": 6})).await.ok();
        assert_eq!(left["customerTagDelete"]["bankCustomer"]["tags"], json!([{"name": "贫困户"}]));
        assert_eq!(bank.manager.query_with(take, json!({"id": 1, "tag": 6})).await.code(), "NOT_FOUND");
        assert_eq!(west.query_with(take, json!({"id": 1, "tag": 4})).await.code(), "NOT_FOUND");
        let clear = "mutation { customerTagsClear(customerId: 1) { bankCustomer { tags { name } } } }";
        assert_eq!(bank.manager.query(clear).await.ok()["customerTagsClear"]["bankCustomer"]["tags"], json!([]));
    }

    async fn assets_once_for_a_customer(app: TestApp) {
        let Grids { bank, other, .. } = customers(&app).await;
        let number = id_number("19850517", 1);
        let input = json!({
            "industry": "AGRICULTURE", "occupation": "FARMING", "houses": 2, "houseValue": "350000.5", "landArea": "12.3456",
            "yearlySurplus": "-1", "businessLicenses": "A,B", "hasFarmIncome": true,
        });
        bank.manager.query_with(ASSETS, json!({"number": number, "input": input})).await.ok();
        assert_eq!(bank.president.query_with(ASSETS, json!({"id": 1, "input": {}})).await.code(), "CONFLICT");
        assert_eq!(other.query_with(ASSETS, json!({"id": 1, "input": {}})).await.code(), "NOT_FOUND");
        for (field, value) in [
            ("houses", json!(-1)),
            ("houseValue", json!("-1")),
            ("landArea", json!("-0.1")),
            ("workingYears", json!(101)),
            ("other", json!("x".repeat(256))),
            ("cars", json!(1_000_001)),
        ] {
            let mut input = json!({});
            input[field] = value;
            let refused = bank.manager.query_with(ASSETS, json!({"id": 3, "input": input})).await;
            assert_eq!(refused.error(), ("BAD_USER_INPUT".into(), format!("input.{field}")));
        }
        let fine = json!({"id": 3, "input": {"landArea": "0.00001"}});
        assert_ne!(bank.manager.query_with(ASSETS, fine).await.body["errors"], Value::Null);
        let update = "mutation($input: CustomerAssetsInput!) { customerAssetsUpdate(customerId: 1, input: $input) { customerAssets { houses houseValue landArea cars } } }";
        let changed = bank.manager.query_with(update, json!({"input": {"cars": 1, "houses": null}})).await.ok();
        assert_eq!(changed["customerAssetsUpdate"]["customerAssets"], json!({
            "houses": null, "houseValue": "350000.50", "landArea": "12.3456", "cars": 1,
        }));
        assert_eq!(other.query_with(update, json!({"input": {}})).await.code(), "NOT_FOUND");
        let read = "{ customerAssets(customerId: 1) { yearlySurplus customer { assets { industry } } } }";
        assert_eq!(bank.president.query(read).await.ok()["customerAssets"], json!({
            "yearlySurplus": "-1.00", "customer": {"assets": {"industry": "AGRICULTURE"}},
        }));
        assert_eq!(other.query(read).await.ok()["customerAssets"], Value::Null);
    }
}
