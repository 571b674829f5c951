//! eartip 接口列表: `{status, msg?, data?, page_info?}`, always HTTP 200; status 1 for every failure.

use axum::http::{HeaderMap, HeaderValue, header};
use serde_json::{Value as Json, json};

use super::{
    Dialect, Failure,
    dialect::{Presented, bearer},
    document::Operation,
    input::Wire,
    output::{Fields, Part},
};
use crate::auth::Realm;

pub struct Eartip;

impl Dialect for Eartip {
    fn title(&self) -> &'static str {
        "eartip CRM"
    }

    fn realm(&self) -> Realm {
        Realm::Service
    }

    fn schemes(&self) -> Json {
        json!({
            "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
            "bearer": {"type": "http", "scheme": "bearer"},
            "query": {"type": "apiKey", "in": "query", "name": "sid"},
        })
    }

    /// Cookie, bearer header or query parameter `sid` (recommendation of contract section 2.1)
    fn presented(&self, headers: &HeaderMap, wire: &Wire) -> Presented {
        let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|cookies| cookies.to_str().ok());
        let sid = cookies.flat_map(|cookies| cookies.split(';')).find_map(|cookie| cookie.trim().strip_prefix("sid="));
        match (bearer(headers), sid.or_else(|| wire.query("sid"))) {
            (Presented::Nothing, Some(sid)) => Presented::Token(sid.to_owned()),
            (presented, _) => presented,
        }
    }

    fn success<'a>(&self, operation: &'a Operation, mut data: Fields<'a>) -> Fields<'a> {
        data.set("status", Part::Made(0.into()));
        if let Some(message) = operation.message.as_deref() {
            data.set("msg", Part::Made(message.into()));
        }
        data
    }

    fn failure(&self, failure: &Failure, text: Option<&str>) -> Json {
        json!({"status": 1, "msg": text.map_or_else(|| failure.chinese(), str::to_owned)})
    }

    /// A new session also becomes a cookie, which scripts do not see and foreign pages do not send
    fn headers(&self, _: &Operation, answer: &Fields<'_>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let sid = answer.get("data").and_then(|data| data.get("sid")?.as_str());
        let cookie = sid.map(|sid| format!("sid={sid}; Path=/api; HttpOnly; SameSite=Lax"));
        if let Some(Ok(cookie)) = cookie.map(|cookie| HeaderValue::from_str(&cookie)) {
            headers.insert(header::SET_COOKIE, cookie);
        }
        headers
    }
}
