//! Credit reports: made of what the bank knows, or fetched from a stand-in for the credit bureau on this machine.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::post,
};
use quintet::config::Config;
use serde_json::{Value, json};

use super::{
    credit_interview::{enter, fill_in, form, interviews, number},
    customer_image::{image, uploaded},
};
use crate::{
    app::{Answer, Caller, TestApp, both},
    credit::grid::Grids,
    customers::resident::permit,
    service::{create, deletion},
};

const REPORT: &str = "query($id: ID!) { creditReport(interviewId: $id) { interviewId html isFromBureau createdAt } }";
const FETCH: &str = "mutation($id: ID!) { creditReportFetch(interviewId: $id) { creditReport { html isFromBureau } } }";

async fn report(caller: &Caller, id: i64) -> Answer {
    caller.query_with(REPORT, json!({"id": id})).await
}

/// What the stand-in was asked, and how often
#[derive(Clone, Default)]
struct Asked(Arc<AtomicUsize>);

/// Answers by the number of the interview
async fn bureau(State(asked): State<Asked>, headers: HeaderMap, body: String) -> Response {
    let count = asked.0.fetch_add(1, Ordering::SeqCst) + 1;
    let body: Value = serde_json::from_str(&body).unwrap();
    let login = headers.get(header::AUTHORIZATION).map_or("", |value| value.to_str().unwrap());
    match body["reference"].as_i64().unwrap() {
        1 => format!(
            "<h1>{} {} #{count} {login}</h1><script>steal()</script>",
            body["name"].as_str().unwrap(),
            body["idNumber"].as_str().unwrap()
        )
        .into_response(),
        2 => {
            tokio::time::sleep(Duration::from_secs(20)).await;
            "late".into_response()
        }
        3 => "x".repeat((2 << 20) + 1).into_response(),
        4 => (StatusCode::INTERNAL_SERVER_ERROR, "secret cause").into_response(),
        5 => Redirect::to("/elsewhere").into_response(),
        _ => vec![0xff, 0xfe].into_response(),
    }
}

/// The same database with a bureau that answers within a second, or not
async fn with_bureau(app: &TestApp) -> (TestApp, Asked) {
    let asked = Asked::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/report?key=hidden", listener.local_addr().unwrap());
    let router = Router::new().route("/report", post(bureau)).with_state(asked.clone());
    let router = router.route("/elsewhere", axum::routing::any(async || "<p>elsewhere</p>"));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let config = Config { credit_report_url: Some(url.parse().unwrap()), outside_seconds: 1, ..app.app.config.clone() };
    (TestApp::with(config).await, asked)
}

fn of(app: &TestApp, caller: &Caller) -> Caller {
    Caller { app: app.clone(), ..caller.clone() }
}

