//! The bank's legacy clients: what the contract and its errata say beyond the shape of an answer.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use serde_json::{Value, json};

use crate::{
    app::{Caller, PASSWORD, TestApp, both},
    bank::{Bank, id_number},
};

/// Sends a form, or nothing, with the bare token
pub async fn ask(caller: &Caller, method: &str, path: &str, form: &str) -> Value {
    let bare = Caller { token: None, ..caller.clone() };
    let mut request = bare.request(method, path);
    if let Some(token) = &caller.token {
        request = request.header(header::AUTHORIZATION, token);
    }
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let reply = caller.app.send(request.body(Body::from(form.to_owned())).unwrap()).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}");
    reply.json()
}

pub async fn get(caller: &Caller, path: &str) -> Value {
    ask(caller, "GET", path, "").await
}

pub async fn send(caller: &Caller, method: &str, path: &str, body: Value) -> Value {
    let reply = caller.send(method, path, &body).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}");
    reply.json()
}

pub fn done() -> Value {
    json!({"code": 200, "message": "OK", "data": null})
}

pub fn failed(code: i32, message: &str) -> Value {
    json!({"code": code, "message": message, "data": null})
}

fn rows(answer: &Value, name: &str) -> Vec<Value> {
    assert_eq!(answer["code"], 200, "{answer}");
    answer["data"].as_array().unwrap().iter().map(|row| row[name].clone()).collect()
}

/// The administrator, signed in by his own door
async fn sign_in(app: &TestApp, login: &str, password: &str) -> Value {
    ask(&app.nobody(), "POST", "/grid/login", &format!("accountName={login}&password={}", password.replace(' ', "+")))
        .await
}

