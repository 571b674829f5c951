//! Residents from a sheet: what is taken, what comes back and to whom, what it costs.

use calamine::{Reader as _, Xls, Xlsx};
use quintet::{domains::customers::resident::import::TABLE, files::sheet::Writer};
use serde_json::{Value, json};

use super::resident::residents;
use crate::{
    app::{Answer, Caller, both},
    bank::id_number,
    credit::grid::Grids,
};

const IMPORT: &str = "mutation($file: Upload!, $code: String) { residentImport(gridCode: $code, file: $file) {
    imported failed failuresUrl } }";

async fn import(caller: &Caller, grid: &str, content: &[u8]) -> Answer {
    caller.upload(IMPORT, json!({"code": grid}), "户籍.xlsx", "", content).await
}

fn row(number: &str) -> [&str; 12] {
    ["柳安宁", "", "汉族", "", number, "1号", "居民家庭户", "户主", "53990001", "19900000001", "是", ""]
}

fn sheet(rows: &[[&str; 12]]) -> Vec<u8> {
    let mut writer = Writer::new(&TABLE.header()).unwrap();
    rows.iter().for_each(|row| writer.push(row).unwrap());
    writer.finish().unwrap().to_vec()
}

/// The texts of a sheet
fn texts(content: &[u8]) -> Vec<Vec<String>> {
    let mut book = Xlsx::new(std::io::Cursor::new(content)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

async fn count(caller: &Caller) -> Value {
    caller.query("{ residents(filter: {isActive: null}) { totalCount } }").await.ok()["residents"]["totalCount"].clone()
}

#[test]
fn the_template_is_what_the_import_reads() {
    let content = std::fs::read("assets/templates/residents.xls").unwrap();
    let mut book = Xls::new(std::io::Cursor::new(content)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(rows, [TABLE.header()]);
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
        let failures = texts(&reply.body);
        assert_eq!(failures[0][..12], TABLE.header());
        let reasons: Vec<_> = failures[1..].iter().map(|row| (&*row[4], &*row[12], &*row[13])).collect();
        assert_eq!(reasons, [
            (&*numbers[0], "4", "身份证号: Stands in the sheet before"),
            (&*numbers[2], "5", "身份证号: Is entered already"),
            (&*wrong, "6", "身份证号: Not a valid id number of 18 characters"),
            (&*numbers[1], "7", "性别: The id number says otherwise"),
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
        let mut other = Writer::new(&["姓名", "身份证号"]).unwrap();
        other.push(&["柳安宁", "x"]).unwrap();
        let (other, good) = (other.finish().unwrap(), sheet(&[row(&id_number("19900307", 11))]));
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
        let numbers: Vec<String> = (0..1200).map(|place| id_number(&format!("19{:02}0101", 50 + place / 400), place % 400 + 1)).collect();
        let rows: Vec<_> = numbers.iter().map(|number| row(number)).collect();
        let answer = import(&bank.manager, "A-1", &sheet(&rows)).await;
        assert_eq!(answer.ok()["residentImport"]["imported"], 1200);
        // Three transactions of an INSERT and its audit, and looking for the grid
        assert!(answer.statements <= 12, "{} statements", answer.statements);
        assert_eq!(count(&bank.boss).await, 1205);
    }
}
