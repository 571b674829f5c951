//! ihk 联动 Call 客: bare objects, `{"errmsg": …}` for failures, always HTTP 200, no token.
//!
//! Its clients send the agent's number only. The number is believed from the address that the agent signed in from,
//! and from configured addresses (see `Session::viewer`).

use axum::http::HeaderMap;
use serde_json::{Value as Json, json};

use super::{
    Dialect, Failure,
    dialect::Presented,
    document::Operation,
    input::Wire,
    output::{Fields, Part},
};
use crate::auth::Realm;

pub struct Ihk;

impl Dialect for Ihk {
    fn title(&self) -> &'static str {
        "ihk 联动 Call 客"
    }

    fn realm(&self) -> Realm {
        Realm::Estate
    }

    fn schemes(&self) -> Json {
        json!({})
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["user_id", "reg_user_id"]
    }

    fn presented(&self, _: &HeaderMap, wire: &Wire) -> Presented {
        self.credentials().iter().find_map(|name| wire.number(name)).map_or(Presented::Nothing, Presented::Agent)
    }

    fn success<'a>(&self, operation: &'a Operation, mut data: Fields<'a>) -> Fields<'a> {
        if let Some(message) = operation.message.as_deref() {
            data.set("errmsg", Part::Made(message.into()));
        }
        data
    }

    fn failure(&self, failure: &Failure, text: Option<&str>) -> Json {
        json!({"errmsg": text.map_or_else(|| failure.chinese(), str::to_owned)})
    }
}
