//! Customers into sheets and out of them.

use axum::{body::Body, http::header};
use quintet::domains::customers::bank_customer::import::TABLE;
use serde_json::{Value, json};

use super::bank_customer::customers;
use crate::{
    app::{Caller, both},
    bank::id_number,
    credit::grid::Grids,
    rest::{
        contract::multipart,
        grid::{failed, send},
    },
    sheet::{template, texts, upload, xlsx},
};

/// The numbers of the customers in an export
async fn exported(caller: &Caller, path: &str) -> Vec<i64> {
    let reply = caller.get(path).await;
    assert_eq!(reply.headers[header::CONTENT_TYPE], "application/vnd.ms-excel", "{path}");
    assert!(reply.headers[header::CONTENT_DISPOSITION].to_str().unwrap().contains(".xlsx"));
    assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
    texts(&reply.body).iter().skip(1).map(|row| row[0].parse().unwrap()).collect()
}

async fn import(caller: &Caller, grid: &str, rows: &[Vec<&str>]) -> Value {
    let request = caller.request("POST", "/grid/file/customer/info");
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    let form = json!({"file": "c.xlsx", "gridCode": grid, "gridName": "x", "registrant": "x", "registerOrg": "x"});
    let body = Body::from(multipart(&form, &xlsx(&TABLE.header(), rows)));
    caller.app.send(request.body(body).unwrap()).await.json()
}

/// A complete row
fn row(number: &str) -> Vec<&str> {
    vec![
        "柳安宁",
        "男",
        number,
        "已婚",
        "高中",
        "",
        "汉族",
        "",
        "云岭",
        "19900000001",
        "",
        "A-1",
        "5399001",
        "",
        "租房",
        "健康",
        "",
        "中国",
        "农户",
        "",
        "否",
        "否",
        "是",
        "1号",
        "2号",
        "是",
        "",
        "",
        "",
        "中国居民身份证",
        "C1",
        "农、林、牧、渔、水利业生产人员",
        "3",
        "农场",
        "3号",
        "",
        "何晓",
    ]
}

#[test]
fn the_template_is_what_the_import_reads() {
    assert_eq!(template("customers"), [TABLE.header()]);
}

