//! `extensions.trace`: how long an operation took, and the statements that it sent; their values never.

use std::time::{Duration, Instant};

use async_graphql::Response;
use futures_util::future::BoxFuture;
use serde_json::{Value as Json, json};

use crate::{
    db::run::{Sent, watched},
    server::to_value,
};

/// Most statements that are told, each by so much of its text
const MOST: usize = 200;
const LONGEST: usize = 4000;

type Work = BoxFuture<'static, (Response, u64)>;

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
