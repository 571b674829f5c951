//! A subscription: the stream of its rows, and what the stream and its transport tell each other.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use async_graphql::Context;
use futures_util::{Stream, stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, broadcast, watch};

use super::{Event, Heard};
use crate::{
    error::{AppError, AppResult},
    graphql::ContextExt,
};

/// Why a stream ends although its client wants more
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The client took events more slowly than they came
    Slow,
    /// The server does not hear the others, so events may be missing
    Lost,
    /// Who subscribed is not signed in any more
    SignedOut,
    /// Who subscribed may see other rows now
    OtherRights,
    /// The server stops
    Stopping,
}

impl Ending {
    /// What the client is told
    pub fn error(self) -> AppError {
        match self {
            Ending::Slow => AppError::unavailable("Events came faster than they were taken: some are missing"),
            Ending::Lost => AppError::unavailable("Events can not be heard now: some may be missing"),
            Ending::SignedOut => AppError::unauthenticated("The session has ended"),
            Ending::OtherRights => AppError::unavailable("What you may see has changed: connect anew"),
            Ending::Stopping => AppError::unavailable("The server stops: connect anew"),
        }
    }
}

/// One subscription, shared by its stream and its transport
#[derive(Clone)]
pub struct Subscription(Arc<Shared>);

struct Shared {
    turns: Arc<Semaphore>,
    /// Held while the subscription works
    turn: Mutex<Option<OwnedSemaphorePermit>>,
    works: watch::Sender<bool>,
    ending: OnceLock<Ending>,
}

impl Subscription {
    pub fn new(events: &super::Events) -> Subscription {
        let (turns, works) = (events.turns.clone(), watch::Sender::new(false));
        Subscription(Arc::new(Shared { turns, turn: Mutex::default(), works, ending: OnceLock::new() }))
    }

    /// Waits for a turn, and keeps it until [`rest`](Self::rest)
    async fn work(&self) {
        if !*self.0.works.borrow() {
            // The semaphore is never closed.
            let turn = self.0.turns.clone().acquire_owned().await.ok();
            *self.0.turn.lock().unwrap_or_else(PoisonError::into_inner) = turn;
            self.0.works.send_replace(true);
        }
    }

    /// Lets others have the turn: while nothing happens, and while the client takes what he got
    pub fn rest(&self) {
        drop(self.0.turn.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.0.works.send_replace(false);
    }

    /// Returns when one piece of work has taken this long
    pub async fn overdue(&self, limit: Duration) {
        let mut works = self.0.works.subscribe();
        loop {
            // The sender lives as long as `self`.
            let _ = works.wait_for(|works| *works).await;
            if tokio::time::timeout(limit, works.wait_for(|works| !works)).await.is_err() {
                return;
            }
        }
    }

    /// Why the stream has ended, where it was not the operation's own end
    pub fn ending(&self) -> Option<Ending> {
        self.0.ending.get().copied()
    }
}

/// Events for one subscription
struct Follower<W> {
    receiver: broadcast::Receiver<Heard>,
    subscription: Subscription,
    wants: W,
}

impl<W: Fn(&Event) -> bool> Follower<W> {
    async fn next(&mut self) -> Option<Arc<Event>> {
        self.subscription.rest();
        let ending = loop {
            match self.receiver.recv().await {
                Ok(Heard::Event(event)) if (self.wants)(&event) => return Some(event),
                Ok(Heard::Event(_)) => {}
                Ok(Heard::Lost) | Err(broadcast::error::RecvError::Closed) => break Ending::Lost,
                Err(broadcast::error::RecvError::Lagged(_)) => break Ending::Slow,
            }
        };
        let _ = self.subscription.0.ending.set(ending);
        None
    }
}

/// The rows of events that are wanted, each loaded as the subscriber may see it
pub fn follow<T, W, F, L>(
    ctx: &Context<'_>,
    wants: W,
    load: L,
) -> impl Stream<Item = AppResult<T>> + Send + use<T, W, F, L>
where
    T: Send,
    W: Fn(&Event) -> bool + Send,
    F: Future<Output = AppResult<Vec<T>>> + Send,
    L: Fn(Arc<Event>) -> F + Send,
{
    let subscription = ctx.data_unchecked::<Subscription>().clone();
    let follower = Follower { receiver: ctx.app().events.subscribe(), subscription, wants };
    stream::unfold((follower, VecDeque::new(), load), async |(mut follower, mut rows, load)| {
        loop {
            if let Some(row) = rows.pop_front() {
                follower.subscription.work().await;
                return Some((row, (follower, rows, load)));
            }
            let event = follower.next().await?;
            follower.subscription.work().await;
            match load(event).await {
                Ok(found) => rows.extend(found.into_iter().map(Ok)),
                Err(error) => rows.push_back(Err(error)),
            }
        }
    })
}
