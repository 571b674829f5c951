//! GraphQL over WebSocket: the protocol `graphql-transport-ws`, with its close codes.
//!
//! Each operation is a task that feeds the connection's channel. The connection alone reads and writes the socket, so
//! that nothing more is sent once it has heard that the session has ended, and a client that takes nothing holds up
//! nobody else.

use std::{collections::HashMap, time::Duration};

use axum::{
    extract::{
        FromRequestParts as _, Request,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use tokio::{
    sync::mpsc,
    time::{Instant, Interval, MissedTickBehavior, interval, sleep_until, timeout},
};
use tokio_util::task::AbortOnDropHandle;

use super::{
    Client, Server,
    endpoint::{bare, token},
    operation::Answer,
    request::{Refusal, one},
    seats::{self, Seat},
    stream::{Part, QUEUE, Watch},
    wishes::Wishes,
};
use crate::{
    config::Config,
    domains::identity::session::{Credential, Session},
    error::{AppError, Code},
    events::Ending,
};

const PROTOCOL: &str = "graphql-transport-ws";

/// How long a client may take to begin
const INIT: Duration = Duration::from_secs(3);
/// How long a client may take nothing of what is sent
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the end of a connection may take
const FAREWELL: Duration = Duration::from_secs(2);
/// What is read at once; a socket that is quiet should take little memory
const BUFFER: usize = 4096;
/// Most bytes of the text in a close frame
const MOST_REASON: usize = 123;

/// Whether a request asks for a WebSocket
pub fn is_wanted(request: &Request) -> bool {
    let upgrade = request.headers().get(header::UPGRADE).map(|upgrade| upgrade.as_bytes());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case(b"websocket"))
}

pub async fn upgrade(server: Server, client: Client, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if !may_call(&parts.headers, &client, &server.app.config) {
        return (StatusCode::FORBIDDEN, "not from this origin: see --cors-origins").into_response();
    }
    let Some(seat) = server.seats.of_address(client.address) else { return seats::refusal() };
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade.protocols([PROTOCOL]),
        Err(rejection) => return rejection.into_response(),
    };
    let most = server.app.config.max_message;
    let upgrade = upgrade.max_message_size(most).max_frame_size(most).read_buffer_size(BUFFER).write_buffer_size(0);
    let spoken = upgrade.selected_protocol().is_some();
    let authorization = token(&parts.headers).map(str::to_owned);
    upgrade.on_upgrade(move |socket| {
        let tasks = server.tasks.clone();
        let (out, parts) = mpsc::channel(QUEUE);
        let mut pings = interval(Duration::from_secs(server.app.config.ping_seconds));
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (operations, watch, seats) = (HashMap::new(), None, vec![seat]);
        let connection = Connection {
            server,
            client,
            authorization,
            watch,
            out,
            operations,
            serial: 0,
            heard: Instant::now(),
            seats,
        };
        tasks.track_future(connection.serve(socket, parts, pings, spoken))
    })
}

/// Whether the page that a browser shows may call here: the policy of the CORS settings, which browsers do not apply to
/// WebSockets
fn may_call(headers: &HeaderMap, client: &Client, config: &Config) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let host = origin.split_once("://").map(|(_, host)| host);
    let own = [config.authority.as_deref(), client.host.as_deref()];
    host.is_some_and(|host| own.into_iter().flatten().any(|own| own.eq_ignore_ascii_case(host)))
        || config.cors_origins.iter().any(|allowed| allowed == "*" || allowed == origin)
}

/// Why a connection ends, as the client is told; none where he can not be told
struct Close(Option<(u16, String)>);

impl Close {
    fn new(code: u16, reason: impl Into<String>) -> Close {
        Close(Some((code, reason.into())))
    }

    fn invalid(reason: impl Into<String>) -> Close {
        Close::new(4400, reason)
    }
}

impl From<Ending> for Close {
    /// Clients connect anew after all of these codes but 4403
    fn from(ending: Ending) -> Close {
        let code = match ending {
            Ending::Slow | Ending::Lost => 1013,
            Ending::SignedOut => 4403,
            Ending::OtherRights => 1012,
            Ending::Stopping => 1001,
        };
        Close::new(code, ending.error().message)
    }
}

/// An operation's id and its number: an id may be used again when its operation has ended
type Key = (String, u64);