both! {
    async fn signing_in(app: TestApp) {
        let bank = Bank::new(&app).await;
        let answer = sign_in(&app, "president", PASSWORD).await;
        let data = &answer["data"];
        assert_eq!((&answer["code"], &data["accountId"], &data["orgCode"]), (&json!(200), &json!(4), &json!("17001")));
        assert_eq!((&data["roles"], &data["password"]), (&json!([{"roleId": 3, "roleName": "支行长"}]), &json!(null)));
        assert_eq!((&data["phoneNumber"], &data["status"], &data["sex"]), (&json!(19_900_000_001_i64), &json!(1), &json!(2)));
        let caller = Caller { token: Some(data["token"].as_str().unwrap().to_owned()), ..app.nobody() };
        assert_eq!(get(&caller, "/grid/super/role/list").await, failed(403, "没有权限"));
        assert_eq!(get(&app.nobody(), "/grid/super/role/list").await, failed(401, "请先登录"));
        let stale = Caller { token: Some("x.y.z".into()), ..app.nobody() };
        assert_eq!(get(&stale, "/grid/super/role/list").await["code"], 401);
        assert_eq!(send(&bank.admin, "GET", "/grid/super/role/list", json!(null)).await["code"], 200, "a bearer is tolerated");
        assert_eq!(sign_in(&app, "president", "wrong1").await, failed(401, "用户名或密码错误"));
        assert_eq!(sign_in(&app, "president", "").await, failed(400, "参数错误: password"));

        assert_eq!(ask(&bank.admin, "PUT", "/grid/super/account/4/status/0", "").await, done());
        assert_eq!(get(&caller, "/grid/super/role/list").await["code"], 401);
        assert_eq!(sign_in(&app, "president", PASSWORD).await, failed(403, "用户已被冻结"));
        assert_eq!(ask(&bank.admin, "PUT", "/grid/super/account/4/status/1", "").await, done());
        assert_eq!(sign_in(&app, "president", PASSWORD).await["code"], 200);
        assert_eq!(ask(&bank.admin, "PUT", "/grid/super/account/4/status/7", "").await, failed(400, "参数错误: status"));
    }

    async fn accounts(app: TestApp) {
        let bank = Bank::new(&app).await;
        let id = id_number("19850402", 13);
        let form = |id: &str| format!("accountName=li_1&password=secret&realName=L&idNumber={id}&sex=1&phoneNumber=19900000009\
            &email=&status=&orgCode=17101&orgName=&roleIds=1%2C2");
        let path = "/grid/super/account";
        assert_eq!(ask(&bank.admin, "POST", path, &form("539900198504020139")).await, failed(400, "参数错误: idNumber"));
        assert_eq!(ask(&bank.admin, "POST", path, &form(&id)).await, done());
        assert_eq!(ask(&bank.admin, "POST", path, &form(&id)).await, failed(400, "用户名已存在"));
        let one = json!({
            "accountId": 5, "accountName": "li_1", "password": null, "realName": "L", "idNumber": id, "sex": 1,
            "phoneNumber": 19_900_000_009_i64, "email": null, "avatar": null, "qrCode": null, "status": 1, "corpCode": null,
            "corpName": null, "orgCode": 17101, "orgName": "东一所",
            "roles": [{"roleId": 1, "roleName": "客户经理"}, {"roleId": 2, "roleName": "会计"}],
        });
        assert_eq!(get(&bank.admin, "/grid/super/account/5").await, json!({"code": 200, "message": "OK", "data": one}));
        assert_eq!(get(&bank.admin, "/grid/super/account/99").await, json!({"code": 204, "message": "BLANK", "data": null}));

        // A change without a password leaves it; with another role he has that one only.
        let change = json!({"accountName": "li_1", "realName": "M", "idNumber": id, "sex": "2", "phoneNumber": "19900000010",
            "orgCode": "17001", "roleIds": "3", "password": "", "status": 1});
        assert_eq!(send(&bank.admin, "PUT", "/grid/super/account/5", change.clone()).await, done());
        assert_eq!(send(&bank.admin, "PUT", "/grid/super/account/99", change).await, failed(400, "用户不存在"));
        assert_eq!(sign_in(&app, "li_1", "secret").await["data"]["roles"], json!([{"roleId": 3, "roleName": "支行长"}]));

        // Lists: both names of the page's number, blank filters, the number of all rows beside the rows
        let list = get(&bank.admin, "/grid/super/account/list?pageNum=2&pageSize=2&accountName=&orgName=").await;
        assert_eq!((&list["count"], rows(&list, "accountId")), (&json!(5), vec![json!(3), json!(4)]));
        let list = get(&bank.admin, "/grid/super/account/list?pageNo=3&pageSize=2").await;
        assert_eq!(rows(&list, "accountId"), [json!(5)]);
        // An error names the parameter that was sent.
        for name in ["pageNum", "pageNo"] {
            let list = get(&bank.admin, &format!("/grid/super/account/list?{name}=0&pageSize=2")).await;
            assert_eq!(list, failed(400, &format!("参数错误: {name}")));
        }
        let list = get(&bank.admin, "/grid/super/account/list/3?pageNum=1&pageSize=10&orgCode=17001").await;
        assert_eq!(rows(&list, "accountName"), [json!("president"), json!("li_1")]);
        let list = get(&bank.admin, "/grid/super/account/list?realName=nobody").await;
        assert_eq!(list, json!({"code": 204, "message": "BLANK", "count": 0, "data": []}));
        assert_eq!(get(&bank.admin, "/grid/super/account/list/3?orgCode=1").await, failed(400, "参数错误: orgCode"));

        // Passwords
        let own = "/grid/account/2/password";
        assert_eq!(ask(&bank.manager, "PUT", own, "oldPassword=wrong1&newPassword=secret1").await, failed(400, "参数错误: oldPassword"));
        assert_eq!(ask(&bank.admin, "PUT", own, "oldPassword=wrong1&newPassword=secret1").await["code"], 403);
        let right = format!("oldPassword={}&newPassword=secret1", PASSWORD.replace(' ', "+"));
        assert_eq!(ask(&bank.manager, "PUT", own, &right).await, done());
        assert_eq!(sign_in(&app, "manager", "secret1").await["code"], 200);
        assert_eq!(ask(&bank.admin, "PUT", "/grid/super/account/2/password", "password=secret2").await, done());
        assert_eq!(sign_in(&app, "manager", "secret2").await["code"], 200);
    }

    async fn roles_and_permissions(app: TestApp) {
        let bank = Bank::new(&app).await;
        for (form, permissions) in [
            ("permissionIds=11&permissionIds=12", 2),
            ("permissionIds[]=11&permissionIds[]=12&permissionIds[]=13", 3),
            ("permissionIds=11,12", 2),
            ("permissionIds=", 0),
            ("", 0),
        ] {
            let form = format!("roleName=R{permissions}&roleScope=r&description=&{form}");
            assert_eq!(ask(&bank.admin, "POST", "/grid/super/role", &form).await, done());
            let list = get(&bank.admin, "/grid/super/role/list?pageNo=1&pageSize=100&roleScope=r").await;
            let last = list["data"].as_array().unwrap().last().unwrap().clone();
            assert_eq!(last["permissionList"].as_array().unwrap().len(), permissions, "{form}");
            assert!(last["createdAt"].as_str().unwrap().parse::<i64>().unwrap() > 1_700_000_000_000);
        }
        let body = json!({"roleName": "S", "permissionIds": [14]});
        assert_eq!(send(&bank.admin, "PUT", "/grid/super/role/5", body).await, done());
        let one = get(&bank.admin, "/grid/super/role/5").await["data"].clone();
        assert_eq!((&one["roleName"], &one["roleScope"]), (&json!("S"), &json!("r")));
        assert!(one["createdAt"].is_i64());
        assert_eq!(ask(&bank.admin, "DELETE", "/grid/super/role/1", "").await, failed(400, "角色正在使用，不能删除"));
        assert_eq!(ask(&bank.admin, "DELETE", "/grid/super/role/5", "").await, done());
        assert_eq!(get(&bank.admin, "/grid/super/role/5").await["code"], 204);
        assert_eq!(ask(&bank.admin, "DELETE", "/grid/super/role/5", "").await, failed(400, "角色不存在"));

        let list = get(&bank.admin, "/grid/super/permission/list?pageNo=1&pageSize=3").await;
        assert_eq!((&list["count"], &list["data"][1]["permissionType"]), (&json!(32), &json!(1)));
        let body = json!({"sysCode": "g", "permissionName": "P", "permissionType": 7, "permissionUrl": "/grid/platform"});
        assert_eq!(send(&bank.admin, "POST", "/grid/super/permission", body.clone()).await, done());
        let one = get(&bank.admin, "/grid/super/permission/33").await["data"].clone();
        assert_eq!((&one["permissionType"], &one["permissionUrl"]), (&json!(7), &json!("/grid/platform")));
        assert_eq!(send(&bank.admin, "PUT", "/grid/super/permission/33", body).await, done());
        assert_eq!(ask(&bank.admin, "DELETE", "/grid/super/permission/11", "").await, failed(400, "权限正在使用，不能删除"));
        assert_eq!(ask(&bank.admin, "DELETE", "/grid/super/permission/33", "").await, done());
    }

    async fn trees(app: TestApp) {
        let bank = Bank::new(&app).await;
        let tree = get(&bank.admin, "/grid/super/org/1").await;
        let node = |id: i64, code: i64, name: &str, above: i64, level: i64, below: Value| json!({
            "orgId": id, "orgCode": code, "orgName": name, "corpCode": null, "preOrgId": above, "relationType": null,
            "status": 1, "virtualOrgFlag": 0, "description": null, "type": null, "orgLevel": level, "childList": below,
        });
        let office = node(4, 17101, "东一所", 2, 2, json!([]));
        let below = json!([node(2, 17001, "东支行", 1, 1, json!([office])), node(3, 17002, "西支行", 1, 1, json!([]))]);
        assert_eq!(tree["data"], json!([node(1, 17000, "总行", 0, 0, below)]));
        let part = get(&bank.admin, "/grid/super/org/2").await;
        assert_eq!(part["data"][0]["preOrgId"], 1, "the root of a part names what stands above it");
        assert_eq!(get(&bank.admin, "/grid/super/org/99").await, json!({"code": 204, "message": "BLANK", "data": []}));
        let form = "orgCode=17002&orgName=W&preOrgId=2&orgLevel=2&status=0&virtualOrgFlag=1&type=1&relationType=2&corpCode=&description=";
        assert_eq!(ask(&bank.admin, "PUT", "/grid/super/org/3", form).await, done());
        let moved = get(&bank.admin, "/grid/super/org/2").await["data"][0]["childList"].clone();
        assert_eq!(moved[0]["orgName"], "W");
        let flags = ["status", "virtualOrgFlag", "type", "relationType"].map(|name| moved[0][name].clone());
        assert_eq!(flags, [0, 1, 1, 2].map(|flag| json!(flag)));
        assert_eq!(ask(&bank.admin, "DELETE", "/grid/super/org/2", "").await, failed(400, "机构有下级机构、用户、网格或顾问，不能删除"));
        assert_eq!(ask(&bank.admin, "DELETE", "/grid/super/org/3?orgCode=1", "").await["code"], 400);
        assert_eq!(ask(&bank.admin, "DELETE", "/grid/super/org/3", "").await, done());
        let form = "orgCode=18000&orgName=T&preOrgId=0&orgLevel=0";
        assert_eq!(ask(&bank.admin, "POST", "/grid/super/org", form).await, done());
        assert_eq!(get(&bank.admin, "/grid/super/org/5").await["data"][0]["preOrgId"], 0);

        let region = |name: &str, above: i64, level: i64| format!("regionName={name}&preRegionCode={above}&regionLevel={level}&description=d");
        for (above, level) in [(0, 0), (10000, 1), (10001, 2), (10001, 2), (10_001_100, 3)] {
            assert_eq!(ask(&bank.admin, "POST", "/grid/super/region", &region("R", above, level)).await, done());
        }
        for method in ["POST", "PUT"] {
            assert_eq!(ask(&bank.admin, method, "/grid/super/region/10001110", &region("S", 10_001_200, 4)).await, done());
        }
        let node = |code: i64, name: &str, above: i64, level: i64, below: Value| json!({
            "regionCode": code, "regionName": name, "preRegionCode": above, "regionLevel": level, "description": "d",
            "childList": below,
        });
        let below = json!([node(10_001_100, "R", 10001, 2, json!([])),
            node(10_001_200, "R", 10001, 2, json!([node(10_001_110, "S", 10_001_200, 4, json!([]))]))]);
        let tree = get(&bank.admin, "/grid/super/region/10000").await;
        assert_eq!(tree["data"], json!([node(10000, "R", 0, 0, json!([node(10001, "R", 10000, 1, below)]))]));
        assert_eq!(ask(&bank.admin, "DELETE", "/grid/super/region/10001", "").await, failed(400, "区域有下级区域，不能删除"));
        assert_eq!(ask(&bank.admin, "DELETE", "/grid/super/region/10001110", "").await, done());
    }

    async fn dictionaries(app: TestApp) {
        let bank = Bank::new(&app).await;
        let row = |key: Value, value: &str| json!({"type": 3, "parentId": "0", "code": "D00001", "name": "N", "isenable": 0,
            "dictionaryKey": key, "dictionaryValue": value, "description": "d"});
        let path = "/grid/super/dictionary";
        assert_eq!(send(&bank.admin, "POST", path, json!({"list": [row(json!("2"), "b"), row(json!(1), "a")]})).await, done());
        assert_eq!(send(&bank.admin, "POST", path, json!([row(json!(1), "bare")])).await, done());
        let one = get(&bank.admin, "/grid/super/dictionary/D00001").await;
        assert_eq!((rows(&one, "dictionaryKey"), rows(&one, "dictionaryValue")), (vec![json!(1), json!(2)], vec![json!("a"), json!("b")]));
        let shown = |name: &str| rows(&one, name)[0].clone();
        assert_eq!((shown("type"), shown("parentId"), shown("isenable")), (json!(3), json!("0"), json!(0)));
        assert!(shown("creatAt").is_i64() && one.get("count").is_none());
        let mut other = row(json!(1), "x");
        other["code"] = json!("D00002");
        assert_eq!(send(&bank.admin, "PUT", path, json!({"list": [row(json!(2), "y"), other]})).await["code"], 400);
        assert_eq!(send(&bank.admin, "PUT", path, json!({"list": [row(json!(2), "y")]})).await, done());
        assert_eq!(rows(&get(&bank.admin, "/grid/super/dictionary/D00001").await, "dictionaryValue"), [json!("y")]);
        let list = get(&bank.admin, "/grid/super/dictionary/list?pageNo=1&pageSize=10&name=").await;
        assert_eq!(list["count"], 2);
        assert_eq!(list["data"][1], json!({"type": 3, "parentId": "0", "code": "D00002", "name": "N", "isenable": 0}));
        assert_eq!(ask(&bank.admin, "DELETE", "/grid/super/dictionary/D00001", "").await, done());
        assert_eq!(get(&bank.admin, "/grid/super/dictionary/D00001").await, json!({"code": 204, "message": "BLANK", "data": []}));
        assert_eq!(send(&bank.admin, "POST", path, json!({"list": []})).await["code"], 400);
        assert_eq!(send(&bank.manager, "POST", path, json!({"list": [row(json!(1), "x")]})).await["code"], 403);
    }
}
