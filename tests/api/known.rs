//! Documents that clients name instead of sending them: automatic ones (Apollo's APQ) and trusted ones.

use std::{fs, path::Path};

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use data_encoding::HEXLOWER;
use quintet::{config::Config, server::Server};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::{
    app::{Caller, TestApp, both},
    live::{Socket, serve},
};

const ME: &str = "{ me { login } }";
const UNKNOWN: &str = "PERSISTED_QUERY_NOT_FOUND";

fn hash(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

fn persisted(hash: &str) -> Value {
    json!({"persistedQuery": {"version": 1, "sha256Hash": hash}})
}

async fn ask(caller: &Caller, body: Value) -> Value {
    let request = caller.request("POST", "/graphql").header(header::CONTENT_TYPE, "application/json");
    caller.app.send(request.body(Body::from(body.to_string())).unwrap()).await.json()
}

fn code(answer: &Value) -> &str {
    answer.pointer("/errors/0/extensions/code").and_then(Value::as_str).unwrap_or_default()
}

fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    format!("/graphql?{}", query.extend_pairs(pairs).finish())
}

/// The application with trusted documents
async fn trusting(app: &TestApp, documents: &Path, only: bool) -> TestApp {
    let trusted_documents = Some(documents.display().to_string());
    TestApp::with(Config { trusted_documents, trusted_only: only, ..app.app.config.clone() }).await
}

