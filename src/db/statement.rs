//! One statement under way, for the metrics and the traces: by what it does to which table.

use std::time::Instant;

use metrics::Histogram;
use tracing::Span;

use crate::{meters, trace::SPANS};

/// Timed until it is dropped
pub struct Statement {
    timed: Option<(Histogram, Instant)>,
    _span: Span,
}

impl Statement {
    /// By the name of the query's Rust type; its text is made only for a trace
    pub fn of(kind: &'static str, text: impl FnOnce() -> String) -> Statement {
        let span = tracing::trace_span!(
            target: SPANS,
            "statement",
            otel.name = verb(kind),
            otel.kind = "client",
            db.operation.name = verb(kind),
            db.collection.name = table(kind),
            db.query.text = text()
        );
        let timed = histogram(kind).map(|seconds| (seconds, Instant::now()));
        Statement { timed, _span: span }
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        if let Some((seconds, start)) = &self.timed {
            seconds.record(start.elapsed().as_secs_f64());
        }
    }
}

/// As many as there are queries in the code
fn histogram(kind: &'static str) -> Option<Histogram> {
    let new = || metrics::histogram!("quintet_sql_seconds", "verb" => verb(kind), "table" => table(kind));
    meters::histogram(meters::key("quintet_sql_seconds", kind, 0), new)
}

fn verb(kind: &str) -> &'static str {
    let outer = kind.split('<').next().unwrap_or_default();
    match outer.rsplit("::").next() {
        Some("InsertStatement") => "insert",
        Some("UpdateStatement") => "update",
        Some("DeleteStatement") => "delete",
        _ => "select",
    }
}

/// The first table that the type names
fn table(kind: &'static str) -> &'static str {
    let rest = kind.split_once("::tables::").map(|(_, rest)| rest);
    rest.and_then(|rest| rest.split("::").next()).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;

    use super::*;
    use crate::db::{Frag, tables::accounts};

    #[test]
    fn a_query_s_type_tells_what_it_does() {
        let of = |query: &dyn Frag| (verb(query.kind()), table(query.kind()));
        assert_eq!(of(&accounts::table.filter(accounts::id.eq(1_i64)).select(accounts::login)), ("select", "accounts"));
        assert_eq!(of(&diesel::delete(accounts::table.filter(accounts::id.eq(1_i64)))), ("delete", "accounts"));
        assert_eq!(of(&diesel::update(accounts::table).set(accounts::login.eq("a"))), ("update", "accounts"));
        assert_eq!(of(&diesel::insert_into(accounts::table).values(accounts::login.eq("a"))), ("insert", "accounts"));
        assert_eq!(of(&diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>("true"))), ("select", "other"));
    }
}
