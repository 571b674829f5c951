//! `/files/{id}/{name}`: uploaded files, for whoever may see their attachment; `/files/imports/{name}`: the rows of an
//! import that failed, for whoever imported; `/files/bank-customers/{code}`: the customers of a grid (0: of all) as a
//! sheet, for whoever works with customers.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

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
    // Recognised at upload by its content; a browser must not think otherwise, nor run what is inside.
    answer(opened.map(|(attachment, bytes)| (bytes, attachment.content_type)))
}

pub async fn failures(State(server): State<Server>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let viewer = endpoint::viewer(&server, &headers).await;
    answer(import::failures(&server.app, &viewer, &name).await.map(|bytes| (bytes, XLSX.to_owned())))
}

pub async fn bank_customers(State(server): State<Server>, Path(code): Path<String>, headers: HeaderMap) -> Response {
    let viewer = endpoint::viewer(&server, &headers).await;
    answer(BankCustomer::export(&server.app, &viewer, &code, None).await.map(|bytes| (bytes, XLSX.to_owned())))
}

fn answer(file: AppResult<(Bytes, String)>) -> Response {
    match file {
        Ok((bytes, content_type)) => {
            let mut response = bytes.into_response();
            let headers = response.headers_mut();
            let content_type = HeaderValue::from_str(&content_type);
            headers.insert(header::CONTENT_TYPE, content_type.unwrap_or(HeaderValue::from_static("text/plain")));
            for (name, value) in [
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
                (header::CACHE_CONTROL, "private, max-age=3600"),
            ] {
                headers.insert(name, HeaderValue::from_static(value));
            }
            response
        }
        Err(error) => {
            let status =
                if error.code == Code::Internal { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::NOT_FOUND };
            (status, Json(json!({"errors": [{"message": error.message}]}))).into_response()
        }
    }
}
