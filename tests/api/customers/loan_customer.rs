//! Loan customers: entering, changing, finding, and who sees them.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::{
    app::{Caller, PASSWORD, both},
    loan::{Loan, customer},
};

const CREATE: &str = "mutation($input: LoanCustomerCreateInput!) {
    loanCustomerCreate(input: $input) { loanCustomer { code name mobile stage salary contactStatus hasCar
        socialSecurity wechatStatus comment idNumber realm officer { employeeCode label }
        owner { name realm } wechatFriendship { status } } } }";
const UPDATE: &str = "mutation($id: ID!, $input: LoanCustomerUpdateInput!) {
    loanCustomerUpdate(id: $id, input: $input) { loanCustomer { name mobile stage salary hasCar comment
        officer { employeeCode } } } }";
const LIST: &str = "query($filter: LoanCustomerFilter) {
    loanCustomers(filter: $filter) { nodes { code } } }";
const COMMENT: &str = "mutation($code: String!, $comment: String!) {
    loanCustomerCommentSet(code: $code, comment: $comment) { loanCustomer { comment } } }";

async fn codes(caller: &Caller, filter: Value) -> Vec<String> {
    let answer = caller.query_with(LIST, json!({"filter": filter})).await.ok();
    let nodes = answer["loanCustomers"]["nodes"].as_array().unwrap().clone();
    let mut codes: Vec<String> = nodes.iter().map(|node| node["code"].as_str().unwrap().to_owned()).collect();
    codes.sort();
    codes
}

