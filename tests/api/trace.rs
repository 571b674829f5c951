//! `Quintet-Trace: sql`: what an operation sent to the database, told to those who run the installation.

use axum::body::Body;
use quintet::{auth::Realm, demo};
use serde_json::{Value, json};

use crate::app::{Caller, both};

/// An answer to an operation that was asked with the header
async fn ask(caller: &Caller, wish: &str, body: Value) -> Value {
    let request = caller.request("POST", "/graphql").header("content-type", "application/json");
    let request = request.header("quintet-trace", wish).body(Body::from(body.to_string()));
    let reply = caller.app.send(request.unwrap()).await;
    // serde_json would read its own private form of a number without a word.
    assert!(!String::from_utf8_lossy(&reply.body).contains("$serde_json"), "{}", reply.json());
    reply.json()
}

const SEARCH: &str = r#"query($text: String!) { search(text: $text, first: 3) { nodes { name tags { name } } } }"#;

both! {
    async fn administrators_see_the_statements(app: TestApp) {
        let app = app.demo().await;
        let admin = app.sign_in(None, "admin", demo::PASSWORD).await;
        let question = json!({"query": SEARCH, "variables": {"text": "18522222222"}});
        let answer = ask(&admin, "sql", question.clone()).await;
        assert!(answer["errors"].is_null() && answer["data"]["search"]["nodes"][0]["name"].is_string(), "{answer}");
        let trace = &answer["extensions"]["trace"];
        let sql = trace["sql"].as_array().unwrap();
        assert!(trace["statements"].as_u64().unwrap() >= 2, "{trace}");
        assert_eq!(sql.len() as u64, trace["statements"].as_u64().unwrap());
        let sum: u64 = sql.iter().map(|sent| sent["micros"].as_u64().unwrap()).sum();
        assert!(trace["micros"].as_u64().unwrap() >= sum / 2 && trace["micros"].as_u64().unwrap() > 0, "{trace}");
        assert!(sql[0]["text"].as_str().unwrap().starts_with("SELECT"), "{trace}");
        // A value is never told, however it came into the statement.
        assert!(!trace.to_string().contains("18522222222"), "{trace}");
        // Nothing is told unasked, and of a batch to each its own.
        for wish in ["", "SQL", "no"] {
            assert!(ask(&admin, wish, question.clone()).await["extensions"].is_null());
        }
        let batch = ask(&admin, "sql", json!([question, {"query": "{ __typename }"}])).await;
        assert!(batch[0]["extensions"]["trace"]["statements"].as_u64().unwrap() >= 2);
        assert_eq!(batch[1]["extensions"]["trace"]["statements"], 0);
    }

    async fn writes_are_told_without_their_values(app: TestApp) {
        let app = app.demo().await;
        let admin = app.sign_in(None, "admin", demo::PASSWORD).await;
        let create = r#"mutation { tagCreate(input: {name: "geheim-tag", description: "geheim", kind: COMPANY}) { tag { name } } }"#;
        let answer = ask(&admin, "sql", json!({"query": create})).await;
        let sql = answer["extensions"]["trace"]["sql"].as_array().unwrap();
        assert!(sql.iter().any(|sent| sent["text"].as_str().unwrap().starts_with("INSERT INTO")), "{answer}");
        assert!(!answer["extensions"].to_string().contains("geheim"), "{answer}");
    }

    async fn nobody_else_does(app: TestApp) {
        let app = app.demo().await;
        let question = json!({"query": SEARCH, "variables": {"text": "18522222222"}});
        let mut callers = vec![app.nobody()];
        for (realm, login) in [
            (Realm::Loan, "1600"),
            (Realm::Service, "18800000001"),
            (Realm::Estate, "00100"),
            (Realm::Bank, "admin"),
            (Realm::Bank, "manager"),
        ] {
            callers.push(app.sign_in(Some(realm), login, demo::PASSWORD).await);
        }
        for caller in &callers {
            let answer = ask(caller, "sql", question.clone()).await;
            assert!(answer["extensions"].is_null(), "{answer}");
        }
        assert_eq!(callers.len(), 6);
    }
}
