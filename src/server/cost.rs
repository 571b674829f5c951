//! The header `GraphQL-Cost`, and `extensions.cost`, which answers it.

use axum::http::{HeaderMap, HeaderName};
use serde::Serialize;

use crate::auth::budget::Level;

pub const GRAPHQL_COST: HeaderName = HeaderName::from_static("graphql-cost");

/// What a client wants to know of the cost
#[derive(Clone, Copy, PartialEq)]
pub enum Wish {
    Nothing,
    /// `report`: execute, and tell
    Report,
    /// `validate`: tell, and execute nothing
    Validate,
}

impl Wish {
    /// None: the header says something else
    pub fn of(headers: &HeaderMap) -> Option<Wish> {
        let Some(value) = headers.get(GRAPHQL_COST) else { return Some(Wish::Nothing) };
        match value.as_bytes() {
            value if value.eq_ignore_ascii_case(b"report") => Some(Wish::Report),
            value if value.eq_ignore_ascii_case(b"validate") => Some(Wish::Validate),
            _ => None,
        }
    }
}

/// `extensions.cost`
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// What was paid before
    pub requested: u64,
    /// What it was in the end; none where nothing was executed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<u64>,
    /// Most that an operation may cost
    pub maximum: usize,
    /// What the bucket has and holds, and what flows into it each second; none where nothing is counted
    #[serde(flatten)]
    pub bucket: Option<Level>,
}

#[derive(Serialize)]
pub struct Extensions {
    pub cost: Cost,
}
