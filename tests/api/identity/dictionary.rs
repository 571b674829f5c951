//! Dictionaries that bank staff maintain.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::{
    app::{PASSWORD, both},
    bank::Bank,
    service::{creation, ids},
};

const UPDATE: &str = "mutation($code: String, $input: DictionaryUpdateInput!) {
    dictionaryUpdate(code: $code, input: $input) { dictionary { name isDisabled entries(first: 9) { nodes { code name } } } } }";

fn item(key: i64, value: &str) -> Value {
    json!({"key": key, "value": value, "description": "d"})
}

both! {
    async fn items_are_replaced(app: TestApp) {
        let bank = Bank::new(&app).await;
        let create = "mutation($input: DictionaryCreateInput!) { dictionaryCreate(input: $input) { dictionary {
            code name category parentCode isDisabled entries(first: 9) { nodes { kind code name position description isDisabled } } } } }";
        let input = json!({"name": "婚姻", "category": 3, "parentCode": "0", "items": [item(10, "离异"), item(2, "已婚"), item(1, "未婚")]});
        let made = bank.admin.query_with(create, json!({"input": input})).await.ok()["dictionaryCreate"]["dictionary"].clone();
        let entry = |place: i64, key: i64, name: &str| json!({
            "kind": "D00001", "code": key.to_string(), "name": name, "position": place, "description": "d", "isDisabled": false,
        });
        assert_eq!(made, json!({
            "code": "D00001", "name": "婚姻", "category": 3, "parentCode": "0", "isDisabled": false,
            "entries": {"nodes": [entry(0, 1, "未婚"), entry(1, 2, "已婚"), entry(2, 10, "离异")]},
        }));
        let items = json!([{"key": 1, "value": "未婚", "isDisabled": true, "dictionaryCode": "D00001"}]);
        let changed = bank.admin.query_with(UPDATE, json!({"code": "D00001", "input": {"items": items}})).await.ok();
        assert_eq!(changed["dictionaryUpdate"]["dictionary"], json!({
            "name": "婚姻", "isDisabled": true, "entries": {"nodes": [{"code": "1", "name": "未婚"}]},
        }));
        let renamed = bank.admin.query_with(UPDATE, json!({"code": "D00001", "input": {"name": "婚姻状况"}})).await.ok();
        assert_eq!(renamed["dictionaryUpdate"]["dictionary"]["entries"]["nodes"].as_array().unwrap().len(), 1);
        assert_eq!(ids(&bank.admin, "dictionaries", "DictionaryFilter", json!({"name": "状况"})).await, [1]);
        assert_eq!(ids(&bank.admin, "dictionaries", "DictionaryFilter", json!({"code": "D"})).await, [0_i64; 0]);

        // Its items are the bank's own, and change with it only.
        let list = "{ dictionaryEntries(kind: \"D00001\") { nodes { databaseId dictionary { code } } } }";
        let shown = bank.manager.query(list).await.ok()["dictionaryEntries"]["nodes"].clone();
        assert_eq!(shown[0]["dictionary"]["code"], "D00001");
        assert_eq!(app.nobody().query(list).await.ok()["dictionaryEntries"]["nodes"], json!([]));
        app.account(Some(Realm::Estate), "1", true).await;
        let stranger = app.sign_in(Some(Realm::Estate), "1", PASSWORD).await;
        assert_eq!(stranger.query(list).await.ok()["dictionaryEntries"]["nodes"], json!([]));
        let entry = shown[0]["databaseId"].as_i64().unwrap();
        let root = app.admin().await;
        for change in ["dictionaryEntryUpdate(id: $id, input: {name: \"x\"})", "dictionaryEntryDelete(id: $id)"] {
            let document = format!("mutation($id: ID!) {{ {change} {{ dictionaryEntry {{ name }} }} }}");
            assert_eq!(root.query_with(&document, json!({"id": entry})).await.code(), "CONFLICT");
        }
        let delete = "mutation { dictionaryDelete(code: \"D00001\") { dictionary { name } } }";
        bank.admin.query(delete).await.ok();
        assert_eq!(bank.admin.query(delete).await.code(), "NOT_FOUND");
        assert_eq!(bank.manager.query(list).await.ok()["dictionaryEntries"]["nodes"], json!([]));
        assert_eq!(bank.admin.query("{ dictionary(code: \"D00001\") { name } }").await.ok(), json!({"dictionary": null}));
    }

    async fn inputs_are_checked(app: TestApp) {
        let bank = Bank::new(&app).await;
        let many: Vec<Value> = (1..=201).map(|key| item(key, "x")).collect();
        for (patch, field) in [
            (json!({"name": ""}), "input.name"),
            (json!({"parentCode": "x".repeat(21)}), "input.parentCode"),
            (json!({"items": []}), "input.items"),
            (json!({"items": many}), "input.items"),
            (json!({"items": [item(0, "x")]}), "input.items.key"),
            (json!({"items": [item(1, "x"), item(2, "y"), item(1, "z")]}), "input.items.key"),
            (json!({"items": [item(1, "")]}), "input.items.value"),
            (json!({"items": [item(1, &"x".repeat(256))]}), "input.items.value"),
        ] {
            let mut input = json!({"name": "N", "category": 1, "items": [item(1, "x")]});
            input.as_object_mut().unwrap().extend(patch.as_object().unwrap().clone());
            let error = bank.admin.query_with(&creation("dictionaryCreate"), json!({"input": input})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        let input = json!({"name": "N", "category": 1, "items": [item(1, "x")]});
        bank.admin.query_with(&creation("dictionaryCreate"), json!({"input": input})).await.ok();
        let foreign = json!({"code": "D00001", "input": {"items": [{"key": 1, "value": "x", "dictionaryCode": "D00002"}]}});
        assert_eq!(bank.admin.query_with(UPDATE, foreign).await.error().1, "input.items.dictionaryCode");
        assert_eq!(bank.manager.query_with(&creation("dictionaryCreate"), json!({"input": input})).await.code(), "FORBIDDEN");
        assert_eq!(bank.manager.query("{ dictionaries { nodes { name } } }").await.code(), "FORBIDDEN");
    }
}
