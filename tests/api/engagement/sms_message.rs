//! Uploading and reading SMS.

use serde_json::{Value, json};

use crate::{
    app::{Caller, both},
    loan::{Loan, customer},
};

const ADD: &str = "mutation($messages: [SmsMessageInput!]!) {
    smsMessagesAdd(messages: $messages) { added latestAt } }";
const LIST: &str = "query($filter: SmsMessageFilter) { smsMessages(filter: $filter) { totalCount nodes {
    content } } }";

fn sent(by: &str, to: &str, at: &str, content: &str) -> Value {
    json!({"sender": by, "receiver": to, "senderRole": "OFFICER", "sentAt": at, "content": content})
}

fn got(from: &str, by: &str, at: &str, content: &str) -> Value {
    json!({"sender": from, "receiver": by, "senderRole": "CUSTOMER", "sentAt": at, "content": content})
}

async fn add(caller: &Caller, messages: &[Value]) -> Value {
    caller.query_with(ADD, json!({"messages": messages})).await.ok()["smsMessagesAdd"].clone()
}

async fn texts(caller: &Caller, filter: Value) -> Vec<String> {
    let answer = caller.query_with(LIST, json!({"filter": filter})).await.ok();
    let nodes = answer["smsMessages"]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|node| node["content"].as_str().unwrap().to_owned()).collect()
}

