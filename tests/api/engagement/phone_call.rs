//! Uploading and reading telephone calls.

use serde_json::{Value, json};

use crate::{
    app::{Caller, both},
    loan::{Loan, customer},
};

const ADD: &str = "mutation($calls: [PhoneCallInput!]!) { phoneCallsAdd(calls: $calls) { added latestAt } }";
const LIST: &str = "query($filter: PhoneCallFilter) { phoneCalls(filter: $filter) { nodes { summary } } }";

fn call(mobile: &str, at: &str, status: &str) -> Value {
    json!({"employeeCode": "AA1611", "mobile": mobile, "startedAt": at, "seconds": 40, "status": status})
}

async fn add(caller: &Caller, calls: &[Value]) -> Value {
    caller.query_with(ADD, json!({"calls": calls})).await.ok()["phoneCallsAdd"].clone()
}

async fn list(caller: &Caller, filter: Value) -> Vec<String> {
    let answer = caller.query_with(LIST, json!({"filter": filter})).await.ok();
    let nodes = answer["phoneCalls"]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|node| node["summary"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn an_upload_is_stored_once(app: TestApp) {
        let Loan { anna, .. } = Loan::new(&app).await;
        let calls = [
            call("13800000001", "2018-08-30T18:30:55+08:00", "OUTGOING_ANSWERED"),
            call("13800000002", "2018-08-30T10:30:55Z", "OUTGOING_UNANSWERED"),
            // The same call, its number written differently
            call("+86 138-0000-0001", "2018-08-30T10:30:55Z", "OUTGOING_ANSWERED"),
            call("hidden", "2018-08-30T10:00:00Z", "INCOMING_UNANSWERED"),
        ];
        let latest = "2018-08-30T10:30:55Z";
        assert_eq!(add(&anna, &calls).await, json!({"added": 3, "latestAt": latest}));
        assert_eq!(add(&anna, &calls).await, json!({"added": 0, "latestAt": latest}));
        assert_eq!(add(&anna, &[]).await, json!({"added": 0, "latestAt": latest}));
        assert_eq!(list(&anna, json!({"status": "INCOMING_UNANSWERED"})).await, ["Call from hidden, missed"]);
        assert_eq!(list(&anna, json!({"mobile": "138 0000 0001"})).await, ["Call to 13800000001, 40 s"]);
    }

    async fn only_ones_own(app: TestApp) {
        let Loan { anna, bert, boss } = Loan::new(&app).await;
        let mine = call("13800000001", "2018-08-30T10:30:55Z", "OUTGOING_ANSWERED");
        let with = |name: &str, value: Value| {
            let mut call = mine.clone();
            call[name] = value;
            call
        };
        for (call, field) in [
            (with("employeeCode", json!("AA0396")), "calls[1].employeeCode"),
            (with("employeeCode", json!("")), "calls[1].employeeCode"),
            (with("mobile", json!(" ")), "calls[1].mobile"),
            (with("seconds", json!(-1)), "calls[1].seconds"),
        ] {
            let error = anna.query_with(ADD, json!({"calls": [mine, call]})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        assert!(list(&anna, json!({})).await.is_empty());
        add(&boss, &[mine.clone(), with("employeeCode", json!("AA0396"))]).await;
        for caller in [&anna, &bert] {
            assert_eq!(list(caller, json!({})).await.len(), 1);
        }
        assert_eq!(list(&boss, json!({})).await.len(), 2);
        assert_eq!(list(&boss, json!({"employeeCode": "AA0396"})).await.len(), 1);
        let foreign = json!({"filter": {"employeeCode": "AA1611"}});
        assert_eq!(bert.query_with(LIST, foreign).await.code(), "FORBIDDEN");
        assert_eq!(app.nobody().query_with(LIST, json!({})).await.code(), "UNAUTHENTICATED");
        assert_eq!(app.nobody().query_with(ADD, json!({"calls": []})).await.code(), "UNAUTHENTICATED");
    }

    async fn the_contact_status_follows(app: TestApp) {
        let Loan { anna, bert, .. } = Loan::new(&app).await;
        for (place, code) in ["C1", "C2", "C3", "C4", "C5"].iter().enumerate() {
            customer(&anna, json!({"code": code, "mobile": format!("1380000000{place}")})).await;
        }
        // The same person is bert's customer too: anna's calls are not his.
        customer(&bert, json!({"code": "B1", "mobile": "13800000000"})).await;
        let at = |second: u32| format!("2018-08-30T10:30:{second:02}Z");
        let calls = [
            call("13800000000", &at(0), "OUTGOING_UNANSWERED"),
            call("13800000000", &at(1), "OUTGOING_ANSWERED"),
            call("13800000001", &at(2), "OUTGOING_UNANSWERED"),
            call("13800000002", &at(3), "INCOMING_UNANSWERED"),
            call("13800000003", &at(4), "INCOMING_ANSWERED"),
            call("13800000004", &at(5), "NOT_CALLED"),
        ];
        assert_eq!(add(&anna, &calls).await["added"], 6);
        let read = "{ loanCustomers { nodes { code contactStatus phoneCalls { totalCount } } } }";
        let states = |answer: Value| -> Value {
            let mut nodes = answer["loanCustomers"]["nodes"].as_array().unwrap().clone();
            nodes.sort_by_key(|node| node["code"].as_str().unwrap().to_owned());
            nodes.iter().map(|node| json!([node["contactStatus"], node["phoneCalls"]["totalCount"]])).collect()
        };
        assert_eq!(
            states(anna.query(read).await.ok()),
            json!([["REACHED", 2], ["NOT_REACHED", 1], ["NOT_CALLED", 1], ["REACHED", 1], ["NOT_CALLED", 1]])
        );
        assert_eq!(states(bert.query(read).await.ok()), json!([["NOT_CALLED", 0]]));

        // Who was reached stays so; who was not may be reached later.
        let more = [
            call("13800000000", &at(10), "OUTGOING_UNANSWERED"),
            call("13800000001", &at(11), "INCOMING_ANSWERED"),
        ];
        add(&anna, &more).await;
        assert_eq!(states(anna.query(read).await.ok())[0][0], "REACHED");
        assert_eq!(states(anna.query(read).await.ok())[1][0], "REACHED");

        // What was stored before changes nothing any more.
        let set = "mutation($id: ID!) {
            loanCustomerUpdate(id: $id, input: {contactStatus: NOT_CALLED}) { loanCustomer { id } } }";
        let ids = anna.query("{ loanCustomers(filter: {code: \"C1\"}) { nodes { id } } }").await.ok();
        anna.query_with(set, json!({"id": ids["loanCustomers"]["nodes"][0]["id"]})).await.ok();
        add(&anna, &calls).await;
        assert_eq!(states(anna.query(read).await.ok())[0][0], "NOT_CALLED");
    }

    async fn changes_are_recorded(app: TestApp) {
        let Loan { anna, .. } = Loan::new(&app).await;
        customer(&anna, json!({"code": "C1", "mobile": "13800000001"})).await;
        add(&anna, &[call("13800000001", "2018-08-30T10:30:55Z", "OUTGOING_ANSWERED")]).await;
        let read = "{ auditEntries(filter: {entity: \"LoanCustomer\"}, first: 1) {
            nodes { action before account { login } } } }";
        let entries = app.admin().await.query(read).await.ok();
        let entry = &entries["auditEntries"]["nodes"][0];
        assert_eq!(entry["action"], "phoneCallsAdd");
        assert_eq!(entry["account"]["login"], "1611");
        assert!(entry["before"].as_str().unwrap().contains("\"contact_status\":\"NotCalled\""), "{entry}");
    }
}
