//! Traces over OTLP, where a collector is named: requests, operations, batches of loaders, SQL statements.
//!
//! The spans stand in the code whether there is a collector or not; what nobody records costs nothing. They hold names,
//! counts and the text of statements without its values.

use std::{future::Future, time::Duration};

use async_trait::async_trait;
use axum::http::HeaderMap;
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry::{KeyValue, propagation::TextMapPropagator as _, trace::TracerProvider as _};
use opentelemetry_http::{Bytes, HeaderExtractor, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{SdkTracer, SdkTracerProvider},
};
use tokio::runtime::Handle;
use tracing::{Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::db::pg;

/// Target of all spans
pub const SPANS: &str = "quintet::span";

/// Longest wait for the collector
const PATIENCE: Duration = Duration::from_secs(10);

/// What sends spans to a collector; to be shut down at the end, so that the last ones arrive
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// To the collector behind a URL; requests run on the runtime
    pub fn to(endpoint: &str, runtime: Handle) -> anyhow::Result<Traces> {
        let endpoint = endpoint.trim_end_matches('/').trim_end_matches("/v1/traces");
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Sender::new(runtime)?)
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(PATIENCE)
            .with_endpoint(format!("{endpoint}/v1/traces"))
            .build()?;
        let service = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say more where they are set.
        let named = std::env::var_os("OTEL_SERVICE_NAME").is_some();
        let resource = Resource::builder().with_attribute(service);
        let resource = if named { resource } else { resource.with_service_name("quintet") };
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build());
        Ok(Traces(provider.build()))
    }

    pub fn tracer(&self) -> SdkTracer {
        self.0.tracer("quintet")
    }

    /// Sends what is left
    pub fn end(self) {
        if let Err(error) = self.0.shutdown_with_timeout(PATIENCE) {
            tracing::warn!(%error, "the last traces did not reach the collector");
        }
    }
}

/// Makes a span part of the trace that the headers name
pub fn continue_trace(span: &Span, headers: &HeaderMap) {
    if headers.contains_key("traceparent") && !span.is_disabled() {
        // An error says that nobody records the span.
        let _ = span.set_parent(TraceContextPropagator::new().extract(&HeaderExtractor(headers)));
    }
}

/// Runs something within a span, or as it is where nobody records the span
pub async fn within<F: Future>(span: Span, work: F) -> F::Output {
    match span.is_disabled() {
        true => work.await,
        false => work.instrument(span).await,
    }
}

/// Sends from the exporter's own thread, by way of the runtime
#[derive(Debug)]
struct Sender {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    runtime: Handle,
}

impl Sender {
    fn new(runtime: Handle) -> anyhow::Result<Sender> {
        let connector = HttpsConnectorBuilder::new().with_tls_config(pg::system_tls()?).https_or_http();
        let connector = connector.enable_http1().build();
        Ok(Sender { client: Client::builder(TokioExecutor::new()).build(connector), runtime })
    }
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let answer = tokio::time::timeout(PATIENCE, client.request(request.map(Full::new))).await??;
            let (parts, body) = answer.into_parts();
            let body = http_body_util::Limited::new(body, 1 << 20).collect().await?.to_bytes();
            Ok::<_, HttpError>(Response::from_parts(parts, body))
        });
        sent.await?
    }
}
