//! ihk's legacy URL beyond the documented examples: who is believed, what is refused and with which words.

use std::collections::BTreeSet;

use axum::{body::Body, http::header};
use quintet::auth::Realm;
use serde_json::{Value, json};

use super::contract::operations;
use crate::{
    app::{Caller, PASSWORD, TestApp, both},
    engagement::package_phone::crowd,
    estate::{Estate, day},
};

async fn post(caller: &Caller, action: &str, body: Value) -> Value {
    let reply = caller.send("POST", &format!("/estate/ihk/weixin?action_name={action}"), &body).await;
    assert_eq!(reply.status, 200, "{action}");
    reply.json()
}

fn no(text: &str) -> Value {
    json!({"errmsg": text})
}

const NO_USER: &str = "找不到此用户";
const NO_PROJECT: &str = "联动项目已删除、或者过期";
const CALLED: &str = "此信息包已经 call 完";
const WRONG: &str = "传入数据错误";

both! {
    async fn signing_in(app: TestApp) {
        let estate = Estate::new(&app).await;
        let anna = estate.agent("00006").await;
        let nobody = app.nobody();
        let login = |user: Value, password: &str| json!({"user_num": user, "pwd": password, "machine_no": "weixin"});
        let answer = post(&nobody, "login", login(json!("00006"), PASSWORD)).await;
        assert_eq!(answer, json!({"user_id": anna.id, "user_name": "Agent 00006"}));
        for body in [
            login(json!("00006"), "wrong"),
            login(json!("6"), PASSWORD),
            login(json!("99999"), PASSWORD),
            login(json!(null), PASSWORD),
            json!({}),
        ] {
            assert_eq!(post(&nobody, "login", body).await, no("用户名或者密码错误"));
        }
        // The same login of another realm is somebody else's.
        app.account(Some(Realm::Loan), "1611", false).await;
        assert_eq!(post(&nobody, "login", login(json!("1611"), PASSWORD)).await, no("用户名或者密码错误"));
    }

    async fn a_number_is_believed_from_where_it_signed_in(app: TestApp) {
        let estate = Estate::new(&app).await;
        let anna = estate.agent("00006").await;
        let project = estate.project(0, 0, &[&anna]).await;
        let body = json!({"user_id": anna.id});
        let elsewhere = app.nobody().from([10, 0, 0, 9]);
        let projects = json!({"projects": [
            {"pro_id": project, "pro_name": "Pine Court", "start_date": day(0), "end_date": day(0)},
        ]});
        assert_eq!(post(&app.nobody(), "getpros", body.clone()).await, projects);
        assert_eq!(post(&app.nobody(), "getpros", json!({"user_id": anna.id.to_string()})).await, projects);
        assert_eq!(post(&elsewhere, "getpros", body.clone()).await, no(NO_USER));
        for body in [json!({"user_id": 999}), json!({"user_id": "x"}), json!({})] {
            assert_eq!(post(&app.nobody(), "getpros", body).await, no(NO_USER));
        }
        let mut config = app.app.config.clone();
        config.estate_addresses = vec![[10, 0, 0, 9].into()];
        let trusting = TestApp::with(config).await;
        assert_eq!(post(&trusting.nobody().from([10, 0, 0, 9]), "getpros", body.clone()).await, projects);
        // A frozen agent is out.
        let account = anna.caller.query("{ me { id } }").await.ok()["me"]["id"].clone();
        let freeze = "mutation($id: ID!) { accountFreeze(id: $id) { account { isFrozen } } }";
        estate.boss.query_with(freeze, json!({"id": account})).await.ok();
        assert_eq!(post(&app.nobody(), "getpros", body).await, no(NO_USER));
        let status = |number: Value| json!({"enroll_number": number});
        assert_eq!(post(&app.nobody(), "get_user_status", status(json!(6))).await, json!({"user_status": "停用"}));
    }

    async fn from_the_project_to_the_customer(app: TestApp) {
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        let nobody = app.nobody();
        let project = estate.project(-3, 3, &[&anna]).await;
        let past = estate.project(-3, -1, &[&anna]).await;
        let foreign = estate.project(-3, 3, &[&bert]).await;
        let package = estate.package(project, 1).await;
        let (late, other) = (estate.package(past, 1).await, estate.package(foreign, 1).await);
        let of = |project: Value| json!({"user_id": anna.id, "pro_id": project});
        let packages = json!({"packages": [{"package_id": package, "package_name": "VIP"}]});
        assert_eq!(post(&nobody, "getpackages", of(json!(project))).await, packages);
        assert_eq!(post(&nobody, "getpackages", of(json!(project.to_string()))).await, packages);
        for project in [json!(past), json!(foreign), json!(999), json!("x"), json!(null)] {
            assert_eq!(post(&nobody, "getpackages", of(project)).await, no(NO_PROJECT));
        }
        assert_eq!(post(&nobody, "getpackages", json!({"user_id": 999, "pro_id": project})).await, no(NO_USER));

        let next = |package: i64| json!({"user_id": anna.id, "package_id": package});
        let mut phone = post(&nobody, "getphone", next(package)).await;
        assert!(phone.as_object_mut().unwrap().remove("phone_id").unwrap().is_i64());
        assert_eq!(phone, json!({"phone_no": "13800000000", "owner_name": "Owner 0"}));
        for package in [package, late, other, 999] {
            assert_eq!(post(&nobody, "getphone", next(package)).await, no(CALLED));
        }

        let feedback = json!({
            "user_id": anna.id, "phone_no": "13800000000", "owner_name": "Mr Li", "package_id": package,
            "pro_id": project, "call_back_item_name": "继续跟进",
        });
        let with = |of: &Value, field: &str, value: Value| {
            let mut body = of.clone();
            body[field] = value;
            body
        };
        for (field, value) in [
            ("user_id", json!(bert.id)),
            ("user_id", json!(999)),
            ("phone_no", json!("13900000000")),
            ("phone_no", json!(null)),
            ("owner_name", json!(null)),
            ("package_id", json!(late)),
            ("pro_id", json!(past)),
            ("pro_id", json!("")),
            ("call_back_item_name", json!("0")),
        ] {
            assert_eq!(post(&nobody, "savecallback", with(&feedback, field, value)).await, no(WRONG), "{field}");
        }
        assert_eq!(post(&nobody, "savecallback", feedback.clone()).await, no("ok"));
        assert_eq!(post(&nobody, "savecallback", with(&feedback, "phone_no", json!(13800000000_i64))).await, no("ok"));

        let customer = json!({
            "reg_user_id": anna.id, "customer_name": "Mr Li", "customer_phone": "13800000000", "gender_type": "M",
            "customer_type": "01", "recommend": "Pine Court", "follow_content": "will come",
        });
        for (field, value) in [
            ("reg_user_id", json!(999)),
            ("reg_user_id", json!(null)),
            ("customer_name", json!("")),
            ("customer_phone", json!("x")),
            ("gender_type", json!("X")),
            ("customer_type", json!("1")),
            ("follow_content", json!(null)),
        ] {
            assert_eq!(post(&nobody, "save_to_customer", with(&customer, field, value)).await, no(WRONG), "{field}");
        }
        assert_eq!(post(&nobody, "save_to_customer", customer.clone()).await, no("ok"));
        let again = with(&customer, "follow_content", json!("came"));
        assert_eq!(post(&nobody, "save_to_customer", with(&again, "recommend", json!(""))).await, no("ok"));
        let seen = "{ propertyCustomers { nodes { name recommendation followUp feedback { totalCount } } } }";
        let expected = json!([{
            "name": "Mr Li", "recommendation": "Pine Court", "followUp": "will come\ncame",
            "feedback": {"totalCount": 2},
        }]);
        assert_eq!(anna.caller.query(seen).await.ok()["propertyCustomers"]["nodes"], expected);
    }

    async fn each_number_goes_to_one_of_32_users(app: TestApp) {
        let estate = Estate::new(&app).await;
        let agents = crowd(&estate, 32).await;
        let project = estate.project(0, 0, &agents.iter().collect::<Vec<_>>()).await;
        let package = estate.package(project, 30).await;
        let asked: Vec<_> = agents
            .iter()
            .map(|agent| {
                let (nobody, body) = (app.nobody(), json!({"user_id": agent.id, "package_id": package}));
                tokio::spawn(async move { post(&nobody, "getphone", body).await })
            })
            .collect();
        let (mut phones, mut empty) = (BTreeSet::new(), 0);
        for asked in asked {
            let answer = asked.await.unwrap();
            match answer["phone_no"].as_str() {
                Some(phone) => assert!(phones.insert(phone.to_owned()), "{phone} was handed out twice"),
                None => {
                    assert_eq!(answer, no(CALLED));
                    empty += 1;
                }
            }
        }
        assert_eq!((phones.len(), empty), (30, 2));
    }

    async fn what_needs_no_user(app: TestApp) {
        let estate = Estate::new(&app).await;
        estate.agent("00123").await;
        let nobody = app.nobody();
        for number in [json!(123), json!("123"), json!("00123"), json!(" 123 ")] {
            let answer = post(&nobody, "get_user_status", json!({"enroll_number": number})).await;
            assert_eq!(answer, json!({"user_status": "活动"}), "{number}");
        }
        for body in [json!({"enroll_number": 124}), json!({"enroll_number": null}), json!({}), json!([])] {
            assert_eq!(post(&nobody, "get_user_status", body).await, no("未找到相关人员"));
        }
        let get = "/estate/ihk/weixin?action_name=";
        let request = nobody.request("GET", &format!("{get}get_server_url")).header(header::HOST, "api.example:83");
        let answer = app.send(request.body(Body::empty()).unwrap()).await.json();
        assert_eq!(answer, json!({"server_url": "api.example:83/estate"}));
        let answer = nobody.get(&format!("{get}getcallback")).await.json();
        let items = json!([{"index": 0, "item_name": "接受邀请"}, {"index": 1, "item_name": "继续跟进"}]);
        assert_eq!(answer, json!({"call_back_item": items}));
        let answer = nobody.get(&format!("{get}get_gender_type")).await.json();
        assert_eq!(answer["gender_type"][1], json!({"name": "女", "value": "W"}));
    }

    async fn the_documented_examples_work_from_a_trusted_address(app: TestApp) {
        let mut config = app.app.config.clone();
        config.estate_addresses = vec![[127, 0, 0, 1].into()];
        let app = TestApp::with(config).await.demo().await;
        let mut asked = 0;
        for operation in operations("ihk").iter().filter(|operation| operation.id != "ihk_login") {
            let Some(example) = &operation.example else { continue };
            let answer = app.nobody().send("POST", &operation.path, example).await.json();
            operation.check(&answer);
            assert!(answer.get("errmsg").is_none_or(|text| text == "ok"), "{} {example}: {answer}", operation.id);
            asked += 1;
        }
        assert_eq!(asked, 6);
    }

    async fn what_is_no_action(app: TestApp) {
        let nobody = app.nobody();
        for (method, query) in [
            ("POST", "?action_name=other"),
            ("POST", "?action_name="),
            ("POST", ""),
            ("GET", "?action_name=getpros"),
            ("POST", "?action_name=getcallback"),
            ("DELETE", "?action_name=login"),
        ] {
            let reply = nobody.send(method, &format!("/estate/ihk/weixin{query}"), &json!({})).await;
            assert_eq!((reply.status.as_u16(), reply.json()), (200, no(WRONG)), "{method} {query}");
        }
        let request = nobody.request("POST", "/estate/ihk/weixin?action_name=savecallback");
        let reply = app.send(request.body(Body::from("{not json")).unwrap()).await;
        assert_eq!((reply.status.as_u16(), reply.json()), (200, no(WRONG)));
    }
}
