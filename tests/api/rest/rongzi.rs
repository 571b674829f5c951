//! rongzi's legacy URLs beyond the documented examples: wire types, envelopes, refusals.

use quintet::auth::{Realm, password::md5_hex};
use serde_json::{Value, json};

use crate::{
    app::{Caller, PASSWORD, TestApp, both},
    loan::{Loan, customer},
};

async fn post(caller: &Caller, path: &str, body: Value) -> Value {
    let reply = caller.send("POST", path, &body).await;
    assert_eq!(reply.status, 200, "{path}");
    reply.json()
}

/// What the list shows of the customers, by code
async fn rows(caller: &Caller, status: Value) -> Vec<Value> {
    let body = json!({"customerExeStatus": status, "empCode": "AA1611", "pageSize": 10, "pageIndex": 1});
    let mut rows = post(caller, "/api/customer/list", body).await["data"]["rows"].as_array().unwrap().clone();
    rows.sort_by_key(|row| row["customerCode"].as_str().unwrap().to_owned());
    rows
}

fn sms(at: &str) -> Value {
    json!({"sender": "AA1611", "receiver": "C1", "senderRole": 1, "occurTime": at, "content": "你好",
        "senderMobile": "", "receiverMobile": "13800000001", "senderName": "Anna", "receiverName": "C1", "sendStatus": 0})
}

