//! The bank's legacy clients of sections 14, 15 and 18: what the contract and its errata say beyond the shape of an answer.

use serde_json::{Value, json};

use super::grid::{ask, done, failed, get, send};
use crate::{
    app::both,
    bank::{Bank, id_number},
    credit::grid::Grids,
};

/// A complete customer, as old clients write him: every field of the form, blank where there is nothing
fn customer(number: &str) -> Value {
    json!({
        "customerName": "柳安宁", "sex": "男", "idNumber": number, "maritalStatus": "已婚", "educationLevel": "中专/技校",
        "nation": "", "birthday": "19850517", "nativePlace": "云岭", "phoneNumber": 19_900_000_001_i64, "custodian": "",
        "gridCode": "A-1", "householdId": "00539900", "nativeAddress": "1号", "residenceAddress": "2号", "status": "",
        "politicsStatus": "", "livingSituation": "自购房", "physicalCondition": "亚健康", "nationality": "", "borrowerNature": "农户",
        "postcode": "", "isStockholder": "否", "isStaff": "否", "isOwner": "是", "isBuyHouse": "", "cellName": "", "cellAddress": "",
        "idType": "中国居民身份证", "creditId": "C1", "career": "军人", "workYear": "3", "companyName": "农场", "companyAddress": "3号",
        "isFarmer": "是", "investigator1": "", "investigator2": "何晓", "registrant": "somebody", "registerOrg": "somewhere",
        "createdAt": 1, "updatedAt": "",
    })
}

fn form(fields: &Value) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs = fields.as_object().unwrap().iter().map(|(name, value)| (name, text(value)));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

