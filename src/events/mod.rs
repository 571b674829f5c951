//! What writes announce: from the transaction that wrote it to the subscribers on every server, once it committed.
//!
//! An [`Event`] holds a kind and numbers, never data: each subscriber loads the rows by his own row rules (see
//! [`follow`]). On PostgreSQL it travels by NOTIFY, to the server that wrote as to the others, so that one way brings
//! all events and a server that is cut off knows of it; on SQLite it goes straight from the commit to the subscribers.
//!
//! Nothing is kept for anybody: all subscribers read one ring of the last [`RING`] events. Who falls behind it is told
//! so and dropped, and so are all while the server does not hear the others.

pub mod follow;

use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use diesel::QueryResult;
use tokio::sync::{OnceCell, Semaphore, broadcast};

pub use follow::{Ending, Subscription};

use crate::{
    auth::Viewer,
    db::{Conn, Db, Id, listen::Listener},
    error::{AppError, AppResult},
    graphql::Entity,
};

/// How many events a subscriber may fall behind
pub const RING: usize = 1024;

/// What the news of an event begin with
const NEWS: &str = "event ";

/// Rows of one event: its text stays far below the 8000 bytes that NOTIFY carries
const MOST_ROWS: usize = 150;

/// A row that an event is about
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: i64,
    /// Number of what the row belongs to, for subscribers to that alone
    pub of: Option<i64>,
}

/// Something that was committed
pub struct Event {
    /// What happened to which entity: its name, say
    pub kind: String,
    pub rows: Vec<Row>,
    /// The rows as loaded by one row rule, for all subscribers that it holds for
    loaded: Mutex<HashMap<String, Loaded>>,
}

/// Boxed, since the entity is known by the event's kind only
type Loaded = Arc<OnceCell<Box<dyn Any + Send + Sync>>>;

/// Tells subscribers of these rows when the transaction commits
pub async fn publish(conn: &mut Conn, kind: &str, rows: &[Row]) -> QueryResult<()> {
    for rows in rows.chunks(MOST_ROWS) {
        let mut news = format!("{NEWS}{kind}");
        for Row { id, of } in rows {
            news += &of.map_or_else(|| format!(" {id}"), |of| format!(" {id}:{of}"));
        }
        conn.tell(news).await?;
    }
    Ok(())
}

impl Event {
    fn read(news: &str) -> Option<Event> {
        let mut words = news.strip_prefix(NEWS)?.split(' ');
        let kind = words.next()?.to_owned();
        let row = |word: &str| match word.split_once(':') {
            Some((id, of)) => Some(Row { id: id.parse().ok()?, of: Some(of.parse().ok()?) }),
            None => Some(Row { id: word.parse().ok()?, of: None }),
        };
        Some(Event { kind, rows: words.map(row).collect::<Option<_>>()?, loaded: Mutex::default() })
    }

    /// The event's rows that the viewer would find in a list, in the order of their numbers. One statement serves all viewers whom
    /// the same rule holds for: a realm's managers, say.
    pub async fn load<E: Entity>(&self, db: &Db, viewer: &Viewer) -> AppResult<Vec<E>> {
        let rule = E::listed(viewer).text();
        let loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner).entry(rule).or_default().clone();
        let load = async || {
            let ids = self.rows.iter().map(|row| Id::new(row.id)).collect();
            let wanted = E::listed(viewer).both(E::with_ids(ids));
            let mut rows = E::fetch(&mut db.read().await?, wanted, E::ORDER.unsorted()).await?;
            rows.sort_unstable_by_key(|row| row.id().number);
            AppResult::Ok(Box::new(rows) as Box<dyn Any + Send + Sync>)
        };
        let rows = loaded.get_or_try_init(load).await?.downcast_ref::<Vec<E>>();
        rows.cloned().ok_or_else(|| AppError::internal("an event of one kind is of two entities"))
    }
}

/// What subscribers receive
#[derive(Clone)]
enum Heard {
    Event(Arc<Event>),
    /// Events may have been missed
    Lost,
}

/// Where events arrive and subscribers wait; cheap to clone
#[derive(Clone)]
pub struct Events {
    ring: broadcast::Sender<Heard>,
    /// None: this server is the only one
    listener: Option<Listener>,
    /// How many subscribers may work at once: the others' requests need connections too
    turns: Arc<Semaphore>,
}

impl Events {
    pub fn new(listener: Option<Listener>, turns: usize) -> Events {
        Events { ring: broadcast::Sender::new(RING), listener, turns: Arc::new(Semaphore::new(turns.max(1))) }
    }

    /// Takes news, if they are an event's
    pub fn heard(&self, news: &str) -> bool {
        let Some(event) = Event::read(news) else { return false };
        metrics::counter!("quintet_events_total", "kind" => event.kind.clone()).increment(1);
        // Nobody may listen.
        let _ = self.ring.send(Heard::Event(Arc::new(event)));
        true
    }

    /// This server does not hear the others any more
    pub fn lost(&self) {
        let _ = self.ring.send(Heard::Lost);
    }

    fn subscribe(&self) -> broadcast::Receiver<Heard> {
        let receiver = self.ring.subscribe();
        if self.listener.as_ref().is_some_and(|listener| !listener.hears()) {
            self.lost();
        }
        receiver
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_reads_as_it_was_written() {
        let event = Event::read("event SmsMessage 5:7 6 9223372036854775807:1").unwrap();
        assert_eq!(event.kind, "SmsMessage");
        let row = |id, of| Row { id, of };
        assert_eq!(event.rows, [row(5, Some(7)), row(6, None), row(i64::MAX, Some(1))]);
        for foreign in ["sessions ended: 5", "rights changed", "event", "event A x", "event A 1:"] {
            assert!(Event::read(foreign).is_none_or(|event| event.rows.is_empty()), "{foreign}");
        }
    }

    #[tokio::test]
    async fn a_server_that_does_not_hear_the_others_says_so() {
        let (alone, deaf) = (Events::new(None, 1), Events::new(Some(Listener::default()), 1));
        for (events, hears) in [(alone, true), (deaf, false)] {
            let mut receiver = events.subscribe();
            assert!(events.heard("event A 1") && !events.heard("rights changed"));
            assert_eq!(matches!(receiver.recv().await.unwrap(), Heard::Event(_)), hears);
        }
    }

    #[test]
    fn the_longest_event_fits_into_a_notification() {
        let row = format!(" {}:{}", i64::MIN, i64::MIN);
        assert!(NEWS.len() + 100 + MOST_ROWS * row.len() < 8000);
    }
}
