//! What a client wants to know besides the answer: the header `GraphQL-Cost`, which `extensions.cost` answers, and
//! `Quintet-Trace: sql`, which `extensions.trace` answers for administrators of all realms.

use axum::http::{HeaderMap, HeaderName};
use serde::Serialize;

use crate::auth::{Viewer, budget::Level};

pub const GRAPHQL_COST: HeaderName = HeaderName::from_static("graphql-cost");

#[derive(Clone, Copy, Default)]
pub struct Wishes {
    pub cost: CostWish,
    /// The statements that the operation sends
    pub trace: bool,
}

impl Wishes {
    /// None: a header says something else
    pub fn of(headers: &HeaderMap, viewer: &Viewer) -> Option<Wishes> {
        let cost = match headers.get(GRAPHQL_COST).map(|value| value.as_bytes()) {
            None => CostWish::Nothing,
            Some(value) if value.eq_ignore_ascii_case(b"report") => CostWish::Report,
            Some(value) if value.eq_ignore_ascii_case(b"validate") => CostWish::Validate,
            Some(_) => return None,
        };
        let trace = headers.get("quintet-trace").is_some_and(|wish| wish == "sql") && viewer.administers();
        Some(Wishes { cost, trace })
    }
}

/// What a client wants to know of the cost
#[derive(Clone, Copy, Default, PartialEq)]
pub enum CostWish {
    #[default]
    Nothing,
    /// `report`: execute, and tell
    Report,
    /// `validate`: tell, and execute nothing
    Validate,
}

/// `extensions.cost`
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// What is paid before it runs
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