both! {
    async fn an_export_keeps_to_what_the_viewer_sees(app: TestApp) {
        let Grids { bank, other, west } = customers(&app).await;
        for (caller, path, found) in [
            (&bank.admin, "/grid/file/customer/0", vec![1, 2, 3, 4, 5, 6, 7]),
            (&bank.president, "/grid/file/customer/0?gridName=x&accountId=4", vec![1, 2, 3, 7]),
            (&bank.president, "/grid/file/customer/0?accountId=2", vec![1, 3]),
            (&bank.president, "/grid/file/customer/B-1", vec![3]),
            (&bank.manager, "/grid/file/customer/0", vec![1, 3, 6]),
            (&other, "/grid/file/customer/0", vec![2]),
            (&west, "/grid/file/customer/C-1?accountId=", vec![4]),
        ] {
            assert_eq!(exported(caller, path).await, found, "{path}");
        }
        for (caller, path, answer) in [
            (&other, "/grid/file/customer/A-1", failed(400, "记录不存在")),
            (&west, "/grid/file/customer/0?accountId=2", failed(403, "没有权限")),
            (&app.nobody(), "/grid/file/customer/0", failed(401, "请先登录")),
        ] {
            assert_eq!(caller.get(path).await.json(), answer, "{path}");
        }

        // The columns, a text that would be a formula, and the income of the assets.
        let change = "mutation { bankCustomerUpdate(id: 3, input: {name: \"=1+1\", custodian: \"@何\"}) { bankCustomer { id } }
            customerAssetsCreate(customerId: 3, input: {yearlyIncome: \"12.5\"}) { customerAssets { id } } }";
        bank.manager.query(change).await.ok();
        let sheet = texts(&bank.manager.get("/grid/file/customer/B-1").await.body);
        assert_eq!((sheet[0].len(), &sheet[0][..4]), (26, &["客户ID", "姓名", "性别", "身份证号"].map(String::from)[..]));
        let number = id_number("19850517", 3);
        let begins = ["3", "=1+1", "男", &number, "已婚", "高中", "", "", "19850517"].map(String::from);
        assert_eq!(sheet[1][..9], begins);
        assert_eq!((&*sheet[1][11], &*sheet[1][12], &*sheet[1][17], &*sheet[1][21]), ("@何", "B-1", "12.50", "否"));

        // GraphQL tells where the same sheet is.
        let url = bank.manager.query("{ bankCustomersSheetUrl(gridCode: \"B-1\") }").await.ok()["bankCustomersSheetUrl"].clone();
        assert_eq!(texts(&bank.manager.get(url.as_str().unwrap()).await.body), sheet);
        assert_eq!(app.nobody().get(url.as_str().unwrap()).await.status, 404);
        let audit = app.admin().await.query("{ auditEntries(first: 1) { nodes { action entity entityDatabaseId after } } }").await.ok();
        assert_eq!(audit["auditEntries"]["nodes"][0], json!({
            "action": "bankCustomersExport", "entity": "Grid", "entityDatabaseId": 3, "after": "{\"gridCode\":\"B-1\",\"rows\":1}",
        }));
    }

    async fn a_sheet_enters_customers_and_drafts(app: TestApp) {
        let Grids { bank, west, .. } = customers(&app).await;
        let numbers: Vec<String> = (20..24).map(|serial| id_number("19790304", serial)).collect();
        let taken = id_number("19850517", 1);
        let mut draft = row(&numbers[1]);
        (draft[1], draft[9]) = ("女", "");
        draft[1] = "";
        let mut foreign = row(&numbers[2]);
        foreign[11] = "B-1";
        let mut wrong = row("444");
        wrong[1] = "";
        let mut first = row(&numbers[0]);
        first[1] = "";
        let mut again = row(&taken);
        again[1] = "";
        let answer = import(&bank.manager, "A-1", &[first.clone(), draft, foreign, wrong, again, first]).await;
        assert_eq!((&answer["code"], &answer["data"]), (&json!(200), &Value::Null));
        let message = answer["message"].as_str().unwrap();
        assert!(message.starts_with("共6条数据,导入成功2条,导入失败4条,失败原因:4:网格号"), "{message}");
        assert!(message.contains("5:身份证号") && message.contains("6:身份证号") && message.contains("7:身份证号"), "{message}");
        for (number, status) in [(&numbers[0], 5), (&numbers[1], 0)] {
            let stored = send(&bank.president, "GET", &format!("/grid/customer/info/idnumber/{number}"), json!({})).await;
            let data = &stored["data"];
            assert_eq!((&data["status"], &data["gridCode"], &data["registrant"]), (&json!(status), &json!("A-1"), &json!("员工manager")));
        }
        // The draft is to be completed: by who imported it, or where nobody of the staff did by the manager of the grid.
        let items = "{ workItems { nodes { kind status staff { name } customer { idNumber } originator } } }";
        let open = |number: &str, originator: &str| json!({"kind": "CUSTOMER_FILE", "status": "OPEN", "staff": {"name": "员工manager"},
            "customer": {"idNumber": number}, "originator": originator});
        let found = bank.manager.query(items).await.ok()["workItems"]["nodes"].clone();
        assert_eq!(found[0], open(&numbers[1], "员工manager"));
        let before = found.as_array().unwrap().len();
        let number = id_number("19790304", 30);
        let mut unkept = row(&number);
        (unkept[1], unkept[9]) = ("", "");
        import(&bank.boss, "A-1", &[unkept]).await;
        let found = bank.manager.query(items).await.ok()["workItems"]["nodes"].clone();
        assert_eq!(found.as_array().unwrap().len(), before + 1);
        assert_eq!(found[0], open(&number, "Owner of boss"));
        assert_eq!(import(&bank.manager, "A-1", &[]).await["message"], "共0条数据,导入成功0条,导入失败0条");
        assert_eq!(import(&west, "A-1", &[row(&numbers[3])]).await["code"], 400);
        assert_eq!(import(&app.nobody(), "A-1", &[row(&numbers[3])]).await["code"], 401);
        let failures = "mutation($file: Upload!) { bankCustomersImport(gridCode: \"A-1\", file: $file) { failuresUrl } }";
        assert_eq!(bank.manager.query_with(failures, json!({"file": null})).await.code(), "BAD_USER_INPUT");
    }

    async fn no_statement_per_customer(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        let mut counts = Vec::new();
        for (year, rows) in [(1950, 200), (1951, 450)] {
            let rows: Vec<_> = (1..=rows)
                .map(|serial| {
                    let mut row = row("").into_iter().map(str::to_owned).collect::<Vec<_>>();
                    (row[1], row[2]) = (String::new(), id_number(&format!("{year}0101"), serial));
                    row[9] = if serial % 2 == 0 { String::new() } else { row[9].clone() };
                    row
                })
                .collect();
            let sheet = xlsx(&TABLE.header(), &rows);
            let document = "mutation($file: Upload!) { bankCustomersImport(gridCode: \"A-1\", file: $file) { imported failed } }";
            let answer = upload(&bank.manager, document, json!({}), &sheet).await;
            assert_eq!(answer.ok()["bankCustomersImport"], json!({"imported": rows.len(), "failed": 0}));
            counts.push(answer.statements);
        }
        assert_eq!(counts[0], counts[1], "one chunk each");
        let open = "{ workItems(filter: {kind: CUSTOMER_FILE, status: OPEN}) { totalCount } }";
        assert_eq!(bank.manager.query(open).await.ok()["workItems"]["totalCount"], 1 + 100 + 225);
    }
}
