//! The source of dishonest persons (失信被执行人): tells for which cases a court lists somebody as dishonest.
//!
//! `GET` to the URL of the setting `dishonesty-url` with `performedName` and `cardNumber` in its query. The answer is JSON
//! of 1 MB at the most: a list of cases, or `{"data": [cases]}`, each with the fields that the legacy list has
//! (`performedName`, `cardNumber`, `caseCode`, `publishedAt` …); an empty list for somebody who does what he has to.

use axum::body::Bytes;

use super::answer;
use crate::{
    app::App,
    error::{AppError, AppResult},
};

/// Most bytes of an answer
const MOST: usize = 1 << 20;
const SERVICE: &str = "source of dishonest persons";

/// What the source says of a person
pub async fn fetch(app: &App, name: &str, id_number: &str) -> AppResult<Bytes> {
    let mut url = configured(app)?.clone();
    url.query_pairs_mut().append_pair("performedName", name).append_pair("cardNumber", id_number);
    answer(SERVICE, app.outside.get(&url), MOST).await
}

/// The URL of the source, or that there is none
pub fn configured(app: &App) -> AppResult<&reqwest::Url> {
    let url = app.config.dishonesty_url.as_ref();
    url.ok_or_else(|| AppError::unavailable(format!("No {SERVICE} is configured (--dishonesty-url)")))
}
