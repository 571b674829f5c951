//! `Quintet-Trace: sql` asks for `extensions.trace`: how long an operation took, and the statements that it sent. Only
//! administrators of all realms are told; values are never.

use std::time::{Duration, Instant};

use async_graphql::Response as GraphqlResponse;
use axum::http::HeaderMap;
use futures_util::future::BoxFuture;
use serde_json::{Value as Json, json};

use super::to_value;
use crate::{
    auth::Viewer,
    db::run::{Sent, watched},
};

/// Most statements that are told, each by so much of its text
const MOST: usize = 200;
const LONGEST: usize = 4000;

/// Whether a client asks for it, and may
pub fn is_wanted(headers: &HeaderMap, viewer: &Viewer) -> bool {
    headers.get("quintet-trace").is_some_and(|wish| wish == "sql") && viewer.administers()
}

type Work = BoxFuture<'static, (GraphqlResponse, u64)>;

/// An execution that answers what it sent besides
pub fn traced(work: Work) -> Work {
    Box::pin(async {
        let start = Instant::now();
        let ((mut response, statements), sent) = watched(work).await;
        let micros = micros(start.elapsed());
        let sql: Vec<Json> = sent.iter().take(MOST).map(told).collect();
        let trace = json!({"micros": micros, "statements": statements, "sql": sql});
        response.extensions.insert("trace".to_owned(), to_value(trace));
        (response, statements)
    })
}

fn told(sent: &Sent) -> Json {
    let text: String = sent.text.chars().take(LONGEST).collect();
    json!({"text": text, "micros": micros(sent.took)})
}

fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}
