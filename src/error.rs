//! What can go wrong, as the caller is told.
//!
//! Model code (SQL) returns `QueryResult`, request code [`AppResult`], start-up code `anyhow::Result`.
//! [`Code`] is the closed list behind `extensions.code`; an internal cause goes to the log once, here, with an id,
//! and the client sees the id only.

use std::fmt::Display;

use async_graphql::{ErrorExtensionValues, Value};
use diesel::result::DatabaseErrorKind;

pub type AppResult<T> = Result<T, AppError>;

/// `extensions.code` of an error
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The document is no GraphQL
    GraphqlParseFailed,
    /// The document does not fit the schema
    GraphqlValidationFailed,
    /// No document is known by this id or hash; a client that has its text sends it along
    PersistedQueryNotFound,
    /// The document is none of those that this server executes
    DocumentNotTrusted,
    /// The operation exceeds a limit (depth, complexity, aliases, root fields, tokens, time)
    CostExceeded,
    /// An input breaks a rule; `extensions.field` names it
    BadUserInput,
    /// No such row, or none that the caller may see
    NotFound,
    /// The row exists already, is in use, or was changed meanwhile
    Conflict,
    /// Signed in, but without the right
    Forbidden,
    /// Not signed in, or the session has ended
    Unauthenticated,
    /// Too many attempts; `extensions.retryAfter` says how many seconds to wait
    RateLimited,
    /// An outside service or the database can not be reached now
    Unavailable,
    /// Our fault; `extensions.id` finds the cause in the log
    Internal,
}

impl Code {
    pub const ALL: [Code; 13] = [
        Code::GraphqlParseFailed,
        Code::GraphqlValidationFailed,
        Code::PersistedQueryNotFound,
        Code::DocumentNotTrusted,
        Code::CostExceeded,
        Code::BadUserInput,
        Code::NotFound,
        Code::Conflict,
        Code::Forbidden,
        Code::Unauthenticated,
        Code::RateLimited,
        Code::Unavailable,
        Code::Internal,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Code::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Code::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Code::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Code::DocumentNotTrusted => "DOCUMENT_NOT_TRUSTED",
            Code::CostExceeded => "COST_EXCEEDED",
            Code::BadUserInput => "BAD_USER_INPUT",
            Code::NotFound => "NOT_FOUND",
            Code::Conflict => "CONFLICT",
            Code::Forbidden => "FORBIDDEN",
            Code::Unauthenticated => "UNAUTHENTICATED",
            Code::RateLimited => "RATE_LIMITED",
            Code::Unavailable => "UNAVAILABLE",
            Code::Internal => "INTERNAL",
        }
    }
}

/// An error on its way to the client. It has no `Display` on purpose: async-graphql would then make a plain message
/// of it and lose the code.
#[derive(Clone, Debug)]
pub struct AppError {
    pub code: Code,
    pub message: String,
    /// The input that is at fault, for [`Code::BadUserInput`]
    pub field: Option<String>,
    /// Seconds to wait, for [`Code::RateLimited`]
    pub retry_after: Option<i64>,
    /// What to look for in the log, for [`Code::Internal`]
    pub id: Option<String>,
}

impl AppError {
    fn new(code: Code, message: impl Into<String>) -> AppError {
        AppError { code, message: message.into(), field: None, retry_after: None, id: None }
    }

    /// What was refused stands in another argument than `input`: in `filter`, say
    pub fn of_argument(self, argument: &str) -> AppError {
        let field = self.field.map(|field| field.replacen("input.", &format!("{argument}."), 1));
        AppError { field, ..self }
    }

    /// What was refused are arguments themselves, not fields of an `input`
    pub fn of_arguments(self) -> AppError {
        let field = self.field.map(|field| field.trim_start_matches("input.").to_owned());
        AppError { field, ..self }
    }

    /// `field` is the input's path as the client wrote it, "input.mobile"
    pub fn bad_input(field: impl Into<String>, message: impl Into<String>) -> AppError {
        AppError { field: Some(field.into()), ..AppError::new(Code::BadUserInput, message) }
    }

    pub fn not_found(entity: &str) -> AppError {
        AppError::new(Code::NotFound, format!("{entity} not found"))
    }

    pub fn conflict(message: impl Into<String>) -> AppError {
        AppError::new(Code::Conflict, message)
    }

    pub fn forbidden(message: impl Into<String>) -> AppError {
        AppError::new(Code::Forbidden, message)
    }

    pub fn unauthenticated(message: impl Into<String>) -> AppError {
        AppError::new(Code::Unauthenticated, message)
    }

    pub fn cost(message: impl Into<String>) -> AppError {
        AppError::new(Code::CostExceeded, message)
    }

    /// The message is the one that Apollo's clients look for
    pub fn unknown_document() -> AppError {
        AppError::new(Code::PersistedQueryNotFound, "PersistedQueryNotFound")
    }

    pub fn untrusted_document() -> AppError {
        AppError::new(Code::DocumentNotTrusted, "This server executes trusted documents only")
    }

    pub fn rate_limited(seconds: i64) -> AppError {
        let message = format!("Too many attempts: wait {seconds} seconds");
        AppError { retry_after: Some(seconds), ..AppError::new(Code::RateLimited, message) }
    }

    pub fn unavailable(message: impl Into<String>) -> AppError {
        AppError::new(Code::Unavailable, message)
    }

    /// Logs the cause; the client sees an id to ask about
    pub fn internal(cause: impl Display) -> AppError {
        let id = format!("{:016x}", rand::random::<u64>());
        tracing::error!(error.id = id, %cause, "internal error");
        AppError { id: Some(id.clone()), ..AppError::new(Code::Internal, format!("Internal error {id}")) }
    }

    /// Puts the name of the input before a field that was named without it
    pub fn within(mut self, outer: &str) -> AppError {
        self.field = self.field.map(|field| format!("{outer}.{field}"));
        self
    }
}

impl From<AppError> for async_graphql::Error {
    fn from(error: AppError) -> async_graphql::Error {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", error.code.name());
        for (name, value) in [("field", error.field.map(Value::from)), ("id", error.id.map(Value::from))] {
            if let Some(value) = value {
                extensions.set(name, value);
            }
        }
        if let Some(seconds) = error.retry_after {
            extensions.set("retryAfter", seconds);
        }
        async_graphql::Error { message: error.message, source: None, extensions: Some(extensions) }
    }
}

impl From<diesel::result::Error> for AppError {
    fn from(error: diesel::result::Error) -> AppError {
        use diesel::result::Error::{DatabaseError, NotFound};
        match &error {
            NotFound => AppError::new(Code::NotFound, "Not found"),
            DatabaseError(DatabaseErrorKind::UniqueViolation, _) => AppError::conflict("It exists already"),
            DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
                AppError::conflict("It is in use, or refers to something that does not exist")
            }
            _ => AppError::internal(error),
        }
    }
}

impl From<diesel_async::pooled_connection::deadpool::PoolError> for AppError {
    fn from(error: diesel_async::pooled_connection::deadpool::PoolError) -> AppError {
        tracing::error!(%error, "no database connection");
        AppError::unavailable("The database can not be reached now, try again")
    }
}

impl From<crate::db::tx::BeginError> for AppError {
    fn from(error: crate::db::tx::BeginError) -> AppError {
        match error {
            crate::db::tx::BeginError::Pool(error) => error.into(),
            crate::db::tx::BeginError::Sql(error) => error.into(),
        }
    }
}
