//! News between servers that share one PostgreSQL database: LISTEN and NOTIFY.
//!
//! SQLite has one server, so there is nobody to tell.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use diesel::{QueryResult, sql_types::Text};
use futures_util::StreamExt as _;
use tokio_postgres::AsyncMessage;

use super::{Conn, Run as _, pg};

const CHANNEL: &str = "quintet";

/// Hears what other servers tell; forgets nothing silently: while it hears nothing, [`hears`](Listener::hears) says so
#[derive(Clone, Default)]
pub struct Listener(Arc<AtomicBool>);

impl Listener {
    /// Whether news would arrive now
    pub fn hears(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    /// Listens until the process ends, connecting anew when the connection is lost. `lost` is called before news may
    /// have been missed, so that caches can be emptied.
    pub fn start(
        &self,
        url: String,
        heard: impl Fn(&str) + Send + Sync + 'static,
        lost: impl Fn() + Send + Sync + 'static,
    ) {
        let hears = self.0.clone();
        tokio::spawn(async move {
            loop {
                if let Err(error) = listen(&url, &hears, &heard).await {
                    tracing::warn!(error = format!("{error:#}"), "not listening for other servers");
                }
                hears.store(false, Ordering::Release);
                lost();
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
    }
}

async fn listen(url: &str, hears: &AtomicBool, heard: &impl Fn(&str)) -> anyhow::Result<()> {
    let (client, mut connection) = pg::Server::read(url)?.connect().await?;
    let mut messages = futures_util::stream::poll_fn(move |context| connection.poll_message(context));
    let subscribe = async {
        let listening = client.batch_execute(&format!("LISTEN {CHANNEL}")).await;
        hears.store(listening.is_ok(), Ordering::Release);
        listening?;
        // The client must live as long as its connection.
        std::future::pending::<anyhow::Result<()>>().await
    };
    let receive = async {
        while let Some(message) = messages.next().await {
            if let AsyncMessage::Notification(news) = message? {
                heard(news.payload());
            }
        }
        Ok(())
    };
    tokio::select! { ended = subscribe => ended, ended = receive => ended }
}

impl Conn {
    /// Tells the other servers when the transaction commits
    pub async fn tell(&mut self, news: String) -> QueryResult<()> {
        if let Conn::Pg(_) = self {
            diesel::select(diesel::dsl::sql::<Text>("pg_notify('quintet', ").bind::<Text, _>(news).sql(")::text"))
                .one::<String>(self)
                .await?;
        }
        Ok(())
    }
}
