//! Dishonest persons: who sees them, and the job that imports them from an outside source, step by step.

use std::sync::{Arc, Mutex};

use axum::{Router, extract::Query, http::StatusCode, routing::get};
use quintet::{
    config::Config,
    domains::customers::dishonest_person::import::{Importer, Step},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::sync::CancellationToken;

use super::{bank_customer::customers, resident::permit};
use crate::{
    app::{Caller, TestApp, both},
    bank::id_number,
    credit::grid::Grids,
    service::ids,
};

const IMPORT: &str = "mutation { dishonestPersonImport { backgroundJob { databaseId kind status total done found failed message summary account { login } } } }";
const JOBS: &str = "{ backgroundJobs { nodes { databaseId status total done found failed message } } }";

/// What the source says of somebody: status and body
type Says = Arc<Mutex<fn(&str) -> (StatusCode, String)>>;

/// What it was asked
type Asked = Arc<Mutex<Vec<(String, String)>>>;

/// An outside source on this machine
pub struct Source {
    pub app: TestApp,
    says: Says,
    /// Id numbers that it was asked about, with names
    asked: Asked,
    /// An answer needs one of these
    gate: Arc<Semaphore>,
}

impl Source {
    pub async fn new(app: &TestApp, says: fn(&str) -> (StatusCode, String)) -> Source {
        let (says, asked): (Says, Asked) = (Arc::new(Mutex::new(says)), Arc::default());
        let gate = Arc::new(Semaphore::new(Semaphore::MAX_PERMITS));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/list?key=secret", listener.local_addr().unwrap()).parse().unwrap();
        let (answers, heard, open) = (says.clone(), asked.clone(), gate.clone());
        let answer = move |Query(query): Query<std::collections::HashMap<String, String>>| async move {
            assert_eq!(query["key"], "secret");
            heard.lock().unwrap().push((query["cardNumber"].clone(), query["performedName"].clone()));
            open.acquire().await.unwrap().forget();
            let says = *answers.lock().unwrap();
            says(&query["cardNumber"])
        };
        let router = Router::new().route("/list", get(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let config = Config { dishonesty_url: Some(url), outside_seconds: 60, ..app.app.config.clone() };
        Source { app: TestApp::with(config).await, says, asked, gate }
    }

    fn says(&self, says: fn(&str) -> (StatusCode, String)) {
        *self.says.lock().unwrap() = says;
    }

    fn worker(&self) -> Importer {
        Importer::new(&self.app.app, CancellationToken::new()).unwrap()
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

fn case(number: &str, code: &str, performance: &str) -> Value {
    json!({"performedName": "柳安宁", "cardNumber": number, "sex": "男", "age": 40, "areaName": "云岭", "courtName": "云岭县人民法院",
        "gistId": "(2018)云1号", "registerDate": "2018年11月19日", "caseCode": code, "gistInstitution": "云岭县人民法院",
        "duty": "归还借款", "performance": performance, "concreteReason": "拒不履行", "type": "失信", "publishedAt": 1_542_602_262_000_i64})
}

/// Whoever has an id number that ends with 0 to 4 did not do what he had to
pub fn honest(number: &str) -> (StatusCode, String) {
    let is_listed = number.ends_with(['0', '1', '2', '3', '4']);
    let cases: Vec<Value> = is_listed.then(|| case(number, "(2018)执1号", "全部未履行")).into_iter().collect();
    (StatusCode::OK, Value::from(cases).to_string())
}

fn numbers(count: u32) -> Vec<String> {
    (0..count).map(|serial| id_number("19900307", serial)).collect()
}

/// Enters so many residents of the first grid, and one who is deleted; tells how many of them the source lists
pub async fn register(app: &TestApp, count: u32) -> i64 {
    let rows: Vec<String> = numbers(count + 1)
        .iter()
        .enumerate()
        .map(|(place, number)| {
            let is_active = place < usize::try_from(count).unwrap();
            format!("(1, '柳安宁', 1, '汉', '1990-03-07', '{number}', '1号', 1, '户主', '1', false, {is_active}, '2026-11-22 00:00:00', '2026-11-22 00:00:00')")
        })
        .collect();
    let sql = format!(
        "INSERT INTO residents (grid_id, name, sex, ethnicity, birthday, id_number, address, household_kind,
            relation_to_head, household_number, is_listed, is_active, created_at, updated_at) VALUES {}",
        rows.join(", ")
    );
    app.app.db.write().await.unwrap().batch(&sql).await.unwrap();
    let listed = numbers(count).iter().filter(|number| honest(number).1 != "[]").count();
    i64::try_from(listed).unwrap()
}

/// Signs somebody in at another server of the same database
async fn at(source: &Source, caller: &Caller) -> Caller {
    Caller { app: source.app.clone(), ..caller.clone() }
}

pub async fn start(source: &Source, caller: &Caller) -> Value {
    at(source, caller).await.query(IMPORT).await.ok()["dishonestPersonImport"]["backgroundJob"].clone()
}

pub async fn last_job(caller: &Caller) -> Value {
    caller.query(JOBS).await.ok()["backgroundJobs"]["nodes"][0].clone()
}

/// Steps until there is nothing to do; tells the steps
async fn work(worker: &Importer) -> Vec<Step> {
    let mut steps = Vec::new();
    while steps.len() < 50 {
        match worker.step().await.unwrap() {
            Step::Idle => return steps,
            step => steps.push(step),
        }
    }
    panic!("it does not end: {steps:?}");
}

async fn expire(app: &TestApp) {
    let past = "UPDATE background_jobs SET held_until = '2020-01-01 00:00:00.000000'";
    app.app.db.write().await.unwrap().batch(past).await.unwrap();
}

both! {
    async fn it_goes_through_the_residents(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        let listed = register(&app, 45).await;
        let source = Source::new(&app, honest).await;
        let job = start(&source, &bank.admin).await;
        assert_eq!(job, json!({"databaseId": 1, "kind": "DISHONEST_PERSON_IMPORT", "status": "RUNNING", "total": 45, "done": 0, "found": 0, "failed": 0,
            "message": null, "summary": "户籍总数:45,导入失信人的总数:0.正在导入,已查询:0,失败:0.", "account": {"login": "admin"}}));
        assert_eq!(source.asked(), 0, "whoever starts it does not wait");
        assert_eq!(work(&source.worker()).await, [Step::Went, Step::Went, Step::Went, Step::Ended]);
        let job = last_job(&bank.boss).await;
        assert_eq!(job, json!({"databaseId": 1, "status": "FINISHED", "total": 45, "done": 45, "found": listed, "failed": 0, "message": null}));
        assert!(source.asked.lock().unwrap().iter().all(|(_, name)| name == "柳安宁"));
        let list = "{ dishonestPersons { totalCount nodes { name sex age province court groundNumber registeredOn caseNumber groundIssuer duty performance circumstances kind publishedAt } } }";
        let found = bank.boss.query(list).await.ok()["dishonestPersons"].clone();
        assert_eq!(found["totalCount"], listed);
        assert_eq!(found["nodes"][0], json!({"name": "柳安宁", "sex": "男", "age": 40, "province": "云岭", "court": "云岭县人民法院",
            "groundNumber": "(2018)云1号", "registeredOn": "2018年11月19日", "caseNumber": "(2018)执1号", "groundIssuer": "云岭县人民法院",
            "duty": "归还借款", "performance": "全部未履行", "circumstances": "拒不履行", "kind": "失信", "publishedAt": "2018-11-19T04:37:42Z"}));

        // Once more: nobody twice, and what the source says now.
        source.says(|number| {
            let (status, body) = honest(number);
            (status, body.replace("全部未履行", "已履行"))
        });
        assert_eq!(start(&source, &bank.boss).await["databaseId"], 2);
        work(&source.worker()).await;
        let again = bank.boss.query(list).await.ok()["dishonestPersons"].clone();
        assert_eq!((&again["totalCount"], &again["nodes"][0]["performance"]), (&json!(listed), &json!("已履行")));
        assert_eq!(last_job(&bank.boss).await["found"], listed);
    }

    async fn another_worker_takes_over_where_it_stands(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        let listed = register(&app, 45).await;
        let source = Source::new(&app, honest).await;
        start(&source, &bank.admin).await;
        let (first, second) = (source.worker(), source.worker());
        assert_eq!(first.step().await.unwrap(), Step::Went);
        assert_eq!(second.step().await.unwrap(), Step::Idle, "the first has it");
        drop(first);
        expire(&app).await;
        assert_eq!(second.step().await.unwrap(), Step::Went);
        assert_eq!((last_job(&bank.boss).await["done"].clone(), source.asked()), (json!(40), 40));
        assert_eq!(work(&second).await, [Step::Went, Step::Ended]);
        assert_eq!((last_job(&bank.boss).await["found"].clone(), source.asked()), (json!(listed), 45));
    }

    async fn who_lost_the_job_writes_nothing(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        let listed = register(&app, 20).await;
        let source = Source::new(&app, honest).await;
        start(&source, &bank.admin).await;
        let (slow, quick) = (source.worker(), source.worker());
        // The first has asked about five and hears nothing as yet.
        source.gate.forget_permits(Semaphore::MAX_PERMITS);
        let late = tokio::spawn(async move { slow.step().await.map_err(|error| error.message) });
        while source.asked() < 5 {
            tokio::task::yield_now().await;
        }
        expire(&app).await;
        let taken = tokio::spawn(async move { quick.step().await.map_err(|error| error.message) });
        while source.asked() < 10 {
            tokio::task::yield_now().await;
        }
        source.gate.add_permits(1_000);
        assert_eq!((late.await.unwrap(), taken.await.unwrap()), (Ok(Step::Idle), Ok(Step::Went)));
        let job = last_job(&bank.boss).await;
        assert_eq!((&job["done"], &job["found"]), (&json!(20), &json!(listed)));
        assert_eq!(source.asked(), 40);
    }

    async fn a_server_that_ends_lets_go(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        register(&app, 5).await;
        let source = Source::new(&app, honest).await;
        start(&source, &bank.admin).await;
        source.gate.forget_permits(Semaphore::MAX_PERMITS);
        let stop = CancellationToken::new();
        let running = tokio::spawn(Importer::new(&source.app.app, stop.clone()).unwrap().run());
        while source.asked() < 5 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
        running.await.unwrap();
        source.gate.add_permits(1_000);
        assert_eq!(work(&source.worker()).await, [Step::Went, Step::Ended], "nobody has to wait for the hold to end");
    }

    async fn a_source_that_fails(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        register(&app, 3).await;
        let source = Source::new(&app, |_| (StatusCode::INTERNAL_SERVER_ERROR, "x".to_owned())).await;
        start(&source, &bank.admin).await;
        let worker = source.worker();
        let steps = work(&worker).await;
        assert_eq!(steps.len(), 5);
        assert!(steps[..4].iter().all(|step| matches!(step, Step::Stumbled(_))) && steps[4] == Step::Ended, "{steps:?}");
        let job = last_job(&bank.boss).await;
        assert_eq!((&job["status"], &job["done"], &job["failed"]), (&json!("FAILED"), &json!(0), &json!(0)));
        let message = job["message"].as_str().unwrap();
        assert!(message.contains("does not answer as it should") && !message.contains("secret") && !message.contains("127.0.0.1"), "{message}");

        // Tried again after a while it goes on, and nothing but the failures is lost.
        assert_eq!(start(&source, &bank.admin).await["databaseId"], 2);
        assert!(matches!(worker.step().await.unwrap(), Step::Stumbled(_)));
        source.says(honest);
        assert_eq!(work(&worker).await, [Step::Went, Step::Ended]);
        assert_eq!(last_job(&bank.boss).await["status"], "FINISHED");
    }

    async fn nonsense_of_one_is_not_of_all(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        register(&app, 6).await;
        let source = Source::new(&app, |number| match number == id_number("19900307", 0) {
            true => (StatusCode::OK, Value::from(vec![case(number, "1", "x"), case(number, "2", "x")]).to_string()),
            false if number == id_number("19900307", 1) => (StatusCode::OK, json!([case("11010519491231002X", "1", "x")]).to_string()),
            false if number == id_number("19900307", 2) => (StatusCode::OK, "<html>".to_owned()),
            false if number == id_number("19900307", 3) => (StatusCode::OK, format!("[{}]", " ".repeat(2 << 20))),
            false if number == id_number("19900307", 4) => (StatusCode::FOUND, "[]".to_owned()),
            false => (StatusCode::OK, "{\"data\": []}".to_owned()),
        }).await;
        start(&source, &bank.admin).await;
        assert_eq!(work(&source.worker()).await, [Step::Went, Step::Ended]);
        let job = last_job(&bank.boss).await;
        assert_eq!([&job["done"], &job["found"], &job["failed"], &job["status"]], [&json!(6), &json!(2), &json!(4), &json!("FINISHED")]);
        assert_eq!(ids(&bank.boss, "dishonestPersons", "DishonestPersonFilter", json!({"idNumber": id_number("19900307", 0)})).await.len(), 2);
    }

    async fn a_source_that_takes_too_long(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        register(&app, 1).await;
        let source = Source::new(&app, honest).await;
        source.gate.forget_permits(Semaphore::MAX_PERMITS);
        start(&source, &bank.admin).await;
        let hurried = TestApp::with(Config { outside_seconds: 1, ..source.app.app.config.clone() }).await;
        let hurried = Importer::new(&hurried.app, CancellationToken::new()).unwrap();
        assert!(matches!(hurried.step().await.unwrap(), Step::Stumbled(_)));
        source.gate.add_permits(1_000);
        expire(&app).await;
        assert_eq!(work(&source.worker()).await, [Step::Went, Step::Ended]);
    }

    async fn who_may_start_and_see_it(app: TestApp) {
        let Grids { bank, west, .. } = Grids::new(&app).await;
        assert_eq!(bank.admin.query(IMPORT).await.code(), "UNAVAILABLE", "no source");
        let source = Source::new(&app, honest).await;
        for caller in [&bank.manager, &bank.accountant, &bank.president, &west] {
            assert_eq!(at(&source, caller).await.query(IMPORT).await.code(), "FORBIDDEN");
        }
        assert_eq!(at(&source, &app.nobody()).await.query(IMPORT).await.code(), "UNAUTHENTICATED");
        let first = start(&source, &bank.admin).await;
        let second = start(&source, &bank.boss).await;
        assert_eq!((&first["databaseId"], &second), (&json!(1), &first), "the one that runs");
        let both = [&bank.admin, &bank.boss].map(|caller| start(&source, caller));
        assert!(futures_util::future::join_all(both).await.iter().all(|job| job["databaseId"] == 1));
        for (caller, seen) in [(&bank.boss, vec![1]), (&bank.admin, vec![1]), (&bank.president, vec![]), (&bank.manager, vec![])] {
            assert_eq!(ids(caller, "backgroundJobs", "BackgroundJobFilter", json!({"kind": "DISHONEST_PERSON_IMPORT"})).await, seen);
        }
        assert_eq!(bank.president.query("{ backgroundJob(id: 1) { status } }").await.ok(), json!({"backgroundJob": null}));
        assert_eq!(ids(&bank.boss, "backgroundJobs", "BackgroundJobFilter", json!({"status": "FINISHED"})).await, Vec::<i64>::new());
        assert_eq!(work(&source.worker()).await, [Step::Ended], "nobody is in the register");
        let audit = app.admin().await.query("{ auditEntries(filter: {entity: \"BackgroundJob\"}) { totalCount } }").await.ok();
        assert_eq!(audit["auditEntries"]["totalCount"], 1);
    }

    async fn who_sees_a_dishonest_person(app: TestApp) {
        let Grids { bank, other, west } = customers(&app).await;
        let row = |number: &str, name: &str| format!("('{name}', '{number}', '男', 40, 'p', 'c', 'g', 'r', 'n', 'i', 'd', 'p', 'c', 'k',
            '2018-11-19 04:37:42', '2026-11-22 00:00:00', '2026-11-22 00:00:00')");
        // The customers of the grids 1, 2 and 4, a resident of grid 1, and a stranger
        register(&app, 1).await;
        let rows = [row(&id_number("19850517", 1), "甲"), row(&id_number("19850517", 2), "乙"), row(&id_number("19850517", 4), "丙"),
            row(&id_number("19900307", 0), "丁"), row("11010519491231002X", "戊")];
        let sql = format!("INSERT INTO dishonest_persons (name, id_number, sex, age, province, court, ground_number, registered_on,
            case_number, ground_issuer, duty, performance, circumstances, kind, published_at, created_at, updated_at) VALUES {}", rows.join(", "));
        app.app.db.write().await.unwrap().batch(&sql).await.unwrap();
        for (caller, found) in [
            (&bank.boss, vec![1, 2, 3, 4, 5]), (&bank.admin, vec![1, 2, 3, 4, 5]), (&bank.president, vec![1, 2, 4]),
            (&bank.manager, vec![1, 4]), (&other, vec![2]), (&west, vec![3]),
        ] {
            assert_eq!(ids(caller, "dishonestPersons", "DishonestPersonFilter", json!({})).await, found);
        }
        for (filter, found) in [(json!({"name": "乙"}), vec![2]), (json!({"idNumber": " 11010519491231002x"}), vec![5]), (json!({"idNumber": "1101"}), vec![])] {
            assert_eq!(ids(&bank.boss, "dishonestPersons", "DishonestPersonFilter", filter).await, found);
        }
        assert_eq!(west.query("{ dishonestPerson(id: 1) { name } }").await.ok(), json!({"dishonestPerson": null}));
        let customer = format!("{{ bankCustomerByIdNumber(idNumber: \"{}\") {{ isDishonest dishonestRecords {{ name idNumber customer {{ databaseId }} resident {{ name }} }} }} }}", id_number("19850517", 1));
        assert_eq!(bank.manager.query(&customer).await.ok()["bankCustomerByIdNumber"], json!({"isDishonest": true,
            "dishonestRecords": [{"name": "甲", "idNumber": id_number("19850517", 1), "customer": {"databaseId": 1}, "resident": null}]}));
        let honest = bank.boss.query("{ bankCustomer(id: 3) { isDishonest dishonestRecords { name } } }").await.ok();
        assert_eq!(honest["bankCustomer"], json!({"isDishonest": false, "dishonestRecords": []}));
        // That somebody is dishonest whoever works with him knows; the cases are an area of their own.
        permit(&bank, &[14]).await;
        assert_eq!(bank.president.query(&customer).await.ok()["bankCustomerByIdNumber"], json!({"isDishonest": true, "dishonestRecords": []}));
        assert_eq!(bank.president.query("{ dishonestPersons { totalCount } }").await.code(), "FORBIDDEN");
        assert_eq!(app.nobody().query("{ dishonestPersons { totalCount } }").await.code(), "UNAUTHENTICATED");
    }
}
