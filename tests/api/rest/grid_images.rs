//! The bank's legacy clients of sections 24 and 25: dishonest persons and pictures.

use axum::{body::Body, http::header};
use data_encoding::BASE64;
use quintet::{auth::Realm, config::Config, demo};
use serde_json::{Value, json};

use super::{
    contract::{PNG, multipart},
    grid::{ask, done, failed, get},
};
use crate::{
    app::{Caller, TestApp, both},
    bank::id_number,
    credit::grid::Grids,
    customers::bank_customer::customers,
};

async fn save(caller: &Caller, form: &Value, content: &[u8]) -> Value {
    let request = caller.request("POST", "/grid/customer/image");
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    caller.app.send(request.body(Body::from(multipart(form, content))).unwrap()).await.json()
}

fn form(customer: u32, kind: &str) -> Value {
    json!({"id": "", "file": "照片.png", "customerName": "柳安宁", "idNumber": id_number("19850517", customer), "gridCode": "A-1",
        "uploadAccountld": 2, "type": kind, "creditDetailld": ""})
}

fn list(customer: u32, kind: &str) -> String {
    format!("/grid/customer/image/list/{}?type={kind}", id_number("19850517", customer))
}

both! {
    async fn pictures_by_type(app: TestApp) {
        let Grids { bank, other, .. } = customers(&app).await;
        for kind in ["1", "1.1", "1.2", "2", "3", "4", "5", "6"] {
            assert_eq!(save(&bank.manager, &form(1, kind), PNG).await, done(), "{kind}");
        }
        let one = get(&bank.manager, &list(1, "1.1")).await;
        assert_eq!(one, json!({"code": 200, "message": "OK", "data": [{"id": 2, "baseCode": BASE64.encode(PNG)}]}));
        assert_eq!(get(&bank.manager, &list(1, "1")).await["data"][0]["id"], 1, "its own type only");
        assert_eq!(get(&other, &list(1, "1")).await, json!({"code": 204, "message": "BLANK", "data": []}));
        for kind in ["7", "1.3", "0", "x", "1.10", "IDENTITY"] {
            assert_eq!(save(&bank.manager, &form(1, kind), PNG).await, failed(400, "参数错误: type"), "{kind}");
            assert_eq!(get(&bank.manager, &list(1, kind)).await, failed(400, "参数错误: type"), "{kind}");
        }
        assert_eq!(get(&bank.manager, &list(1, "")).await, failed(400, "参数错误: type"));
        for kind in ["4.1", "4.2"] {
            assert_eq!(save(&bank.manager, &form(1, kind), PNG).await, failed(400, "参数错误: creditDetailld"));
        }
        assert_eq!(get(&app.nobody(), &list(1, "1")).await["code"], 401);
        assert_eq!(save(&app.nobody(), &form(1, "1"), PNG).await["code"], 401);
    }

    async fn either_way_of_writing_and_no_other_uploader(app: TestApp) {
        let Grids { bank, other, .. } = customers(&app).await;
        let mut new = form(1, "2");
        new.as_object_mut().unwrap().remove("uploadAccountld");
        assert_eq!(save(&bank.manager, &new, PNG).await, done(), "the token says who it is");
        new["uploadAccountId"] = json!("2");
        new["creditDetailId"] = json!("");
        assert_eq!(save(&bank.manager, &new, PNG).await, done());
        for name in ["uploadAccountId", "uploadAccountld"] {
            let mut new = form(1, "2");
            new.as_object_mut().unwrap().remove("uploadAccountld");
            new[name] = json!(4);
            assert_eq!(save(&bank.manager, &new, PNG).await, failed(403, "没有权限"));
        }
        new["creditDetailId"] = json!("99");
        assert_eq!(save(&bank.manager, &new, PNG).await, failed(400, "参数错误: creditDetailId"));
        // With an id it replaces, and the old one is gone.
        let mut change = form(1, "2");
        change["id"] = json!("1");
        assert_eq!(save(&bank.manager, &change, PNG).await, done());
        assert_eq!(save(&bank.manager, &change, PNG).await, failed(400, "图片不存在"));
        let left = get(&bank.manager, &list(1, "2")).await["data"].clone();
        assert_eq!(left.as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(ask(&other, "DELETE", "/grid/customer/image/2", "").await, failed(400, "图片不存在"));
        assert_eq!(ask(&bank.manager, "DELETE", "/grid/customer/image/2", "").await, done());
        assert_eq!(ask(&bank.manager, "DELETE", "/grid/customer/image/2", "").await, failed(400, "图片不存在"));
        assert_eq!(ask(&bank.manager, "DELETE", "/grid/customer/image/x", "").await["code"], 400);
        for (field, value, at) in [("gridCode", "A-2", "gridCode"), ("gridCode", "B-1", "gridCode"), ("idNumber", "1", "idNumber"), ("customerName", "", "customerName")] {
            let mut new = form(1, "2");
            new[field] = json!(value);
            assert_eq!(save(&bank.manager, &new, PNG).await, failed(400, &format!("参数错误: {at}")), "{field} {value}");
        }
        assert_eq!(save(&bank.manager, &form(1, "2"), b"no picture").await, failed(400, "参数错误: file"));
    }

    async fn dishonest_persons_and_their_import(app: TestApp) {
        let app = app.demo().await;
        let admin = app.sign_in(Some(Realm::Bank), "admin", demo::PASSWORD).await;
        let path = "/grid/customer/dishonesty";
        assert_eq!(ask(&admin, "POST", path, "").await, failed(400, "未配置失信人数据来源"));
        let config = Config { dishonesty_url: Some("http://127.0.0.1:9/".parse().unwrap()), ..app.app.config.clone() };
        let server = TestApp::with(config).await;
        let there = |caller: &Caller| Caller { app: server.clone(), ..caller.clone() };
        let president = app.sign_in(Some(Realm::Bank), "president", demo::PASSWORD).await;
        assert_eq!(ask(&there(&president), "POST", path, "").await, failed(403, "没有权限"));
        let started = ask(&there(&admin), "POST", path, "").await;
        let message = started["message"].as_str().unwrap();
        assert!(message.starts_with("户籍总数:") && message.ends_with(",导入失信人的总数:0.正在导入,已查询:0,失败:0."), "{started}");
        assert_eq!((&started["code"], &started["data"]), (&json!(200), &Value::Null));
        assert_eq!(ask(&there(&admin), "POST", path, "").await, started, "one at a time");

        let list = get(&admin, &format!("{path}/list?pageNum=1&pageSize=2")).await;
        let row = list["data"][1].clone();
        assert!(list["count"].as_i64().unwrap() > 10 && list["data"].as_array().unwrap().len() == 2);
        assert_eq!(get(&admin, &format!("{path}/{}", row["id"])).await["data"], row);
        let number = row["cardNumber"].as_str().unwrap();
        assert_eq!(get(&admin, &format!("{path}/list?pageNum=1&pageSize=10&cardNumber={number}&performedName=")).await["data"], json!([row]));
        assert!(row["publishedAt"].as_i64().unwrap() > 1_500_000_000_000);
        assert_eq!(get(&admin, &format!("{path}/list?cardNumber=1")).await, json!({"code": 204, "message": "BLANK", "data": [], "count": 0}));
        assert_eq!(get(&admin, &format!("{path}/99999")).await["code"], 204);
        assert_eq!(get(&app.nobody(), &format!("{path}/list")).await["code"], 401);
    }
}
