//! What WebSockets and streams of events have in common: an operation whose answers go into a channel, and the watch
//! over him whom they are for.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_graphql::parser::types::OperationType;
use futures_util::FutureExt as _;
use tokio::{
    sync::{broadcast, mpsc},
    time::{Instant, Interval, MissedTickBehavior, interval},
};

use super::{
    Client, Server,
    document::server_error,
    operation::{Answer, Prepared},
};
use crate::{
    app::App,
    auth::Viewer,
    domains::identity::session::{Credential, Session},
    error::{AppError, Code},
    events::{Ending, Subscription},
};

/// How many answers wait for a client that takes them slowly
pub const QUEUE: usize = 16;

/// How often it is looked at whether a session has ended without a word: by its time, or by another program
const LOOK: Duration = Duration::from_secs(5);

/// Part of what an operation brings
pub enum Part {
    Answer(Answer),
    /// Nothing follows
    Complete,
    /// Nothing follows, although the client wants more
    Ended(Ending),
}

impl Server {
    /// Runs an operation to its end and hands its parts to a channel, each with a key; gives up when nobody takes them
    pub async fn feed<K: Clone + Send + Sync>(
        self,
        prepared: Result<Prepared, Answer>,
        viewer: Arc<Viewer>,
        client: Client,
        key: K,
        out: mpsc::Sender<(K, Part)>,
    ) {
        let start = Instant::now();
        let parts = async {
            match prepared {
                Ok(prepared) if prepared.kind == OperationType::Subscription => {
                    self.follow(prepared, &viewer, &client, &key, &out).await
                }
                Ok(prepared) => Ok(self.run(prepared, &viewer, &client).await.counted(start)),
                Err(answer) => Ok(answer.counted(start)),
            }
        };
        let last = match AssertUnwindSafe(parts).catch_unwind().await {
            Ok(Err(last)) => last,
            Ok(Ok(answer)) => {
                // A closed channel: the client has gone.
                let _ = out.send((key.clone(), Part::Answer(answer))).await;
                Part::Complete
            }
            Err(_) => {
                let error = server_error(AppError::internal("an operation panicked"));
                let answer = Answer::refused(vec![error]).counted(start);
                let _ = out.send((key.clone(), Part::Answer(answer))).await;
                Part::Complete
            }
        };
        let _ = out.send((key, last)).await;
    }

    /// Runs a subscription. Its end is the last part, or an answer behind which it ends.
    async fn follow<K: Clone>(
        &self,
        prepared: Prepared,
        viewer: &Arc<Viewer>,
        client: &Client,
        key: &K,
        out: &mpsc::Sender<(K, Part)>,
    ) -> Result<Answer, Part> {
        let start = Instant::now();
        let subscription = Subscription::new(&self.app.events);
        let _counted = Counted::new();
        let mut responses = match self.subscribe(prepared, viewer, client, &subscription) {
            Ok(responses) => responses,
            Err(answer) => return Ok(answer.counted(start)),
        };
        let limit = Duration::from_secs(self.app.config.max_seconds);
        loop {
            let response = tokio::select! {
                response = responses.next() => response,
                () = subscription.overdue(limit) => {
                    return Ok(Answer::refused(vec![server_error(AppError::cost("An event's answer takes too long"))]));
                }
            };
            subscription.rest();
            match response {
                Some(Ok((response, files))) => {
                    let part = Part::Answer(Answer::new(response, 0).with_files(files));
                    out.send((key.clone(), part)).await.map_err(|_| Part::Complete)?;
                }
                Some(Err(error)) => return Ok(Answer::failed(error)),
                None => return Err(subscription.ending().map_or(Part::Complete, Part::Ended)),
            }
        }
    }
}

/// A running subscription, for the metrics
struct Counted;

impl Counted {
    fn new() -> Counted {
        metrics::gauge!("quintet_subscriptions").increment(1.0);
        Counted
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!("quintet_subscriptions").decrement(1.0);
    }
}

/// Watches over him whom a stream is for
pub struct Watch {
    app: App,
    pub viewer: Arc<Viewer>,
    token: Option<String>,
    news: broadcast::Receiver<Option<i64>>,
    looks: Interval,
}

impl Watch {
    pub fn new(app: &App, token: Option<String>, viewer: Arc<Viewer>) -> Watch {
        // Its first tick comes at once: the session may have ended since the viewer was found.
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // A token that is worth nothing is nobody's, and can not end.
        let token = token.filter(|_| !viewer.is_nobody());
        Watch { app: app.clone(), news: app.sessions.news.subscribe(), viewer, token, looks }
    }

    /// Returns when it is time to [`check`](Self::check)
    pub async fn due(&mut self) {
        loop {
            tokio::select! {
                biased;
                news = self.news.recv() => match news {
                    Ok(Some(account)) if Some(account) != self.viewer.account_id => {}
                    Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
                    _ => return,
                },
                _ = self.looks.tick() => return,
            }
        }
    }

    /// Why the stream has to end now, if it has to
    pub async fn check(&self) -> Result<(), Ending> {
        let Some(token) = &self.token else { return Ok(()) };
        match Session::viewer(&self.app, Credential::Token(token)).await {
            Ok(viewer) if viewer == *self.viewer => Ok(()),
            Ok(_) => Err(Ending::OtherRights),
            Err(AppError { code: Code::Unauthenticated, .. }) => Err(Ending::SignedOut),
            // Who can not be looked at must not see more.
            Err(_) => Err(Ending::Lost),
        }
    }
}
