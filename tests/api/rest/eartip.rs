//! The service team's legacy clients: what the contract and its errata say beyond the shape of an answer.

use axum::{body::Body, http::header};
use chrono::{Duration, Utc};
use serde_json::{Value, json};

use crate::{
    app::{Caller, PASSWORD, TestApp, both},
    service::{Team, create},
};

/// A wall-clock time in China, this many days ago
fn ago(days: i64) -> String {
    (Utc::now() + Duration::hours(8) - Duration::days(days)).format("%Y-%m-%d %H:%M:%S").to_string()
}

async fn get(caller: &Caller, path: &str) -> Value {
    let reply = caller.get(path).await;
    assert_eq!(reply.status, 200, "{path}");
    reply.json()
}

async fn post(caller: &Caller, path: &str, body: Value) -> Value {
    let reply = caller.send("POST", path, &body).await;
    assert_eq!(reply.status, 200, "{path}");
    reply.json()
}

/// Success with this message and nothing else
fn done(message: &str) -> Value {
    json!({"status": 0, "msg": message})
}

#[track_caller]
fn failed(answer: &Value) -> String {
    assert_eq!(answer["status"], 1, "{answer}");
    assert_eq!(answer.as_object().unwrap().len(), 2, "{answer}");
    answer["msg"].as_str().unwrap().to_owned()
}

