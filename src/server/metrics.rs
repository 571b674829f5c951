//! `/metrics` in Prometheus' format; docs/operations.md lists what is there.
//!
//! For administrators with a token, and for clients on this machine that did not come through a proxy.

use std::{sync::OnceLock, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::{Client, Server, endpoint};
use crate::{error::Code, meters};

const SECONDS: &[f64] = &[0.000_1, 0.000_3, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];
const COUNTS: &[f64] = &[1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0, 10_000.0];

/// What a request ran, for its metrics: bounded by the schema and the documents, never the client's own text
#[derive(Clone, Copy)]
pub struct Operation(pub &'static str);

/// Marks an answer whose operations are counted one by one
#[derive(Clone, Copy)]
pub struct Counted;

fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let recorder = RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), SECONDS)
            .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_rows".into()), COUNTS));
        // Another's, where one is installed already, collects too.
        meters::measure();
        builder.ok()?.install_recorder().ok()
    });
    recorder.as_ref()
}

/// Starts recording; histograms are folded from time to time so that they do not grow
pub fn start() {
    let Some(handle) = recorder() else { return };
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(10)).await;
            handle.run_upkeep();
        }
    });
}

/// Counts and times a request, unless it does so itself
pub fn record(response: &Response, took: Duration) {
    if response.extensions().get::<Counted>().is_none() {
        let operation = response.extensions().get::<Operation>().map_or("other", |it| it.0);
        ended(operation, response.status(), took);
    }
}

/// Counts what has begun, or has ended
pub fn asked(operation: &'static str, status: StatusCode) {
    let new = || {
        let status = status.as_str().to_owned();
        metrics::counter!("quintet_requests_total", "operation" => operation, "status" => status)
    };
    meters::count(meters::key("quintet_requests_total", operation, status.as_u16().into()), 1, new);
}

/// Counts and times what has ended
pub fn ended(operation: &'static str, status: StatusCode, took: Duration) {
    asked(operation, status);
    let new = || metrics::histogram!("quintet_request_seconds", "operation" => operation);
    if let Some(seconds) = meters::histogram(meters::key("quintet_request_seconds", operation, 0), new) {
        seconds.record(took.as_secs_f64());
    }
}

/// Counts what went wrong, by its code
pub fn failed(code: Code) {
    metrics::counter!("quintet_errors_total", "code" => code.name()).increment(1);
}

pub async fn metrics(State(server): State<Server>, client: Client, headers: HeaderMap) -> Response {
    let direct = client.address.is_loopback() && !headers.contains_key("x-forwarded-for");
    if !direct && !endpoint::viewer(&server, &headers).await.administers() {
        return (StatusCode::FORBIDDEN, "only for administrators").into_response();
    }
    let Some(recorder) = recorder() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "another recorder is installed").into_response();
    };
    for (pool, status) in server.app.db.pools() {
        let idle = status.available.min(status.size);
        for (state, number) in
            [("used", status.size - idle), ("idle", idle), ("waiting", status.waiting), ("most", status.max_size)]
        {
            let number = u32::try_from(number).map_or(f64::MAX, f64::from);
            metrics::gauge!("quintet_pool_connections", "pool" => pool, "state" => state).set(number);
        }
    }
    recorder.render().into_response()
}
