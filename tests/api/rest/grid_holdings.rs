//! The bank's legacy clients of sections 11, 12, 16 and 33: what the contract and its errata say beyond the shape of an
//! answer.

use chrono::Datelike as _;
use form_urlencoded::Serializer;
use quintet::db::Day;
use serde_json::{Value, json};

use super::grid::{ask, done, failed, get, send};
use crate::{
    app::{Caller, both},
    bank::id_number,
    credit::{
        grid::Grids,
        holdings::{FEED, feed, holders, of},
    },
};

const PATH: &str = "/grid/customer/business/product";

fn record(customer: i64, product: &str, money: Value) -> Value {
    json!({
        "idnumber": of(customer), "productCode": product, "money": money, "accountName": "户", "cardNumber": "6253",
        "rate": "1.75",
    })
}

/// The accounts of customer 1: number, money
async fn accounts(caller: &Caller) -> Vec<(i64, String)> {
    let answer = get(caller, &format!("/grid/customer/business/{}", of(1))).await;
    let rows = answer["data"]["businessProduct"].as_array().unwrap();
    rows.iter().map(|row| (row["id"].as_i64().unwrap(), row["money"].to_string())).collect()
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

both! {
    async fn accounts_come_in_three_ways_of_writing(app: TestApp) {
        let Grids { bank, other, .. } = holders(&app).await;
        assert_eq!(get(&bank.manager, &format!("/grid/customer/business/{}", of(1))).await["data"],
            json!({"business": null, "businessProduct": []}));
        let body = json!({"record": [record(1, "BP000001", json!(10.25))]});
        assert_eq!(send(&bank.manager, "POST", PATH, body).await, done());
        let text = json!([record(1, "BP000001", json!("20"))]).to_string();
        assert_eq!(ask(&bank.manager, "POST", PATH, &encoded(&[("record", &text)])).await, done());
        let number = of(1);
        let mut pairs = Vec::new();
        for (place, product) in [("0", "BP000001"), ("1", "BP000002")] {
            for (field, value) in [
                ("idnumber", &*number), ("productCode", product), ("money", "30"), ("accountName", "户"),
                ("cardNumber", "6253"), ("rate", "1.75"),
            ] {
                pairs.push((if place == "0" { format!("record[0].{field}") } else { format!("record[1][{field}]") }, value));
            }
        }
        let mut keyed: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        assert_eq!(ask(&bank.manager, "POST", PATH, &encoded(&keyed)).await, done());
        let all = |money: [&str; 4]| -> Vec<(i64, String)> { (1..).zip(money.map(str::to_owned)).collect() };
        assert_eq!(accounts(&bank.manager).await, all(["10.25", "20.00", "30.00", "30.00"]));

        // What is wrong is told by the name that the client knows it by, and nothing is entered.
        let place = keyed.iter().position(|(name, _)| *name == "record[1][productCode]").unwrap();
        keyed[place].1 = "BP000003";
        assert_eq!(ask(&bank.manager, "POST", PATH, &encoded(&keyed)).await, failed(400, "参数错误: record[1].productCode"));
        for (bad, field) in [
            (record(2, "BP000001", json!(1)), "record[1].idnumber"),
            (record(1, "x", json!(1)), "record[1].productCode"),
            (record(1, "BP000001", json!(-1)), "record[1].money"),
            (record(1, "BP000001", json!("much")), "record[1].money"),
            (record(1, "BP000001", json!("1.00001")), "record[1].money"),
            (record(1, "BP000001", json!(true)), "record[1].money"),
            (json!({"idnumber": of(1)}), "record[1].productCode"),
        ] {
            let body = json!({"record": [record(1, "BP000001", json!(1)), bad]});
            let answer = send(&bank.manager, "POST", PATH, body).await;
            assert_eq!(answer["code"], 400);
            assert!(answer["message"].as_str().unwrap().starts_with("参数错误: record[1]"), "{answer} for {field}");
        }
        assert_eq!(ask(&bank.manager, "POST", PATH, "").await["code"], 400);

        let change = "record[0].id=1&record[0].money=5&record[1].id=4&record[1].money=0.5";
        assert_eq!(ask(&bank.manager, "PUT", PATH, change).await, done());
        assert_eq!(send(&bank.manager, "PUT", PATH, json!({"record": [{"id": "2", "money": "6"}]})).await, done());
        assert_eq!(accounts(&bank.president).await, all(["5.00", "6.00", "30.00", "0.50"]));
        let change = json!({"record": [{"id": 1, "money": 9}, {"id": 77, "money": 9}]});
        assert_eq!(send(&bank.manager, "PUT", PATH, change.clone()).await, failed(400, "参数错误: record[1].id"));
        assert_eq!(send(&other, "PUT", PATH, change.clone()).await, failed(400, "参数错误: record[0].id"));
        assert_eq!(accounts(&bank.boss).await, all(["5.00", "6.00", "30.00", "0.50"]));
        assert_eq!(get(&other, &format!("/grid/customer/business/{}", of(1))).await["code"], 204);
        assert_eq!(send(&app.nobody(), "PUT", PATH, change).await["code"], 401);
    }

    async fn numbers_are_written_exactly(app: TestApp) {
        let Grids { bank, .. } = holders(&app).await;
        let row = record(1, "BP000001", json!("99999999999.99"));
        assert_eq!(send(&bank.manager, "POST", PATH, json!({"record": [row]})).await, done());
        bank.admin.query_with(FEED, feed("2024-02-01", &[(1, "12345678901.23", "7")])).await.ok();
        let data = get(&bank.manager, &format!("/grid/customer/business/{}", of(1))).await["data"].clone();
        assert_eq!((data["business"]["depositTotal"].to_string(), &data["business"]["idNumber"]), ("12345678901.23".into(), &json!(of(1))));
        let account = &data["businessProduct"][0];
        assert_eq!((account["money"].to_string(), account["rate"].to_string()), ("99999999999.99".into(), "1.75".into()));
        assert_eq!((&account["productCode"], &account["productName"]), (&json!("BP000001"), &json!("存款")));
        assert!(account["create_at"].as_i64().unwrap() > 1_700_000_000_000);
    }

    async fn home_pages(app: TestApp) {
        let Grids { bank, west, .. } = holders(&app).await;
        bank.admin.query_with(FEED, feed("2024-02-01", &[(1, "5500000.5", "0"), (4, "120000", "1000000")])).await.ok();
        bank.admin.query_with(FEED, feed("2024-02-02", &[(1, "100000.5", "0")])).await.ok();
        let statistics = |view: &str, org: &str, level: i32, time: &str| {
            format!("/grid/home/statistics/{view}?orgCode={org}&orgLevel={level}&time={time}&timeType=2&amountType=1")
        };
        let row = |code: i64, level: i32, people: i32, amount: &str| {
            let amount: Value = serde_json::from_str(amount).unwrap();
            json!({"orgCode": code, "orgLevel": level, "peopleNum": people, "amount": amount, "amountType": 1, "time": "2024", "timeType": 2})
        };
        let whole = get(&bank.admin, &statistics("president", "17000", 0, "2024")).await;
        let rows = json!([row(17000, 0, 2, "220000.50"), row(17001, 1, 1, "100000.50"), row(17002, 1, 1, "120000.00")]);
        assert_eq!(whole, json!({"code": 200, "message": "OK", "data": rows}));
        for view in ["middle", "basic"] {
            assert_eq!(get(&bank.president, &statistics(view, "17001", 1, "2024")).await["data"],
                json!([row(17001, 1, 1, "100000.50"), row(17101, 2, 1, "100000.50")]));
            assert_eq!(get(&bank.manager, &statistics(view, "17101", 2, "2024")).await["data"], json!([row(17101, 2, 1, "100000.50")]));
        }
        assert_eq!(get(&bank.president, &statistics("president", "17000", 0, "2024")).await, failed(403, "没有权限"));
        assert_eq!(get(&bank.manager, &statistics("basic", "17001", 1, "2024")).await, failed(403, "没有权限"));
        assert_eq!(get(&bank.admin, &statistics("basic", "17001", 2, "2024")).await, failed(400, "参数错误: orgLevel"));
        assert_eq!(get(&bank.admin, &statistics("basic", "17001", 1, "soon")).await, failed(400, "参数错误: time"));
        let next = (Day::today(app.app.config.time_zone).0.year() + 1).to_string();
        assert_eq!(get(&bank.admin, &statistics("basic", "17001", 1, &next)).await["code"], 204);
        assert_eq!(get(&bank.admin, &statistics("basic", "17001", 1, "2024").replace("timeType=2", "timeType=4")).await["code"], 400);
        assert_eq!(get(&app.nobody(), &statistics("president", "17000", 0, "2024")).await["code"], 401);

        let warn = |view: &str, more: &str| format!("/grid/home/warn/{view}?amountType=1&pageNum=1&pageSize=10{more}");
        let amounts = async |caller: &Caller, path: String| {
            let answer = get(caller, &path).await;
            let rows = answer["data"].as_array().unwrap();
            assert_eq!(answer["count"], rows.len(), "{answer}");
            rows.iter().map(|row| row["amount"].to_string()).collect::<Vec<_>>()
        };
        let all = ["5400000.00", "5500000.50", "120000.00"];
        assert_eq!(amounts(&bank.admin, warn("president", "")).await, all[..2], "5,000,000 where nothing is said");
        assert_eq!(amounts(&bank.admin, warn("president", "&amount=5400000.01")).await, all[1..2]);
        assert_eq!(amounts(&bank.president, warn("middle", "&amount=100000")).await, all[..2]);
        assert_eq!(amounts(&west, warn("basic", "&orgCode=17002")).await, all[2..]);
        assert_eq!(amounts(&bank.manager, warn("basic", "&orgCode=17101&amount=5500000.5")).await, all[1..2]);
        assert_eq!(get(&west, &warn("basic", "&orgCode=17001")).await, failed(403, "没有权限"));
        assert_eq!(get(&west, &warn("basic", "")).await, failed(400, "参数错误: orgCode"));
        assert_eq!(get(&west, &warn("middle", "&amount=-1")).await, failed(400, "参数错误: amount"));
        assert_eq!(get(&app.nobody(), &warn("middle", "")).await["code"], 401);
        let newest = get(&bank.admin, &warn("president", "")).await["data"][0].clone();
        assert_eq!((&newest["orgCode"], &newest["orgLevel"]), (&json!(17101), &json!(2)));
        assert_eq!(newest["message"], "客户客户1于2024年2月2日存款减少5400000.00元，余额100000.50元");
        assert_eq!(newest["time"], 1_706_889_599_999_i64, "the end of the day in China");
        let loan = get(&west, "/grid/home/warn/middle?amountType=2").await;
        assert_eq!((&loan["count"], &loan["data"][0]["amountType"]), (&json!(1), &json!(2)));
    }

    async fn to_dos(app: TestApp) {
        let Grids { bank, other, .. } = Grids::new(&app).await;
        let draft = "mutation($input: BankCustomerInput!) { bankCustomerDraftCreate(input: $input) { bankCustomer { id } } }";
        let input = json!({"name": "李草", "idNumber": id_number("19800101", 1), "gridId": 1});
        bank.manager.query_with(draft, json!({"input": input})).await.ok();
        let list = "/grid/platform/info/list?pageNum=1&pageSize=10&accountId=2";
        let answer = get(&bank.manager, list).await;
        let row = &answer["data"][0];
        assert_eq!((&answer["count"], &row["type"], &row["status"], &row["entrance"]), (&json!(1), &json!(2), &json!(2), &json!(3)));
        assert_eq!((&row["description"], &row["originator"]), (&json!("完善客户李草的档案"), &json!("员工manager")));
        let time = |name: &str| row[name].as_str().unwrap().parse::<i64>().unwrap();
        assert!((604_790_000..=604_800_000).contains(&(time("endTime") - time("startTime"))), "{row}");
        for (more, code) in [
            ("&status=2&type=2", 200), ("&status=1", 204), ("&type=5", 204), ("&startTime=2020-01-01", 200),
            ("&endTime=2020-01-01", 204), ("&status=&type=&startTime=&endTime=", 200), ("&status=9", 400), ("&type=9", 400),
            ("&startTime=x", 400),
        ] {
            assert_eq!(get(&bank.president, &format!("{list}{more}")).await["code"], code, "{more}");
        }
        assert_eq!(get(&other, list).await, failed(403, "没有权限"));
        assert_eq!(get(&bank.manager, "/grid/platform/info/list").await, failed(400, "参数错误: accountId"));
        assert_eq!(get(&app.nobody(), list).await["code"], 401);
    }
}
