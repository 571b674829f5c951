//! What operations cost: counted before they run, told on request, paid from a bucket for each account.

use std::time::{Duration, Instant};

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use quintet::{auth::Realm, config::Config, schema};
use serde_json::{Value, json};

use crate::app::{Caller, Reply, TestApp, both};

/// Asks with a header `GraphQL-Cost`
async fn ask(caller: &Caller, wish: &str, body: Value) -> Reply {
    let request = caller.request("POST", "/graphql").header(header::CONTENT_TYPE, "application/json");
    let request = request.header("graphql-cost", wish).header(header::ACCEPT, "application/graphql-response+json");
    caller.app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// The same application with buckets that nothing flows into while a test lasts
async fn with_burst(app: &TestApp, cost_burst: u64) -> TestApp {
    TestApp::with(Config { cost_per_second: 1, cost_burst, ..app.app.config.clone() }).await
}

fn wait(headers: &HeaderMap) -> i64 {
    headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap()
}

#[test]
fn every_list_counts_its_rows() {
    let mut uncounted = schema::costs().uncounted();
    // Part of a list that has counted them.
    let within = ["Connection.nodes", "Connection.edges", "Connection.cursors", "OrganizationStatistics.rows"];
    uncounted.retain(|field| !within.iter().any(|within| field.ends_with(within)));
    assert!(schema::costs().lists() > 150, "only {} lists found", schema::costs().lists());
    assert!(uncounted.is_empty(), "lists that cost no more than one row: {uncounted:#?}");
}

#[test]
fn honest_clients_never_meet_the_default() {
    let config = Config::default_for("sqlite::memory:").unwrap();
    assert!(config.cost_burst >= 20 * u64::try_from(config.max_complexity).unwrap());
    assert!(config.cost_per_second >= u64::try_from(config.max_complexity).unwrap());
}

both! {
    async fn the_cost_is_told_on_request(app: TestApp) {
        let admin = app.admin().await;
        let document = json!({"query": "{ accounts(first: 50) { nodes { id login } totalCount } }"});
        let reply = ask(&admin, "report", document.clone()).await.json();
        let cost = &reply["extensions"]["cost"];
        assert_eq!(reply["data"]["accounts"]["totalCount"], 1);
        assert_eq!((&cost["requested"], &cost["maximum"]), (&json!(1 + 50 * 4), &json!(50_000)));
        // One account with two fields, three fields around it, and statements.
        let actual = cost["actual"].as_u64().unwrap();
        assert!((15..=45).contains(&actual), "{cost}");
        assert_eq!((&cost["capacity"], &cost["restoreRate"]), (&json!(2_000_000), &json!(100_000)));
        assert!(cost["available"].as_u64().unwrap() > 1_900_000, "{cost}");
        assert_eq!(ask(&admin, "Report", document.clone()).await.json()["extensions"]["cost"]["requested"], 201);

        let silent = admin.query("{ me { id } }").await;
        assert!(silent.body.get("extensions").is_none());
        let batch = ask(&admin, "report", json!([document, {"query": "{ me { id } }"}])).await.json();
        assert_eq!((&batch[0]["extensions"]["cost"]["requested"], &batch[1]["extensions"]["cost"]["requested"]), (&json!(201), &json!(2)));
        let reply = ask(&admin, "nonsense", document).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);

        let unlimited = TestApp::with(Config { cost_per_second: 0, ..app.app.config.clone() }).await;
        let reply = ask(&Caller { app: unlimited, ..admin }, "report", json!({"query": "{ me { id } }"})).await.json();
        let names: Vec<_> = reply["extensions"]["cost"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["requested", "actual", "maximum"]);
    }

    async fn to_validate_is_not_to_execute(app: TestApp) {
        let admin = app.admin().await;
        let write = json!({"query": "mutation($t: String!) { smsTemplateCreate(input: {title: $t, content: \"c\"}) { smsTemplate { id } } }", "variables": {"t": "t"}});
        for _ in 0..2 {
            let reply = ask(&admin, "validate", write.clone()).await;
            assert_eq!((reply.status, reply.statements), (StatusCode::OK, 0));
            let reply = reply.json();
            assert_eq!((&reply["data"], &reply["extensions"]["cost"]["requested"]), (&json!(null), &json!(3)), "{reply}");
            assert!(reply.get("errors").is_none() && reply["extensions"]["cost"].get("actual").is_none(), "{reply}");
        }
        let rows = admin.query("{ smsTemplates { totalCount } }").await.ok();
        assert_eq!(rows["smsTemplates"]["totalCount"], 0);
        let deep = format!("{{ __type(name: \"Query\") {{ {} name {} }} }}", "ofType { ".repeat(16), "} ".repeat(16));
        let aliases: String = (0..101).map(|index| format!("a{index}: login ")).collect();
        for (document, code) in [
            ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("query a { __typename } query b { __typename }", "GRAPHQL_VALIDATION_FAILED"),
            ("{", "GRAPHQL_PARSE_FAILED"),
            (&deep, "COST_EXCEEDED"),
            (&format!("{{ me {{ {aliases} }} }}"), "COST_EXCEEDED"),
            ("{ loanOfficers(first: 200) { nodes { customers(first: 200) { nodes { id name } } } } }", "COST_EXCEEDED"),
        ] {
            let reply = ask(&admin, "validate", json!({"query": document})).await;
            assert_eq!(reply.json().pointer("/errors/0/extensions/code"), Some(&json!(code)), "{document}");
        }
    }

    async fn to_validate_costs_a_little(app: TestApp) {
        let admin = app.admin().await;
        let admin = Caller { app: with_burst(&app, 300).await, ..admin };
        let large = json!({"query": "{ accounts(first: 200) { nodes { id login } } }"});
        let cost = ask(&admin, "validate", large.clone()).await.json()["extensions"]["cost"].clone();
        assert_eq!(cost["requested"], 601);
        assert!((290..300).contains(&cost["available"].as_u64().unwrap()), "{cost}");
        let mut answered = 1;
        let refused = loop {
            let reply = ask(&admin, "validate", large.clone()).await;
            if reply.status != StatusCode::OK {
                break reply;
            }
            answered += 1;
        };
        assert!((30..40).contains(&answered), "{answered}");
        assert_eq!((refused.status, wait(&refused.headers) > 0), (StatusCode::TOO_MANY_REQUESTS, true));
        assert_eq!(refused.json()["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    }

    async fn what_hides_its_size_is_counted_too(app: TestApp) {
        let admin = app.admin().await;
        // Lists of an interface.
        let interface = "{ customers(first: 200) { nodes { interactions(first: 200) { nodes { id } } } } }";
        assert_eq!(admin.query(interface).await.code(), "COST_EXCEEDED");
        // The page of a variable, in a document that is known with a small one.
        let page = "query($n: Int) { loanOfficers(first: $n) { nodes { customers(first: $n) { nodes { ...f } } } } }
            fragment f on LoanCustomer { smsMessages(first: $n) { nodes { id } } }";
        admin.query_with(page, json!({"n": 2})).await.ok();
        assert_eq!(admin.query_with(page, json!({"n": 200})).await.code(), "COST_EXCEEDED");
        // An operation that does not run costs nothing.
        let many = "query a { me { id } } query b { accounts(first: 200) { nodes { id } } }";
        let reply = ask(&admin, "report", json!({"query": many, "operationName": "a"})).await.json();
        assert_eq!(reply["extensions"]["cost"]["requested"], 2);
        // A list of variables is as long as it is.
        let nodes = format!("query($a: ID!) {{ nodes(ids: [{}]) {{ id }} }}", "$a, ".repeat(30));
        let reply = ask(&admin, "report", json!({"query": nodes, "variables": {"a": "x"}})).await.json();
        assert_eq!(reply["extensions"]["cost"]["requested"], 1 + 30, "{reply}");
        // What the schema tells of itself.
        let schema = json!({"query": "{ __schema { types { name } } }"});
        let cost = ask(&admin, "report", schema).await.json()["extensions"]["cost"].clone();
        assert_eq!(cost["requested"], 1 + 1 + 5, "{cost}");
        // Fragments that double.
        let mut document = "{ ...f0 } ".to_owned();
        for index in 0..30 {
            document += &format!("fragment f{index} on Query {{ ...f{0} ...f{0} }} ", index + 1);
        }
        document += "fragment f30 on Query { __typename }";
        let circle = "{ ...a } fragment a on Query { ...b ...b ...b ...b } fragment b on Query { ...a ...a ...a ...a }";
        for (document, code) in [(document.as_str(), "COST_EXCEEDED"), (circle, "GRAPHQL_VALIDATION_FAILED")] {
            let start = Instant::now();
            assert_eq!(admin.query(document).await.code(), code);
            assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        }
    }

    async fn an_account_pays_from_its_own_bucket(app: TestApp) {
        let admin = app.admin().await;
        app.account(None, "other", true).await;
        let other = app.sign_in(None, "other", crate::app::PASSWORD).await;
        let app = with_burst(&app, 300).await;
        let (admin, other) = (Caller { app: app.clone(), ..admin }, Caller { app: app.clone(), ..other });
        let list = json!({"query": "{ accounts(first: 50) { nodes { id login } } }"});
        let large = json!({"query": "{ accounts(first: 90) { nodes { id login } } }"});
        // What is not used comes back: it goes on much longer than the price alone would let it.
        let mut answered = 0;
        let refused = loop {
            let reply = ask(&admin, "report", list.clone()).await;
            if reply.status != StatusCode::OK {
                break reply;
            }
            answered += 1;
            assert!(answered < 50, "it never ends");
        };
        assert!(answered >= 3, "{answered}");
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        let seconds = wait(&refused.headers);
        assert!((1..=300).contains(&seconds), "{seconds}");
        let body = refused.json();
        let error = &body["errors"][0]["extensions"];
        assert_eq!((&error["code"], &error["retryAfter"]), (&json!("RATE_LIMITED"), &json!(seconds)));
        assert!(body.get("data").is_none() && body["extensions"]["cost"]["available"].as_u64().unwrap() < 151, "{body}");

        // Whoever asks for little may go on, others are not touched, and nobody in particular pays by address.
        admin.query("{ me { id } }").await.ok();
        assert_eq!(ask(&other, "report", list.clone()).await.status, StatusCode::OK);
        assert_eq!(app.nobody().query("{ __typename }").await.ok()["__typename"], "Query");

        // Each operation of a batch counts.
        let batch = ask(&admin, "report", json!([{"query": "{ me { id } }"}, large])).await;
        assert_eq!(batch.status, StatusCode::OK);
        let body = batch.json();
        assert_eq!(body[0]["data"]["me"]["id"].as_str().map(str::is_empty), Some(false));
        assert_eq!(body[1]["errors"][0]["extensions"]["code"], "RATE_LIMITED");
        let batch = ask(&admin, "report", json!([large, large])).await;
        assert_eq!(batch.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(wait(&batch.headers) > 0);
    }

    async fn what_was_done_is_paid_however_it_is_called(app: TestApp) {
        let admin = app.admin().await;
        let cost = async |document: String| ask(&admin, "report", json!({"query": document})).await.json()["extensions"]["cost"].clone();
        let rows = "{ nodes { id login name isFrozen } }";
        let plain = cost(format!("{{ a: accounts(first: 50) {rows} }}")).await;
        let hidden = cost(format!("{{ __a: accounts(first: 50) {rows} }}")).await;
        assert_eq!(plain["actual"], hidden["actual"]);
        // Each time that it is asked for it is looked up.
        let repeated = cost(format!("{{ ...f ...f ...f }} fragment f on Query {{ a: accounts(first: 50) {rows} }}")).await;
        for part in ["requested", "actual"] {
            assert_eq!(repeated[part].as_u64().unwrap(), 3 * plain[part].as_u64().unwrap(), "{part}: {repeated}");
        }
        let schema = cost("{ __schema { types { name } } }".into()).await;
        assert!(schema["actual"].as_u64().unwrap() > 300, "{schema}");
    }

    async fn a_write_gives_nothing_back(app: TestApp) {
        let admin = app.admin().await;
        let write = json!({"query": "mutation { smsTemplateCreate(input: {title: \"t\", content: \"c\"}) { smsTemplate { id title } } }"});
        let cost = ask(&admin, "report", write).await.json()["extensions"]["cost"].clone();
        assert_eq!(cost["requested"], cost["actual"]);
    }

    async fn legacy_urls_pay_from_the_same_bucket(app: TestApp) {
        let manager = app.manager(Realm::Loan).await;
        let app = with_burst(&app, 300).await;
        let manager = Caller { app: app.clone(), ..manager };
        let list = async || manager.send("POST", "/api/customer/list", &json!({"empCode": "AA1611", "pageSize": 50})).await;
        let mut refused = None;
        for _ in 0..50 {
            let reply = list().await;
            if reply.status == StatusCode::TOO_MANY_REQUESTS {
                refused = Some(reply);
                break;
            }
        }
        let refused = refused.unwrap();
        assert!(wait(&refused.headers) > 0);
        assert_eq!(refused.json(), json!({"code": 1, "msg": "操作过于频繁，请稍后再试"}));
        let graphql = ask(&manager, "report", json!({"query": "{ loanCustomers(first: 200) { nodes { id } } }"})).await;
        assert_eq!(graphql.status, StatusCode::TOO_MANY_REQUESTS, "it is another bucket");
    }

    async fn answers_are_not_kept_by_others(app: TestApp) {
        let admin = app.admin().await;
        for path in ["/graphql?query=%7Bme%7Bid%7D%7D", "/api/customer/list", "/metrics", "/no/such/url", "/health/live"] {
            let headers = admin.get(path).await.headers;
            for (name, value) in [
                (header::CACHE_CONTROL, "no-store"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::REFERRER_POLICY, "no-referrer"),
                (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
            ] {
                assert_eq!(headers[&name], value, "{path}");
            }
        }
        assert_eq!(admin.get("/graphiql").await.headers[header::CACHE_CONTROL], "no-cache");
    }
}
