//! Whose stream it is: it ends when he is signed out, frozen, or may see other rows.

use std::time::Duration;

use quintet::auth::Realm;
use serde_json::json;

use super::{ADDED, EventStream, Socket, add_sms, listening, serve, sms};
use crate::{
    app::{PASSWORD, TestApp, both},
    loan::Loan,
};

both! {
    async fn signing_out_closes_ones_streams_and_nobody_else_s(app: TestApp) {
        let address = serve(&app).await;
        let Loan { anna, bert, .. } = Loan::new(&app).await;
        let again = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        let annas = Socket::subscribed(address, &anna, ADDED).await;
        let mut other_session = Socket::subscribed(address, &again, ADDED).await;
        let mut berts = Socket::subscribed(address, &bert, ADDED).await;
        let stream = EventStream::post(&anna, ADDED).await;
        anna.query("mutation { sessionEnd { session { id } } }").await.ok();
        assert_eq!(annas.closed().await, (4403, "The session has ended".into(), 0));
        let events = stream.rest().await;
        assert_eq!(events.len(), 2, "{events:?}");
        assert_eq!(events[0].1["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        assert_eq!(events[1].0, "complete");
        add_sms(&bert, &[sms("AA0396", 1, "bert's")]).await;
        assert!(berts.summary().await.contains("bert's"));
        add_sms(&again, &[sms("AA1611", 1, "anna's")]).await;
        assert!(other_session.summary().await.contains("anna's"));
        let mut socket = Socket::speaking(address).await;
        socket.say(json!({"type": "connection_init", "payload": {"authorization": anna.token}})).await;
        assert_eq!(socket.code().await, 4403);
    }

    async fn a_frozen_account_hears_nothing_any_more_on_any_server(app: TestApp) {
        let other = TestApp::with(app.app.config.clone()).await;
        let address = serve(&other).await;
        listening(&app).await;
        let Loan { anna, boss, .. } = Loan::new(&app).await;
        let annas = Socket::subscribed(address, &anna, ADDED).await;
        let mut bosses = Socket::subscribed(address, &boss, ADDED).await;
        let id = anna.query("{ me { databaseId } }").await.ok()["me"]["databaseId"].as_i64().unwrap();
        boss.query(&format!("mutation {{ accountFreeze(id: {id}) {{ account {{ id }} }} }}")).await.ok();
        // What comes after is not sent, however soon it comes.
        let at = if app.app.db.is_pg() { &app } else { &other };
        let boss = crate::app::Caller { app: at.clone(), ..boss };
        add_sms(&boss, &[sms("AA1611", 1, "too late for anna")]).await;
        let (code, _, before) = annas.closed().await;
        // On SQLite the other server stands for a second program, whose deeds are seen within moments only.
        assert_eq!(code, 4403);
        assert!(before == 0 || !app.app.db.is_pg(), "{before} messages after the account was frozen");
        assert!(bosses.summary().await.contains("too late for anna"));
    }

    async fn other_rights_ask_for_a_new_connection(app: TestApp) {
        let address = serve(&app).await;
        let account = app.account(Some(Realm::Loan), "1", true).await;
        let caller = app.sign_in(Some(Realm::Loan), "1", PASSWORD).await;
        let mut socket = Socket::subscribed(address, &caller, ADDED).await;
        // News that change nothing for him close nothing.
        app.app.sessions.forget_all();
        app.app.sessions.forget(account.id.number);
        tokio::time::sleep(Duration::from_millis(100)).await;
        socket.say(json!({"type": "ping"})).await;
        assert_eq!(socket.hear().await["type"], "pong");
        let demote = format!("UPDATE accounts SET is_manager = FALSE WHERE id = {}", account.id.number);
        app.app.db.write().await.unwrap().batch(&demote).await.unwrap();
        app.app.sessions.forget(account.id.number);
        assert_eq!(socket.code().await, 1012);
    }

    async fn a_session_that_runs_out_ends_its_streams(app: TestApp) {
        let address = serve(&app).await;
        app.account(Some(Realm::Loan), "1", true).await;
        let caller = app.sign_in(Some(Realm::Loan), "1", PASSWORD).await;
        let socket = Socket::subscribed(address, &caller, ADDED).await;
        let past = "UPDATE sessions SET expires_at = '2020-01-01 00:00:00'";
        app.app.db.write().await.unwrap().batch(past).await.unwrap();
        app.app.sessions.forget_all();
        assert_eq!(socket.code().await, 4403);
    }
}
