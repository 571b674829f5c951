//! Look-ups by id that requests share.
//!
//! While a statement of one kind is under way (rows of one table, by one row rule), the look-ups that other requests
//! want of that kind wait, and go together in the next one. The busier the server, the fewer statements; on an idle one
//! nobody waits. A statement is sent after all who share it have asked, so nobody gets what is older than his question.
//!
//! On PostgreSQL only: SQLite answers within the process, where the way to it costs nothing that could be shared.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    marker::PhantomData,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, sync::oneshot, time::timeout};

use super::Entity;
use crate::{
    db::{
        Db, Id, Where,
        run::{count, is_watched},
    },
    error::AppResult,
};

/// Most ids of one request; with more it goes by itself, so that nobody waits for their rows
const MOST: usize = 200;

/// Most ids of a statement
const MOST_TOGETHER: usize = 2000;

/// Cheap to clone
#[derive(Clone)]
pub struct Lookups(Arc<Shared>);

struct Shared {
    db: Db,
    /// Statements of one kind that may be under way
    turns: usize,
    /// Who has waited this long also goes by himself, and nobody waits any more for a statement that takes longer: its
    /// connection may be lost
    patience: Duration,
    /// By kind, as long as a statement is under way
    queues: Mutex<HashMap<Kind, Queue>>,
    /// Of the turns so far
    numbers: AtomicU64,
}

/// A table by its entity, and the row rule by its text
type Kind = (TypeId, String);

struct Queue {
    /// The statements under way, by their numbers, and when they began
    turns: Vec<(u64, Instant)>,
    /// Of type `Vec<Wait<E>>`
    waiting: Box<dyn Any + Send>,
}

struct Wait<E: Entity> {
    rule: Where<E::Table>,
    ids: Vec<Id<E>>,
    found: oneshot::Sender<Vec<Arc<E>>>,
}

impl Lookups {
    /// With so many statements of one kind under way at a time, for which others wait so long
    pub fn new(db: Db, turns: usize, patience: Duration) -> Lookups {
        Lookups(Arc::new(Shared { db, turns, patience, queues: Mutex::default(), numbers: AtomicU64::new(0) }))
    }

    /// Those of the rows that the rule lets through
    pub async fn find<E: Entity>(&self, rule: impl Fn() -> Where<E::Table>, ids: Vec<Id<E>>) -> AppResult<Vec<Arc<E>>> {
        let own = rule();
        if ids.len() > MOST || !self.0.db.is_pg() || is_watched() {
            return self.load(own, ids).await;
        }
        let kind = (TypeId::of::<E>(), own.text());
        let (ids, mut found) = match self.join(kind, own, ids) {
            Place::First(_turn, own, ids) => return self.load(own, ids).await,
            Place::Behind(ids, found) => (ids, found),
        };
        match timeout(self.0.patience, &mut found).await {
            Ok(Ok(rows)) => {
                count();
                Ok(rows)
            }
            // Its error was another's.
            Ok(Err(_)) => self.load(rule(), ids).await,
            Err(_) => tokio::select! {
                Ok(rows) = found => Ok(rows),
                rows = self.load(rule(), ids) => rows,
            },
        }
    }

    async fn load<E: Entity>(&self, rule: Where<E::Table>, ids: Vec<Id<E>>) -> AppResult<Vec<Arc<E>>> {
        let mut conn = self.0.db.read().await?;
        let rows = E::fetch(&mut conn, rule.both(E::with_ids(ids)), E::ORDER.unsorted()).await?;
        Ok(rows.into_iter().map(Arc::new).collect())
    }

    fn queues(&self) -> MutexGuard<'_, HashMap<Kind, Queue>> {
        self.0.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn join<E: Entity>(&self, kind: Kind, rule: Where<E::Table>, ids: Vec<Id<E>>) -> Place<E> {
        let mut queues = self.queues();
        let new = || Queue { turns: Vec::new(), waiting: Box::new(Vec::<Wait<E>>::new()) };
        let Queue { turns, waiting } = queues.entry(kind.clone()).or_insert_with(new);
        turns.retain(|(_, since)| since.elapsed() < self.0.patience);
        if turns.len() >= self.0.turns
            && let Some(waiting) = waiting.downcast_mut::<Vec<Wait<E>>>()
        {
            let (found, receiver) = oneshot::channel();
            waiting.push(Wait { rule, ids: ids.clone(), found });
            return Place::Behind(ids, receiver);
        }
        let number = self.0.numbers.fetch_add(1, Ordering::Relaxed);
        turns.push((number, Instant::now()));
        Place::First(Turn { lookups: self.clone(), kind, number, of: PhantomData }, rule, ids)
    }

