//! The protocol `graphql-transport-ws`.

use std::time::Duration;

use axum::http::StatusCode;
use quintet::{auth::Realm, config::Config};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::{ADD_SMS, ADDED, Socket, add_sms, serve, sms};
use crate::{
    app::{Caller, TestApp, both},
    loan::Loan,
};

fn text(message: &Value) -> Message {
    Message::Text(message.to_string().into())
}

both! {
    async fn queries_and_mutations_are_answered_and_completed(app: TestApp) {
        let address = serve(&app).await;
        let Loan { anna, .. } = Loan::new(&app).await;
        let mut socket = Socket::of(address, &anna).await;
        socket.subscribe("a", "{ me { login } }").await;
        let answer = json!({"id": "a", "type": "next", "payload": {"data": {"me": {"login": "1611"}}}});
        assert_eq!(socket.hear().await, answer);
        assert_eq!(socket.hear().await, json!({"id": "a", "type": "complete"}));
        let payload = json!({"query": ADD_SMS, "variables": {"messages": [sms("AA1611", 1, "over a socket")]}});
        socket.say(json!({"id": "a", "type": "subscribe", "payload": payload})).await;
        assert_eq!(socket.hear().await["payload"]["data"], json!({"smsMessagesAdd": {"added": 1}}));
        assert_eq!(socket.hear().await["type"], "complete");
        // What is not executed is an error; what fails while it is executed is an answer.
        for (document, code) in [("{", "GRAPHQL_PARSE_FAILED"), ("{ nothing }", "GRAPHQL_VALIDATION_FAILED")] {
            socket.subscribe("e", document).await;
            let message = socket.hear().await;
            assert_eq!((&message["id"], &message["type"]), (&json!("e"), &json!("error")));
            assert_eq!(message["payload"][0]["extensions"]["code"], code);
        }
        socket.subscribe("f", "{ auditEntries { totalCount } }").await;
        let message = socket.hear().await;
        assert_eq!((&message["type"], &message["payload"]["data"]), (&json!("next"), &json!(null)));
        assert_eq!(message["payload"]["errors"][0]["extensions"]["code"], "FORBIDDEN");
        assert_eq!(socket.hear().await["type"], "complete");
        socket.say(json!({"type": "ping", "payload": {"now": 1.50}})).await;
        assert_eq!(socket.hear().await, json!({"type": "pong", "payload": {"now": 1.50}}));
        socket.say(json!({"type": "pong"})).await;
        socket.say(json!({"id": "unknown", "type": "complete"})).await;
        socket.say(json!({"type": "ping"})).await;
        assert_eq!(socket.hear().await, json!({"type": "pong"}));
    }

    async fn each_breach_of_the_protocol_has_its_code(app: TestApp) {
        let address = serve(&app).await;
        let admin = app.admin().await;
        let init = json!({"type": "connection_init"});
        let query = json!({"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }"}});
        let endless = json!({"id": "1", "type": "subscribe", "payload": {"query": ADDED}});
        let with = |payload: Value| json!({"type": "connection_init", "payload": payload});
        let cases = [
            (4400, vec![Message::Text("{".into())]),
            (4400, vec![Message::Text("[]".into())]),
            (4400, vec![Message::Text("null".into())]),
            (4400, vec![Message::Binary(b"{}".to_vec().into())]),
            (4400, vec![text(&json!({"type": "start", "id": "1"}))]),
            (4400, vec![text(&json!({"type": 7}))]),
            (4400, vec![text(&json!({"type": "connection_ack"}))]),
            (4400, vec![text(&with(json!("token")))]),
            (4400, vec![text(&init), text(&json!({"type": "subscribe", "payload": {"query": "{ __typename }"}}))]),
            (4400, vec![text(&init), text(&json!({"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}}))]),
            (4400, vec![text(&init), text(&json!({"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}}))]),
            (4400, vec![text(&init), text(&json!({"type": "subscribe", "id": "1"}))]),
            (4400, vec![text(&init), text(&json!({"type": "subscribe", "id": "1", "payload": {"query": 1}}))]),
            (4400, vec![text(&init), text(&json!({"type": "subscribe", "id": "1", "payload": {}}))]),
            (4400, vec![text(&init), text(&json!({"type": "subscribe", "id": "1", "payload": {"query": "{a}", "variables": 1}}))]),
            (4400, vec![text(&init), text(&json!({"type": "complete"}))]),
            (4401, vec![text(&query)]),
            (4403, vec![text(&with(json!({"authorization": "Bearer nonsense"})))]),
            (4403, vec![text(&with(json!({"headers": {"Authorization": "nonsense"}})))]),
            (4409, vec![text(&with(json!({"Authorization": admin.token}))), text(&endless), text(&endless)]),
            (4429, vec![text(&init), text(&init)]),
        ];
        for (code, messages) in cases {
            let mut socket = Socket::speaking(address).await;
            let told = format!("{:.300}", format!("{messages:?}"));
            for message in messages {
                socket.send(message).await;
            }
            assert_eq!(socket.code().await, code, "{told}");
        }
        let silent = Socket::speaking(address).await;
        assert_eq!(silent.closed().await, (4408, "Connection initialisation timeout".into(), 0));
        let mute = Socket::open(address, &[]).await.unwrap();
        assert_eq!(mute.code().await, 4406);
        let app = TestApp::with(Config { max_message: 1000, ..app.app.config.clone() }).await;
        let mut lengthy = Socket::speaking(serve(&app).await).await;
        lengthy.say(json!({"type": "ping", "payload": {"x": "x".repeat(1500)}})).await;
        assert_eq!(lengthy.code().await, 1009);
    }

    async fn an_id_is_free_when_its_operation_has_ended(app: TestApp) {
        let address = serve(&app).await;
        let Loan { anna, .. } = Loan::new(&app).await;
        let mut socket = Socket::subscribed(address, &anna, ADDED).await;
        add_sms(&anna, &[sms("AA1611", 1, "one")]).await;
        assert!(socket.summary().await.contains("one"));
        socket.say(json!({"id": "1", "type": "complete"})).await;
        // The server has read it when it answers what comes behind it.
        socket.say(json!({"type": "ping"})).await;
        assert_eq!(socket.hear().await, json!({"type": "pong"}));
        socket.subscribe("1", "{ __typename }").await;
        assert_eq!(socket.hear().await["payload"]["data"], json!({"__typename": "Query"}));
        assert_eq!(socket.hear().await, json!({"id": "1", "type": "complete"}));
        // Nothing of the ended subscription comes any more, though its id is in use again.
        add_sms(&anna, &[sms("AA1611", 2, "two")]).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        socket.say(json!({"type": "ping"})).await;
        assert_eq!(socket.hear().await, json!({"type": "pong"}));
        socket.subscribe("1", ADDED).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        add_sms(&anna, &[sms("AA1611", 3, "three")]).await;
        assert!(socket.summary().await.contains("three"));
    }

    async fn pages_of_other_origins_are_refused(app: TestApp) {
        let config = Config { cors_origins: vec!["https://app.example".into()], ..app.app.config.clone() };
        let app = TestApp::with(config).await;
        let address = serve(&app).await;
        let (own, alias) = (format!("http://{address}"), format!("http://localhost:{}", address.port()));
        for (origin, opens) in
            [(own.as_str(), true), ("https://app.example", true), ("https://evil.example", false), ("null", false), (alias.as_str(), false)]
        {
            let headers = [("origin", origin), ("sec-websocket-protocol", "graphql-transport-ws")];
            match Socket::open(address, &headers).await {
                Ok(_) => assert!(opens, "{origin}"),
                Err(status) => assert_eq!((opens, status), (false, StatusCode::FORBIDDEN), "{origin}"),
            }
        }
    }

    async fn operations_and_sockets_are_limited(app: TestApp) {
        let config = Config { max_operations: 2, max_streams: 2, rate_limit: 10, ..app.app.config.clone() };
        app.account(Some(Realm::Loan), "1", true).await;
        let caller = app.sign_in(Some(Realm::Loan), "1", crate::app::PASSWORD).await;
        let limited = TestApp::with(config).await;
        let address = serve(&limited).await;
        let mut socket = Socket::of(address, &caller).await;
        for id in ["1", "2", "3"] {
            socket.subscribe(id, ADDED).await;
        }
        let refused = socket.hear().await;
        assert_eq!((&refused["id"], &refused["type"]), (&json!("3"), &json!("error")));
        assert_eq!(refused["payload"][0]["extensions"]["code"], "COST_EXCEEDED");
        socket.say(json!({"id": "2", "type": "complete"})).await;
        for id in 0..40 {
            socket.subscribe(&format!("q{id}"), "{ __typename }").await;
        }
        let mut limited = false;
        while !limited {
            let message = socket.hear().await;
            limited = message["payload"][0]["extensions"]["code"] == "RATE_LIMITED";
        }
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let second = Socket::of(address, &caller).await;
        let third = Socket::open(address, &[("sec-websocket-protocol", "graphql-transport-ws")]).await;
        assert_eq!(third.err(), Some(StatusCode::TOO_MANY_REQUESTS));
        drop(second);
        tokio::time::sleep(Duration::from_millis(500)).await;
        Socket::speaking(address).await;
    }

    async fn each_answer_is_paid_for(app: TestApp) {
        let Loan { anna, .. } = Loan::new(&app).await;
        let config = Config { cost_per_second: 1, cost_burst: 100, ..app.app.config.clone() };
        let app = TestApp::with(config).await;
        let address = serve(&app).await;
        let mut socket = Socket::subscribed(address, &anna, ADDED).await;
        // One write, many events
        let messages: Vec<Value> = (0..60).map(|second| sms("AA1611", second, "hello")).collect();
        add_sms(&Caller { app, ..anna }, &messages).await;
        let mut answered = 0;
        let refused = loop {
            let message = socket.hear().await;
            if message["type"] != "next" {
                break message;
            }
            answered += 1;
        };
        assert!((15..30).contains(&answered), "{answered}: {refused}");
        assert_eq!((&refused["id"], &refused["type"]), (&json!("1"), &json!("error")));
        let error = &refused["payload"][0]["extensions"];
        assert_eq!(error["code"], "RATE_LIMITED");
        assert!(error["retryAfter"].as_i64().unwrap() > 0, "{error}");
        socket.say(json!({"type": "ping"})).await;
        assert_eq!(socket.hear().await, json!({"type": "pong"}));
    }

    async fn who_is_silent_for_long_is_dropped_and_who_answers_is_not(app: TestApp) {
        let app = TestApp::with(Config { ping_seconds: 1, ..app.app.config.clone() }).await;
        let address = serve(&app).await;
        let mut socket = Socket::of(address, &app.nobody()).await;
        // The client answers pings while it reads.
        let heard = tokio::time::timeout(Duration::from_secs(5), socket.hear()).await;
        assert!(heard.is_err(), "{heard:?}");
        socket.subscribe("1", "{ __typename }").await;
        assert_eq!(socket.hear().await["type"], "next");
        tokio::time::sleep(Duration::from_secs(5)).await;
        // The server has gone away: the next read finds the end after what was sent before.
        let end = async { while let Some(Ok(_)) = futures_util::StreamExt::next(&mut socket.0).await {} };
        tokio::time::timeout(Duration::from_secs(5), end).await.expect("still open");
    }

    async fn a_subscription_is_to_one_field(app: TestApp) {
        let address = serve(&app).await;
        let mut socket = Socket::of(address, &app.admin().await).await;
        for document in [
            "subscription { a: interactionAdded { id } b: interactionAdded { id } }",
            "subscription { __typename }",
            "subscription { ...F } fragment F on Subscription { interactionAdded { id } }",
            "subscription { nothing { id } }",
            "subscription { interactionAdded(customerId: 5) { nothing } }",
        ] {
            socket.subscribe("1", document).await;
            let message = socket.hear().await;
            assert_eq!(message["type"], "error", "{document}");
            assert_eq!(message["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED", "{document}");
        }
    }
}
