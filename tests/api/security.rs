//! The checks of graphql-cop, which is to be had from GitHub only, with what we decided for each.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use serde_json::{Value, json};

use crate::app::{Caller, Reply, TestApp, both};

async fn post(caller: &Caller, content_type: &str, body: &str) -> Reply {
    let request = caller.request("POST", "/graphql").header(header::CONTENT_TYPE, content_type);
    caller.app.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

both! {
    async fn what_multiplies_work_is_refused(app: TestApp) {
        let caller = app.nobody();
        let aliases: String = (0..101).map(|index| format!("alias{index}: __typename ")).collect();
        let within: String = (0..101).map(|index| format!("alias{index}: login ")).collect();
        for (check, document, expected) in [
            ("alias overloading within", format!("query cop {{ me {{ {within} }} }}"), "COST_EXCEEDED"),
            ("alias overloading", format!("query cop {{ {aliases} }}"), "COST_EXCEEDED"),
            ("field duplication", format!("query cop {{ {} }}", "__typename ".repeat(500)), "COST_EXCEEDED"),
            ("directive overloading", format!("query cop {{ __typename {} }}", "@aa".repeat(10)), "GRAPHQL_VALIDATION_FAILED"),
            (
                "circular introspection",
                "query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }".into(),
                "GRAPHQL_VALIDATION_FAILED",
            ),
            (
                "circular introspection through fragments",
                "query cop { __schema { queryType { ...A ...B ...C } types { ...C } } } fragment A on __Type { fields { name } }
                    fragment B on __Type { fields { type { ...A } } } fragment C on __Type { fields { type { ...B } } }".into(),
                "COST_EXCEEDED",
            ),
            (
                "repeated introspection",
                format!("query cop {{ __schema {{ types {{ {} }} }} }} fragment F on __Type {{ fields {{ name }} }}", "...F ".repeat(2400)),
                "COST_EXCEEDED",
            ),
            ("repeated root", format!("query cop {{ {} }} fragment F on Query {{ __typename }}", "...F ".repeat(31)), "COST_EXCEEDED"),
        ] {
            let answer = caller.query(&document).await.body;
            assert_eq!(code(&answer), expected, "{check}");
            assert!(answer.get("data").is_none(), "{check}");
            let places = answer["errors"][0]["locations"].as_array().cloned().unwrap_or_default();
            assert!(places.iter().all(|place| place["line"].as_u64() > Some(0)), "lines count from 1: {answer}");
            // Ten errors for ten directives are what the check looks for.
            assert!(answer["errors"].as_array().unwrap().len() < 10, "{check}");
        }
        // Batches save round trips, so they stay; what one may hold is bounded.
        let batch = |size: usize| json!(vec![json!({"query": "query cop { __typename }"}); size]).to_string();
        assert_eq!(post(&caller, "application/json", &batch(10)).await.status, StatusCode::OK);
        assert_eq!(post(&caller, "application/json", &batch(11)).await.status, StatusCode::BAD_REQUEST);
    }

    async fn nothing_tells_more_than_it_must(app: TestApp) {
        let caller = app.nobody();
        for document in ["query cop { __schema { directive } }", "query cop { accoun { id } }", "query cop { accounts(firs: 1) { totalCount } }"] {
            let answer = caller.query(document).await.body.to_string();
            assert!(answer.contains("errors") && !answer.contains("Did you mean"), "field suggestions: {answer}");
        }
        for document in ["query cop { __typename }", "query cop { unknown(", "query cop { loanCustomer(id: \"'\\\\\") { id } }"] {
            let answer = caller.query(document).await.body.to_string();
            for trace in ["tracing", "exception", "stacktrace", "panicked", ".rs", "SELECT"] {
                assert!(!answer.contains(trace), "trace mode and unhandled errors: {answer}");
            }
        }
    }

    async fn a_foreign_page_can_not_act_for_a_user(app: TestApp) {
        let caller = app.nobody();
        // Queries by GET are a part of GraphQL over HTTP; nothing is written by them, and no cookie says who asks.
        let reply = caller.get("/graphql?query=query%20cop%7B__typename%7D").await;
        assert_eq!(reply.status, StatusCode::OK);
        assert!(reply.headers.get(header::SET_COOKIE).is_none());
        let reply = caller.get("/graphql?query=mutation%20cop%7B__typename%7D").await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
        let admin = app.admin().await;
        let token = admin.token.clone().unwrap();
        let request = caller.request("POST", "/graphql").header(header::COOKIE, format!("authorization={token}; sid={token}; token={token}"));
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let reply = app.send(request.body(Body::from(json!({"query": "{ me { id } }"}).to_string())).unwrap()).await;
        assert_eq!(reply.json()["data"]["me"], Value::Null, "a cookie is no credential");
        // What a form of another page can send without asking first
        let form = "--b\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{\"query\":\"{__typename}\"}\r\n--b\r\ncontent-disposition: form-data; name=\"map\"\r\n\r\n{}\r\n--b--\r\n";
        for (content_type, body, status) in [
            ("application/x-www-form-urlencoded", "query=query%20cop%7B__typename%7D", StatusCode::UNSUPPORTED_MEDIA_TYPE),
            ("text/plain", "{\"query\":\"{__typename}\"}", StatusCode::UNSUPPORTED_MEDIA_TYPE),
            ("multipart/form-data; boundary=b", form, StatusCode::BAD_REQUEST),
        ] {
            assert_eq!(post(&caller, content_type, body).await.status, status, "{content_type}");
        }
    }

    async fn what_helps_explorers_can_be_switched_off(app: TestApp) {
        let introspection = ["{ __schema { queryType { name } } }", "{ ...a } fragment a on Query { t: __type(name: \"Query\") { name } }"];
        for document in introspection {
            app.nobody().query(document).await.ok();
        }
        assert_eq!(app.nobody().get("/graphiql").await.status, StatusCode::OK);
        let admin = app.admin().await;
        let mut config = app.app.config.clone();
        (config.no_graphiql, config.no_introspection) = (true, true);
        let closed = TestApp::with(config).await;
        let closed = |token: Option<String>| Caller { token, ..closed.nobody() };
        for document in introspection {
            assert_eq!(closed(None).query(document).await.code(), "FORBIDDEN");
            closed(admin.token.clone()).query(document).await.ok();
        }
        // A name and a text with underscores ask nothing.
        closed(None).query("{ __typename __schema: __typename }").await.ok();
        for path in ["/graphiql", "/graphiql/", "/graphiql/examples.json"] {
            assert_eq!(closed(None).get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
