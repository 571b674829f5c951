//! Viewers by their credential, so that a request on PostgreSQL does not ask for its session each time.
//!
//! A viewer leaves the cache when his account's sessions end, on every server (see [`Listener`]); while a server would
//! not hear of that, it keeps nothing. On SQLite a look-up costs less than it would save, so nothing is kept either.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use moka::sync::Cache;
use tokio::sync::broadcast;

use crate::{
    auth::Viewer,
    db::{Time, listen::Listener},
};

pub struct SessionCache {
    viewers: Cache<String, (Viewer, Time)>,
    /// Grows with each departure: what was read before one is not kept after it
    departures: AtomicU64,
    /// Whose sessions may have ended or whose rights may have changed: an account's, or anybody's
    pub news: broadcast::Sender<Option<i64>>,
    pub listener: Listener,
}

/// How much news waits for those whose requests do not end by themselves; who misses some asks anew
const NEWS: usize = 256;

impl Default for SessionCache {
    fn default() -> Self {
        SessionCache {
            viewers: Cache::builder()
                .max_capacity(100_000)
                .time_to_live(Duration::from_secs(300))
                .support_invalidation_closures()
                .build(),
            departures: AtomicU64::new(0),
            news: broadcast::Sender::new(NEWS),
            listener: Listener::default(),
        }
    }
}

impl SessionCache {
    pub fn get(&self, credential: &str) -> Option<Viewer> {
        let (viewer, expires_at) = self.viewers.get(credential).filter(|_| self.listener.hears())?;
        (expires_at > Time::now()).then_some(viewer)
    }

    /// To be asked before the session is read, and handed to [`keep`](Self::keep) afterwards
    pub fn mark(&self) -> u64 {
        self.departures.load(Ordering::Acquire)
    }

    pub fn keep(&self, credential: &str, viewer: &Viewer, expires_at: Time, mark: u64) {
        if self.listener.hears() && self.mark() == mark {
            self.viewers.insert(credential.to_owned(), (viewer.clone(), expires_at));
            // A departure between the check and the insertion would have missed the entry.
            if self.mark() != mark {
                self.viewers.invalidate(credential);
            }
        }
    }

    /// An account's sessions have ended
    pub fn forget(&self, account: i64) {
        self.departures.fetch_add(1, Ordering::AcqRel);
        let of_account = move |_: &String, (viewer, _): &(Viewer, Time)| viewer.account_id == Some(account);
        if self.viewers.invalidate_entries_if(of_account).is_err() {
            self.viewers.invalidate_all();
        }
        // Nobody may wait for it.
        let _ = self.news.send(Some(account));
    }

    pub fn forget_all(&self) {
        self.departures.fetch_add(1, Ordering::AcqRel);
        self.viewers.invalidate_all();
        let _ = self.news.send(None);
    }
}
