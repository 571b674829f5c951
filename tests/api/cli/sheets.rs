//! `quintet import` and `quintet export`

use calamine::{Reader as _, Xlsx, open_workbook};
use quintet::{
    domains::{credit::list_entry::import::WHITE, customers::resident},
    files::sheet::Writer,
};
use serde_json::json;

use crate::{app::both, bank::id_number, cli::program::Program, credit::grid::Grids, customers::bank_customer::customers};

fn write(program: &Program, name: &str, header: &[&str], rows: &[&[&str]]) {
    let mut writer = Writer::new(header).unwrap();
    rows.iter().for_each(|row| writer.push(row).unwrap());
    std::fs::write(program.folder.path().join(name), writer.finish().unwrap()).unwrap();
}

fn read(program: &Program, name: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = open_workbook(program.folder.path().join(name)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

both! {
    async fn a_sheet_is_entered_in_the_name_of_an_account(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        let program = Program::on(&app.app.config.database_url);
        let number = id_number("19900307", 11);
        let row = |number| ["柳安宁", "", "汉族", "", number, "1号", "居民家庭户", "户主", "53990001", "", "是", ""];
        write(&program, "people.xlsx", &resident::import::TABLE.header(), &[&row(&number), &row("1")]);
        let import = |who: &str, grid: &str| program.run(&["import", "residents", "people.xlsx", "--grid", grid, "--as", who]);

        // The rights are those of the account.
        assert!(import("nobody", "A-1").error().contains("no account nobody"));
        assert!(import("manager", "A-2").error().contains("No such Grid"));
        assert!(import("president", "C-1").error().contains("No such Grid"));
        assert_eq!(bank.boss.query("{ residents { totalCount } }").await.ok()["residents"]["totalCount"], 0);

        let told = import("manager", "A-1").ok();
        assert_eq!(told, "1 rows entered, 1 not\nThose, with the reasons: people.xlsx.failures.xlsx\n");
        let failures = read(&program, "people.xlsx.failures.xlsx");
        assert_eq!((failures.len(), failures[1][4].as_str(), failures[1][12].as_str()), (2, "1", "3"));
        let seen = bank.manager.query("{ residents { nodes { idNumber grid { code } } } }").await.ok();
        assert_eq!(seen["residents"]["nodes"], json!([{"idNumber": number, "grid": {"code": "A-1"}}]));
        let audit = "{ auditEntries(filter: {entity: \"Resident\"}) { nodes { action account { login } } } }";
        assert_eq!(app.admin().await.query(audit).await.ok()["auditEntries"]["nodes"],
            json!([{"action": "residentImport", "account": {"login": "manager"}}]));

        write(&program, "white.xlsx", &WHITE.header(), &[&["柳安宁", &number, "", "", ""]]);
        let told = program.run(&["import", "white-list", "white.xlsx", "--grid", "A-1", "--as", "manager"]).ok();
        assert_eq!(told, "1 rows entered, 0 not\n");
        std::fs::write(program.folder.path().join("none.xlsx"), "no sheet").unwrap();
        for (file, reason) in [("none.xlsx", "sheet"), ("missing.xlsx", "cannot read")] {
            let refused = program.run(&["import", "customers", file, "--grid", "A-1", "--as", "manager"]).error();
            assert!(refused.contains(reason), "{refused}");
        }
    }

    async fn a_sheet_holds_what_the_account_sees(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        let program = Program::on(&app.app.config.database_url);
        let export = |who: &str, more: &[&str]| {
            program.run(&[&["export", "customers", "out.xlsx", "--as", who][..], more].concat())
        };
        assert_eq!(export("manager", &[]).ok(), "Written: out.xlsx\n");
        let seen = bank.manager.query("{ bankCustomers { totalCount } }").await.ok()["bankCustomers"]["totalCount"].clone();
        let whole = read(&program, "out.xlsx");
        assert!(whole.len() > 1);
        assert_eq!(json!(whole.len() - 1), seen);
        export("manager", &["--grid", "A-1"]).ok();
        assert!(read(&program, "out.xlsx")[1..].iter().all(|row| row[12] == "A-1"));
        assert!(export("manager", &["--grid", "C-1"]).error().contains("Grid"));
        bank.boss.query("mutation { bankStaffFreeze(id: 2) { bankStaff { id } } }").await.ok();
        assert!(export("manager", &[]).error().contains("no account manager"));
    }
}
