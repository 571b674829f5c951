//! `/files/{id}/{name}`: uploaded files, for whoever may see their attachment.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{Server, endpoint};
use crate::{db::Id, domains::engagement::Attachment, error::Code};

pub async fn file(
    State(server): State<Server>,
    Path((id, _name)): Path<(i64, String)>,
    headers: HeaderMap,
) -> Response {
    let viewer = endpoint::viewer(&server, &headers).await;
    match Attachment::open(&server.app, &viewer, Id::new(id)).await {
        Ok((attachment, bytes)) => {
            let mut response = bytes.into_response();
            let headers = response.headers_mut();
            // Recognised at upload by its content; a browser must not think otherwise, nor run what is inside.
            let content_type = HeaderValue::from_str(&attachment.content_type);
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
