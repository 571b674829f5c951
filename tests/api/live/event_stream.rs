//! GraphQL over Server-Sent Events.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use quintet::config::Config;
use serde_json::{Value, json};

use super::{ADDED, EventStream, add_sms, listening, sms};
use crate::{
    app::{Caller, Reply, TestApp, both},
    loan::Loan,
};

async fn ask(caller: &Caller, method: &str, path: &str, accept: &str, body: &str) -> Reply {
    let request = caller.request(method, path).header(header::ACCEPT, accept);
    let request = request.header(header::CONTENT_TYPE, "application/json");
    caller.app.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

fn event(name: &str, data: Value) -> super::Event {
    (name.to_owned(), data)
}

both! {
    async fn interactions_arrive_by_post_and_get(app: TestApp) {
        listening(&app).await;
        let Loan { anna, bert, .. } = Loan::new(&app).await;
        let mut posted = EventStream::post(&anna, ADDED).await;
        let uri = "/graphql?query=subscription%7BinteractionAdded%7Bkind%20realm%20summary%7D%7D";
        let got = anna.request("GET", uri).header(header::ACCEPT, "text/event-stream");
        let mut got = EventStream::of(&anna, got.body(Body::empty()).unwrap()).await;
        add_sms(&bert, &[sms("AA0396", 1, "bert's")]).await;
        add_sms(&anna, &[sms("AA1611", 1, "anna's")]).await;
        let (name, first) = posted.next().await.unwrap();
        assert_eq!(name, "next");
        assert!(first["data"]["interactionAdded"]["summary"].as_str().unwrap().contains("anna's"), "{first}");
        assert_eq!(got.next().await.unwrap(), event("next", first));
    }

    async fn a_query_is_answered_and_completed(app: TestApp) {
        let admin = app.admin().await;
        let stream = EventStream::post(&admin, "{ me { login } }").await;
        let data = json!({"data": {"me": {"login": "root"}}});
        assert_eq!(stream.rest().await, [event("next", data), event("complete", Value::Null)]);
        // Errors come as events too: a browser shows nothing of another answer.
        for (document, code) in
            [("{", "GRAPHQL_PARSE_FAILED"), ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"), (ADDED, "UNAUTHENTICATED")]
        {
            let events = EventStream::post(&app.nobody(), document).await.rest().await;
            assert_eq!(events.len(), 2, "{events:?}");
            assert_eq!(events[0].1["errors"][0]["extensions"]["code"], code, "{document}");
            assert_eq!(events[1], event("complete", Value::Null));
        }
    }

    async fn it_is_for_those_who_ask_for_it(app: TestApp) {
        let admin = app.admin().await;
        let query = json!({"query": "{ __typename }"}).to_string();
        let subscription = json!({"query": ADDED}).to_string();
        let media = |reply: &Reply| reply.headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        // As urql asks: JSON will do, so a query gets it.
        let any = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed";
        let reply = ask(&admin, "POST", "/graphql", any, &query).await;
        assert!(media(&reply).starts_with("application/graphql-response+json"));
        let reply = ask(&admin, "POST", "/graphql", "application/json", &subscription).await;
        assert_eq!(reply.json()["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
        assert!(reply.json()["errors"][0]["message"].as_str().unwrap().contains("text/event-stream"));
        let reply = ask(&admin, "GET", "/graphql?query=mutation%7BsessionEnd%7Bsession%7Bid%7D%7D%7D", "text/event-stream", "").await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
        // A form of a foreign page is as unwelcome as ever.
        let request = admin.request("POST", "/graphql").header(header::ACCEPT, "text/event-stream");
        let request = request.header(header::CONTENT_TYPE, "text/plain").body(Body::from(query.clone())).unwrap();
        assert_eq!(app.send(request).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }

    async fn quiet_streams_give_signs_of_life_and_are_counted(app: TestApp) {
        let config = Config { ping_seconds: 1, max_streams: 2, ..app.app.config.clone() };
        let app = TestApp::with(config).await;
        listening(&app).await;
        let admin = app.admin().await;
        let first = EventStream::post(&admin, ADDED).await;
        let mut second = EventStream::post(&admin, ADDED).await;
        let third = ask(&admin, "POST", "/graphql", "text/event-stream", &json!({"query": ADDED}).to_string()).await;
        assert_eq!(third.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(third.json()["errors"][0]["extensions"]["code"], "RATE_LIMITED");
        drop(first);
        let life = tokio::time::timeout(std::time::Duration::from_secs(5), futures_util::StreamExt::next(&mut second.body));
        let life = life.await.expect("no sign of life").unwrap().unwrap();
        assert!(life.starts_with(b":"), "{life:?}");
        EventStream::post(&admin, ADDED).await;
    }
}