both! {
    async fn an_upload_is_stored_once(app: TestApp) {
        let Loan { anna, .. } = Loan::new(&app).await;
        assert_eq!(add(&anna, &[]).await, json!({"added": 0, "latestAt": null}));
        let messages = [
            sent("AA1611", "C1", "2018-09-07T07:53:41.300+08:00", "one"),
            got("C1", "AA1611", "2018-09-06T22:53:41.300Z", "two"),
            // The same message once more, and another one of the same moment.
            sent("AA1611", "C1", "2018-09-06T23:53:41.300Z", "one"),
            sent("AA1611", "C1", "2018-09-06T23:53:41.300Z", "one, continued"),
        ];
        let latest = "2018-09-06T23:53:41.300Z";
        assert_eq!(add(&anna, &messages).await, json!({"added": 3, "latestAt": latest}));
        assert_eq!(add(&anna, &messages).await, json!({"added": 0, "latestAt": latest}));
        assert_eq!(add(&anna, &[]).await, json!({"added": 0, "latestAt": latest}));
        let older = [sent("AA1611", "C1", "2018-01-01T00:00:00Z", "three")];
        assert_eq!(add(&anna, &older).await, json!({"added": 1, "latestAt": latest}));
        assert_eq!(texts(&anna, json!({})).await.len(), 4);
        assert_eq!(texts(&anna, json!({})).await[3], "three");
    }

    async fn only_ones_own(app: TestApp) {
        let Loan { anna, bert, boss } = Loan::new(&app).await;
        let at = "2018-09-07T07:53:41Z";
        for (message, field) in [
            (sent("AA0396", "C1", at, "x"), "messages[1].sender"),
            (got("C1", "AA0396", at, "x"), "messages[1].receiver"),
            (sent("", "C1", at, "x"), "messages[1].sender"),
            (sent("AA1611", "", at, "x"), "messages[1].receiver"),
            (sent("AA1611", "C1", at, &"x".repeat(2001)), "messages[1].content"),
        ] {
            let messages = json!({"messages": [sent("AA1611", "C1", at, "mine"), message]});
            let error = anna.query_with(ADD, messages).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        // Nothing of a refused upload is stored.
        assert!(texts(&anna, json!({})).await.is_empty());

        add(&anna, &[sent("AA1611", "C1", at, "anna's")]).await;
        add(&bert, &[sent("AA0396", "C1", at, "bert's")]).await;
        let both = [sent("AA1611", "C1", "2020-01-01T00:00:00Z", "for anna"), got("C1", "AA0396", at, "for bert")];
        assert_eq!(add(&boss, &both).await, json!({"added": 2, "latestAt": "2020-01-01T00:00:00Z"}));
        let unknown = json!({"messages": [sent("AA9999", "C1", at, "x")]});
        assert_eq!(boss.query_with(ADD, unknown).await.error().1, "messages[0].sender");

        assert_eq!(texts(&anna, json!({})).await, ["for anna", "anna's"]);
        assert_eq!(texts(&bert, json!({})).await.len(), 2);
        assert_eq!(texts(&boss, json!({})).await.len(), 4);
        assert_eq!(texts(&boss, json!({"employeeCode": "AA1611"})).await, ["for anna", "anna's"]);
        let foreign = json!({"filter": {"employeeCode": "AA0396"}});
        assert_eq!(anna.query_with(LIST, foreign).await.code(), "FORBIDDEN");
        assert_eq!(app.nobody().query_with(LIST, json!({})).await.code(), "UNAUTHENTICATED");
        assert_eq!(app.nobody().query_with(ADD, json!({"messages": []})).await.code(), "UNAUTHENTICATED");
    }

    async fn messages_find_their_customer(app: TestApp) {
        let Loan { anna, bert, .. } = Loan::new(&app).await;
        let known = customer(&anna, json!({"code": "C1", "name": "Zhang", "mobile": "13800000001"})).await;
        customer(&anna, json!({"code": "C2", "mobile": "13800000002"})).await;
        customer(&bert, json!({"code": "B1", "mobile": "13800000003"})).await;
        let at = |second: u32| format!("2018-09-07T07:53:{second:02}Z");
        let mut by_mobile = got("", "AA1611", &at(2), "by mobile");
        by_mobile["senderMobile"] = json!("+8613800000001");
        let mut unknown = sent("AA1611", "", &at(3), "to a stranger");
        unknown["receiverMobile"] = json!("10086");
        let messages = [
            sent("AA1611", "C1", &at(1), "by code"),
            by_mobile,
            unknown,
            sent("AA1611", "C2", &at(4), "to another"),
            sent("AA1611", "B1", &at(5), "to bert's"),
        ];
        assert_eq!(add(&anna, &messages).await["added"], 5);

        let read = "{ smsMessages { nodes { summary customer { code } officer { employeeCode } staff { name }
            at isSent isRead signature realm } } }";
        let nodes = anna.query(read).await.ok()["smsMessages"]["nodes"].clone();
        let customers: Vec<_> = nodes.as_array().unwrap().iter().map(|node| node["customer"]["code"].clone()).collect();
        assert_eq!(json!(customers), json!([null, "C2", null, "C1", "C1"]));
        assert_eq!(
            nodes[4],
            json!({"summary": "SMS to C1: by code", "customer": {"code": "C1"}, "officer": {"employeeCode": "AA1611"},
                "staff": {"name": "Anna"}, "at": at(1), "isSent": true, "isRead": true,
                "signature": "【东方融资网】", "realm": "LOAN"})
        );
        assert_eq!(nodes[3]["summary"], "SMS from +8613800000001: by mobile");

        assert_eq!(texts(&anna, json!({"customerId": known})).await, ["by mobile", "by code"]);
        assert_eq!(texts(&anna, json!({"customerCode": "C1"})).await, ["by mobile", "by code"]);
        assert_eq!(texts(&anna, json!({"customerMobile": "13800000001"})).await, ["by mobile", "by code"]);
        assert_eq!(texts(&anna, json!({"customerMobile": "10086"})).await, ["to a stranger"]);
        let either = json!({"customerCode": "C2", "customerMobile": "10086"});
        assert_eq!(texts(&anna, either).await, ["to another", "to a stranger"]);
        assert_eq!(texts(&anna, json!({"customerCode": "", "customerMobile": "10086"})).await, ["to a stranger"]);
        assert!(texts(&anna, json!({"customerCode": "?"})).await.is_empty());
        let blank = json!({"filter": {"customerCode": "", "customerMobile": ""}});
        assert_eq!(anna.query_with(LIST, blank).await.error().1, "filter.customerCode");

        let of_customer = "query($id: ID!) { loanCustomer(id: $id) { smsMessages(first: 1) { totalCount nodes {
            content } } } }";
        let answer = anna.query_with(of_customer, json!({"id": known})).await.ok();
        let expected = json!({"totalCount": 2, "nodes": [{"content": "by mobile"}]});
        assert_eq!(answer["loanCustomer"]["smsMessages"], expected);

        // The messages outlive the customer.
        anna.query(&format!("mutation {{ loanCustomerDelete(id: {known}) {{ loanCustomer {{ code }} }} }}")).await.ok();
        assert_eq!(texts(&anna, json!({})).await.len(), 5);
    }

    async fn ten_thousand_in_one_go(app: TestApp) {
        let Loan { anna, .. } = Loan::new(&app).await;
        customer(&anna, json!({"code": "C7"})).await;
        let message = |i: usize| {
            let at = format!("2019-01-01T{:02}:{:02}:{:02}Z", i / 3600, i / 60 % 60, i % 60);
            sent("AA1611", &format!("C{}", i % 100), &at, "hello")
        };
        let messages: Vec<Value> = (0..10_000).map(message).collect();
        assert_eq!(add(&anna, &messages).await, json!({"added": 10_000, "latestAt": "2019-01-01T02:46:39Z"}));
        assert_eq!(add(&anna, &messages).await["added"], 0);
        assert_eq!(texts(&anna, json!({"customerCode": "C7"})).await.len(), 20);
        let too_many: Vec<Value> = (0..10_001).map(message).collect();
        assert_eq!(anna.query_with(ADD, json!({"messages": too_many})).await.error().1, "messages");
    }

    async fn uploads_at_the_same_time(app: TestApp) {
        let Loan { anna, .. } = Loan::new(&app).await;
        let message = |i: usize| sent("AA1611", "C1", &format!("2019-01-01T00:{:02}:{:02}Z", i / 60, i % 60), "hello");
        let uploads = (0..8).map(|turn| {
            let anna = anna.clone();
            let mut messages: Vec<Value> = (0..600).map(message).collect();
            if turn % 2 == 0 {
                messages.reverse();
            }
            tokio::spawn(async move { add(&anna, &messages).await["added"].as_i64().unwrap() })
        });
        let mut added = 0;
        for upload in uploads.collect::<Vec<_>>() {
            added += upload.await.unwrap();
        }
        assert_eq!(added, 600);
    }
}