both! {
    async fn signing_in(app: TestApp) {
        Loan::new(&app).await;
        let right = md5_hex(PASSWORD);
        let answer = post(&app.nobody(), "/api/account/login", json!({"username": 1611, "password": right})).await;
        assert_eq!(answer["code"], 0);
        assert_eq!(
            answer["data"]["userInfo"],
            json!({"accountName": "", "empCode": "AA1611", "empName": "Anna[AA1611]", "cityCode": "", "cityName": "",
                "dprCode": "", "dprName": "", "roleCode": "", "roleName": "", "empWorkMobile": "",
                "empWechatId": "wx-1611"})
        );
        let token = answer["data"]["token"].as_str().unwrap();
        for header in [format!("Bearer {token}"), token.to_owned()] {
            let request = app.nobody().request("GET", "/api/sms/templates").header("Authorization", header);
            let reply = app.send(request.body(axum::body::Body::empty()).unwrap()).await;
            assert_eq!(reply.json(), json!({"code": 0, "msg": "操作成功", "data": []}));
        }
        for (username, password) in [("1611", md5_hex("wrong")), ("9999", md5_hex(PASSWORD))] {
            let body = json!({"username": username, "password": password});
            let refused = post(&app.nobody(), "/api/account/login", body).await;
            assert_eq!(refused, json!({"code": 1, "msg": "用户名或密码错误"}));
        }
        let missing = post(&app.nobody(), "/api/account/login", json!({"username": "1611"})).await;
        assert_eq!(missing["code"], 1);
        assert!(missing.get("data").is_none());
    }

    async fn without_a_token(app: TestApp) {
        for (path, body) in [
            ("/api/customer/list", json!({"customerExeStatus": -1, "empCode": "A", "pageSize": 1, "pageIndex": 1})),
            ("/api/customer/editComment", json!({"customerCode": "A", "comment": ""})),
            ("/api/sms/addMessages", json!([])),
            ("/api/sms/getMessages", json!({})),
            ("/api/call/syncRecords", json!([])),
            ("/api/wechat/addFriend", json!({"customerMobile": "1"})),
            ("/api/wechat/updateFriendStatus", json!({"customerMobile": "1", "friendStatus": 1})),
        ] {
            for token in [None, Some("rubbish".to_owned())] {
                let caller = Caller { token, ..app.nobody() };
                let refused = post(&caller, path, body.clone()).await;
                assert_eq!(refused, json!({"code": 500, "msg": "不合法的token"}), "{path}");
            }
        }
        let reply = app.nobody().get("/api/sms/templates").await;
        assert_eq!(reply.json(), json!({"code": 500, "msg": "不合法的token"}));
    }

    async fn the_customer_list(app: TestApp) {
        let Loan { anna, boss, .. } = Loan::new(&app).await;
        customer(&anna, json!({"code": "C1"})).await;
        let full = json!({"code": "C2", "name": "张", "mobile": "13800000001", "hasCar": true, "hasHouse": false,
            "hasGuarantee": false, "salary": "5000.25", "socialSecurity": "HOUSING_FUND_ONLY", "job": "企业主",
            "loanTerm": 12, "loanAmount": 2500, "moneyNeededAt": "2018-08-28T06:49:20Z", "city": "苏州市",
            "comment": "好", "stage": "DEAL_MEMBER", "contactStatus": "NOT_REACHED", "wechatId": "wx"});
        customer(&anna, full).await;
        customer(&anna, json!({"code": "C3", "stage": "DEAL_OUTSOURCED"})).await;

        let all = rows(&anna, json!(-1)).await;
        assert_eq!(
            all[0],
            json!({"name": "C1", "hasCars": null, "hasPolicy": 0, "salary": "", "hasHouse": null,
                "isSecuityOrFund": 0, "job": "", "rqrDuration": null, "rqrAmount": null, "paymentDate": null,
                "workPlace": "", "comment": "", "exeStatus": 1, "customerCode": "C1", "mobile": "",
                "contactStatus": 0, "wechatFriendStatus": 1, "customerWechatId": ""})
        );
        assert_eq!(
            all[1],
            json!({"name": "张", "hasCars": 1, "hasPolicy": 2, "salary": 5000.25, "hasHouse": 2, "isSecuityOrFund": 8,
                "job": "企业主", "rqrDuration": 12, "rqrAmount": 2500, "paymentDate": "2018-08-28 14:49:20",
                "workPlace": "苏州市", "comment": "好", "exeStatus": 6, "customerCode": "C2", "mobile": "13800000001",
                "contactStatus": 2, "wechatFriendStatus": 1, "customerWechatId": "wx"})
        );
        let codes = |rows: Vec<Value>| rows.iter().map(|row| row["customerCode"].clone()).collect::<Value>();
        assert_eq!(codes(rows(&anna, json!("1")).await), json!(["C1"]));
        assert_eq!(codes(rows(&anna, json!(5)).await), json!(["C2", "C3"]));
        assert_eq!(codes(rows(&anna, json!(4)).await), json!([]));
        assert_eq!(codes(rows(&boss, json!(-1)).await), json!(["C1", "C2", "C3"]));

        // Only what names something must be there.
        let least = post(&anna, "/api/customer/list", json!({"empCode": "AA1611"})).await;
        assert_eq!(least["data"]["rows"].as_array().unwrap().len(), 3);

        let page = json!({"customerExeStatus": -1, "empCode": "AA1611", "pageSize": "2", "pageIndex": "2"});
        let answer = post(&anna, "/api/customer/list", page).await;
        assert_eq!(answer["data"]["total"], "3");
        assert_eq!(answer["data"]["rows"].as_array().unwrap().len(), 1);

        for (name, value) in [("customerExeStatus", json!(9)), ("pageSize", json!("x")), ("pageIndex", json!(0)),
            ("empCode", json!(null)), ("empCode", json!("AA0396"))] {
            let mut body = json!({"customerExeStatus": -1, "empCode": "AA1611", "pageSize": 2, "pageIndex": 1});
            body[name] = value;
            let refused = post(&anna, "/api/customer/list", body).await;
            assert_eq!(refused["code"], 1, "{name}: {refused}");
            assert!(refused.get("data").is_none());
        }
    }

    async fn the_comment(app: TestApp) {
        let Loan { anna, bert, .. } = Loan::new(&app).await;
        customer(&anna, json!({"code": "C1"})).await;
        let edit = |code: &str, comment: String| json!({"customerCode": code, "comment": comment});
        let path = "/api/customer/editComment";
        let done = post(&anna, path, edit("C1", "字".repeat(500))).await;
        assert_eq!(done, json!({"code": 0, "msg": "编辑备注成功", "data": null}));
        assert_eq!(rows(&anna, json!(-1)).await[0]["comment"].as_str().unwrap().chars().count(), 500);
        assert_eq!(post(&anna, path, edit("C1", "字".repeat(501))).await["code"], 1);
        let unknown = json!({"code": 1, "msg": "客户不存在"});
        assert_eq!(post(&anna, path, edit("C9", String::new())).await, unknown);
        assert_eq!(post(&bert, path, edit("C1", String::new())).await, unknown);
        post(&anna, path, edit("C1", String::new())).await;
        assert_eq!(rows(&anna, json!(-1)).await[0]["comment"], "");
    }

    async fn messages(app: TestApp) {
        let Loan { anna, .. } = Loan::new(&app).await;
        customer(&anna, json!({"code": "C1", "mobile": "13800000001"})).await;
        let add = "/api/sms/addMessages";
        assert_eq!(post(&anna, add, json!([])).await["data"], json!(null));
        let messages = json!([sms("2018-09-07 07:53:41.300"), sms("2018-09-07 07:53:41.30"), sms("2018-09-07 07:00:00")]);
        let added = post(&anna, add, messages.clone()).await;
        assert_eq!(added, json!({"code": 0, "msg": "操作成功", "data": "1536278021300"}));
        assert_eq!(post(&anna, add, messages).await["data"], "1536278021300");

        let get = "/api/sms/getMessages";
        let mut wanted = json!({"empCode": "AA1611", "customerCode": "C1", "empName": "C1", "customerMobile": "",
            "pageSize": 10, "pageIndex": 1});
        let answer = post(&anna, get, wanted.clone()).await;
        assert_eq!(answer["data"]["total"], 2);
        assert_eq!(
            answer["data"]["rows"][0],
            json!({"sender": "AA1611", "receiver": "C1", "senderRole": 1, "occurTime": "2018-09-07 07:53:41.300",
                "content": "你好", "senderMobile": "", "receiverMobile": "13800000001", "senderName": "Anna",
                "receiverName": "C1", "signature": "【东方融资网】", "sendStatus": 0, "isRead": 1})
        );
        wanted["customerCode"] = json!("");
        assert_eq!(post(&anna, get, wanted.clone()).await["code"], 1);
        wanted["customerMobile"] = json!(13_800_000_001_i64);
        assert_eq!(post(&anna, get, wanted.clone()).await["data"]["total"], 2);
        wanted["empCode"] = json!("AA0396");
        assert_eq!(post(&anna, get, wanted).await["code"], 1);

        for (name, value) in [("occurTime", json!("yesterday")), ("senderRole", json!(3)), ("sender", json!("AA0396")),
            ("content", json!(null))] {
            let mut message = sms("2018-09-08 00:00:00");
            message[name] = value;
            let refused = post(&anna, add, json!([sms("2018-09-08 00:00:01"), message])).await;
            assert_eq!(refused["code"], 1, "{name}: {refused}");
            assert!(refused["msg"].as_str().unwrap().contains(name) || name != "occurTime", "{refused}");
        }
        assert_eq!(post(&anna, add, json!({"sender": "AA1611"})).await["code"], 1);
        assert_eq!(post(&anna, add, json!([])).await["data"], "1536278021300");
    }

    async fn calls(app: TestApp) {
        let Loan { anna, .. } = Loan::new(&app).await;
        customer(&anna, json!({"code": "C1", "mobile": "13800000001"})).await;
        let sync = "/api/call/syncRecords";
        assert_eq!(post(&anna, sync, json!([])).await, json!({"code": 0, "msg": "操作成功", "data": null}));
        let call = |status: i32, at: &str| json!({"mobile": "13800000001", "billSec": 40, "callDate": at,
            "empWorkMobile": "", "empCode": "AA1611", "callStatus": status});
        let missed = json!([call(2, "2018-09-19 16:18:35"), call(0, "2018-09-19 16:18:00")]);
        assert_eq!(post(&anna, sync, missed).await["data"], 1_537_345_115_000_i64);
        assert_eq!(rows(&anna, json!(-1)).await[0]["contactStatus"], 2);
        assert_eq!(post(&anna, sync, json!([call(1, "2018-09-19 16:00:00")])).await["data"], 1_537_345_115_000_i64);
        assert_eq!(rows(&anna, json!(-1)).await[0]["contactStatus"], 1);
        let mut foreign = call(1, "2018-09-19 16:18:36");
        foreign["empCode"] = json!("AA0396");
        assert_eq!(post(&anna, sync, json!([foreign])).await["code"], 1);
        assert_eq!(post(&anna, sync, json!([call(7, "2018-09-19 16:18:37")])).await["code"], 1);
    }

    async fn friends(app: TestApp) {
        let Loan { anna, .. } = Loan::new(&app).await;
        customer(&anna, json!({"code": "C1", "mobile": "13800000001"})).await;
        let request = json!({"customerMobile": "13800000001", "customerWechatId": "", "customerName": "张",
            "empWorkMobile": "", "empWechatId": "wx", "empName": "Anna"});
        let asked = post(&anna, "/api/wechat/addFriend", request).await;
        assert_eq!(asked, json!({"code": 0, "msg": "操作成功", "data": 3}));
        assert_eq!(rows(&anna, json!(-1)).await[0]["wechatFriendStatus"], 1);
        let update = "/api/wechat/updateFriendStatus";
        for status in [json!(6), json!("1"), json!("6")] {
            let body = json!({"customerMobile": "13800000001", "friendStatus": status});
            assert_eq!(post(&anna, update, body).await, json!({"code": 0, "msg": "操作成功", "data": null}));
            let shown = rows(&anna, json!(-1)).await[0]["wechatFriendStatus"].to_string();
            assert_eq!(shown, status.to_string().trim_matches('"'));
        }
        let unknown = post(&anna, update, json!({"customerMobile": "13900000000", "friendStatus": 6})).await;
        assert_eq!(unknown, json!({"code": 1, "msg": "客户不存在"}));
        let wrong = post(&anna, update, json!({"customerMobile": "13800000001", "friendStatus": 7})).await;
        assert_eq!(wrong["code"], 1);
    }

    async fn the_demo_answers_the_documented_examples(app: TestApp) {
        let app: TestApp = app.demo().await;
        let bert = app.sign_in(Some(Realm::Loan), "0396", quintet::demo::PASSWORD).await;
        let wanted = json!({"empCode": "AA0396", "customerCode": "AFC14101000001", "customerMobile": "13906509892",
            "empName": "AFC14101000001", "pageSize": 10, "pageIndex": 1});
        let answer = post(&bert, "/api/sms/getMessages", wanted).await;
        assert!(answer["data"]["total"].as_i64().unwrap() >= 2, "{answer}");
        let boss = app.sign_in(Some(Realm::Loan), "1600", quintet::demo::PASSWORD).await;
        let counts = boss.query(
            "{ loanCustomers { totalCount } smsMessages { totalCount } phoneCalls { totalCount }
                wechatFriendships { totalCount } }",
        );
        for (name, count) in counts.await.ok().as_object().unwrap() {
            assert!(count["totalCount"].as_i64().unwrap() > 100, "{name}: {count}");
        }
    }
}
