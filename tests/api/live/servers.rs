//! Servers: two on one database, one that is cut off, one that stops; and clients that take nothing.

use std::time::Duration;

use quintet::events::{self, RING, Row};

use super::{ADDED, EventStream, Socket, add_sms, listening, serve, sms};
use crate::{
    app::{TestApp, both},
    cli::program::Program,
    loan::Loan,
};

both! {
    async fn events_reach_every_server_of_a_database(app: TestApp) {
        if app.app.db.is_pg() {
            let other = TestApp::with(app.app.config.clone()).await;
            let (here, there) = (serve(&app).await, serve(&other).await);
            let Loan { anna, bert, .. } = Loan::new(&app).await;
            let mut heres = Socket::subscribed(here, &anna, ADDED).await;
            let mut theres = Socket::subscribed(there, &anna, ADDED).await;
            let mut berts = Socket::subscribed(there, &bert, ADDED).await;
            add_sms(&anna, &[sms("AA1611", 1, "anna's")]).await;
            let elsewhere = crate::app::Caller { app: other, ..bert };
            add_sms(&elsewhere, &[sms("AA0396", 1, "bert's")]).await;
            assert!(heres.summary().await.contains("anna's"));
            assert!(theres.summary().await.contains("anna's"));
            assert!(berts.summary().await.contains("bert's"));
            // Once on each server, not twice on the one that wrote.
            add_sms(&anna, &[sms("AA1611", 2, "second")]).await;
            assert!(heres.summary().await.contains("second"));
            assert!(theres.summary().await.contains("second"));
        }
    }

    async fn a_server_that_is_cut_off_says_so(app: TestApp) {
        if app.app.db.is_pg() {
            let address = serve(&app).await;
            let Loan { anna, .. } = Loan::new(&app).await;
            let socket = Socket::subscribed(address, &anna, ADDED).await;
            let stream = EventStream::post(&anna, ADDED).await;
            let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND (query LIKE 'LISTEN%' OR query = 'SELECT 1')";
            app.app.db.write().await.unwrap().batch(cut).await.unwrap();
            let (code, reason, _) = socket.closed().await;
            assert_eq!(code, 1013, "{reason}");
            let events = stream.rest().await;
            // Told, and not completed: the client connects anew.
            assert_eq!(events, [(String::new(), reason.into())]);
            listening(&app).await;
            let mut socket = Socket::subscribed(address, &anna, ADDED).await;
            add_sms(&anna, &[sms("AA1611", 1, "again")]).await;
            assert!(socket.summary().await.contains("again"));
        }
    }

    async fn a_server_that_stops_closes_its_streams(app: TestApp) {
        let address = serve(&app).await;
        let Loan { anna, .. } = Loan::new(&app).await;
        let socket = Socket::subscribed(address, &anna, ADDED).await;
        let quiet = Socket::speaking(address).await;
        let stream = EventStream::post(&anna, ADDED).await;
        app.server.stopping.cancel();
        assert_eq!(socket.code().await, 1001);
        assert_eq!(quiet.code().await, 1001);
        assert_eq!(stream.rest().await, [(String::new(), "The server stops: connect anew".into())]);
    }

    async fn the_program_ends_although_streams_are_open(app: TestApp) {
        app.account(None, "root", true).await;
        let program = Program::on(&app.app.config.database_url);
        let mut server = program.serve(&[]);
        let root = app.sign_in(None, "root", crate::app::PASSWORD).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let socket = Socket::subscribed(server.address, &root, ADDED).await;
        let token = root.token.as_ref().unwrap();
        let stream = server.send(&format!("GET /graphql?query=subscription%7BinteractionAdded%7Bid%7D%7D HTTP/1.1\r\n\
            host: test\r\naccept: text/event-stream\r\nauthorization: Bearer {token}\r\n\r\n"));
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.terminate();
        assert_eq!(socket.code().await, 1001);
        assert_eq!(server.code(Duration::from_secs(5)), Some(0));
        drop(stream);
    }

    async fn who_takes_nothing_is_dropped(app: TestApp) {
        let address = serve(&app).await;
        let Loan { anna, .. } = Loan::new(&app).await;
        add_sms(&anna, &[sms("AA1611", 1, &"long ".repeat(300))]).await;
        let stream = EventStream::post(&anna, ADDED).await;
        // The content a hundred times over, so that the network's buffers are soon full.
        let contents: String = (0..50).map(|index| format!("c{index}: content ")).collect();
        let document = format!("subscription {{ interactionAdded {{ ... on SmsMessage {{ {contents} }} }} }}");
        let socket = Socket::subscribed(address, &anna, &document).await;
        let mut quick = Socket::subscribed(address, &anna, ADDED).await;
        let reader = tokio::spawn(async move {
            for _ in 0..RING + 600 {
                quick.summary().await;
            }
            quick
        });
        // In parts: also he who reads needs a moment for each.
        let mut sent = 0;
        while sent < RING + 600 {
            let mut tx = app.app.db.begin().await.unwrap();
            for _ in 0..100.min(RING + 600 - sent) {
                let of = Some(i64::try_from(sent).unwrap());
                events::publish(&mut tx, "SmsMessage", &[Row { id: 1, of }]).await.unwrap();
                sent += 1;
            }
            tx.commit().await.unwrap();
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        drop(reader.await.unwrap());
        let (code, reason, before) = socket.closed().await;
        assert_eq!(code, 1013, "{reason}");
        assert!(before < RING + 600, "all {before} messages arrived");
        let mut events = stream.rest().await;
        assert_eq!(events.pop(), Some((String::new(), reason.into())));
        let heard = events.len();
        assert!(heard < 100, "{heard} events were kept");
    }
}