both! {
    async fn entering_changing_deleting(app: TestApp) {
        let Loan { anna, .. } = Loan::new(&app).await;
        let input = json!({"code": "C1", "mobile": "138 0000 0001", "salary": "5000.5", "socialSecurity": "BOTH"});
        let new = anna.query_with(CREATE, json!({"input": input})).await.ok();
        assert_eq!(
            new["loanCustomerCreate"]["loanCustomer"],
            json!({
                "code": "C1", "name": "C1", "mobile": "138 0000 0001", "stage": "NEED", "salary": "5000.50",
                "contactStatus": "NOT_CALLED", "hasCar": null, "socialSecurity": "BOTH", "wechatStatus": "NOT_FRIEND",
                "comment": null, "idNumber": null, "realm": "LOAN",
                "officer": {"employeeCode": "AA1611", "label": "Anna[AA1611]"},
                "owner": {"name": "Anna", "realm": "LOAN"}, "wechatFriendship": null,
            })
        );
        assert_eq!(anna.query_with(CREATE, json!({"input": {"code": "C1"}})).await.code(), "CONFLICT");

        let id = anna.query("{ loanCustomers { nodes { id } } }").await.ok()["loanCustomers"]["nodes"][0]["id"].clone();
        let input = json!({"name": "Zhang", "stage": "SIGNED", "hasCar": true, "salary": null, "mobile": "13800000002"});
        let changed = anna.query_with(UPDATE, json!({"id": id, "input": input})).await.ok();
        assert_eq!(
            changed["loanCustomerUpdate"]["loanCustomer"],
            json!({"name": "Zhang", "mobile": "13800000002", "stage": "SIGNED", "salary": null, "hasCar": true,
                "comment": null, "officer": {"employeeCode": "AA1611"}})
        );
        assert_eq!(codes(&anna, json!({"mobile": "+86 13800000002"})).await, ["C1"]);
        assert!(codes(&anna, json!({"mobile": "13800000001"})).await.is_empty());

        let delete = "mutation($id: ID!) { loanCustomerDelete(id: $id) { loanCustomer { code } } }";
        anna.query_with(delete, json!({"id": id})).await.ok();
        assert_eq!(anna.query_with(delete, json!({"id": id})).await.code(), "NOT_FOUND");
        assert!(codes(&anna, json!({})).await.is_empty());
    }

    async fn inputs_are_checked(app: TestApp) {
        let Loan { anna, boss, .. } = Loan::new(&app).await;
        for (input, field) in [
            (json!({"code": " "}), "input.code"),
            (json!({"code": "C", "mobile": "abc"}), "input.mobile"),
            (json!({"code": "C", "comment": "字".repeat(501)}), "input.comment"),
            (json!({"code": "C", "salary": "-1"}), "input.salary"),
            (json!({"code": "C", "loanTerm": -1}), "input.loanTerm"),
            (json!({"code": "C", "name": "x".repeat(101)}), "input.name"),
        ] {
            let error = anna.query_with(CREATE, json!({"input": input})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        // A manager without a profile has no customers of his own.
        assert_eq!(boss.query_with(CREATE, json!({"input": {"code": "C"}})).await.error().1, "input.officerId");
        let input = json!({"code": "C", "officerId": 999});
        assert_eq!(boss.query_with(CREATE, json!({"input": input})).await.error().1, "input.officerId");
        let id = customer(&anna, json!({"code": "C", "comment": "字".repeat(500)})).await;
        assert_eq!(anna.query_with(UPDATE, json!({"id": id, "input": {"name": ""}})).await.error().1, "input.name");
        let filter = json!({"stages": vec!["NEED"; 11]});
        assert_eq!(anna.query_with(LIST, json!({"filter": filter})).await.error().1, "filter.stages");
    }

    async fn everybody_sees_his_own(app: TestApp) {
        let Loan { boss, anna, bert } = Loan::new(&app).await;
        let id = customer(&anna, json!({"code": "A1", "name": "Zhang"})).await;
        customer(&bert, json!({"code": "B1"})).await;
        assert_eq!(codes(&anna, json!({})).await, ["A1"]);
        assert_eq!(codes(&bert, json!({})).await, ["B1"]);
        assert_eq!(codes(&boss, json!({})).await, ["A1", "B1"]);
        assert_eq!(codes(&app.admin().await, json!({})).await, ["A1", "B1"]);

        // One's own code narrows, another's is refused; a manager names whom he likes.
        assert_eq!(codes(&anna, json!({"employeeCode": "AA1611"})).await, ["A1"]);
        for code in ["AA0396", "AA9999", ""] {
            let foreign = anna.query_with(LIST, json!({"filter": {"employeeCode": code}})).await;
            assert_eq!(foreign.code(), "FORBIDDEN");
        }
        assert_eq!(codes(&boss, json!({"employeeCode": "AA0396"})).await, ["B1"]);
        assert!(codes(&boss, json!({"employeeCode": "AA9999"})).await.is_empty());

        // Somebody else's customer does not exist.
        let one = "query($id: ID!) { loanCustomer(id: $id) { code } }";
        assert_eq!(bert.query_with(one, json!({"id": id})).await.ok(), json!({"loanCustomer": null}));
        assert_eq!(anna.query_with(one, json!({"id": id})).await.ok(), json!({"loanCustomer": {"code": "A1"}}));
        assert_eq!(bert.query_with(UPDATE, json!({"id": id, "input": {"name": "x"}})).await.code(), "NOT_FOUND");
        let comment = json!({"code": "A1", "comment": "x"});
        assert_eq!(bert.query_with(COMMENT, comment).await.code(), "NOT_FOUND");
        let delete = format!("mutation {{ loanCustomerDelete(id: {id}) {{ loanCustomer {{ code }} }} }}");
        assert_eq!(bert.query(&delete).await.code(), "NOT_FOUND");

        assert_eq!(app.nobody().query_with(LIST, json!({})).await.code(), "UNAUTHENTICATED");
        app.account(Some(Realm::Service), "18800000001", true).await;
        let stranger = app.sign_in(Some(Realm::Service), "18800000001", PASSWORD).await;
        assert_eq!(stranger.query_with(LIST, json!({})).await.code(), "FORBIDDEN");
        assert_eq!(stranger.query_with(CREATE, json!({"input": {"code": "S1"}})).await.code(), "FORBIDDEN");
    }

    async fn filters_and_pages(app: TestApp) {
        let Loan { anna, .. } = Loan::new(&app).await;
        for (code, stage, name, status) in [
            ("C1", "NEED", "Zhang_San", "NOT_CALLED"),
            ("C2", "DEAL_OUTSOURCED", "zhang si", "REACHED"),
            ("C3", "DEAL_MEMBER", "Li", "NOT_REACHED"),
        ] {
            customer(&anna, json!({"code": code, "stage": stage, "name": name, "contactStatus": status})).await;
        }
        assert_eq!(codes(&anna, json!({"stages": ["DEAL_OUTSOURCED", "DEAL_MEMBER"]})).await, ["C2", "C3"]);
        assert!(codes(&anna, json!({"stages": []})).await.is_empty());
        assert_eq!(codes(&anna, json!({"name": "ZHANG"})).await, ["C1", "C2"]);
        assert_eq!(codes(&anna, json!({"name": "g_s"})).await, ["C1"]);
        assert_eq!(codes(&anna, json!({"contactStatus": "REACHED"})).await, ["C2"]);
        assert_eq!(codes(&anna, json!({"code": "C3", "stages": null})).await, ["C3"]);

        let page = anna.query("{ loanCustomers(page: {number: 2, size: 2}) { totalCount nodes { code } page { total } } }");
        let page = page.await.ok();
        assert_eq!(
            page["loanCustomers"],
            json!({"totalCount": 3, "nodes": [{"code": "C1"}], "page": {"total": 3}})
        );
        let first = anna.query("{ loanCustomers(first: 2) { nodes { code } pageInfo { endCursor hasNextPage } } }");
        let first = first.await.ok();
        assert_eq!(first["loanCustomers"]["nodes"], json!([{"code": "C3"}, {"code": "C2"}]));
        let next = anna.query_with(
            "query($after: String) { loanCustomers(first: 2, after: $after) { nodes { code } } }",
            json!({"after": first["loanCustomers"]["pageInfo"]["endCursor"]}),
        );
        assert_eq!(next.await.ok()["loanCustomers"]["nodes"], json!([{"code": "C1"}]));
    }

    async fn comments_by_code(app: TestApp) {
        let Loan { anna, .. } = Loan::new(&app).await;
        customer(&anna, json!({"code": "AFC14101000001"})).await;
        let comment = json!({"code": "AFC14101000001", "comment": "你好"});
        let set = anna.query_with(COMMENT, comment).await.ok();
        assert_eq!(set["loanCustomerCommentSet"]["loanCustomer"]["comment"], "你好");
        let long = json!({"code": "AFC14101000001", "comment": "字".repeat(501)});
        assert_eq!(anna.query_with(COMMENT, long).await.error().1, "comment");
        assert_eq!(anna.query_with(COMMENT, json!({"code": "?", "comment": ""})).await.code(), "NOT_FOUND");
    }

    async fn only_managers_hand_over(app: TestApp) {
        let Loan { boss, anna, bert } = Loan::new(&app).await;
        let id = customer(&anna, json!({"code": "A1", "mobile": "13800000001"})).await;
        let friends = "mutation { wechatFriendshipSet(customerMobile: \"13800000001\", status: FRIEND) {
            wechatFriendships { status } } }";
        anna.query(friends).await.ok();
        let officers = boss.query("{ loanOfficers { nodes { databaseId employeeCode } } }").await.ok();
        let bert_id = officers["loanOfficers"]["nodes"][1]["databaseId"].clone();
        let change = json!({"id": id, "input": {"officerId": bert_id}});
        assert_eq!(anna.query_with(UPDATE, change.clone()).await.code(), "FORBIDDEN");
        let input = json!({"code": "A2", "officerId": bert_id});
        assert_eq!(anna.query_with(CREATE, json!({"input": input})).await.code(), "FORBIDDEN");

        let changed = boss.query_with(UPDATE, change).await.ok();
        assert_eq!(changed["loanCustomerUpdate"]["loanCustomer"]["officer"]["employeeCode"], "AA0396");
        assert!(codes(&anna, json!({})).await.is_empty());
        let seen = bert.query("{ loanCustomers { nodes { code wechatStatus } } }").await.ok();
        assert_eq!(seen["loanCustomers"]["nodes"], json!([{"code": "A1", "wechatStatus": "FRIEND"}]));
    }

    async fn relations_of_an_officer(app: TestApp) {
        let Loan { boss, anna, bert } = Loan::new(&app).await;
        customer(&anna, json!({"code": "A1"})).await;
        customer(&anna, json!({"code": "A2"})).await;
        customer(&bert, json!({"code": "B1"})).await;
        let query = "{ loanOfficers { nodes { employeeCode customers(first: 1) { totalCount nodes { code } } } } }";
        let of = |code: &str, total: i32, nodes: Value| {
            json!({"employeeCode": code, "customers": {"totalCount": total, "nodes": nodes}})
        };
        assert_eq!(
            boss.query(query).await.ok()["loanOfficers"]["nodes"],
            json!([of("AA1611", 2, json!([{"code": "A2"}])), of("AA0396", 1, json!([{"code": "B1"}]))])
        );
        // Colleagues are known, their customers are not.
        assert_eq!(
            anna.query(query).await.ok()["loanOfficers"]["nodes"],
            json!([of("AA1611", 2, json!([{"code": "A2"}])), of("AA0396", 0, json!([]))])
        );
    }
}