both! {
    async fn customers_by_form(app: TestApp) {
        let Grids { bank, other, west } = Grids::new(&app).await;
        let Bank { manager, president, .. } = &bank;
        let number = id_number("19850517", 1);
        let info = "/grid/customer/info";
        assert_eq!(ask(manager, "POST", info, &form(&customer(&number))).await, json!({"code": 200, "message": "OK", "data": 1}));
        assert_eq!(send(manager, "POST", info, customer(&number)).await, failed(400, "身份证号已存在"));
        let stored = get(president, &format!("{info}/idnumber/{number}")).await["data"].clone();
        for (name, value) in [
            ("customerId", json!(1)), ("gridName", json!("Grid A-1")), ("educationLevel", json!("中专/技校")), ("nation", json!("")),
            ("phoneNumber", json!("19900000001")), ("householdId", json!("00539900")), ("status", json!(5)), ("isOwner", json!("是")),
            ("isBuyHouse", json!("")), ("career", json!("军人")), ("workYear", json!(3)), ("investigator1", json!("员工manager")),
            ("registrant", json!("员工manager")), ("registerOrg", json!("东一所")), ("birthday", json!("19850517")),
        ] {
            assert_eq!(stored[name], value, "{name}");
        }
        assert!(stored["createdAt"].as_i64().unwrap() > 1_000_000_000_000);
        // What is wrong is named as it was sent.
        for (name, value) in [
            ("phoneNumber", json!("123")), ("nativeAddress", json!("")), ("gridCode", json!("C-1")), ("idNumber", json!("444")),
            ("sex", json!("女")), ("isFarmer", json!("maybe")), ("career", json!("海盗")), ("workYear", json!("three")),
        ] {
            let mut wrong = customer(&id_number("19850517", 3));
            wrong[name] = value;
            let answer = ask(manager, "POST", info, &form(&wrong)).await;
            assert_eq!(answer["code"], 400, "{name}");
            assert!(answer["message"].as_str().unwrap().ends_with(name), "{name}: {answer}");
        }

        let draft = format!("customerName=%E8%8D%89%E7%A8%BF&idNumber={}", id_number("19850517", 5));
        assert_eq!(ask(manager, "POST", &format!("{info}/draft"), &draft).await, done());
        // A refused row leaves a gap in PostgreSQL's numbers.
        let second = get(manager, &format!("{info}/idnumber/{}", id_number("19850517", 5))).await["data"]["customerId"].clone();
        assert_eq!(ask(manager, "PUT", &format!("{info}/draft/{second}"), &format!("{draft}&workYear=4&status=5")).await, done());
        assert_eq!(get(manager, &format!("{info}/{second}")).await["data"]["status"], 0);
        assert_eq!(get(president, &format!("{info}/{second}")).await, json!({"code": 204, "message": "BLANK", "data": null}));
        assert_eq!(ask(manager, "PUT", &format!("{info}/{second}"), &draft).await, failed(400, "参数错误: gridCode"));
        assert_eq!(ask(manager, "PUT", &format!("{info}/{second}/status/5"), "").await, failed(400, "参数错误: status"));
        let whole = form(&customer(&id_number("19850517", 5)));
        assert_eq!(ask(manager, "PUT", &format!("{info}/{second}"), &whole).await, done());
        assert_eq!(get(president, &format!("{info}/{second}")).await["data"]["status"], 5);
        assert_eq!(ask(manager, "DELETE", &format!("{info}/{second}"), "").await, failed(400, "只能删除暂存的客户"));
        assert_eq!(ask(manager, "PUT", &format!("{info}/{second}"), &format!("{whole}&x=1").replace("status=", "status=6")).await, done());
        assert_eq!(ask(manager, "PUT", &format!("{info}/{second}"), &whole).await, done());
        assert_eq!(get(president, &format!("{info}/{second}")).await["data"]["status"], 6, "without a status it stays");
        for status in ["0", "1", "x"] {
            assert_eq!(ask(manager, "PUT", &format!("{info}/{second}/status/{status}"), "").await["code"], 400, "{status}");
        }
        assert_eq!(ask(&other, "PUT", &format!("{info}/{second}/status/5"), "").await, failed(400, "客户不存在"));
        let batch = format!("{info}/status/batch");
        let both = json!([{"customerId": "1", "status": "6"}, {"customerId": second, "status": 5}]);
        for (body, code) in [(json!([{"customerId": 1, "status": 1}]), 400), (json!({"list": [{"customerId": 1, "status": 0}]}), 400), (both, 200)] {
            assert_eq!(send(president, "PUT", &batch, body).await["code"], code);
        }
        assert_eq!(get(president, &format!("{info}/1")).await["data"]["status"], 6);

        let list = "/grid/customer/info/list/";
        let two = second.as_i64().unwrap();
        for (caller, path, found) in [
            (manager, "2?orgCode=17101&roleId=1&pageNum=1&pageSize=10", vec![1, two]),
            (president, "4?orgCode=17001&roleId=3&pageNum=1&pageSize=10&status=5&customerName=", vec![two]),
            (president, "4?orgCode=17001&roleId=3&gridCode=A-1&customerName=%E6%9F%B3", vec![1, two]),
        ] {
            let answer = get(caller, &format!("{list}{path}")).await;
            let rows = answer["data"].as_array().unwrap();
            let mut rows: Vec<i64> = rows.iter().map(|row| row["customerId"].as_i64().unwrap()).collect();
            rows.sort_unstable();
            assert_eq!((&rows, &answer["count"]), (&found, &json!(found.len())), "{path}");
        }
        let page = get(president, &format!("{list}4?orgCode=17001&roleId=3&pageNum=2&pageSize=1")).await;
        assert_eq!((page["data"].as_array().unwrap().len(), &page["count"]), (1, &json!(2)));
        assert_eq!(get(&west, &format!("{list}6?orgCode=17002&roleId=3")).await["count"], 0);
        assert_eq!(get(&west, &format!("{list}4?orgCode=17001&roleId=3")).await["code"], 403);
        assert_eq!(get(&other, "/grid/customer/info/list").await["data"], json!([]));
        assert_eq!(get(&app.nobody(), &format!("{info}/1")).await["code"], 401);
    }

    async fn tags_assets_and_the_poor(app: TestApp) {
        let Grids { bank, other, .. } = Grids::new(&app).await;
        let Bank { manager, president, admin, .. } = &bank;
        let number = id_number("19850517", 1);
        send(manager, "POST", "/grid/customer/info", customer(&number)).await;
        assert_eq!(ask(admin, "POST", "/grid/super/tag", "tagName=A&description=d&type=2&remark=").await, done());
        assert_eq!(ask(admin, "PUT", "/grid/super/tag/4", "tagName=x&description=d&type=5").await["code"], 400);
        assert_eq!(ask(admin, "DELETE", "/grid/super/tag/4", "").await, failed(400, "内置标签不能删除"));
        assert_eq!(ask(manager, "POST", "/grid/super/tag", "tagName=B&description=d&type=2").await["code"], 403);
        let tags = format!("/grid/customer/{number}/tag");
        assert_eq!(ask(manager, "POST", &tags, "tagIds=4,5").await, done());
        assert_eq!(ask(&other, "POST", &tags, "tagIds=4").await, failed(400, "客户不存在"));
        assert_eq!(get(president, &format!("{tags}/list")).await["data"], json!([
            {"tagId": 4, "tagName": "贫困户", "reason": ""}, {"tagId": 5, "tagName": "A", "reason": ""},
        ]));
        for (caller, found) in [(president, 1), (&other, 0)] {
            assert_eq!(get(caller, "/grid/customer/count/tag/4").await["data"], found);
            assert_eq!(get(caller, "/grid/customer/list/tag/4?pageNum=1&pageSize=10").await["count"], found);
        }
        let row = get(president, "/grid/customer/list/tag/4").await["data"][0].clone();
        assert_eq!((&row["sex"], &row["maritalStatus"], &row["educationLevel"], &row["gridCode"]), (&json!(1), &json!(1), &json!(3), &json!("A-1")));

        let poor = format!("/grid/customer/poorinfo/{number}");
        assert_eq!(get(president, &poor).await["code"], 204, "carries the tag, but has no record");
        app.app.db.write().await.unwrap()
            .batch("INSERT INTO poverty_records (customer_id, person_count, created_at, updated_at) VALUES (1, '3', '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000')")
            .await.unwrap();
        let record = get(president, &poor).await["data"].clone();
        assert_eq!((&record["personCount"], &record["writelme"], &record["idNumber"]), (&json!("3"), &json!(""), &json!(number)));
        assert_eq!(get(&other, &poor).await["code"], 204);
        assert_eq!(ask(manager, "DELETE", &format!("{tags}/4"), "").await, done());
        assert_eq!(ask(manager, "DELETE", &format!("{tags}/4"), "").await["code"], 400);
        assert_eq!(get(president, &poor).await["code"], 204, "does not carry the tag any more");
        assert_eq!(ask(manager, "DELETE", &tags, "").await, done());
        assert_eq!(get(president, &format!("{tags}/list")).await["code"], 204);

        let assets = format!("/grid/customer/finance/{number}");
        let fields = "industry=20&career=8&houseNumber=2&housePrice=350000.55&landAcreage=12.5&isFarmIncome=%E6%98%AF&businessLicense=A,B&yearSurplus=-3";
        assert_eq!(get(president, &assets).await["code"], 204);
        assert_eq!(ask(manager, "PUT", &assets, fields).await, failed(400, "客户资产信息不存在"));
        assert_eq!(ask(manager, "POST", "/grid/customer/finance", &format!("idNumber={number}&{fields}")).await, done());
        assert_eq!(ask(manager, "POST", "/grid/customer/finance", &format!("idNumber={number}")).await, failed(400, "客户资产信息已存在"));
        assert_eq!(ask(&other, "PUT", &assets, fields).await, failed(400, "客户资产信息不存在"));
        assert_eq!(ask(manager, "PUT", &assets, "carNumber=-1").await, failed(400, "参数错误: carNumber"));
        assert_eq!(ask(manager, "PUT", &assets, "carNumber=1&industry=").await, done());
        let data = get(president, &assets).await["data"].clone();
        assert_eq!(data["housePrice"].to_string().parse::<f64>().unwrap(), 350_000.55);
        for (name, value) in [
            ("idNumber", json!(number)), ("industry", json!("20")), ("career", json!("8")), ("carNumber", json!(1)), ("workYear", json!(null)),
            ("landAcreage", json!(12.5)), ("businessLicense", json!("A,B")), ("isFarmIncome", json!("是")), ("isBusinessIncome", json!("")),
        ] {
            assert_eq!(data[name], value, "{name}");
        }
    }

    async fn out_of_the_register(app: TestApp) {
        let Grids { bank, other, .. } = Grids::new(&app).await;
        let number = id_number("19790304", 5);
        let resident = json!({
            "residentName": "何晓", "sex": "男", "nation": "汉", "birthdate": "19790304", "idNumber": number, "address": "5号",
            "householdType": "居民家庭户", "relationship": "户主", "householdId": "539900001", "contact": "19900000009",
            "isInList": "是", "status": "1", "gridCode": "A-1",
        });
        assert_eq!(send(&bank.manager, "POST", "/grid/customer/resident", resident).await["code"], 200);
        let path = format!("/grid/customer/info/resident/{number}");
        assert_eq!(ask(&other, "POST", &path, "registrant=x&registerOrg=y").await, failed(400, "户籍信息不存在"));
        assert_eq!(ask(&bank.manager, "POST", &path, "registrant=x&registerOrg=y").await, done());
        assert_eq!(ask(&bank.manager, "POST", &path, "registrant=x&registerOrg=y").await, failed(400, "身份证号已存在"));
        let data = get(&bank.president, &format!("/grid/customer/info/idnumber/{number}")).await["data"].clone();
        for (name, value) in [
            ("status", json!(0)), ("customerName", json!("何晓")), ("nation", json!("汉")), ("birthday", json!("19790304")),
            ("nativeAddress", json!("5号")), ("householdId", json!("539900001")), ("phoneNumber", json!("19900000009")),
            ("gridCode", json!("A-1")), ("registrant", json!("员工manager")), ("registerOrg", json!("东一所")),
        ] {
            assert_eq!(data[name], value, "{name}");
        }
        let items = "{ workItems { nodes { kind status staff { name } customer { name } } } }";
        assert_eq!(bank.manager.query(items).await.ok()["workItems"]["nodes"], json!([
            {"kind": "CUSTOMER_FILE", "status": "OPEN", "staff": {"name": "员工manager"}, "customer": {"name": "何晓"}},
        ]));
        let form = get(&bank.president, "/grid/customer/info/form/1").await["data"].clone();
        assert_eq!((&form["name"], &form["spouseName"], &form["familyPopulation"]), (&json!("何晓"), &json!(""), &json!("")));
    }
}