    /// Whether the turn goes on, because somebody waits; otherwise it ends
    fn goes_on<E: Entity>(&self, kind: &Kind, number: u64) -> bool {
        let mut queues = self.queues();
        let Some(Queue { turns, waiting }) = queues.get_mut(kind) else { return false };
        // Where it is not there, nobody waited for it any more.
        let Some(place) = turns.iter().position(|(own, _)| *own == number) else { return false };
        if waiting.downcast_ref::<Vec<Wait<E>>>().is_some_and(|waiting| !waiting.is_empty()) {
            turns[place].1 = Instant::now();
            return true;
        }
        turns.swap_remove(place);
        if turns.is_empty() {
            queues.remove(kind);
        }
        false
    }

    /// Those who go together
    fn next<E: Entity>(&self, kind: &Kind) -> Vec<Wait<E>> {
        let mut queues = self.queues();
        let waiting = queues.get_mut(kind).and_then(|queue| queue.waiting.downcast_mut::<Vec<Wait<E>>>());
        let Some(waiting) = waiting else { return Vec::new() };
        // Without those who have gone
        waiting.retain(|wait| !wait.found.is_closed());
        let mut ids = 0;
        let behind = waiting.iter().position(|wait| {
            ids += wait.ids.len();
            ids > MOST_TOGETHER
        });
        let behind = waiting.split_off(behind.unwrap_or(waiting.len()));
        std::mem::replace(waiting, behind)
    }

    /// One statement for all of them. Where it fails they are told nothing, and go by themselves.
    async fn serve<E: Entity>(&self, mut waiting: Vec<Wait<E>>) {
        let mut ids: Vec<Id<E>> = waiting.iter().flat_map(|wait| wait.ids.iter().copied()).collect();
        ids.sort_unstable();
        ids.dedup();
        // All of one kind have the same.
        let Some(rule) = waiting.first_mut().map(|wait| std::mem::take(&mut wait.rule)) else { return };
        let Ok(rows) = self.load(rule, ids).await else { return };
        let rows: HashMap<Id<E>, Arc<E>> = rows.into_iter().map(|row| (row.id(), row)).collect();
        let of = |wait: Wait<E>| (wait.found, wait.ids.iter().filter_map(|id| rows.get(id).cloned()).collect());
        let shares: Vec<(_, Vec<Arc<E>>)> = waiting.into_iter().map(of).collect();
        // From now on most of the rows are of one request, which need not copy them.
        drop(rows);
        for (found, rows) in shares {
            // Who has gone wants none.
            let _ = found.send(rows);
        }
    }
}

enum Place<E: Entity> {
    /// Goes at once
    First(Turn<E>, Where<E::Table>, Vec<Id<E>>),
    Behind(Vec<Id<E>>, oneshot::Receiver<Vec<Arc<E>>>),
}

/// A statement under way. However it ends, those who wait have the next one.
struct Turn<E: Entity> {
    lookups: Lookups,
    kind: Kind,
    number: u64,
    of: PhantomData<fn() -> E>,
}

impl<E: Entity> Drop for Turn<E> {
    fn drop(&mut self) {
        // Outside of the runtime nobody is served any more.
        let Ok(runtime) = Handle::try_current() else { return };
        if self.lookups.goes_on::<E>(&self.kind, self.number) {
            let kind = (self.kind.0, std::mem::take(&mut self.kind.1));
            let (lookups, number) = (self.lookups.clone(), self.number);
            runtime.spawn(async move {
                let turn = Turn::<E> { lookups, kind, number, of: PhantomData };
                turn.lookups.serve(turn.lookups.next::<E>(&turn.kind)).await;
            });
        }
    }
}