struct Connection {
    server: Server,
    client: Client,
    /// Token of the request that opened the socket
    authorization: Option<String>,
    /// Some when the client was acknowledged
    watch: Option<Watch>,
    out: mpsc::Sender<(Key, Part)>,
    operations: HashMap<String, (u64, AbortOnDropHandle<()>)>,
    serial: u64,
    /// When the client last gave a sign of life
    heard: Instant,
    seats: Vec<Seat>,
}

#[derive(Serialize)]
struct Frame<'a, P> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    r#type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<P>,
}

impl Connection {
    async fn serve(
        mut self,
        mut socket: WebSocket,
        mut parts: mpsc::Receiver<(Key, Part)>,
        mut pings: Interval,
        spoken: bool,
    ) {
        let Err(close) = (match spoken {
            true => self.run(&mut socket, &mut parts, &mut pings).await,
            false => Err(Close::new(4406, "Subprotocol not acceptable: speak graphql-transport-ws")),
        }) else {
            return;
        };
        self.operations.clear();
        let Some((code, mut reason)) = close.0 else { return };
        tracing::debug!(code, reason, "socket closed");
        reason.truncate(reason.floor_char_boundary(MOST_REASON));
        let farewell = async {
            socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await.ok()?;
            // The client has to read it before the connection goes.
            while let Some(Ok(_)) = socket.recv().await {}
            Some(())
        };
        let _ = timeout(FAREWELL, farewell).await;
    }

    /// Serves until the connection has to end; well, when the client ends it
    async fn run(
        &mut self,
        socket: &mut WebSocket,
        parts: &mut mpsc::Receiver<(Key, Part)>,
        pings: &mut Interval,
    ) -> Result<(), Close> {
        let deadline = Instant::now() + INIT;
        let stopping = self.server.stopping.clone();
        loop {
            let message = tokio::select! {
                biased;
                () = stopping.cancelled() => return Err(Ending::Stopping.into()),
                () = due(&mut self.watch) => {
                    if let Some(watch) = &self.watch {
                        watch.check().await?;
                    }
                    continue;
                }
                () = sleep_until(deadline), if self.watch.is_none() => {
                    return Err(Close::new(4408, "Connection initialisation timeout"));
                }
                message = socket.recv() => message,
                Some((key, part)) = parts.recv() => {
                    self.pass(socket, key, part).await?;
                    continue;
                }
                now = pings.tick() => {
                    if now.duration_since(self.heard) > 2 * pings.period() {
                        return Err(Close(None));
                    }
                    send(socket, Message::Ping(Vec::new().into())).await?;
                    continue;
                }
            };
            self.heard = Instant::now();
            match message {
                Some(Ok(Message::Text(text))) => self.take(socket, &text).await?,
                Some(Ok(Message::Binary(_))) => return Err(Close::invalid("Messages are texts")),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                // The library answers it; a message that is too long gets its own code.
                None | Some(Ok(Message::Close(_))) => return Ok(()),
                Some(Err(_)) => return Err(Close::new(1009, "Not a message, or too long")),
            }
        }
    }

    /// Sends a part of an operation, unless the client has ended it
    async fn pass(&mut self, socket: &mut WebSocket, key: Key, part: Part) -> Result<(), Close> {
        let (id, serial) = key;
        if self.operations.get(&id).is_none_or(|(current, _)| *current != serial) {
            return Ok(());
        }
        match part {
            Part::Answer(answer) if answer.data.is_some() => {
                frame(socket, Some(&id), "next", Some(answer.body())).await
            }
            Part::Answer(answer) => {
                self.operations.remove(&id);
                refuse(socket, &id, &answer).await
            }
            Part::Complete => {
                self.operations.remove(&id);
                frame(socket, Some(&id), "complete", None::<()>).await
            }
            Part::Ended(ending) => Err(ending.into()),
        }
    }

    /// Does what a message of the client's says
    async fn take(&mut self, socket: &mut WebSocket, text: &str) -> Result<(), Close> {
        let mut message: Map<String, Json> =
            serde_json::from_str(text).map_err(|_| Close::invalid("A message is a JSON object"))?;
        let (kind, payload) = (message.remove("type"), message.remove("payload"));
        let id = match message.remove("id") {
            Some(Json::String(id)) if !id.is_empty() => Some(id),
            None => None,
            Some(_) => return Err(Close::invalid("id must be a string that is not empty")),
        };
        match (kind.as_ref().and_then(Json::as_str), id) {
            (Some("connection_init"), _) => self.init(socket, payload).await,
            (Some("ping"), _) => frame(socket, None, "pong", payload).await,
            (Some("pong"), _) => Ok(()),
            (Some("subscribe"), Some(id)) => self.subscribe(socket, id, payload).await,
            (Some("complete"), Some(id)) => {
                self.operations.remove(&id);
                Ok(())
            }
            (Some("subscribe" | "complete"), None) => Err(Close::invalid("id is missing")),
            _ => Err(Close::invalid("No such type of message")),
        }
    }

