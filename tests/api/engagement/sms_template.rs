//! SMS templates: managers keep them, officers read them.

use quintet::auth::Realm;
use serde_json::json;

use crate::{
    app::{PASSWORD, both},
    loan::Loan,
};

const CREATE: &str = "mutation($input: SmsTemplateCreateInput!) {
    smsTemplateCreate(input: $input) { smsTemplate { databaseId title content } } }";
const UPDATE: &str = "mutation($id: ID!, $input: SmsTemplateUpdateInput!) {
    smsTemplateUpdate(id: $id, input: $input) { smsTemplate { title content } } }";
const DELETE: &str = "mutation($id: ID!) { smsTemplateDelete(id: $id) { smsTemplate { title } } }";
const LIST: &str = "{ smsTemplates { nodes { title } } }";

both! {
    async fn creating_changing_deleting(app: TestApp) {
        let Loan { boss, anna, .. } = Loan::new(&app).await;
        let new = boss.query_with(CREATE, json!({"input": {"title": "回访", "content": "您好"}})).await.ok();
        let id = &new["smsTemplateCreate"]["smsTemplate"]["databaseId"];
        let changed = boss.query_with(UPDATE, json!({"id": id, "input": {"title": "到访"}})).await.ok();
        assert_eq!(changed["smsTemplateUpdate"]["smsTemplate"], json!({"title": "到访", "content": "您好"}));
        assert_eq!(anna.query(LIST).await.ok()["smsTemplates"]["nodes"], json!([{"title": "到访"}]));
        let one = "query($id: ID!) { smsTemplate(id: $id) { title } }";
        assert_eq!(anna.query_with(one, json!({"id": id})).await.ok()["smsTemplate"]["title"], "到访");
        boss.query_with(DELETE, json!({"id": id})).await.ok();
        assert_eq!(boss.query_with(DELETE, json!({"id": id})).await.code(), "NOT_FOUND");
        assert_eq!(anna.query(LIST).await.ok()["smsTemplates"]["nodes"], json!([]));
    }

    async fn only_managers_keep_them(app: TestApp) {
        let Loan { boss, anna, .. } = Loan::new(&app).await;
        for (input, field) in [
            (json!({"title": " ", "content": "x"}), "input.title"),
            (json!({"title": "x", "content": ""}), "input.content"),
            (json!({"title": "x".repeat(101), "content": "x"}), "input.title"),
        ] {
            assert_eq!(boss.query_with(CREATE, json!({"input": input})).await.error().1, field);
        }
        let input = json!({"title": "x", "content": "x"});
        assert_eq!(anna.query_with(CREATE, json!({"input": input})).await.code(), "FORBIDDEN");
        assert_eq!(anna.query_with(UPDATE, json!({"id": 1, "input": {}})).await.code(), "FORBIDDEN");
        assert_eq!(anna.query_with(DELETE, json!({"id": 1})).await.code(), "FORBIDDEN");
        assert_eq!(app.nobody().query(LIST).await.code(), "UNAUTHENTICATED");
        app.account(Some(Realm::Estate), "00006", true).await;
        let stranger = app.sign_in(Some(Realm::Estate), "00006", PASSWORD).await;
        assert_eq!(stranger.query(LIST).await.code(), "FORBIDDEN");
        assert_eq!(stranger.query_with(DELETE, json!({"id": 1})).await.code(), "FORBIDDEN");
    }
}
