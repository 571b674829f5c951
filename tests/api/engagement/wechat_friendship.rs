//! WeChat friendships.

use serde_json::{Value, json};

use crate::{
    app::{Caller, both},
    loan::{Loan, customer},
};

const SET: &str = "mutation($mobile: String!, $status: WechatStatus!) {
    wechatFriendshipSet(customerMobile: $mobile, status: $status) { wechatFriendships { status customerWechatId
        officerWechatId customer { code wechatStatus } officer { employeeCode } } } }";

async fn status(caller: &Caller) -> Value {
    let answer = caller.query("{ loanCustomers { nodes { wechatStatus wechatFriendship { status } } } }").await.ok();
    answer["loanCustomers"]["nodes"].clone()
}

both! {
    async fn setting_and_reading(app: TestApp) {
        let Loan { anna, bert, boss } = Loan::new(&app).await;
        customer(&anna, json!({"code": "C1", "mobile": "13800000001", "wechatId": "wx-c1"})).await;
        assert_eq!(status(&anna).await, json!([{"wechatStatus": "NOT_FRIEND", "wechatFriendship": null}]));

        let set = |status: &str| json!({"mobile": "+86 13800000001", "status": status});
        let friendship = anna.query_with(SET, set("FRIEND")).await.ok();
        assert_eq!(
            friendship["wechatFriendshipSet"]["wechatFriendships"],
            json!([{"status": "FRIEND", "customerWechatId": "wx-c1", "officerWechatId": "wx-1611",
                "customer": {"code": "C1", "wechatStatus": "FRIEND"}, "officer": {"employeeCode": "AA1611"}}])
        );
        let friends = json!([{"wechatStatus": "FRIEND", "wechatFriendship": {"status": "FRIEND"}}]);
        assert_eq!(status(&anna).await, friends);

        // Setting it again changes the one row there is.
        boss.query_with(SET, set("NOT_FRIEND")).await.ok();
        let list = "query($filter: WechatFriendshipFilter) { wechatFriendships(filter: $filter) { totalCount nodes {
            status officer { wechatFriendships { totalCount } } } } }";
        let all = anna.query_with(list, json!({})).await.ok();
        assert_eq!(
            all["wechatFriendships"],
            json!({"totalCount": 1,
                "nodes": [{"status": "NOT_FRIEND", "officer": {"wechatFriendships": {"totalCount": 1}}}]})
        );
        let none = anna.query_with(list, json!({"filter": {"status": "FRIEND"}})).await.ok();
        assert_eq!(none["wechatFriendships"]["totalCount"], 0);
        assert_eq!(bert.query_with(list, json!({})).await.ok()["wechatFriendships"]["totalCount"], 0);
        let foreign = json!({"filter": {"employeeCode": "AA1611"}});
        assert_eq!(bert.query_with(list, foreign).await.code(), "FORBIDDEN");

        for caller in [&bert, &anna] {
            let unknown = json!({"mobile": if caller.token == anna.token { "13900000000" } else { "13800000001" },
                "status": "FRIEND"});
            assert_eq!(caller.query_with(SET, unknown).await.code(), "NOT_FOUND");
        }
        assert_eq!(app.nobody().query_with(SET, set("FRIEND")).await.code(), "UNAUTHENTICATED");
    }

    async fn a_request_changes_nothing(app: TestApp) {
        let Loan { anna, .. } = Loan::new(&app).await;
        customer(&anna, json!({"code": "C1", "mobile": "13800000001"})).await;
        let request = "mutation($input: WechatFriendshipRequestInput!) {
            wechatFriendshipRequest(input: $input) { status } }";
        let input = json!({"input": {"customerMobile": "13800000001", "customerName": "Zhang"}});
        let answer = anna.query_with(request, input.clone()).await.ok();
        assert_eq!(answer["wechatFriendshipRequest"]["status"], "REQUESTED");
        assert_eq!(status(&anna).await, json!([{"wechatStatus": "NOT_FRIEND", "wechatFriendship": null}]));
        let blank = json!({"input": {"customerMobile": ""}});
        assert_eq!(anna.query_with(request, blank).await.error().1, "input.customerMobile");
        assert_eq!(app.nobody().query_with(request, input).await.code(), "UNAUTHENTICATED");
    }

    async fn the_customer_takes_it_along(app: TestApp) {
        let Loan { anna, .. } = Loan::new(&app).await;
        let id = customer(&anna, json!({"code": "C1", "mobile": "13800000001"})).await;
        anna.query_with(SET, json!({"mobile": "13800000001", "status": "FRIEND"})).await.ok();
        anna.query(&format!("mutation {{ loanCustomerDelete(id: {id}) {{ loanCustomer {{ code }} }} }}")).await.ok();
        let list = anna.query("{ wechatFriendships { totalCount } }").await.ok();
        assert_eq!(list["wechatFriendships"]["totalCount"], 0);
    }
}
