//! One client address may send so many requests a second, and no more.

use std::{net::IpAddr, time::Duration};

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use quintet::config::Config;
use serde_json::json;

use crate::app::{Caller, Reply, TestApp, both};

/// The same application with a limit of two requests per second, four at once
async fn limited(app: &TestApp) -> TestApp {
    TestApp::with(Config { rate_limit: 2, trusted_proxies: vec![[10, 0, 0, 1].into()], ..app.app.config.clone() }).await
}

async fn get(app: &TestApp, address: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let caller = Caller { address: address.parse::<IpAddr>().unwrap(), ..app.nobody() };
    let request =
        headers.iter().fold(caller.request("GET", path), |request, (name, value)| request.header(*name, *value));
    app.send(request.body(Body::empty()).unwrap()).await
}

/// The refusal, if there is one within three requests: on a slow machine one or two more may have become free, but
/// who was not limited before may send four
async fn refused(app: &TestApp, address: &str, path: &str, headers: &[(&str, &str)]) -> Option<Reply> {
    for _ in 0..3 {
        let reply = get(app, address, path, headers).await;
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            return Some(reply);
        }
    }
    None
}

/// Sends what may be sent
async fn exhaust(app: &TestApp, address: &str) {
    for _ in 0..4 {
        assert_eq!(get(app, address, "/graphql?query=%7B__typename%7D", &[]).await.status, StatusCode::OK);
    }
}

#[test]
fn a_limit_is_on_by_default() {
    assert_eq!(Config::default_for("sqlite::memory:").unwrap().rate_limit, 200);
}

both! {
    async fn each_door_says_it_in_its_own_form(app: TestApp) {
        let app = limited(&app).await;
        let client = "192.0.2.7";
        exhaust(&app, client).await;
        let (chinese, english) = ("操作过于频繁，请稍后再试", "Too many requests: wait 1 seconds");
        let graphql = json!({"errors": [{"message": english, "extensions": {"code": "RATE_LIMITED", "retryAfter": 1}}]});
        let newest = "application/graphql-response+json";
        for (path, accept, media_type, body) in [
            ("/api/customer/list", "*/*", "application/json", json!({"code": 1, "msg": chinese})),
            ("/api/contract/contract", "*/*", "application/json", json!({"status": 1, "msg": chinese})),
            ("/no/such/url", "*/*", "application/json", json!({"error": english})),
            ("/graphiql", "*/*", "application/json", json!({"error": english})),
            ("/graphql", "*/*", "application/json", graphql.clone()),
            ("/graphql", newest, newest, graphql),
        ] {
            let reply = refused(&app, client, path, &[("accept", accept)]).await.unwrap_or_else(|| panic!("{path}"));
            assert_eq!(reply.json(), body, "{path}");
            assert_eq!(reply.headers[header::RETRY_AFTER], "1");
            assert!(reply.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with(media_type), "{path}");
            assert!(reply.headers.contains_key("x-request-id"), "{path}");
        }
        for path in ["/health/live", "/health/ready"] {
            assert!(refused(&app, client, path, &[]).await.is_none(), "{path}");
        }
        tokio::time::sleep(Duration::from_millis(1200)).await;
        assert_eq!(get(&app, client, "/icon.svg", &[]).await.status, StatusCode::OK, "it had waited");
    }

    async fn each_operation_of_a_batch_counts(app: TestApp) {
        let app = limited(&app).await;
        let batch = json!(vec![json!({"query": "{ __typename }"}); 10]).to_string();
        let request = app.nobody().request("POST", "/graphql").header(header::CONTENT_TYPE, "application/json");
        let reply = app.send(request.body(Body::from(batch)).unwrap()).await;
        assert_eq!(reply.status, StatusCode::OK);
        let answers = reply.json().as_array().unwrap().clone();
        let answered = answers.iter().filter(|answer| answer["data"]["__typename"] == "Query").count();
        assert!((4..=6).contains(&answered), "{answers:?}");
        assert_eq!(answers[9]["errors"][0]["extensions"], json!({"code": "RATE_LIMITED", "retryAfter": 1}));
        assert!(refused(&app, "127.0.0.1", "/icon.svg", &[]).await.is_some());
    }

    async fn clients_are_told_apart_by_address(app: TestApp) {
        let app = limited(&app).await;
        let is_refused = async |address: &str, headers: &[(&str, &str)]| refused(&app, address, "/icon.svg", headers).await.is_some();
        exhaust(&app, "192.0.2.7").await;
        assert!(is_refused("192.0.2.7", &[]).await);
        assert!(is_refused("::ffff:192.0.2.7", &[]).await);
        assert!(!is_refused("192.0.2.8", &[]).await);
        exhaust(&app, "2001:db8:1:2::1").await;
        assert!(is_refused("2001:db8:1:2::2", &[]).await);
        assert!(!is_refused("2001:db8:1:3::1", &[]).await);

        // Behind a proxy of ours it is the client that counts, and what he writes himself does not.
        let (proxy, forwarded) = ("10.0.0.1", "x-forwarded-for");
        assert!(is_refused(proxy, &[(forwarded, "192.0.2.7")]).await);
        assert!(is_refused(proxy, &[(forwarded, "192.0.2.9, 192.0.2.7")]).await);
        assert!(!is_refused(proxy, &[(forwarded, "192.0.2.9")]).await);
        assert!(is_refused("192.0.2.7", &[(forwarded, "192.0.2.10")]).await);
    }
}