both! {
    async fn every_value_is_escaped(app: TestApp) {
        let Grids { bank, west, .. } = Grids::new(&app).await;
        let evil = "<script>x</script>";
        let mut input = form();
        for (field, value) in [("name", json!(evil)), ("idNumber", json!(number(1))), ("gridCode", json!("A-1")), ("spouseName", json!("\"><img src=x>")),
            ("employerName", json!("A & B")), ("purpose", json!("'{{ 7 * 7 }}'"))] {
            input[field] = value;
        }
        enter(&bank.manager, input.clone()).await.ok();
        fill_in(&bank.manager, 1, input).await.ok();
        let give = json!({"interviewId": 1, "result": "AGREED", "opinion": "<b onclick=x>好</b>"});
        let document = "mutation($input: CreditApprovalInput!) { creditApprovalCreate(input: $input) { creditApproval { id } } }";
        bank.manager.query_with(document, json!({"input": give})).await.ok();
        let answer = report(&bank.accountant, 1).await.ok()["creditReport"].clone();
        let html = answer["html"].as_str().unwrap();
        assert_eq!(answer["isFromBureau"], false);
        for part in ["<script", "<img", "<b ", "\"><"] {
            assert!(!html.contains(part), "{part} in {html}");
        }
        for part in ["&lt;script&gt;x&lt;&#x2f;script&gt;", "A &amp; B", "50000.00元", "5.85%", "按期结息，到期还本", "客户经理已提交", "7 * 7", &number(1)] {
            assert!(html.contains(part), "{part} not in {html}");
        }
        assert_eq!(report(&west, 1).await.ok()["creditReport"], Value::Null);
        assert_eq!(report(&bank.boss, 77).await.ok()["creditReport"], Value::Null);
        assert_eq!(bank.accountant.query_with(FETCH, json!({"id": 1})).await.code(), "UNAVAILABLE", "no bureau is configured");
        permit(&bank, &[29]).await;
        assert_eq!(report(&bank.president, 1).await.code(), "FORBIDDEN");
        assert_eq!(bank.president.query_with(FETCH, json!({"id": 1})).await.code(), "FORBIDDEN");
    }

    async fn the_bureau_is_asked_once(app: TestApp) {
        let Grids { bank, west, .. } = interviews(&app).await;
        for (user, branch, kind) in [("far", 3, "QUERY"), ("head", 1, "QUERY"), ("near", 2, "QUERY"), ("other", 4, "APPROVAL")] {
            create(&bank.boss, "reportAccountCreate", json!({"branchId": branch, "userName": user, "password": "geheim", "kind": kind})).await;
        }
        let (bureau, asked) = with_bureau(&app).await;
        let accountant = of(&bureau, &bank.accountant);
        assert_eq!(of(&bureau, &west).query_with(FETCH, json!({"id": 1})).await.code(), "NOT_FOUND");
        let first = report(&accountant, 1).await.ok()["creditReport"].clone();
        let html = first["html"].as_str().unwrap();
        assert!(first["isFromBureau"] == true && html.contains("<iframe sandbox ") && !html.contains("<script"), "{html}");
        let login = data_encoding::BASE64.encode(b"near:geheim");
        assert!(html.contains(&format!("柳安宁 {} #1 Basic {login}", number(1))), "{html}");
        // It is kept, for every server, with the bureau or without.
        assert_eq!(report(&accountant, 1).await.ok()["creditReport"], first);
        assert_eq!(report(&bank.boss, 1).await.ok()["creditReport"], first);
        assert_eq!(asked.0.load(Ordering::SeqCst), 1);
        let again = accountant.query_with(FETCH, json!({"id": 1})).await.ok()["creditReportFetch"]["creditReport"].clone();
        assert!(again["html"].as_str().unwrap().contains("#2"), "{again}");
        assert!(report(&accountant, 1).await.ok()["creditReport"]["html"].as_str().unwrap().contains("#2"));
        let audit = "{ auditEntries(filter: {entity: \"CreditReport\"}) { totalCount nodes { entityDatabaseId after } } }";
        let audit = app.admin().await.query(audit).await.ok()["auditEntries"].clone();
        assert_eq!((&audit["totalCount"], &audit["nodes"][0]["entityDatabaseId"]), (&json!(2), &json!(1)));
    }

    async fn of_the_person_before_nothing_is_kept(app: TestApp) {
        let Grids { bank, .. } = interviews(&app).await;
        let (bureau, asked) = with_bureau(&app).await;
        let manager = of(&bureau, &bank.manager);
        report(&manager, 1).await.ok();
        let mut paper = image(1, "CONTRACT");
        paper["interviewId"] = json!(1);
        let picture = uploaded(&manager, paper).await;
        let somebody_else = json!({"idNumber": number(9), "name": "柳安宁"});
        let refused = fill_in(&manager, 1, somebody_else.clone()).await;
        assert_eq!(refused.error(), ("BAD_USER_INPUT".into(), "input.idNumber".into()));
        manager.query_with(&deletion("customerImageDelete"), json!({"id": picture})).await.ok();
        fill_in(&manager, 1, somebody_else).await.ok();
        let html = report(&manager, 1).await.ok()["creditReport"]["html"].as_str().unwrap().to_owned();
        assert!(html.contains(&format!("{} #2", number(9))) && !html.contains(&number(1)), "{html}");
        assert_eq!(asked.0.load(Ordering::SeqCst), 2);
    }

    async fn a_bureau_that_fails_is_no_report(app: TestApp) {
        let Grids { bank, .. } = interviews(&app).await;
        let (bureau, asked) = with_bureau(&app).await;
        enter(&bank.boss, json!({"idNumber": number(8), "name": "x", "gridCode": "D-1"})).await.ok();
        let boss = of(&bureau, &bank.boss);
        for id in 2..=6 {
            let began = Instant::now();
            let answer = report(&boss, id).await;
            assert_eq!(answer.code(), "UNAVAILABLE", "{id}");
            assert!(began.elapsed() < Duration::from_secs(10), "{id}");
            let text = answer.body.to_string();
            assert!(!text.contains("secret") && !text.contains("hidden") && !text.contains("127.0.0.1"), "{text}");
        }
        assert_eq!(asked.0.load(Ordering::SeqCst), 5);
        // Nothing of it was kept.
        assert_eq!(report(&bank.boss, 4).await.ok()["creditReport"]["isFromBureau"], false);
        // Nobody answers at all.
        let config = Config { credit_report_url: Some("http://127.0.0.1:1/".parse().unwrap()), ..app.app.config.clone() };
        let nobody = of(&TestApp::with(config).await, &bank.boss);
        assert_eq!(report(&nobody, 1).await.code(), "UNAVAILABLE");
    }
}
