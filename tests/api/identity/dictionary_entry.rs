//! Dictionaries: public to read, administrators' to write.

use quintet::auth::Realm;
use serde_json::json;

use crate::app::both;

const LIST: &str = "query($kind: String!) { dictionaryEntries(kind: $kind) { nodes { code name position } } }";
const CREATE: &str = "mutation($input: DictionaryEntryCreateInput!) {
    dictionaryEntryCreate(input: $input) { dictionaryEntry { id } } }";

both! {
    async fn everybody_reads_them_in_order(app: TestApp) {
        let answer = app.nobody().query_with(LIST, json!({"kind": "PROPERTY_CUSTOMER_KIND"})).await.ok();
        let kinds = json!([
            {"code": "01", "name": "一般客", "position": 0},
            {"code": "02", "name": "观望客", "position": 1},
            {"code": "03", "name": "重要客", "position": 2},
        ]);
        assert_eq!(answer["dictionaryEntries"]["nodes"], kinds);
        let page = "{ dictionaryEntries(kind: \"GENDER\", last: 1) { totalCount nodes { code } pageInfo { hasPreviousPage } } }";
        let answer = app.nobody().query(page).await.ok();
        let last = json!({"totalCount": 3, "nodes": [{"code": "M"}], "pageInfo": {"hasPreviousPage": true}});
        assert_eq!(answer["dictionaryEntries"], last);
        let none = app.nobody().query_with(LIST, json!({"kind": "NONE"})).await.ok();
        assert_eq!(none["dictionaryEntries"]["nodes"], json!([]));
    }

    async fn administrators_write_them(app: TestApp) {
        let admin = app.admin().await;
        let entry = |kind: &str, code: &str, name: &str, position: i32| {
            json!({"input": {"kind": kind, "code": code, "name": name, "position": position}})
        };
        let answer = admin.query_with(CREATE, entry("CALL_OUTCOME", "2", "无人接听", 2)).await.ok();
        let id = answer["dictionaryEntryCreate"]["dictionaryEntry"]["id"].clone();
        let update = "mutation($id: ID!) { dictionaryEntryUpdate(id: $id, input: {name: \"空号\", position: 0}) {
            dictionaryEntry { code name position } } }";
        let answer = admin.query_with(update, json!({"id": id})).await.ok();
        let changed = json!({"code": "2", "name": "空号", "position": 0});
        assert_eq!(answer["dictionaryEntryUpdate"]["dictionaryEntry"], changed);
        let codes = "{ dictionaryEntries(kind: \"CALL_OUTCOME\") { nodes { code } } }";
        let answer = app.nobody().query(codes).await.ok();
        assert_eq!(answer["dictionaryEntries"]["nodes"], json!([{"code": "0"}, {"code": "2"}, {"code": "1"}]));
        let one = "query($id: ID!) { dictionaryEntry(id: $id) { kind } }";
        assert_eq!(admin.query_with(one, json!({"id": id})).await.ok()["dictionaryEntry"]["kind"], "CALL_OUTCOME");

        assert_eq!(admin.query_with(CREATE, entry("CALL_OUTCOME", "2", "x", 9)).await.code(), "CONFLICT");
        for (input, field) in [
            (entry("call outcome", "3", "x", 0), "input.kind"),
            (entry("CALL_OUTCOME", "", "x", 0), "input.code"),
            (entry("CALL_OUTCOME", "3", " ", 0), "input.name"),
            (entry("CALL_OUTCOME", "3", "x", -1), "input.position"),
        ] {
            let error = admin.query_with(CREATE, input).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }

        let boss = app.manager(Realm::Estate).await;
        assert_eq!(boss.query_with(CREATE, entry("CALL_OUTCOME", "3", "x", 0)).await.code(), "FORBIDDEN");
        assert_eq!(boss.query_with(update, json!({"id": id})).await.code(), "FORBIDDEN");
        let delete = "mutation($id: ID!) { dictionaryEntryDelete(id: $id) { dictionaryEntry { code } } }";
        assert_eq!(boss.query_with(delete, json!({"id": id})).await.code(), "FORBIDDEN");
        admin.query_with(delete, json!({"id": id})).await.ok();
        assert_eq!(admin.query_with(delete, json!({"id": id})).await.code(), "NOT_FOUND");
    }
}