both! {
    async fn an_automatic_document_is_sent_once(app: TestApp) {
        let admin = app.admin().await;
        let known = json!({"data": {"me": {"login": "root"}}});
        let short = json!({"extensions": persisted(&hash(ME))});
        let answer = ask(&admin, short.clone()).await;
        // What Apollo's clients look for: the message, or the code.
        assert_eq!((code(&answer), answer["errors"][0]["message"].as_str()), (UNKNOWN, Some("PersistedQueryNotFound")));
        assert!(answer.get("data").is_none());
        assert_eq!(ask(&admin, json!({"query": ME, "extensions": persisted(&hash(ME))})).await, known);
        assert_eq!(ask(&admin, short.clone()).await, known);
        assert_eq!(ask(&admin, json!([short, {"query": ME}])).await, json!([known, known]));
        let extensions = persisted(&hash(ME).to_uppercase()).to_string();
        assert_eq!(admin.get(&query(&[("extensions", &extensions)])).await.json(), known);
        // Another one by GET, with its text the first time.
        let text = "query($id: ID!) { account(id: $id) { login } }";
        let extensions = persisted(&hash(text)).to_string();
        let pairs = [("extensions", extensions.as_str()), ("variables", "{\"id\": 1}"), ("query", text)];
        assert_eq!(code(&admin.get(&query(&pairs[..2])).await.json()), UNKNOWN);
        for pairs in [&pairs[..], &pairs[..2]] {
            assert_eq!(admin.get(&query(pairs)).await.json(), json!({"data": {"account": {"login": "root"}}}));
        }
    }

    async fn a_hash_must_be_the_document_s(app: TestApp) {
        let admin = app.admin().await;
        let other = hash("{ me { id } }");
        let answer = ask(&admin, json!({"query": ME, "extensions": persisted(&other)})).await;
        assert_eq!(code(&answer), "BAD_USER_INPUT");
        assert_eq!(answer["errors"][0]["extensions"]["field"], "extensions.persistedQuery.sha256Hash");
        assert_eq!(code(&ask(&admin, json!({"extensions": persisted(&other)})).await), UNKNOWN);
        // What is no document is not kept.
        let broken = "{ me ";
        assert_eq!(code(&ask(&admin, json!({"query": broken, "extensions": persisted(&hash(broken))})).await), "GRAPHQL_PARSE_FAILED");
        assert_eq!(code(&ask(&admin, json!({"extensions": persisted(&hash(broken))})).await), UNKNOWN);
        for extensions in [
            json!({"persistedQuery": 1}),
            json!({"persistedQuery": {"version": 2, "sha256Hash": hash(ME)}}),
            json!({"persistedQuery": {"version": 1, "sha256Hash": 5}}),
            json!({"persistedQuery": null}),
            json!({}),
        ] {
            assert_eq!(code(&ask(&admin, json!({"extensions": extensions})).await), "BAD_USER_INPUT", "{extensions}");
        }
        assert_eq!(code(&ask(&admin, json!({"documentId": 5})).await), "BAD_USER_INPUT");
        assert_eq!(code(&ask(&admin, json!({"documentId": "x", "query": ME})).await), "BAD_USER_INPUT");
        assert_eq!(code(&ask(&admin, json!({"documentId": "x"})).await), UNKNOWN);
        // Limits are the same, whichever way a document comes.
        let wide = format!("{{ {} }}", "me { login } ".repeat(200));
        assert_eq!(code(&ask(&admin, json!({"query": wide, "extensions": persisted(&hash(&wide))})).await), "COST_EXCEEDED");
    }

    async fn trusted_documents_are_named_by_id_or_hash(app: TestApp) {
        let folder = TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("documents/people")).unwrap();
        fs::write(at("documents/people/me.graphql"), ME).unwrap();
        fs::write(at("documents/old.graphql"), "{ noLongerThere }").unwrap();
        fs::write(at("documents/notes.txt"), "no document").unwrap();
        fs::write(at("relay.json"), json!({"9f1": ME, "sha256:abc": "{ session { id } }"}).to_string()).unwrap();
        let apollo = json!({"format": "apollo-persisted-query-manifest", "version": 1,
            "operations": [{"id": "9f1", "name": "Me", "type": "query", "body": ME}]});
        fs::write(at("apollo.json"), apollo.to_string()).unwrap();
        let admin = app.admin().await;
        let by_hash = format!("sha256:{}", hash(ME));
        for (documents, id) in [("documents", "people/me"), ("relay.json", "9f1"), ("apollo.json", "9f1")] {
            let app = trusting(&app, &at(documents), false).await;
            let admin = Caller { app: app.clone(), ..admin.clone() };
            let known = json!({"data": {"me": {"login": "root"}}});
            for id in [id, &by_hash, &hash(ME)] {
                assert_eq!(ask(&admin, json!({"documentId": id})).await, known, "{documents} {id}");
                assert_eq!(admin.get(&query(&[("documentId", id)])).await.json(), known, "{documents} {id}");
            }
            assert_eq!(ask(&admin, json!({"extensions": persisted(&hash(ME))})).await, known);
            assert_eq!(code(&ask(&admin, json!({"documentId": "notes"})).await), UNKNOWN);
            assert_eq!(code(&ask(&admin, json!({"documentId": "../documents/people/me"})).await), UNKNOWN);
            // Others may still be sent.
            assert_eq!(ask(&admin, json!({"query": "{ __typename }"})).await, json!({"data": {"__typename": "Query"}}));
        }
        let old = trusting(&app, &at("documents"), false).await;
        assert_eq!(code(&ask(&Caller { app: old, ..admin }, json!({"documentId": "old"})).await), "GRAPHQL_VALIDATION_FAILED");
        for (name, text) in [("a.json", "["), ("b.json", "[]"), ("c.json", "{\"a\": 1}"), ("d.json", "{\"operations\": [{}]}")] {
            fs::write(at(name), text).unwrap();
            let trusted_documents = Some(at(name).display().to_string());
            let config = Config { trusted_documents, ..app.app.config.clone() };
            let started = Server::new(quintet::app::App::open(config).await.unwrap()).await;
            assert!(started.err().is_some_and(|error| error.to_string().contains(name)), "{name}");
        }
    }

    async fn nothing_but_trusted_documents_where_that_is_asked_for(app: TestApp) {
        let folder = TempDir::new().unwrap();
        let manifest = folder.path().join("documents.json");
        let added = "subscription { interactionAdded { summary } }";
        fs::write(&manifest, json!({"me": ME, "added": added}).to_string()).unwrap();
        let only = trusting(&app, &manifest, true).await;
        app.account(Some(quintet::auth::Realm::Loan), "1", true).await;
        let boss = app.sign_in(Some(quintet::auth::Realm::Loan), "1", crate::app::PASSWORD).await;
        let boss = Caller { app: only.clone(), ..boss };
        let known = json!({"data": {"me": {"login": "1"}}});
        assert_eq!(ask(&boss, json!({"documentId": "me"})).await, known);
        // Its text is as good as its name.
        assert_eq!(ask(&boss, json!({"query": ME})).await, known);
        let schema = "{ __schema { queryType { name } } }";
        for other in ["{ me { id } }", "{ __typename }", schema, &format!("{ME} "), "{"] {
            for caller in [&boss, &only.nobody()] {
                assert_eq!(code(&ask(caller, json!({"query": other})).await), "DOCUMENT_NOT_TRUSTED", "{other}");
                let with_hash = json!({"query": other, "extensions": persisted(&hash(other))});
                assert_eq!(code(&ask(caller, with_hash).await), "DOCUMENT_NOT_TRUSTED", "{other}");
                assert_eq!(code(&ask(caller, json!({"extensions": persisted(&hash(other))})).await), UNKNOWN, "{other}");
                assert_eq!(code(&caller.get(&query(&[("query", other)])).await.json()), "DOCUMENT_NOT_TRUSTED", "{other}");
            }
        }
        // Administrators look around, in GraphiQL for example; what they send becomes nobody else's.
        let admin = Caller { app: only.clone(), ..app.admin().await };
        assert_eq!(ask(&admin, json!({"query": schema, "extensions": persisted(&hash(schema))})).await["data"]["__schema"]["queryType"]["name"], "Query");
        assert_eq!(code(&ask(&boss, json!({"extensions": persisted(&hash(schema))})).await), UNKNOWN);

        let mut socket = Socket::of(serve(&only).await, &boss).await;
        socket.subscribe("1", "{ me { id } }").await;
        assert_eq!(socket.hear().await["payload"][0]["extensions"]["code"], "DOCUMENT_NOT_TRUSTED");
        socket.say(json!({"id": "1", "type": "subscribe", "payload": {"documentId": "me"}})).await;
        assert_eq!(socket.hear().await["payload"], known);
        let body = Body::from(json!({"documentId": "me"}).to_string());
        let request = boss.request("POST", "/graphql").header(header::ACCEPT, "text/event-stream");
        let reply = only.send(request.header(header::CONTENT_TYPE, "application/json").body(body).unwrap()).await;
        assert_eq!(reply.status, StatusCode::OK);
        assert!(String::from_utf8(reply.body).unwrap().contains(&known.to_string()));
        // The shim runs its own documents.
        assert_ne!(boss.get("/api/user/menu").await.status, StatusCode::NOT_FOUND);
    }

    async fn the_setting_needs_documents(app: TestApp) {
        let config = Config { trusted_only: true, ..app.app.config.clone() };
        assert!(Server::new(quintet::app::App::open(config).await.unwrap()).await.is_err());
    }
}
