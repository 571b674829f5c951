//! The bank's legacy clients of sections 21, 26 to 29 and 34: what the contract and its errata say beyond the shape of an
//! answer.

use axum::{body::Body, http::header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{
    contract::multipart,
    grid::{done, failed, get, send},
};
use crate::{
    app::{Caller, both},
    bank::id_number,
    credit::grid::Grids,
    customers::{bank_customer::customers, resident::permit},
};

fn person(serial: u32, grid: &str) -> Value {
    json!({"customerName": "柳安宁", "idNumber": id_number("19850517", serial), "phoneNumber": 19_900_000_001_i64, "gridCode": grid,
        "comment": "", "adress": "1号"})
}

async fn import(caller: &Caller, method: &str, path: &str, sheet: &str, grid: &str) -> Value {
    let sheet = std::fs::read(format!("assets/templates/{sheet}.xls")).unwrap();
    let request = caller.request(method, path);
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    let form = json!({"gridCode": grid, "file": "名单.xls"});
    caller.app.send(request.body(Body::from(multipart(&form, &sheet))).unwrap()).await.json()
}

both! {
    async fn three_doors_and_one_list_each(app: TestApp) {
        let Grids { bank, other, .. } = customers(&app).await;
        let taken = failed(400, "该身份证号已在名单中");
        for (door, create, list, reason) in [
            ("whitelist", "whitelist", "whitelist/list", None),
            ("greylist", "greylis", "greylis/list", Some("2")),
            ("blacklist", "blacklist", "blacklist/list", Some("9")),
        ] {
            let serial = u32::try_from(door.len()).unwrap() * 10 + u32::from(reason.is_some_and(|it| it == "2"));
            let mut new = person(serial, "A-1");
            new["reason"] = json!(reason.unwrap_or(""));
            let path = format!("/grid/customer/{create}");
            assert_eq!(send(&bank.manager, "POST", &path, new.clone()).await, done(), "{door}");
            assert_eq!(send(&bank.manager, "POST", &path, new.clone()).await, taken);
            assert_eq!(send(&bank.manager, "POST", &path, person(90, "A-2")).await, failed(400, "参数错误: gridCode"));
            let found = get(&bank.manager, &format!("/grid/customer/{list}?pageNum=1&pageSize=10&gridCode=A-1&customerName=%E6%9F%B3&idNumber=")).await;
            assert_eq!(found["count"], 1, "{door}");
            let row = &found["data"][0];
            assert_eq!((&row["phoneNumber"], &row["gridCode"], &row["gridName"], &row["comment"], &row["adress"]),
                (&json!(19_900_000_001_i64), &json!("A-1"), &json!("Grid A-1"), &Value::Null, &json!("1号")));
            assert_eq!(row.get("reason"), reason.map(|reason| json!(reason)).as_ref());
            assert_eq!(get(&other, &format!("/grid/customer/{list}?pageNum=1&pageSize=10")).await["count"], 0);
            let id = row["id"].as_i64().unwrap();
            new["customerName"] = json!("周子晴");
            // What is of one list can not be changed or deleted through the door of another.
            for elsewhere in ["whitelist", "greylist", "blacklist"].into_iter().filter(|other| *other != door) {
                let path = format!("/grid/customer/{elsewhere}/{id}");
                let mut change = new.clone();
                change["reason"] = json!("");
                assert_eq!(send(&bank.manager, "PUT", &path, change).await, failed(400, "名单记录不存在"));
                assert_eq!(send(&bank.manager, "DELETE", &path, json!({})).await, failed(400, "名单记录不存在"));
            }
            let path = format!("/grid/customer/{door}/{id}");
            assert_eq!(send(&bank.manager, "PUT", &path, new).await, done());
            assert_eq!(send(&other, "DELETE", &path, json!({})).await, failed(400, "名单记录不存在"));
            assert_eq!(send(&bank.manager, "DELETE", &path, json!({})).await, done());
            assert_eq!(get(&app.nobody(), &format!("/grid/customer/{list}")).await["code"], 401);
        }
        let alias = person(95, "A-1");
        assert_eq!(send(&bank.manager, "POST", "/grid/customer/greylist", alias).await, done());
        assert_eq!(get(&bank.manager, "/grid/customer/greylist/list").await["count"], 1);
        permit(&bank, &[14]).await;
        assert_eq!(get(&bank.president, "/grid/customer/greylist/list").await, failed(403, "没有权限"));
    }

    async fn white_becomes_grey_and_grey_white(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        let path = "/grid/customer/whitelist/movecustomer";
        let person = person(1, "A-1");
        assert_eq!(send(&bank.manager, "POST", "/grid/customer/whitelist", person.clone()).await, done());
        let turn = async |kind: &str, reason: &str| {
            send(&bank.manager, "POST", path, json!({"idNumber": person["idNumber"], "type": kind, "reason": reason})).await
        };
        assert_eq!(turn("2", "").await, failed(400, "该客户不在名单中"));
        for (kind, reason) in [("1", ""), ("1", "20"), ("1", "x"), ("2", "3"), ("3", "1")] {
            let answer = turn(kind, reason).await;
            let message = if kind == "3" { "参数错误: type" } else { "参数错误: reason" };
            assert_eq!(answer, failed(400, message), "{kind} {reason}");
        }
        assert_eq!(turn("1", "19").await, done());
        let grey = get(&bank.manager, "/grid/customer/greylis/list").await;
        assert_eq!((&grey["count"], &grey["data"][0]["reason"]), (&json!(1), &json!("19")));
        let tags = |number: &Value| format!("/grid/customer/{}/tag/list", number.as_str().unwrap());
        assert_eq!(get(&bank.manager, &tags(&person["idNumber"])).await["data"][0]["tagId"], 3);
        assert_eq!(turn("2", "").await, done());
        assert_eq!(get(&bank.manager, "/grid/customer/whitelist/list").await["count"], 1);
        assert_eq!(get(&bank.manager, &tags(&person["idNumber"])).await["data"][0]["tagId"], 2);
    }

    async fn templates_and_imports_of_lists(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        for (name, sheet) in [("白名单", "white_list"), ("灰名单", "watch_list"), ("黑名单", "watch_list")] {
            let path = format!("/grid/template/{}", utf8_percent_encode(&format!("{name}模板.xls"), NON_ALPHANUMERIC));
            assert_eq!(bank.manager.get(&path).await.body, std::fs::read(format!("assets/templates/{sheet}.xls")).unwrap());
            assert_eq!(get(&app.nobody(), &path).await["code"], 401);
        }
        for (method, path, sheet, none) in [
            ("POST", "/grid/customer/whitelist/import", "white_list", json!(0)),
            ("PUT", "/grid/customer/greylist/import", "watch_list", json!("0")),
            ("POST", "/grid/customer/greylist/import", "watch_list", json!("0")),
            ("POST", "/grid/customer/blacklist/list", "watch_list", json!("0")),
            ("POST", "/grid/customer/blacklist/import", "watch_list", json!("0")),
        ] {
            let answer = import(&bank.manager, method, path, sheet, "A-1").await;
            assert_eq!(answer["data"], json!({"successCount": none, "failCount": none}), "{path}");
            assert_eq!(import(&bank.manager, method, path, sheet, "A-2").await["code"], 400);
            assert_eq!(import(&app.nobody(), method, path, sheet, "A-1").await["code"], 401);
        }
    }

    async fn opinions_with_their_odd_names(app: TestApp) {
        let Grids { bank, other, .. } = Grids::new(&app).await;
        let path = "/grid/customer/creditadviser";
        let mut new = json!({"customerName": "柳安宁", "idNumber": id_number("19850517", 1), "phone": "19900000001", "gridCode": "A-1",
            "income": 80_000.5, "expenditure": "20000", "rental": 50_000.25, "signingTime": "2026-11-20", "adviserName": "何晓", "comment": ""});
        assert_eq!(send(&bank.manager, "POST", path, new.clone()).await, failed(400, "参数错误: address"));
        for (address, name) in [("address", "1号"), ("adress", "2号")] {
            let mut new = new.clone();
            new[address] = json!(name);
            assert_eq!(send(&bank.manager, "POST", path, new).await, done());
        }
        let one = json!({"id": 2, "customerName": "柳安宁", "idNumber": id_number("19850517", 1), "phone": "19900000001", "gridCode": "A-1",
            "income": 80_000.5, "expenditure": 20_000.0, "rental": 50_000.25, "signingTime": "2026-11-20", "adviserName": "何晓",
            "comment": null, "adress": "2号"});
        let amounts = |row: &Value| ["income", "expenditure", "rental"].map(|name| row[name].as_f64().unwrap());
        let found = get(&bank.manager, &format!("{path}/2")).await["data"].clone();
        assert_eq!(amounts(&found), amounts(&one));
        assert_eq!(["adress", "phone", "comment", "signingTime"].map(|name| &found[name]), ["adress", "phone", "comment", "signingTime"].map(|name| &one[name]));
        let list = get(&bank.manager, &format!("{path}/list?pageNum=1&pageSize=1&adviserName=%E4%BD%95&gridCode=A-1")).await;
        assert_eq!((&list["count"], list["data"].as_array().unwrap().len()), (&json!(2), 1));
        assert!(list["data"][0]["credtedAt"].as_i64().unwrap() > 1_700_000_000_000);
        new["adress"] = json!("3号");
        new["income"] = json!(100_000_000);
        assert_eq!(send(&bank.manager, "PUT", &format!("{path}/1"), new.clone()).await, failed(400, "参数错误: income"));
        new["income"] = json!("");
        assert_eq!(send(&bank.manager, "PUT", &format!("{path}/1"), new.clone()).await, done());
        assert_eq!(get(&bank.manager, &format!("{path}/1")).await["data"]["adress"], "3号");
        assert_eq!(send(&other, "PUT", &format!("{path}/1"), new).await, failed(400, "顾问意见不存在"));
        assert_eq!(send(&other, "DELETE", &format!("{path}/1"), json!({})).await, failed(400, "顾问意见不存在"));
        assert_eq!(send(&bank.manager, "DELETE", &format!("{path}/1"), json!({})).await, done());
        assert_eq!(get(&bank.manager, &format!("{path}/1")).await["code"], 204);
        assert_eq!(get(&bank.manager, &format!("/grid/customer/credit/{}", id_number("19850517", 1))).await["code"], 204);
    }

    async fn accounts_with_the_bureau(app: TestApp) {
        let Grids { bank, west, .. } = Grids::new(&app).await;
        let path = "/grid/grid/CreditReportAccount";
        let new = json!({"userName": "zx1", "password": "secret-1", "orgName": "x", "orgCode": "17001", "status": "0", "comment": "", "remind": "r"});
        assert_eq!(send(&bank.admin, "POST", path, new.clone()).await, done());
        assert_eq!(send(&bank.admin, "POST", "/grid/CreditReportAccount", new.clone()).await, failed(400, "用户名已存在"));
        assert_eq!(send(&bank.manager, "POST", path, new.clone()).await, failed(403, "没有权限"));
        let shown = async |caller: &Caller| get(caller, "/grid/CreditReportAccount/1").await["data"].clone();
        let one = shown(&bank.president).await;
        let texts = ["userName", "password", "orgName", "orgCode", "status", "comment", "remind", "type"];
        assert_eq!(texts.map(|name| one[name].clone()), ["zx1", "", "东支行", "17001", "0", "", "r", "0"].map(|text| match text {
            "" => Value::Null,
            text => json!(text),
        }));
        assert_eq!(shown(&west).await, Value::Null);
        let list = |name: &str| format!("{path}/list?pageNum=1&pageSize=10&userName={name}");
        assert_eq!((get(&bank.admin, &list("zx")).await["count"].clone(), get(&bank.admin, &list("x")).await["count"].clone()), (json!(1), json!(0)));
        let mut change = new;
        (change["status"], change["type"], change["password"]) = (json!("1"), json!("1"), json!(""));
        let changed = send(&bank.president, "PUT", &format!("{path}/1"), change.clone()).await["data"].clone();
        assert_eq!((&changed["status"], &changed["type"], &changed["password"]), (&json!("1"), &json!("1"), &Value::Null));
        assert_eq!(send(&west, "PUT", &format!("{path}/1"), change.clone()).await["code"], 400);
        change["status"] = json!("3");
        assert_eq!(send(&bank.president, "PUT", &format!("{path}/1"), change).await, failed(400, "参数错误: status"));
        assert_eq!(send(&bank.president, "DELETE", &format!("{path}/1"), json!({})).await, done());
        assert_eq!(send(&bank.president, "DELETE", &format!("{path}/1"), json!({})).await, failed(400, "征信查询账号不存在"));
        assert_eq!(shown(&bank.admin).await, Value::Null);
    }
}
