//! Services of others, asked over HTTP: each is one file here, configured by its URL and absent where there is none.
//!
//! One client for all of them. An answer has a time limit and a size limit, comes from the configured address alone (no
//! redirects, no proxy), and over https only from whom the system's authorities vouch for. What is wrong with a service
//! is logged; who asked is told that it does not work now.

pub mod credit_report;
pub mod dishonesty;

use std::time::Duration;

use axum::body::Bytes;
use reqwest::{Client, RequestBuilder, Url, redirect::Policy};

use crate::{
    error::{AppError, AppResult},
    tls,
};

/// How long a connection may take
const CONNECT: Duration = Duration::from_secs(5);

/// Asks services of others
pub struct Outside(Client);

impl Outside {
    /// An answer takes no longer than this, from the connection to its last byte
    pub fn new(limit: Duration) -> anyhow::Result<Outside> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls::client(tls::system_roots())?)
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT.min(limit))
            .timeout(limit)
            .user_agent(concat!("quintet/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Outside(client))
    }

    /// A request to be completed and given to [`answer`]
    pub fn get(&self, url: &Url) -> RequestBuilder {
        self.0.get(url.clone())
    }

    /// A request to be completed and given to [`answer`]
    pub fn post(&self, url: &Url) -> RequestBuilder {
        self.0.post(url.clone())
    }
}

/// The body of an answer with the status 200 and at most so many bytes; `service` names it to whom it fails
pub async fn answer(service: &str, request: RequestBuilder, most: usize) -> AppResult<Bytes> {
    // The cause may name the URL, and a URL may hold a key: neither goes to the client, and no query to the log.
    let failed = |cause: reqwest::Error| {
        tracing::warn!(service, cause = %anyhow::Error::from(cause.without_url()), "a service of others fails");
        AppError::unavailable(format!("The {service} can not be reached now, try again"))
    };
    let refused = |cause: &str| {
        tracing::warn!(service, cause, "a service of others fails");
        Err(AppError::unavailable(format!("The {service} does not answer as it should")))
    };
    let mut response = request.send().await.map_err(failed)?;
    if response.status() != reqwest::StatusCode::OK {
        return refused(response.status().as_str());
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > most {
            return refused("the answer is too long");
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}
