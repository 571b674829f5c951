//! `/files/{id}/{name}`: uploaded files, for whoever may see their attachment; `/files/imports/{name}`: the rows of an
//! import that failed, for whoever imported; `/files/bank-customers/{code}`: the customers of a grid (0: of all) as a
//! sheet, for whoever works with customers.

use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use tokio::fs::File;
use tokio_util::io::ReaderStream;

use super::{Server, endpoint};
use crate::{
    db::Id,
    domains::{customers::BankCustomer, engagement::Attachment},
    error::{AppResult, Code},
    files::{import, sheet::XLSX},
};

pub async fn file(
    State(server): State<Server>,
    Path((id, _name)): Path<(i64, String)>,
    headers: HeaderMap,
) -> Response {
    let viewer = endpoint::viewer(&server, &headers).await;
    let opened = Attachment::open(&server.app, &viewer, Id::new(id)).await;
    // Recognised at upload by its content
    answer(opened.map(|(attachment, bytes)| (bytes.into(), attachment.content_type)))
}

pub async fn failures(State(server): State<Server>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let viewer = endpoint::viewer(&server, &headers).await;
    answer(import::failures(&server.app, &viewer, &name).await.map(|sheet| (Body::from_stream(sheet), XLSX.to_owned())))
}

pub async fn bank_customers(State(server): State<Server>, Path(code): Path<String>, headers: HeaderMap) -> Response {
    let viewer = endpoint::viewer(&server, &headers).await;
    let sheet = BankCustomer::export(&server.app, &viewer, &code, None).await;
    answer(sheet.map(|file| (streamed(file), XLSX.to_owned())))
}

/// A file that is read while it is sent
pub fn streamed(file: File) -> Body {
    Body::from_stream(ReaderStream::with_capacity(file, 64 << 10))
}

/// A file that holds what is personal: nothing on the way keeps it, and no browser runs what is inside
pub fn personal(body: Body, content_type: &str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let content_type = HeaderValue::from_str(content_type);
    headers.insert(header::CONTENT_TYPE, content_type.unwrap_or(HeaderValue::from_static("text/plain")));
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn answer(file: AppResult<(Body, String)>) -> Response {
    match file {
        Ok((body, content_type)) => personal(body, &content_type),
        Err(error) => {
            let status =
                if error.code == Code::Internal { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::NOT_FOUND };
            (status, Json(json!({"errors": [{"message": error.message}]}))).into_response()
        }
    }
}
