//! rongzi 融助手: `{code, msg, data}`, always HTTP 200; code 1 for a failure, 500 for a token that is worth nothing.

use serde_json::{Value as Json, json};

use super::{
    Dialect, Failure,
    document::Operation,
    output::{Fields, Part},
};
use crate::{auth::Realm, error::Code};

pub struct Rongzi;

impl Dialect for Rongzi {
    fn title(&self) -> &'static str {
        "融助手"
    }

    fn realm(&self) -> Realm {
        Realm::Loan
    }

    fn success<'a>(&self, operation: &'a Operation, mut data: Fields<'a>) -> Fields<'a> {
        let message = operation.message.as_deref().unwrap_or("操作成功");
        let data = data.take("data").unwrap_or(Part::NULL);
        [("code", Part::Made(0.into())), ("msg", Part::Made(message.into())), ("data", data)].into_iter().collect()
    }

    fn failure(&self, failure: &Failure, text: Option<&str>) -> Json {
        match (failure.code, text) {
            (_, Some(text)) => json!({"code": 1, "msg": text}),
            (Code::Unauthenticated, None) => json!({"code": 500, "msg": "不合法的token"}),
            (_, None) => json!({"code": 1, "msg": failure.chinese()}),
        }
    }
}