fn ids(answer: &Value) -> Vec<i64> {
    answer["data"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"))
        .iter()
        .map(|row| row["id"].as_i64().unwrap())
        .collect()
}

/// An organisation, a contact of it and one of none
async fn team(app: &TestApp) -> Team {
    let team = Team::new(app).await;
    create(&team.anna, "clientOrganizationCreate", json!({"name": "云岭科技"})).await;
    create(&team.anna, "serviceContactCreate", json!({"realName": "张三", "nickname": "Z", "organizationId": 1})).await;
    create(&team.anna, "serviceContactCreate", json!({"nickname": "L"})).await;
    team
}

async fn follow(caller: &Caller, contact: i64, days: i64) {
    let body = json!({"customers_id": contact, "follower_id": [1, 2], "record_time": ago(days), "event": 2});
    assert_eq!(post(caller, "/api/record/upload", body).await, json!({"status": 0, "msg": "创建成功", "data": {}}));
}

async fn demand(caller: &Caller, contact: i64, days: i64) {
    let body = json!({"customers_id": contact, "follower_id": [1], "record_time": ago(days), "content": "日报"});
    post(caller, "/api/record/upload", body).await;
}

both! {
    async fn signing_in_and_out(app: TestApp) {
        let team = Team::new(&app).await;
        let nobody = app.nobody();
        let login = |password: &str| json!({"phoneNumber": 18_800_000_001_i64, "password": password});
        assert_eq!(failed(&post(&nobody, "/api/user/login", login("wrong")).await), "用户名或密码错误");
        let reply = nobody.send("POST", "/api/user/login", &login(PASSWORD)).await;
        let answer = reply.json();
        assert_eq!((&answer["msg"], &answer["data"]["session"]), (&json!("登陆成功"), &answer["data"]["sid"]));
        assert_eq!((&answer["data"]["user_id"], &answer["data"]["realName"]), (&json!(1), &json!("Anna")));
        assert_eq!((&answer["data"]["status"], &answer["data"]["phoneNumber"]), (&json!(1), &json!("18800000001")));
        let sid = answer["data"]["sid"].as_str().unwrap();
        let cookie = reply.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.starts_with(&format!("sid={sid};")) && cookie.contains("HttpOnly"), "{cookie}");

        // Cookie, bearer and query parameter are the same session.
        let with_cookie = nobody.request("GET", "/api/user/user").header(header::COOKIE, format!("a=b; sid={sid}"));
        assert_eq!(app.send(with_cookie.body(Body::empty()).unwrap()).await.json()["status"], 0);
        assert_eq!(get(&nobody, &format!("/api/user/user?sid={sid}")).await["status"], 0);
        let bearer = Caller { token: Some(sid.to_owned()), ..nobody.clone() };
        assert_eq!(get(&bearer, "/api/user/user").await["status"], 0);
        assert_eq!(failed(&get(&nobody, "/api/user/user").await), "请先登录");

        // Only one's own session
        let path = "/api/user/logout";
        assert_eq!(failed(&post(&nobody, path, json!({"phoneNumber": "18800000001"})).await), "登出失败");
        assert_eq!(failed(&post(&bearer, path, json!({"phoneNumber": "18800000002"})).await), "登出失败");
        assert_eq!(failed(&post(&bearer, path, json!({})).await), "登出失败");
        assert_eq!(post(&bearer, path, json!({"phoneNumber": "18800000001"})).await, done("登出成功"));
        assert_eq!(failed(&get(&bearer, "/api/user/user").await), "请先登录");
        assert_eq!(get(&team.anna, "/api/user/user").await["status"], 0);
    }

    async fn employees_and_their_menus(app: TestApp) {
        let team = Team::new(&app).await;
        let menu = |body: Value| async { post(&team.boss, "/api/user/menu", body).await };
        assert_eq!(menu(json!({"name": "客户管理", "content": ""})).await, done("操作成功"));
        assert_eq!(menu(json!({"name": "拜访记录", "note": "n"})).await, done("操作成功"));
        // What is left out stays; an empty name is no deletion; without a name it is one.
        assert_eq!(menu(json!({"menu_id": "2", "name": "走访"})).await, done("操作成功"));
        failed(&menu(json!({"menu_id": 1, "name": ""})).await);
        failed(&menu(json!({"content": "x"})).await);
        assert_eq!(failed(&menu(json!({"menu_id": 9, "name": "x"})).await), "菜单项不存在");
        let list = get(&team.anna, "/api/user/menu").await;
        assert_eq!(list, json!({
            "status": 0, "page_info": {"total": 2, "page": 1, "count": 20},
            "data": [{"id": 1, "name": "客户管理", "content": "", "note": null},
                {"id": 2, "name": "走访", "content": null, "note": "n"}],
        }));
        let save = "/api/user/usermenu";
        assert_eq!(post(&team.boss, save, json!({"user_id": 1, "menu": [2, 1]})).await, done("修改成功"));
        assert_eq!(post(&team.boss, save, json!({"user_id": 1, "menu": "[2]"})).await, done("修改成功"));
        assert_eq!(failed(&post(&team.boss, save, json!({"user_id": 9, "menu": [1]})).await), "员工不存在");
        failed(&post(&team.boss, save, json!({"user_id": 1, "menu": [99]})).await);
        let granted = get(&team.anna, "/api/user/usermenu?user_id=1").await;
        assert_eq!(granted["data"].as_array().unwrap().len(), 1);
        assert_eq!(granted["data"][0]["menu"], json!([{"id": 2, "name": "走访", "content": null, "note": "n"}]));
        assert_eq!(get(&team.anna, "/api/user/usermenu?count=1&page=2").await["data"][0]["user_id"], 2);
        assert_eq!(menu(json!({"menu_id": 2})).await, done("操作成功"));
        assert_eq!(get(&team.anna, "/api/user/usermenu").await["data"][0]["menu"], json!([]));

        assert_eq!(failed(&post(&team.anna, "/api/user/menu", json!({"name": "x"})).await), "没有权限");
        assert_eq!(failed(&post(&team.anna, save, json!({"user_id": 1, "menu": []})).await), "没有权限");

        let account = team.boss.query("{ accounts(filter: {login: \"18800000002\"}) { nodes { id } } }").await.ok();
        let freeze = "mutation($id: ID!) { accountFreeze(id: $id) { account { id } } }";
        team.boss.query_with(freeze, json!({"id": account["accounts"]["nodes"][0]["id"]})).await.ok();
        for (status, found) in [("all", vec![1, 2]), ("", vec![1, 2]), ("1", vec![1]), ("0", vec![2])] {
            assert_eq!(ids(&get(&team.anna, &format!("/api/user/user?status={status}")).await), found, "{status}");
        }
        failed(&get(&team.anna, "/api/user/user?status=7").await);
        let answer = get(&team.anna, "/api/user/user").await;
        let flags: Vec<_> = answer["data"].as_array().unwrap().iter().map(|row| (&row["status"], &row["isLogin"])).collect();
        assert_eq!(flags, [(&json!(1), &json!(1)), (&json!(0), &json!(0))]);
    }

    async fn customers_and_organisations(app: TestApp) {
        let team = team(&app).await;
        create(&team.anna, "clientOrganizationCreate", json!({"name": "GPS"})).await;
        let delete = "mutation { clientOrganizationDelete(id: 2) { clientOrganization { id } } }";
        team.anna.query(delete).await.ok();
        let path = "/api/customers/organization";
        for (query, found) in [
            ("", vec![2, 1]), ("?status=2", vec![2, 1]), ("?status=1", vec![1]), ("?status=0", vec![2]),
            ("?name=gp", vec![2]), ("?name=&status=", vec![2, 1]),
        ] {
            assert_eq!(ids(&get(&team.anna, &format!("{path}{query}")).await), found, "{query}");
        }
        assert_eq!(get(&team.anna, path).await["data"][0]["status"], 0);
        let path = "/api/customers/customers";
        for (query, found) in [
            ("", vec![2, 1]), ("?name=%E4%BA%91%E5%B2%AD", vec![1]), ("?name=z", vec![1]), ("?organization_id=1", vec![1]),
            ("?name=&organization_id=&phoneNumber=", vec![2, 1]), ("?phoneNumber=13800000000", vec![]),
        ] {
            assert_eq!(ids(&get(&team.anna, &format!("{path}{query}")).await), found, "{query}");
        }
        assert_eq!(get(&team.anna, path).await["data"][0]["realName"], "");
        failed(&get(&team.anna, &format!("{path}?page=0")).await);
        failed(&get(&team.anna, &format!("{path}?page=x")).await);
    }

    async fn follow_ups(app: TestApp) {
        let team = team(&app).await;
        follow(&team.anna, 1, 1).await;
        follow(&team.anna, 2, 2).await;
        follow(&team.bert, 1, 10).await;
        let path = "/api/record/follow";
        let week = get(&team.anna, path).await;
        assert_eq!(ids(&week), [1, 2]);
        assert_eq!(week["page_info"], json!({"total": 2, "page": 1, "count": 20}));
        let row = &week["data"][0];
        assert_eq!((&row["event"], &row["customers_id"], &row["operator_id"]), (&json!(2), &json!(1), &json!(1)));
        assert_eq!(row["follower"][1]["realName"], "Bert");
        assert_eq!(row["customers"], json!({"nickName": "Z", "realName": "张三", "organization": "云岭科技"}));
        assert_eq!(week["data"][1]["customers"]["organization"], "");
        assert_eq!(row["customers_group"], json!(null));
        assert_eq!(ids(&get(&team.anna, &format!("{path}?customers_id=1")).await), [1]);
        let month = format!("{path}?start_time={}&customers_id=1", ago(30).replace(' ', "%20"));
        assert_eq!(ids(&get(&team.anna, &month).await), [1, 3]);
        // An id asks for that record alone, whenever it was.
        let one = get(&team.anna, &format!("{path}?follow_id=3&customers_id=2")).await;
        assert_eq!((ids(&one), &one["page_info"]["total"]), (vec![3], &json!(1)));
        assert_eq!(ids(&get(&team.anna, &format!("{path}?follow_id=99")).await), [] as [i64; 0]);
        // Both ends belong to the window.
        let at = one["data"][0]["recordTime"].as_str().unwrap().replace(' ', "%20");
        assert_eq!(ids(&get(&team.anna, &format!("{path}?start_time={at}&end_time={at}")).await), [3]);

        let body = json!({"follow_id": 3, "customers_id": 1, "organization_id": 1, "follower_id": [2],
            "record_time": "2021-07-23 09:13:55", "event": "5", "gain": "g"});
        assert_eq!(post(&team.bert, path, body.clone()).await, done("修改成功"));
        let row = get(&team.anna, &format!("{path}?follow_id=3")).await["data"][0].clone();
        assert_eq!((&row["event"], &row["recordTime"]), (&json!(5), &json!("2021-07-23 09:13:55")));
        assert_eq!((&row["gain"], row["follower"].as_array().unwrap().len()), (&json!("g"), 1));
        for (name, value) in [("event", json!(6)), ("record_time", json!("x")), ("customers_id", json!(99)), ("follow_id", json!(null))] {
            let mut body = body.clone();
            body[name] = value;
            failed(&post(&team.bert, path, body).await);
        }
        let path = "/api/record/delfollow";
        assert_eq!(post(&team.anna, path, json!({"follow_id": 1})).await, done("删除成功"));
        assert_eq!(team.anna.send("DELETE", path, &json!({"follow_id": 2})).await.json(), done("删除成功"));
        let by_query = team.anna.request("DELETE", &format!("{path}?follow_id=3")).body(Body::empty()).unwrap();
        assert_eq!(app.send(by_query).await.json(), done("删除成功"));
        assert_eq!(failed(&post(&team.anna, path, json!({"follow_id": 1})).await), "跟进记录不存在");
    }

    async fn reports(app: TestApp) {
        let team = team(&app).await;
        let path = "/api/record/upload";
        for body in [
            json!({"customers_id": 1, "follower_id": [1], "record_time": ago(0)}),
            json!({"customers_id": 1, "follower_id": [1], "record_time": ago(0), "content": "", "event": ""}),
            json!({"customers_id": 1, "follower_id": [1], "event": 1}),
            json!({"customers_id": 1, "record_time": ago(0), "event": 1}),
            json!({"customers_id": 1, "follower_id": [1], "record_time": ago(0), "event": 9}),
            json!({"customers_id": 9, "follower_id": [1], "record_time": ago(0), "event": 1}),
        ] {
            failed(&post(&team.anna, path, body).await);
        }
        // As a form, too
        let form = format!("customers_id=1&follower_id=1&follower_id=2&record_time={}&event=3&content=x", ago(0).replace(' ', "+"));
        let request = team.anna.request("POST", path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = app.send(request.body(Body::from(form)).unwrap()).await.json();
        assert_eq!(answer, json!({"status": 0, "msg": "创建成功", "data": {}}));
        let row = get(&team.anna, "/api/record/follow").await["data"][0].clone();
        assert_eq!((&row["event"], row["follower"].as_array().unwrap().len()), (&json!(3), 2));
        assert_eq!(get(&team.anna, "/api/record/demand").await["data"][0]["content"], "x");
    }

    async fn demands(app: TestApp) {
        let team = team(&app).await;
        demand(&team.anna, 1, 3).await;
        demand(&team.anna, 2, 1).await;
        demand(&team.anna, 1, 2).await;
        demand(&team.anna, 2, 20).await;
        let path = "/api/record/demand";
        // Without a customer: the one with the newest demand in the window
        assert_eq!(ids(&get(&team.anna, path).await), [2]);
        let window = format!("{path}?end_time={}%2000:00:00", &ago(1)[..10]);
        let before = get(&team.anna, &format!("{path}?customers_id=1")).await;
        assert_eq!(ids(&before), [3, 1]);
        assert_eq!(ids(&get(&team.anna, &window).await), [3, 1]);
        assert_eq!(ids(&get(&team.anna, &format!("{path}?demand_id=4")).await), [4]);
        let body = json!({"demand_id": 4, "customers_id": 2, "organization_id": 1, "follower_id": [1, 2],
            "content": "周报", "demand_note": "n"});
        assert_eq!(post(&team.anna, path, body).await, done("修改成功"));
        let row = get(&team.anna, &format!("{path}?demand_id=4")).await["data"][0].clone();
        assert_eq!((&row["content"], &row["note"], &row["attach"]), (&json!("周报"), &json!("n"), &json!(null)));
        assert_eq!(row["customers_group"], json!(null));
        let path = "/api/record/deldemand";
        assert_eq!(team.anna.send("DELETE", path, &json!({"demand_id": "4"})).await.json(), done("删除成功"));
        assert_eq!(failed(&post(&team.anna, path, json!({"demand_id": 4})).await), "需求变更记录不存在");
        failed(&post(&team.anna, path, json!({})).await);
    }

    async fn satisfaction(app: TestApp) {
        let team = team(&app).await;
        let path = "/api/feedback/satisfy";
        let body = json!({"customers_id": 1, "record_time": ago(1), "follower_id": [1, 2], "value": 4, "note": "n"});
        assert_eq!(post(&team.anna, path, body).await, done("录入成功"));
        // A new one needs a value, a change does not.
        failed(&post(&team.anna, path, json!({"customers_id": 1, "record_time": ago(1)})).await);
        failed(&post(&team.anna, path, json!({"customers_id": 1, "record_time": ago(1), "value": 11})).await);
        failed(&post(&team.anna, path, json!({"value": 1, "record_time": ago(1)})).await);
        let body = json!({"satisfy_id": 1, "customers_id": 1, "record_time": ago(2), "attach": "/a.png"});
        assert_eq!(post(&team.bert, path, body).await, done("录入成功"));
        let list = get(&team.anna, &format!("{path}?customers_id=1")).await;
        let row = &list["data"][0];
        assert_eq!((&row["value"], &row["note"], &row["attach"]), (&json!(4), &json!("n"), &json!("/a.png")));
        assert_eq!((&row["operator_id"], &row["customers_id"]), (&json!(1), &json!(1)));
        failed(&get(&team.anna, path).await);
        let missing = json!({"satisfy_id": 9, "customers_id": 1, "record_time": ago(2)});
        assert_eq!(failed(&post(&team.anna, path, missing).await), "满意度记录不存在");
        assert_eq!(post(&team.anna, "/api/feedback/delsatisfy", json!({"satisfy_id": 1})).await, done("删除成功"));
    }

    async fn a_form_s_empty_number_is_none(app: TestApp) {
        let team = team(&app).await;
        // An old form sends every field; the empty id means a new contract.
        let form = "contract_id=&organization_id=1&name=first&amount=1.10&sign_time=&note=";
        let request = team.anna.request("POST", "/api/contract/contract");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let reply = app.send(request.body(Body::from(form)).unwrap()).await;
        assert_eq!(reply.json()["status"], 0, "{}", reply.json());
        let stored = get(&team.anna, "/api/contract/contract").await;
        assert_eq!((stored["data"][0]["name"].as_str(), stored["data"][0]["amount"].as_str()), (Some("first"), Some("1.10")));
    }

    async fn an_error_names_the_parameter_as_the_client_wrote_it(app: TestApp) {
        let team = team(&app).await;
        let body = json!({"customers_id": 99, "follower_id": [1], "record_time": ago(0), "event": 2});
        assert_eq!(failed(&post(&team.anna, "/api/record/upload", body).await), "参数错误: customers_id");
        assert_eq!(failed(&get(&team.anna, "/api/user/user?count=1001").await), "参数错误: count");
    }

    async fn a_page_may_be_longer_than_graphql_s(app: TestApp) {
        let team = team(&app).await;
        let page = get(&team.anna, "/api/user/user?count=1000").await;
        assert_eq!(page["page_info"]["count"], 1000, "{page}");
        assert_eq!(ids(&page).len(), page["page_info"]["total"].as_u64().unwrap() as usize);
        failed(&get(&team.anna, "/api/user/user?count=1001").await);
        let graphql = team.anna.query("{ serviceStaff(page: {number: 1, size: 201}) { nodes { id } } }").await;
        assert_eq!(graphql.error(), ("BAD_USER_INPUT".into(), "page.size".into()));
    }

    async fn contracts_and_statistics(app: TestApp) {
        let team = team(&app).await;
        create(&team.anna, "clientOrganizationCreate", json!({"name": "B"})).await;
        let path = "/api/contract/contract";
        let body = |organization: i64, days: i64, amount: Value| {
            json!({"organization_id": organization, "name": "合同", "code": "c", "amount": amount, "sign_time": ago(days),
                "follower_id": [1, 2]})
        };
        assert_eq!(post(&team.anna, path, body(1, 1, json!(1_200_000.0))).await, done("操作成功"));
        assert_eq!(post(&team.anna, path, body(2, 2, json!("0.1"))).await, done("操作成功"));
        assert_eq!(post(&team.anna, path, body(2, 300, json!(12))).await, done("操作成功"));
        post(&team.anna, path, body(2, 400, json!(12))).await;
        failed(&post(&team.anna, path, body(2, 1, json!(0.001))).await);
        failed(&post(&team.anna, path, body(9, 1, json!(1))).await);
        // A year by default; a list of ids in each of its writings
        let year = get(&team.anna, path).await;
        assert_eq!(ids(&year), [1, 2, 3]);
        assert_eq!((&year["data"][0]["amount"], &year["data"][1]["amount"]), (&json!("1200000.00"), &json!("0.10")));
        assert_eq!(year["data"][0]["creator"]["realName"], "Anna");
        assert_eq!(year["page_info"], json!({"total": 3, "page": 1, "count": 20}));
        for query in ["organization_ids=%5B2,9%5D", "organization_ids=2,9", "organization_ids=2&organization_ids=9", "organization_ids=2"] {
            assert_eq!(ids(&get(&team.anna, &format!("{path}?{query}")).await), [2, 3], "{query}");
        }
        assert_eq!(ids(&get(&team.anna, &format!("{path}?organization_ids=")).await), [1, 2, 3]);

        let change = json!({"contract_id": 1, "organization_id": 1, "name": "新", "remit_amount": 1000, "remit_time": ago(0)});
        assert_eq!(post(&team.bert, path, change).await, done("操作成功"));
        let row = get(&team.anna, &format!("{path}?organization_ids=[1]").replace('[', "%5B").replace(']', "%5D")).await;
        let row = &row["data"][0];
        assert_eq!((&row["name"], &row["amount"], &row["code"]), (&json!("新"), &json!("1200000.00"), &json!("c")));
        assert_eq!((&row["editor"]["realName"], &row["creator"]["realName"]), (&json!("Bert"), &json!("Anna")));
        assert_eq!((&row["remit_amount"], row["follower"].as_array().unwrap().len()), (&json!("1000.00"), 2));
        let missing = json!({"contract_id": 9, "organization_id": 1, "name": "x"});
        assert_eq!(failed(&post(&team.anna, path, missing).await), "合同不存在");

        let signed = get(&team.anna, "/api/stats/sign").await;
        let rows: Vec<_> = signed["data"].as_array().unwrap().iter().map(|row| {
            (row["organization_id"].clone(), row["sign_amount"].clone(), row["sign_count"].clone())
        }).collect();
        assert_eq!(rows, [(json!(1), json!("1200000.00"), json!(1)), (json!(2), json!("0.10"), json!(1))]);
        assert_eq!(signed["page_info"], json!({"total": 2, "page": 1, "count": 20}));

        demand(&team.anna, 1, 1).await;
        demand(&team.anna, 1, 2).await;
        demand(&team.anna, 2, 2).await;
        follow(&team.anna, 1, 1).await;
        let page = |total| json!({"total": total, "page": 1, "count": 20});
        for query in ["", "?organization_ids=%5B%5D"] {
            let demands = get(&team.anna, &format!("/api/stats/demand{query}")).await;
            let counts: Vec<_> =
                demands["data"][0].as_array().unwrap().iter().map(|row| (&row["organization_id"], &row["demand_count"])).collect();
            assert_eq!(counts, [(&json!(1), &json!(2)), (&json!(null), &json!(1))]);
            assert_eq!(demands["data"][1], page(2));
        }
        let demands = get(&team.anna, "/api/stats/demand?organization_ids=1").await;
        assert_eq!((demands["data"][0].as_array().unwrap().len(), &demands["data"][1]), (1, &page(1)));
        let follows = get(&team.anna, "/api/stats/follow?organization_id=1").await;
        assert_eq!((&follows["data"][0][0]["follow_count"], &follows["data"][1]), (&json!(1), &page(1)));
        let none = get(&team.anna, "/api/stats/follow?organization_id=2").await;
        assert_eq!(none, json!({"status": 0, "data": [[], page(0)]}));
        failed(&get(&team.anna, "/api/stats/follow").await);
        assert_eq!(post(&team.anna, "/api/contract/delcontract", json!({"contract_id": 1})).await, done("删除成功"));
    }
}
