//! What differs from one legacy system to the next.

use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Value as Json, json};

use super::{document::Operation, input::Wire, output::Fields};
use crate::{auth::Realm, error::Code};

/// How a legacy request says whose it is
pub enum Presented {
    Nothing,
    /// A JWT or a `sid`
    Token(String),
    /// The number of an estate agent, without a token
    Agent(i64),
}

/// Why an operation failed
#[derive(Debug)]
pub struct Failure {
    pub code: Code,
    pub message: String,
    /// The wire parameter at fault, where one is
    pub field: Option<String>,
    /// Seconds to wait, where it was too much at once
    pub retry_after: Option<i64>,
}

impl Failure {
    pub fn bad_input(field: &str, message: impl Into<String>) -> Failure {
        Failure { code: Code::BadUserInput, message: message.into(), field: Some(field.to_owned()), retry_after: None }
    }

    /// What to tell a client that reads Chinese: the cause in his words, the parameter's name as he wrote it
    pub fn chinese(&self) -> String {
        let what = match self.code {
            Code::NotFound => "记录不存在",
            Code::Conflict => "数据冲突",
            Code::Forbidden => "没有权限",
            Code::Unauthenticated => "请先登录",
            Code::RateLimited => "操作过于频繁，请稍后再试",
            Code::Unavailable => "服务暂不可用，请稍后再试",
            Code::Internal => "系统异常",
            // What a document of the shim can not bring stands here too.
            Code::BadUserInput
            | Code::CostExceeded
            | Code::GraphqlParseFailed
            | Code::GraphqlValidationFailed
            | Code::PersistedQueryNotFound
            | Code::DocumentNotTrusted => "参数错误",
        };
        match (&self.field, self.code) {
            (Some(field), Code::BadUserInput) => format!("{what}: {}", field),
            // The number under which the log has the cause
            (_, Code::Internal) => format!("{what} {}", self.message.rsplit(' ').next().unwrap_or_default()),
            _ => what.to_owned(),
        }
    }
}

/// A URL that answers a file: no document describes it, its handler stands in the system's `files.rs`
pub struct Download {
    pub path: String,
    /// The contract's operationId, section and title
    pub id: &'static str,
    pub section: &'static str,
    pub summary: &'static str,
    pub note: &'static str,
    /// The document whose operations it belongs to
    pub module: &'static str,
    pub media_type: &'static str,
    /// Its parameters, all of them texts, and what they say; those that its path does not name stand in the query string
    pub parameters: &'static [(&'static str, &'static str)],
}

/// Envelope, token, dates and errors of one system
pub trait Dialect: Send + Sync {
    /// The system, for readers
    fn title(&self) -> &'static str;

    /// The business whose accounts sign in here
    fn realm(&self) -> Realm;

    /// What [`presented`](Dialect::presented) reads besides parameters, as OpenAPI's security schemes
    fn schemes(&self) -> Json {
        json!({"bearer": {"type": "http", "scheme": "bearer"}})
    }

    /// Parameters of which one says whose request it is
    fn credentials(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whose request it is
    fn presented(&self, headers: &HeaderMap, _wire: &Wire) -> Presented {
        bearer(headers)
    }

    /// Puts right what the system's clients write in their own way
    fn tidy(&self, _wire: &mut Wire) {}

    /// Wraps what the document shows
    fn success<'a>(&self, operation: &'a Operation, data: Fields<'a>) -> Fields<'a>;

    /// Wraps an error; `text` is what the operation's document says for it
    fn failure(&self, failure: &Failure, text: Option<&str>) -> Json;

    /// The files that the system answers
    fn downloads(&self) -> Vec<Download> {
        Vec::new()
    }

    /// Status of a failure
    fn status(&self, _failure: &Failure) -> StatusCode {
        StatusCode::OK
    }

    /// Headers to answer with besides the body
    fn headers(&self, _operation: &Operation, _answer: &Fields<'_>) -> HeaderMap {
        HeaderMap::new()
    }
}

/// `Authorization: Bearer <token>`, or the bare token
pub fn bearer(headers: &HeaderMap) -> Presented {
    let Some(value) = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) else {
        return Presented::Nothing;
    };
    let token = match value.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("bearer ") => &value[7..],
        _ => value,
    };
    match token.trim() {
        "" => Presented::Nothing,
        token => Presented::Token(token.to_owned()),
    }
}
