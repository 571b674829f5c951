//! `quintet migrate`, `quintet seed` and `--demo`

use quintet::{config::Config, demo};
use serde_json::{Value, json};

use crate::{
    app::{PASSWORD, TestApp, both},
    cli::program::Program,
    postgres::{self, Database},
};

#[test]
fn migrate_makes_the_tables_once_on_sqlite() {
    migrates(&Program::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn migrate_makes_the_tables_once_on_postgres() {
    let Some(server) = postgres::server() else { return };
    let database = Database::empty(server).await;
    migrates(&Program::on(&database.url));
    database.drop(server).await;
}

fn migrates(program: &Program) {
    let there = std::fs::read_dir("migrations/sqlite").unwrap().count();
    assert_eq!(program.run(&["migrate"]).ok(), format!("{there} migrations applied\n"));
    assert_eq!(program.run(&["migrate"]).ok(), "0 migrations applied\n");
}

const SEED: [&str; 7] = ["seed", "--customers", "50", "--interactions", "200", "--staff", "3"];

/// Rows of the lists that a seed fills
async fn totals(app: &TestApp) -> Vec<i64> {
    const LISTS: [&str; 11] = [
        "loanOfficers",
        "serviceStaff",
        "estateAgents",
        "loanCustomers",
        "serviceContacts",
        "propertyCustomers",
        "smsMessages",
        "phoneCalls",
        "followUps",
        "demandChanges",
        "callFeedbacks",
    ];
    let document: String = LISTS.iter().map(|list| format!("{list} {{ totalCount }} ")).collect();
    let data = app.sign_in(None, "root", PASSWORD).await.query(&format!("{{ {document} }}")).await.ok();
    LISTS.iter().map(|list| data[list]["totalCount"].as_i64().unwrap()).collect()
}

/// Customers of every realm, in no order of their own
async fn customers(app: &TestApp) -> Vec<String> {
    let document = "{ customers(first: 200) { nodes { realm name mobile owner { name } } } }";
    let data = app.sign_in(None, "root", PASSWORD).await.query(document).await.ok();
    let mut rows: Vec<_> = data["customers"]["nodes"].as_array().unwrap().iter().map(Value::to_string).collect();
    rows.sort();
    rows
}

/// The customers that a seed makes in a new SQLite file
async fn elsewhere(more: &[&str]) -> Vec<String> {
    let program = Program::new();
    program.run(&[&SEED, more].concat()).ok();
    let mut config = Config::default_for(&program.url).unwrap();
    config.files = program.folder.path().join("files").display().to_string();
    let app = TestApp::with(config).await;
    app.admin().await;
    customers(&app).await
}

both! {
    async fn a_seed_makes_what_was_asked_for_and_the_same_again(app: TestApp) {
        let program = Program::on(&app.app.config.database_url);
        program.run(&[&SEED[..], &["--password", "seeded words"]].concat()).ok();
        app.admin().await;
        let once = [3, 3, 3, 20, 20, 10, 80, 40, 40, 20, 20];
        assert_eq!(totals(&app).await, once);
        let made = customers(&app).await;
        assert_eq!(made.len(), 50);
        assert_eq!(made, elsewhere(&[]).await);
        assert_ne!(made, elsewhere(&["--seed", "2"]).await);
        let officer = app.sign_in(Some(quintet::auth::Realm::Loan), "seed-1", "seeded words").await;
        assert!(officer.query("{ loanCustomers { totalCount } }").await.ok()["loanCustomers"]["totalCount"].as_i64() > Some(0));

        // Customers of the bank, and whoever looks after them
        let more = ["seed", "--customers", "0", "--interactions", "0", "--staff", "12", "--bank-customers", "200", "--password", "seeded words"];
        let lists = async || {
            let lists = ["branches", "grids", "residents", "bankCustomers", "bankStaff"];
            let document: String = lists.iter().map(|list| format!("{list} {{ totalCount }} ")).collect();
            let data = app.sign_in(None, "root", PASSWORD).await.query(&format!("{{ {document} }}")).await.ok();
            lists.map(|list| data[list]["totalCount"].as_i64().unwrap())
        };
        assert_eq!(lists().await, [0; 5]);
        program.run(&more).ok();
        assert_eq!(lists().await, [3, 120, 200, 200, 15]);
        let bank = Some(quintet::auth::Realm::Bank);
        let first = app.sign_in(None, "root", PASSWORD).await.query("{ bankCustomers(first: 1, filter: {tagId: 4}) { totalCount nodes { grid { manager { account { login } } branch { code } } family { population }
            resident { idNumber } listEntry { kind } } } }").await.ok()["bankCustomers"].clone();
        assert_eq!(first["totalCount"], 20);
        assert_eq!((&first["nodes"][0]["family"]["population"], first["nodes"][0]["resident"].is_null()), (&json!(4), false));
        let login = first["nodes"][0]["grid"]["manager"]["account"]["login"].as_str().unwrap();
        let manager = app.sign_in(bank, login, "seeded words").await;
        let own = manager.query("{ bankCustomers { totalCount } }").await.ok()["bankCustomers"]["totalCount"].as_i64().unwrap();
        assert!((10..=20).contains(&own), "{own} of 200 by 12 managers");
        let president = app.sign_in(bank, "seed_1", "seeded words").await;
        assert_eq!(president.query("{ bankCustomers { totalCount } }").await.ok()["bankCustomers"]["totalCount"], 200);
        program.run(&more).ok();
        assert_eq!(lists().await, [6, 240, 400, 400, 30]);

        // Another seed adds to what is there, and later rows find free numbers.
        program.run(&SEED).ok();
        let mut twice = once.map(|rows| 2 * rows);
        // Officers, contacts' staff and agents came with the bank's customers too.
        twice[..3].iter_mut().for_each(|rows| *rows += 24);
        assert_eq!(totals(&app).await, twice);
        app.account(None, "later", true).await;
    }

    async fn an_impossible_seed_is_refused_and_a_tiny_one_is_not(app: TestApp) {
        let program = Program::on(&app.app.config.database_url);
        for refused in [["--staff", "0"], ["--customers", "-1"], ["--interactions", "-1"], ["--staff", "1000000000"]] {
            let error = program.run(&["seed", &refused.join("=")]).error();
            assert!(error.contains(refused[0]), "{error}");
        }
        app.admin().await;
        assert_eq!(totals(&app).await, [0; 11]);
        for customers in ["0", "1", "3"] {
            program.run(&["seed", "--customers", customers, "--interactions", "7", "--staff", "1"]).ok();
        }
        assert_eq!(totals(&app).await[..6], [3, 3, 3, 1, 1, 2]);
    }

    async fn demo_data_is_for_an_empty_database(app: TestApp) {
        let program = Program::on(&app.app.config.database_url);
        let mut server = program.serve(&["--demo"]);
        let told = server.lines(4 + demo::LOGINS.len());
        assert!(told.contains("never for production") && told.contains(demo::PASSWORD), "{told}");
        for (_, login, right) in demo::LOGINS {
            assert!(told.contains(login) && told.contains(right), "{told}");
        }
        server.sign_in("admin", demo::PASSWORD).unwrap();
        drop(server);
        let refused = program.run(&["--demo", "--listen", "127.0.0.1:0"]).error();
        assert!(refused.contains("has accounts already"), "{refused}");
        let admin = app.sign_in(None, "admin", demo::PASSWORD).await;
        // One of all realms and one of the bank
        let twice = "{ accounts(filter: {login: \"admin\"}) { totalCount } }";
        assert_eq!(admin.query(twice).await.ok()["accounts"], json!({"totalCount": 2}));
    }
}
