//! News that transactions tell when they commit. On PostgreSQL every server of the database hears them, by LISTEN and
//! NOTIFY; SQLite has one server, which hears its own.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Context as _;
use diesel::{QueryResult, sql_types::Text};
use futures_util::StreamExt as _;
use tokio_postgres::AsyncMessage;

use super::{Conn, Run as _, pg};

const CHANNEL: &str = "quintet";

/// How often a listener asks whether its connection still lives, and how long it waits for the answer. A network that
/// swallows everything looks like one where nothing happens.
const PULSE: Duration = Duration::from_secs(10);

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
        loop {
            tokio::time::sleep(PULSE).await;
            let alive = tokio::time::timeout(PULSE, client.batch_execute("SELECT 1")).await;
            alive.context("the connection is silent")??;
        }
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

/// Hears what transactions of the one server of a SQLite database tell
#[derive(Clone, Default)]
pub struct Local(Arc<OnceLock<Hears>>);

type Hears = Box<dyn Fn(&str) + Send + Sync>;

impl Local {
    /// The first one listens, until the database is closed
    pub fn listen(&self, heard: impl Fn(&str) + Send + Sync + 'static) {
        // One server has one listener.
        let _ = self.0.set(Box::new(heard));
    }

    pub(super) fn hear(&self, news: &str) {
        if let Some(heard) = self.0.get() {
            heard(news);
        }
    }
}

impl Conn {
    /// Tells the servers when the transaction commits; at most 8000 bytes
    pub async fn tell(&mut self, news: String) -> QueryResult<()> {
        match self {
            Conn::Pg(_) => {
                let notify = diesel::dsl::sql::<Text>("pg_notify('quintet', ").bind::<Text, _>(news).sql(")::text");
                diesel::select(notify).one::<String>(self).await?;
            }
            Conn::Lite(conn) => conn.news.push(news),
        }
        Ok(())
    }
}
