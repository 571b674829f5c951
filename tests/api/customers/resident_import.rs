//! Residents from a sheet: what is taken, what comes back and to whom, what it costs.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::body::{Body, Bytes};
use chrono::{Days, NaiveDate};
use quintet::domains::customers::resident::import::TABLE;
use serde_json::{Value, json};

use super::resident::residents;
use crate::{
    app::{Answer, Caller, both},
    bank::id_number,
    credit::grid::Grids,
    rest::contract::multipart,
    sheet::{template, texts, upload, xlsx},
};

const IMPORT: &str = "mutation($file: Upload!, $code: String) { residentImport(gridCode: $code, file: $file) {
    imported failed failuresUrl } }";

async fn import(caller: &Caller, grid: &str, content: &[u8]) -> Answer {
    upload(caller, IMPORT, json!({"code": grid}), content).await
}

fn row(number: &str) -> [&str; 12] {
    ["柳安宁", "", "汉族", "", number, "1号", "居民家庭户", "户主", "53990001", "19900000001", "是", ""]
}

fn sheet(rows: &[[&str; 12]]) -> Vec<u8> {
    xlsx(&TABLE.header(), rows)
}

async fn count(caller: &Caller) -> Value {
    caller.query("{ residents(filter: {isActive: null}) { totalCount } }").await.ok()["residents"]["totalCount"].clone()
}

#[test]
fn the_template_is_what_the_import_reads() {
    assert_eq!(template("residents"), [TABLE.header()]);
}

