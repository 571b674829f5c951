//! grid 网格化营销: `{code, message, data, count?}`, always HTTP 200; the code says how it went: 200, 204 (nothing found),
//! 400, 401, 403.

pub mod files;

use serde_json::{Map, Value as Json, json};

use super::{Dialect, Failure, dialect::Download, document::Operation, input::Wire};
use crate::{auth::Realm, error::Code};

pub struct Grid;

impl Dialect for Grid {
    fn title(&self) -> &'static str {
        "网格化营销"
    }

    fn realm(&self) -> Realm {
        Realm::Bank
    }

    fn schemes(&self) -> Json {
        json!({"token": {"type": "apiKey", "in": "header", "name": "Authorization"}})
    }

    /// Blank form fields are not given; some lists come as the bare body
    fn tidy(&self, wire: &mut Wire) {
        wire.name_list("list");
        wire.drop_blank();
    }

    fn downloads(&self) -> Vec<Download> {
        files::downloads()
    }

    fn success(&self, operation: &Operation, mut data: Map<String, Json>) -> Json {
        let payload = data.remove("data").unwrap_or_default();
        let nothing = payload.is_null() || payload.as_array().is_some_and(Vec::is_empty);
        let (code, message) = if nothing && !operation.is_mutation { (204, "BLANK") } else { (200, "OK") };
        let mut answer = json!({"code": code, "message": operation.message.as_deref().unwrap_or(message)});
        // The number of all rows stands beside a page of them.
        for (name, value) in data {
            answer[name] = value;
        }
        answer["data"] = payload;
        answer
    }

    fn failure(&self, failure: &Failure, text: Option<&str>) -> Json {
        let code = match failure.code {
            Code::Unauthenticated => 401,
            Code::Forbidden => 403,
            _ => 400,
        };
        json!({"code": code, "message": text.map_or_else(|| failure.chinese(), str::to_owned), "data": null})
    }
}
