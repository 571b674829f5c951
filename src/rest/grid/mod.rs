//! grid 网格化营销: `{code, message, data, count?}`, always HTTP 200; the code says how it went: 200, 204 (nothing found),
//! 400, 401, 403.

pub mod files;

use serde_json::{Value as Json, json};

use super::{
    Dialect, Failure,
    dialect::Download,
    document::Operation,
    input::Wire,
    output::{Fields, Part},
};
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

    fn success<'a>(&self, operation: &'a Operation, mut data: Fields<'a>) -> Fields<'a> {
        let payload = data.take("data").unwrap_or(Part::NULL);
        let nothing = payload.is_nothing() && !operation.is_mutation;
        let (code, message) = if nothing { (204, "BLANK") } else { (200, "OK") };
        let message = operation.message.as_deref().unwrap_or(message);
        let envelope = [("code", Part::Made(code.into())), ("message", Part::Made(message.into()))];
        // The number of all rows stands beside a page of them.
        envelope.into_iter().chain(data).chain([("data", payload)]).collect()
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
