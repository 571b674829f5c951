//! Loan officers: managers enter them, colleagues know each other.

use quintet::auth::Realm;
use serde_json::json;

use crate::{
    app::{PASSWORD, both},
    loan::Loan,
};

const CREATE: &str = "mutation($input: LoanOfficerCreateInput!) {
    loanOfficerCreate(input: $input) { loanOfficer { name label account { login name } } } }";
const UPDATE: &str = "mutation($id: ID!, $input: LoanOfficerUpdateInput!) {
    loanOfficerUpdate(id: $id, input: $input) { loanOfficer { name cityCode wechatId } } }";

both! {
    async fn entering_and_changing(app: TestApp) {
        let Loan { boss, anna, .. } = Loan::new(&app).await;
        let mut input = json!({"login": "1700", "password": PASSWORD, "employeeCode": "AA1700", "name": "Carl"});
        let new = boss.query_with(CREATE, json!({"input": input})).await.ok();
        assert_eq!(
            new["loanOfficerCreate"]["loanOfficer"],
            json!({"name": "Carl", "label": "Carl[AA1700]", "account": {"login": "1700", "name": "Carl"}})
        );
        app.sign_in(Some(Realm::Loan), "1700", PASSWORD).await;

        // Login and employee code are unique; what fails leaves nothing behind.
        assert_eq!(boss.query_with(CREATE, json!({"input": input})).await.code(), "CONFLICT");
        input["login"] = json!("1701");
        assert_eq!(boss.query_with(CREATE, json!({"input": input})).await.code(), "CONFLICT");
        let accounts = boss.query("{ accounts(filter: {login: \"1701\"}) { totalCount } }").await.ok();
        assert_eq!(accounts["accounts"]["totalCount"], 0);

        let id = "{ loanOfficers(filter: {employeeCode: \"AA1611\"}) { nodes { id } } }";
        let id = anna.query(id).await.ok()["loanOfficers"]["nodes"][0]["id"].clone();
        let change = json!({"id": id, "input": {"name": "Anne", "cityCode": "SUZHOU", "wechatId": null}});
        assert_eq!(anna.query_with(UPDATE, change.clone()).await.code(), "FORBIDDEN");
        assert_eq!(
            boss.query_with(UPDATE, change).await.ok()["loanOfficerUpdate"]["loanOfficer"],
            json!({"name": "Anne", "cityCode": "SUZHOU", "wechatId": null})
        );
        let blank = json!({"id": id, "input": {"name": ""}});
        assert_eq!(boss.query_with(UPDATE, blank).await.error().1, "input.name");
        assert_eq!(boss.query_with(UPDATE, json!({"id": 999, "input": {}})).await.code(), "NOT_FOUND");
    }

    async fn colleagues_know_each_other(app: TestApp) {
        let Loan { anna, .. } = Loan::new(&app).await;
        let list = "{ loanOfficers { nodes { employeeCode account { login } } } }";
        // Accounts are not shared.
        assert_eq!(
            anna.query(list).await.ok()["loanOfficers"]["nodes"],
            json!([
                {"employeeCode": "AA1611", "account": {"login": "1611"}},
                {"employeeCode": "AA0396", "account": null},
            ])
        );
        let me = anna.query("{ me { loanOfficer { name } } session { loanOfficer { employeeCode } } }").await.ok();
        assert_eq!(me, json!({"me": {"loanOfficer": {"name": "Anna"}}, "session": {"loanOfficer": {"employeeCode": "AA1611"}}}));
        assert_eq!(app.nobody().query(list).await.code(), "UNAUTHENTICATED");
        let input = json!({"login": "1", "password": PASSWORD, "employeeCode": "X", "name": "X"});
        assert_eq!(anna.query_with(CREATE, json!({"input": input})).await.code(), "FORBIDDEN");
    }
}
