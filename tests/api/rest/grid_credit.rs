//! The bank's legacy clients of sections 16.1, 17, 19 and 20: what the contract and its errata say beyond the shape of
//! an answer.

use axum::{body::Body, http::header};
use serde_json::{Value, json};

use super::{
    contract::{PNG, multipart},
    grid::{ask, done, failed, get, send},
};
use crate::{
    app::{Caller, both},
    bank::Bank,
};

fn grid(code: &str, branch: &str, manager: i64) -> Value {
    json!({"gridCode": code, "gridName": code, "orgCode": branch, "gridType": "1", "accountId": manager.to_string()})
}

async fn upload(caller: &Caller, fields: Value, file: &[u8]) -> Value {
    let request = caller.request("POST", "/grid/gridinfo/image");
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    caller.app.send(request.body(Body::from(multipart(&fields, file))).unwrap()).await.json()
}

fn codes(answer: &Value) -> Vec<&str> {
    assert_eq!(answer["code"], 200, "{answer}");
    answer["data"].as_array().unwrap().iter().map(|row| row["gridCode"].as_str().unwrap()).collect()
}

both! {
    async fn products_by_form(app: TestApp) {
        let bank = Bank::new(&app).await;
        let path = "/grid/super/product/dict";
        assert_eq!(ask(&bank.admin, "POST", path, "name=A&rate=4.35&explain=x&state=").await, done());
        assert_eq!(ask(&bank.admin, "POST", path, "name=B&rate=5&explain=x&state=0").await, done());
        assert_eq!(ask(&bank.admin, "POST", path, "name=C&rate=5.123&explain=x").await["code"], 400);
        assert_eq!(ask(&bank.admin, "POST", path, "rate=5&explain=x").await["code"], 400);
        assert_eq!(ask(&bank.president, "POST", path, "name=C&rate=5&explain=x").await["code"], 403);
        assert_eq!(ask(&app.nobody(), "POST", path, "name=C&rate=5&explain=x").await["code"], 401);
        let options = "/grid/customer/business/product/list";
        assert_eq!(get(&bank.manager, options).await["data"], json!([{"name": "A", "code": "BP000001"}]));
        assert_eq!(ask(&bank.admin, "PUT", "/grid/super/product/dict/close", "id=1").await, done());
        assert_eq!(get(&bank.manager, options).await, json!({"code": 204, "message": "BLANK", "data": []}));
        assert_eq!(ask(&bank.admin, "PUT", "/grid/super/product/dict/open", "id=2").await, done());
        assert_eq!(ask(&bank.admin, "PUT", "/grid/super/product/dict/open", "id=9").await, failed(400, "银行产品不存在"));
        assert_eq!(ask(&bank.admin, "PUT", "/grid/super/product/dict/2", "rate=6&explain=y").await, done());
        let list = get(&bank.admin, "/grid/super/product/dict/list?pageNum=1&pageSize=10&state=1").await;
        assert_eq!((&list["count"], &list["data"][0]["name"]), (&json!(1), &json!("B")));
        assert_eq!((list["data"][0]["rate"].as_f64(), &list["data"][0]["state"]), (Some(6.0), &json!(1)));
    }

    async fn grids_by_code_and_number(app: TestApp) {
        let bank = Bank::new(&app).await;
        for (code, branch, manager) in [("N-1", "17101", 2), ("N-2", "17001", 3), ("7", "17001", 3)] {
            assert_eq!(send(&bank.admin, "POST", "/grid/gridinfo", grid(code, branch, manager)).await, done());
        }
        assert_eq!(send(&bank.admin, "POST", "/grid/gridinfo", grid("N-1", "17101", 2)).await, failed(400, "网格编号已存在"));
        assert_eq!(send(&bank.president, "POST", "/grid/gridinfo", grid("N-3", "17002", 3)).await["code"], 400);
        let missing = json!({"gridCode": "N-4", "gridName": "x", "orgCode": "17001"});
        assert_eq!(send(&bank.president, "POST", "/grid/gridinfo", missing).await["code"], 400);

        // The code in the path, or the number where it is nobody's code; the copies in the body are ignored.
        let mut change = grid("N-1", "17101", 2);
        change["description"] = json!("d");
        change["gridName"] = json!("Named");
        change["id"] = json!(99);
        change["listReview"] = json!([{"gridCode": "N-1", "gridReviewName": "Anna", "idNumber": "1x", "type": "2"}]);
        let answer = send(&bank.manager, "PUT", "/grid/gridinfo/N-1", change.clone()).await;
        assert_eq!((&answer["data"]["id"], &answer["data"]["gridName"]), (&json!(1), &json!("Named")));
        assert_eq!(answer["data"]["listReview"][0], json!({
            "gridCode": "N-1", "gridName": "Named", "gridReviewName": "Anna", "idNumber": "1X", "duties": null,
            "description": null, "address": null, "type": "2",
        }));
        change.as_object_mut().unwrap().remove("listReview");
        let answer = send(&bank.president, "PUT", "/grid/gridinfo/1", change.clone()).await;
        assert_eq!((&answer["data"]["gridCode"], &answer["data"]["listReview"][0]["idNumber"]), (&json!("N-1"), &json!("1X")));
        assert_eq!(send(&bank.admin, "PUT", "/grid/gridinfo/7", change.clone()).await["data"]["id"], 3);
        assert_eq!(send(&bank.manager, "PUT", "/grid/gridinfo/N-2", change).await, failed(400, "网格不存在"));

        let one = get(&bank.president, "/grid/gridinfo/1").await;
        assert_eq!((&one["data"]["accountId"], &one["data"]["orgName"]), (&json!(2), &json!("东一所")));
        assert_eq!(get(&bank.manager, "/grid/gridinfo/2").await, json!({"code": 204, "message": "BLANK", "data": null}));
        assert_eq!(ask(&bank.manager, "DELETE", "/grid/gridinfo/2", "").await, failed(400, "网格不存在"));
        assert_eq!(ask(&bank.admin, "DELETE", "/grid/gridinfo/2", "").await, done());
    }

    async fn lists_follow_the_token(app: TestApp) {
        let bank = Bank::new(&app).await;
        for (code, branch, manager) in [("N-1", "17101", 2), ("N-2", "17001", 3), ("N-3", "17002", 1)] {
            assert_eq!(send(&bank.admin, "POST", "/grid/gridinfo", grid(code, branch, manager)).await, done());
        }
        let list = "/grid/gridinfo/list?pageNum=1&pageSize=10&";
        for (caller, scope, found) in [
            (&bank.admin, "accountId=1&roleId=4&orgCode=17000", vec!["N-1", "N-2", "N-3"]),
            (&bank.president, "accountId=4&roleId=3&orgCode=17001", vec!["N-1", "N-2"]),
            (&bank.president, "accountId=4&roleId=3&orgCode=17001&gridCode=N-2&gridName=&gridType=", vec!["N-2"]),
            (&bank.president, "accountId=4&roleId=3&orgCode=17001&realName=%E5%91%98%E5%B7%A5manager", vec!["N-1"]),
            (&bank.manager, "accountId=2&roleId=1&orgCode=17101", vec!["N-1"]),
        ] {
            let answer = get(caller, &format!("{list}{scope}")).await;
            assert_eq!((codes(&answer), &answer["count"]), (found.clone(), &json!(found.len())), "{scope}");
        }
        for (caller, scope) in [
            (&bank.president, "accountId=4&roleId=3&orgCode=17000"),
            (&bank.president, "accountId=4&roleId=4&orgCode=17001"),
            (&bank.manager, "accountId=3&roleId=1&orgCode=17101"),
            (&bank.manager, "accountId=2&roleId=1&orgCode=17001"),
        ] {
            assert_eq!(get(caller, &format!("{list}{scope}")).await["code"], 403, "{scope}");
            assert_eq!(get(caller, &format!("/grid/gridinfo/list/account?{scope}")).await["code"], 403, "{scope}");
        }
        let all = "/grid/gridinfo/list/account?accountId=4&roleId=3&orgCode=17001";
        assert_eq!(codes(&get(&bank.president, all).await), ["N-1", "N-2"]);
        assert_eq!(get(&bank.president, "/grid/gridinfo/list/account?roleId=3").await["code"], 400);
        assert_eq!(get(&app.nobody(), all).await["code"], 401);
        assert_eq!(get(&bank.president, &format!("{list}pageNum=0")).await["code"], 400);
    }

    async fn maps_and_pictures(app: TestApp) {
        let bank = Bank::new(&app).await;
        for (code, branch, manager) in [("N-1", "17101", 2), ("N-2", "17001", 3)] {
            assert_eq!(send(&bank.admin, "POST", "/grid/gridinfo", grid(code, branch, manager)).await, done());
        }
        for text in ["[[1,2]]", "[[3,4]]"] {
            let map = json!({"gridCode": "N-1", "gridName": "Here", "coordinate": text, "grandId": 1, "type": ""});
            assert_eq!(send(&bank.manager, "POST", "/grid/gridmap", map).await, done());
        }
        let foreign = json!({"gridCode": "N-2", "gridName": "x", "coordinate": "x"});
        assert_eq!(send(&bank.manager, "POST", "/grid/gridmap", foreign).await["code"], 400);
        assert_eq!(get(&bank.president, "/grid/gridmap/N-1").await["data"], json!({
            "gridCode": "N-1", "gridName": "Here", "type": null, "grandId": "1", "parentId": null, "coordinate": "[[3,4]]",
        }));
        assert_eq!(get(&bank.president, "/grid/gridmap/N-2").await["code"], 204);
        let row = json!([{"id": 1, "gridName": "N-1", "coordinate": "[[3,4]]"}]);
        assert_eq!(get(&bank.president, "/grid/gridmap/list/3/17001").await["data"], row);
        assert_eq!(get(&bank.president, "/grid/gridmap/list/3/17002").await["code"], 403);

        let image = "/grid/gridinfo/image/1";
        assert_eq!(get(&bank.manager, image).await, json!({"code": 204, "message": "BLANK", "data": null}));
        assert_eq!(upload(&bank.manager, json!({"id": 1, "file": "map.png"}), PNG).await, done());
        assert_eq!(get(&bank.president, image).await["data"], data_encoding::BASE64.encode(PNG));
        for (fields, file) in [
            (json!({"id": 1, "file": "map.gif"}), &b"GIF89a\x01\0\x01\0"[..]),
            (json!({"id": 1, "file": "map.png"}), b"text"),
            (json!({"id": 1}), PNG),
            (json!({"file": "map.png"}), PNG),
            (json!({"id": 2, "file": "map.png"}), PNG),
        ] {
            assert_eq!(upload(&bank.manager, fields.clone(), file).await["code"], 400, "{fields}");
        }
        assert_eq!(send(&bank.manager, "POST", "/grid/gridinfo/image", json!({"id": 1, "file": "x"})).await["code"], 400);
        assert_eq!(upload(&app.nobody(), json!({"id": 1, "file": "map.png"}), PNG).await["code"], 401);
        assert_eq!(get(&bank.president, image).await["data"], data_encoding::BASE64.encode(PNG));
    }

    async fn senators(app: TestApp) {
        let bank = Bank::new(&app).await;
        let form = "senatorId=17&senatorName=Anna&idNumber=1x&phoneNumber=19900000088&duty=d&address=a&description=t&isFormal=1&type=t";
        assert_eq!(ask(&bank.manager, "POST", "/grid/gridinfo/senator", form).await, done());
        let list = bank.president.query("{ advisers { nodes { databaseId name idNumber standing branch { code } } } }").await.ok();
        assert_eq!(list["advisers"]["nodes"], json!([{
            "databaseId": 1, "name": "Anna", "idNumber": "1X", "standing": "1", "branch": {"code": "17101"},
        }]));
        assert_eq!(ask(&bank.manager, "POST", "/grid/gridinfo/senator", &form.replace("&duty=d", "")).await["code"], 400);
        assert_eq!(ask(&app.nobody(), "POST", "/grid/gridinfo/senator", form).await["code"], 401);
    }
}
