//! Subscriptions: clients of WebSockets and of streams of events, as tests need them.

use std::{net::SocketAddr, time::Duration};

use axum::{
    ServiceExt as _,
    body::{Body, BodyDataStream},
    http::{HeaderName, HeaderValue, StatusCode, header},
};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _, protocol::frame::coding::CloseCode},
};
use tower::ServiceExt as _;

use crate::app::{Caller, TestApp};

mod approval_changed;
mod event_stream;
mod interaction_added;
mod servers;
mod sessions;
mod socket;

const PATIENCE: Duration = Duration::from_secs(20);

/// What every subscriber here asks
pub const ADDED: &str = "subscription { interactionAdded { kind realm summary } }";

pub const ADD_SMS: &str = "mutation($messages: [SmsMessageInput!]!) { smsMessagesAdd(messages: $messages) { added } }";

/// An officer's message to a customer whom nobody knows
pub fn sms(officer: &str, second: usize, content: &str) -> Value {
    let at = format!("2026-01-01T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60);
    json!({"sender": officer, "receiver": "C1", "senderRole": "OFFICER", "sentAt": at, "content": content})
}

pub async fn add_sms(caller: &Caller, messages: &[Value]) {
    caller.query_with(ADD_SMS, json!({"messages": messages})).await.ok();
}

/// Waits until the server hears what transactions tell
pub async fn listening(app: &TestApp) {
    let hears = async {
        while app.app.db.is_pg() && !app.app.sessions.listener.hears() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, hears).await.unwrap();
}

/// Serves on a port
pub async fn serve(app: &TestApp) -> SocketAddr {
    listening(app).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = app.router.clone().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// A client of the protocol `graphql-transport-ws`
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Opens a socket; the status where it is refused
    pub async fn open(address: SocketAddr, headers: &[(&str, &str)]) -> Result<Socket, StatusCode> {
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        for (name, value) in headers {
            let name = HeaderName::try_from(*name).unwrap();
            request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Socket(socket)),
            Err(Error::Http(response)) => Err(response.status()),
            Err(error) => panic!("{error}"),
        }
    }

    pub async fn speaking(address: SocketAddr) -> Socket {
        Socket::open(address, &[("sec-websocket-protocol", "graphql-transport-ws")]).await.unwrap()
    }

    /// Opens a socket and waits until it is acknowledged
    pub async fn of(address: SocketAddr, caller: &Caller) -> Socket {
        let mut socket = Socket::speaking(address).await;
        let token = caller.token.as_ref().map(|token| format!("Bearer {token}"));
        socket.say(json!({"type": "connection_init", "payload": {"authorization": token}})).await;
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        socket
    }

    /// A socket with a subscription that has begun
    pub async fn subscribed(address: SocketAddr, caller: &Caller, document: &str) -> Socket {
        let mut socket = Socket::of(address, caller).await;
        socket.subscribe("1", document).await;
        // The answer to a later message comes when the operation runs, or soon: events are what tests wait for.
        socket.say(json!({"id": "0", "type": "subscribe", "payload": {"query": "{ __typename }"}})).await;
        assert_eq!(socket.hear().await["payload"]["data"], json!({"__typename": "Query"}));
        assert_eq!(socket.hear().await, json!({"id": "0", "type": "complete"}));
        tokio::time::sleep(Duration::from_millis(100)).await;
        socket
    }

    pub async fn say(&mut self, message: Value) {
        self.send(Message::Text(message.to_string().into())).await;
    }

    pub async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    pub async fn subscribe(&mut self, id: &str, document: &str) {
        self.say(json!({"id": id, "type": "subscribe", "payload": {"query": document}})).await;
    }

    /// The next message
    pub async fn hear(&mut self) -> Value {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("no message").unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("no message but {other:?}"),
            }
        }
    }

    /// What the next event of the subscription `1` brings
    pub async fn event(&mut self) -> Value {
        let message = self.hear().await;
        assert_eq!((&message["id"], &message["type"]), (&json!("1"), &json!("next")), "{message}");
        assert!(message["payload"].get("errors").is_none(), "{message}");
        message["payload"]["data"].clone()
    }

    /// The summary of the next interaction
    pub async fn summary(&mut self) -> String {
        self.event().await["interactionAdded"]["summary"].as_str().unwrap().to_owned()
    }

    /// Code and reason of the end, which must come next; and how many messages came before
    pub async fn closed(mut self) -> (u16, String, usize) {
        let mut before = 0;
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("still open").unwrap().unwrap() {
                Message::Close(frame) => {
                    let frame = frame.unwrap();
                    return (CloseCode::into(frame.code), frame.reason.to_string(), before);
                }
                Message::Text(_) => before += 1,
                _ => {}
            }
        }
    }

    pub async fn code(self) -> u16 {
        self.closed().await.0
    }
}

/// A client of GraphQL over Server-Sent Events
pub struct EventStream {
    body: BodyDataStream,
    text: String,
}

/// An event: its name and what it brings; a comment's name is empty
pub type Event = (String, Value);

impl EventStream {
    pub async fn post(caller: &Caller, document: &str) -> EventStream {
        let request = caller.request("POST", "/graphql").header(header::CONTENT_TYPE, "application/json");
        let request = request.header(header::ACCEPT, "text/event-stream");
        EventStream::of(caller, request.body(Body::from(json!({"query": document}).to_string())).unwrap()).await
    }

    pub async fn of(caller: &Caller, request: axum::http::Request<Body>) -> EventStream {
        let response = caller.app.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        let body = response.into_body().into_data_stream();
        // The subscription begins beside the answer.
        tokio::time::sleep(Duration::from_millis(100)).await;
        EventStream { body, text: String::new() }
    }

    /// The next event; none at the end
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
                if let Some(comment) = field(": ") {
                    return Some((String::new(), comment.into()));
                }
                if let Some(name) = field("event: ") {
                    let data = field("data: ").filter(|data| !data.is_empty());
                    return Some((
                        name.to_owned(),
                        data.map_or(Value::Null, |data| serde_json::from_str(data).unwrap()),
                    ));
                }
                continue;
            }
            let chunk = timeout(PATIENCE, self.body.next()).await.expect("no event")?.unwrap();
            self.text += std::str::from_utf8(&chunk).unwrap();
        }
    }

    /// All events until the end
    pub async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}
