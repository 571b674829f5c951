//! How many requests one client address may send, at every door but the health checks.
//!
//! Logins are throttled besides, per account and in the database (see `login_throttle`); this is for floods.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use governor::{
    DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use serde_json::{Value, json};

use super::Server;
use crate::{auth::budget::network, error::AppError};

/// Requests after which addresses that have gone quiet are forgotten, so that memory stays bounded
const SWEEP: u32 = 1 << 16;

/// Counts requests by client address
pub struct RateLimit {
    /// None: no limit
    by_address: Option<DefaultKeyedRateLimiter<IpAddr>>,
    requests: AtomicU32,
    /// How often the log tells
    told: DefaultDirectRateLimiter,
}

impl RateLimit {
    /// At most so many requests per second, and those of two seconds at once; 0: as many as they like
    pub fn new(per_second: u32) -> RateLimit {
        let by_address = NonZeroU32::new(per_second).map(|rate| {
            let burst = rate.saturating_add(rate.get());
            RateLimiter::keyed(Quota::per_second(rate).allow_burst(burst))
        });
        let told = RateLimiter::direct(Quota::per_minute(NonZeroU32::MIN));
        RateLimit { by_address, requests: AtomicU32::new(0), told }
    }

    /// Counts a request; an error says how many seconds to wait
    pub fn count(&self, address: IpAddr) -> Result<(), i64> {
        let Some(limiter) = &self.by_address else { return Ok(()) };
        if self.requests.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            limiter.retain_recent();
        }
        limiter.check_key(&network(address)).map_err(|early| {
            if self.told.check().is_ok() {
                tracing::warn!(%address, "more than --rate-limit; is it a proxy, name it in --trusted-proxies");
            }
            let wait = early.wait_time_from(DefaultClock::default().now());
            i64::try_from(wait.as_secs()).unwrap_or(i64::MAX - 1) + 1
        })
    }
}

/// The answer to a request that is one too many, in the form of the door where it knocks
pub fn refused(server: &Server, request: &Request, address: IpAddr) -> Option<Response> {
    let path = request.uri().path();
    if path.starts_with("/health/") {
        return None;
    }
    let seconds = server.rate_limit.count(address).err()?;
    let headers = [(header::RETRY_AFTER, seconds.to_string())];
    let refusal = refusal(server, path, request.headers(), seconds);
    Some((StatusCode::TOO_MANY_REQUESTS, headers, refusal).into_response())
}

fn refusal(server: &Server, path: &str, headers: &HeaderMap, seconds: i64) -> Response {
    let message = format!("Too many requests: wait {seconds} seconds");
    let error = AppError { message: message.clone(), ..AppError::rate_limited(seconds) };
    if path != "/graphql" {
        let legacy = server.rest.failure(path, error);
        return Json(legacy.unwrap_or_else(|| json!({"error": message}))).into_response();
    }
    let extensions = json!({"code": error.code.name(), "retryAfter": seconds});
    let body: Value = json!({"errors": [{"message": message, "extensions": extensions}]});
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let media_type = match accept.contains("application/graphql-response+json") {
        true => "application/graphql-response+json; charset=utf-8",
        false => "application/json; charset=utf-8",
    };
    ([(header::CONTENT_TYPE, media_type)], Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn two_seconds_worth_may_come_at_once() {
        let limit = RateLimit::new(10);
        let passed = (0..100).filter(|_| limit.count(address("192.0.2.1")).is_ok()).count();
        assert!((20..25).contains(&passed), "{passed}");
        assert_eq!(limit.count(address("192.0.2.1")), Err(1));
        assert_eq!(limit.count(address("192.0.2.2")), Ok(()));
        let slow = RateLimit::new(1);
        assert!((0..1000).all(|_| RateLimit::new(0).count(address("192.0.2.1")).is_ok()));
        assert_eq!((0..4).map(|_| slow.count(address("192.0.2.1"))).collect::<Vec<_>>()[2..], [Err(1), Err(1)]);
    }

    #[test]
    fn a_flood_from_everywhere_takes_bounded_memory() {
        let limit = RateLimit::new(200);
        for index in 0..4 * SWEEP {
            limit.count(IpAddr::from(index.to_be_bytes())).unwrap();
        }
        let kept = limit.by_address.as_ref().unwrap().len();
        assert!(kept < 2 * SWEEP as usize, "{kept}");
    }
}