both! {
    async fn failing_rows_come_back(app: TestApp) {
        let Grids { bank, .. } = residents(&app).await;
        let numbers = [id_number("19900307", 11), id_number("19900307", 12), id_number("19850517", 1)];
        let wrong = numbers[0].replace("5399", "5398");
        let mut rows = [row(&numbers[0]), row(&numbers[1]), row(&numbers[0]), row(&numbers[2]), row(&wrong), row(&numbers[1])];
        (rows[1][1], rows[1][3], rows[1][11]) = ("女", "19900307", "=cmd|'/c calc'!A1");
        rows[5][1] = "男";
        let brought = import(&bank.manager, "A-1", &sheet(&rows)).await.ok()["residentImport"].clone();
        assert_eq!((&brought["imported"], &brought["failed"]), (&json!(2), &json!(4)));
        let remark = "{ residents(filter: {idNumber: \"$\"}) { nodes { remark sex birthday grid { code } } } }".replace('$', &numbers[1]);
        assert_eq!(bank.manager.query(&remark).await.ok()["residents"]["nodes"],
            json!([{"remark": rows[1][11], "sex": "FEMALE", "birthday": "1990-03-07", "grid": {"code": "A-1"}}]));
        let audit = "{ auditEntries(filter: {entity: \"Resident\"}) { totalCount nodes { action } } }";
        let audit = app.admin().await.query(audit).await.ok();
        assert_eq!((&audit["auditEntries"]["totalCount"], &audit["auditEntries"]["nodes"][0]["action"]), (&json!(7), &json!("residentImport")));

        // For who imported, and for nobody else
        let url = brought["failuresUrl"].as_str().unwrap();
        for caller in [&bank.boss, &bank.president, &app.nobody()] {
            assert_eq!(caller.get(url).await.status, 404);
        }
        let reply = bank.manager.get(url).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers["cache-control"], "no-store");
        let failures = texts(&reply.body);
        assert_eq!(failures[0][..12], TABLE.header());
        let reasons: Vec<_> = failures[1..].iter().map(|row| (&*row[4], &*row[12], &*row[13])).collect();
        assert_eq!(reasons, [
            (&*numbers[0], "4", "身份证号: 在表中重复"),
            (&*numbers[2], "5", "身份证号: 已存在"),
            (&*wrong, "6", "身份证号: 不是有效的18位身份证号"),
            (&*numbers[1], "7", "性别: 与身份证号不符"),
        ]);
        // Once more: everything is there, and the sheet of before is gone.
        let again = import(&bank.manager, "A-1", &reply.body).await.ok()["residentImport"].clone();
        assert_eq!((&again["imported"], &again["failed"]), (&json!(0), &json!(4)));
        assert_eq!(bank.manager.get(url).await.status, 404);
        let none = import(&bank.manager, "A-1", &sheet(&[row(&id_number("19900307", 15))])).await.ok();
        assert_eq!(none["residentImport"], json!({"imported": 1, "failed": 0, "failuresUrl": null}));
        for path in ["/files/imports/..%2f..%2fx.xlsx", "/files/imports/x.xlsx", "/files/imports/%ff.xlsx"] {
            assert!([400, 404].contains(&bank.manager.get(path).await.status.as_u16()), "{path}");
        }
    }

    async fn what_is_no_sheet_is_refused(app: TestApp) {
        let Grids { bank, .. } = residents(&app).await;
        let other = xlsx(&["姓名", "身份证号"], [["柳安宁", "x"]]);
        let good = sheet(&[row(&id_number("19900307", 11))]);
        for content in [&b""[..], b"PK\x03\x04 no archive", b"name;number", &other, &good[..good.len() / 2]] {
            assert_eq!(import(&bank.manager, "A-1", content).await.error(), ("BAD_USER_INPUT".into(), "file".into()));
        }
        for grid in ["A-2", "none"] {
            assert_eq!(import(&bank.manager, grid, &good).await.error(), ("BAD_USER_INPUT".into(), "gridCode".into()));
        }
        assert_eq!(import(&app.nobody(), "A-1", &good).await.code(), "UNAUTHENTICATED");
        assert_eq!(count(&bank.boss).await, 5);
    }

    async fn no_statement_per_row(app: TestApp) {
        let Grids { bank, .. } = residents(&app).await;
        // The largest sheet takes long in a development build: QUINTET_IMPORT_ROWS=50000.
        let count_of = std::env::var("QUINTET_IMPORT_ROWS").map_or(1_200, |rows| rows.parse::<u32>().unwrap());
        let day = |place: u32| (NaiveDate::from_ymd_opt(1950, 1, 1).unwrap() + Days::new(u64::from(place / 400))).format("%Y%m%d").to_string();
        let numbers: Vec<String> = (0..count_of).map(|place| id_number(&day(place), place % 400 + 1)).collect();
        let rows: Vec<_> = numbers.iter().map(|number| row(number)).collect();
        let answer = import(&bank.manager, "A-1", &sheet(&rows)).await;
        assert_eq!(answer.ok()["residentImport"]["imported"], count_of);
        // Of each chunk of 500 a transaction with an INSERT, its audit, the steps in people's lives and the customers whose they
        // are; and looking for the grid
        let most = u64::from(count_of.div_ceil(500)) * 4 + 6;
        assert!(answer.statements <= most, "{} statements", answer.statements);
        assert_eq!(count(&bank.boss).await, count_of + 5);
    }

    /// What is too large is not read to its end, at either door
    async fn two_hundred_megabytes_are_refused(app: TestApp) {
        let Grids { bank, .. } = residents(&app).await;
        let operations = json!({"query": IMPORT, "variables": {"file": null, "code": "A-1"}}).to_string();
        let graphql = json!({"operations": operations, "map": "{\"file\": [\"variables.file\"]}", "file": "x.xlsx"});
        let legacy = json!({"gridCode": "A-1", "realName": "x", "orgName": "x", "file": "x.xlsx"});
        for (path, form) in [("/graphql", graphql), ("/grid/file/resident", legacy)] {
            let start = multipart(&form, b"");
            let start = Bytes::from(start[..start.len() - b"\r\n--x--\r\n".len()].to_vec());
            let sent = Arc::new(AtomicUsize::new(0));
            let counter = sent.clone();
            let megabytes = (0..200).map(move |_| {
                counter.fetch_add(1, Ordering::SeqCst);
                Bytes::from_static(&[0; 1 << 20])
            });
            let parts = std::iter::once(start).chain(megabytes).map(Ok::<_, std::io::Error>);
            let request = bank.manager.request("POST", path).header("graphql-require-preflight", "1");
            let request = request.header("content-type", "multipart/form-data; boundary=x");
            let reply = app.send(request.body(Body::from_stream(futures_util::stream::iter(parts))).unwrap()).await;
            match path {
                "/graphql" => assert_eq!(reply.status, 413),
                _ => assert_eq!(reply.json()["code"], 400, "{path}"),
            }
            let most = app.app.config.max_upload.div_ceil(1 << 20) + 2;
            let sent = sent.load(Ordering::SeqCst);
            assert!((2..=most).contains(&sent), "{path} took {sent} MB");
        }
        assert_eq!(count(&bank.boss).await, 5);
    }
}