    async fn init(&mut self, socket: &mut WebSocket, payload: Option<Json>) -> Result<(), Close> {
        if self.watch.is_some() {
            return Err(Close::new(4429, "Too many initialisation requests"));
        }
        let token = match payload {
            None | Some(Json::Null) => None,
            Some(Json::Object(payload)) => authorization(&payload),
            Some(_) => return Err(Close::invalid("The payload of connection_init is an object")),
        };
        let token = token.or_else(|| self.authorization.take());
        let viewer = match &token {
            Some(token) => Session::viewer(&self.server.app, Credential::Token(token)).await.map_err(forbidden)?,
            None => Default::default(),
        };
        if let Some(account) = viewer.account_id {
            let seat = self.server.seats.of_account(account);
            self.seats.push(seat.ok_or_else(|| Close::new(1013, seats::MESSAGE))?);
        }
        self.watch = Some(Watch::new(&self.server.app, token, viewer.into()));
        frame(socket, None, "connection_ack", None::<()>).await
    }

    async fn subscribe(&mut self, socket: &mut WebSocket, id: String, payload: Option<Json>) -> Result<(), Close> {
        let Some(watch) = &self.watch else { return Err(Close::new(4401, "Unauthorized")) };
        let asked = one(payload.unwrap_or_default()).map_err(|Refusal(_, message)| Close::invalid(message))?;
        if self.operations.contains_key(&id) {
            return Err(Close::new(4409, format!("Subscriber for {id} already exists")));
        }
        let refused = |error| Answer::failed(error).counted(Instant::now());
        if let Err(seconds) = self.server.rate_limit.count(self.client.address) {
            return refuse(socket, &id, &refused(AppError::rate_limited(seconds))).await;
        }
        if self.operations.len() >= self.server.app.config.max_operations {
            let most = self.server.app.config.max_operations;
            let error = AppError::cost(format!("A connection has at most {most} operations at once"));
            return refuse(socket, &id, &refused(error)).await;
        }
        self.serial += 1;
        let prepared = self.server.prepare(asked, &watch.viewer, Wishes::default());
        let (key, out) = ((id.clone(), self.serial), self.out.clone());
        let feed = self.server.clone().feed(prepared, watch.viewer.clone(), self.client.clone(), key, out);
        self.operations.insert(id, (self.serial, AbortOnDropHandle::new(tokio::spawn(feed))));
        Ok(())
    }
}

async fn due(watch: &mut Option<Watch>) {
    match watch {
        Some(watch) => watch.due().await,
        None => std::future::pending().await,
    }
}

/// The token in the payload of `connection_init`: `authorization`, or so below `headers`, in whatever case
fn authorization(payload: &Map<String, Json>) -> Option<String> {
    let named = |fields: &Map<String, Json>| {
        let field = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        field.and_then(|(_, value)| bare(value.as_str()?)).map(str::to_owned)
    };
    named(payload).or_else(|| named(payload.get("headers")?.as_object()?))
}

fn forbidden(error: AppError) -> Close {
    match error.code {
        Code::Unauthenticated => Close::new(4403, "Forbidden"),
        _ => Close::new(1013, error.message),
    }
}

async fn refuse(socket: &mut WebSocket, id: &str, answer: &Answer) -> Result<(), Close> {
    frame(socket, Some(id), "error", Some(answer.body().errors)).await
}

async fn frame(
    socket: &mut WebSocket,
    id: Option<&str>,
    kind: &'static str,
    payload: Option<impl Serialize>,
) -> Result<(), Close> {
    let text = serde_json::to_string(&Frame { id, r#type: kind, payload });
    let text = text.map_err(|error| Close::new(4500, AppError::internal(error).message))?;
    send(socket, Message::Text(text.into())).await
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), Close> {
    match timeout(PATIENCE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Close(None)),
    }
}
