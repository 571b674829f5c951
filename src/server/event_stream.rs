//! GraphQL over Server-Sent Events, in the protocol's "distinct connections mode": one operation, its answers as `next`
//! events, then `complete`.
//!
//! A stream that ends although its client wants more has no `complete`, so that clients connect anew; a comment says
//! why. Who is not signed in any more gets that as an answer, and `complete`.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Extension,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

use super::{
    Client, Server,
    document::server_error,
    metrics,
    operation::{Answer, Prepared},
    seats::{Seat, refusal},
    stream::{Part, QUEUE, Watch},
};
use crate::{auth::Viewer, error::AppError, events::Ending};

/// Runs an operation, answering with a stream of events
pub fn respond(
    server: &Server,
    prepared: Result<Prepared, Answer>,
    viewer: Arc<Viewer>,
    token: Option<String>,
    client: Client,
) -> Response {
    let Some(seats) = server.seats.take(client.address, viewer.account_id) else { return refusal() };
    let (out, parts) = mpsc::channel(QUEUE);
    let feed = server.clone().feed(prepared, viewer.clone(), client, (), out);
    let feed = AbortOnDropHandle::new(tokio::spawn(feed));
    let watch = Watch::new(&server.app, token, viewer);
    let state = State { server: server.clone(), watch, parts, last: None, _feed: feed, _seats: seats };
    let events = stream::unfold(state, async |mut state| Some((Ok::<_, Infallible>(state.next().await?), state)));
    let pings = KeepAlive::new().interval(Duration::from_secs(server.app.config.ping_seconds));
    (Extension(metrics::Counted), Sse::new(events).keep_alive(pings)).into_response()
}

struct State {
    server: Server,
    watch: Watch,
    parts: mpsc::Receiver<((), Part)>,
    /// Some when the stream has ended, with what is still to be said
    last: Option<Option<Event>>,
    _feed: AbortOnDropHandle<()>,
    _seats: Vec<Seat>,
}

impl State {
    async fn next(&mut self) -> Option<Event> {
        if let Some(last) = &mut self.last {
            return last.take();
        }
        let ending = loop {
            tokio::select! {
                biased;
                () = self.server.stopping.cancelled() => break Ending::Stopping,
                () = self.watch.due() => if let Err(ending) = self.watch.check().await { break ending },
                part = self.parts.recv() => match part.map(|(_, part)| part) {
                    Some(Part::Answer(answer)) => return Some(next(&answer)),
                    Some(Part::Complete) => {
                        self.last = Some(None);
                        return Some(complete());
                    }
                    Some(Part::Ended(ending)) => break ending,
                    None => break Ending::Lost,
                },
            }
        };
        let error = ending.error();
        if ending == Ending::SignedOut {
            self.last = Some(Some(complete()));
            return Some(next(&Answer::refused(vec![server_error(error)])));
        }
        self.last = Some(None);
        Some(Event::default().comment(error.message))
    }
}

fn next(answer: &Answer) -> Event {
    let event = Event::default().event("next");
    match serde_json::to_string(&answer.body()) {
        Ok(body) => event.data(body),
        Err(error) => event.data(AppError::internal(error).message),
    }
}

fn complete() -> Event {
    // Without data a browser's EventSource would not hear of it.
    Event::default().event("complete").data("")
}
