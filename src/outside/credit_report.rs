//! The credit bureau (征信): tells what it knows of somebody as a page of HTML.
//!
//! `POST` to the URL of the setting `credit-report-url`, with the account that the bank has with the bureau as HTTP Basic
//! credentials, where there is one, and the JSON `{"name": …, "idNumber": …, "reference": number of the interview}`.
//! The answer is the page, in UTF-8, 2 MB at the most.

use reqwest::Url;
use serde::Serialize;

use super::answer;
use crate::{
    app::App,
    error::{AppError, AppResult},
};

/// Most bytes of a report
const MOST: usize = 2 << 20;
const SERVICE: &str = "credit bureau";

/// Of whom a report is wanted, and why
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked<'a> {
    pub name: &'a str,
    pub id_number: &'a str,
    /// Number of the interview that it is for
    pub reference: i64,
}

/// Name and password of the account with the bureau
pub type Login = (String, String);

/// What the bureau at this URL says
pub async fn fetch(app: &App, url: &Url, asked: &Asked<'_>, login: Option<Login>) -> AppResult<String> {
    let mut request = app.outside.post(url).json(asked);
    if let Some((name, password)) = login {
        request = request.basic_auth(name, Some(password));
    }
    let body = answer(SERVICE, request, MOST).await?;
    match String::from_utf8(body.into()) {
        // No database keeps a NUL in a text.
        Ok(page) if !page.trim().is_empty() && !page.contains('\0') => Ok(page),
        _ => Err(AppError::unavailable(format!("The {SERVICE} does not answer as it should"))),
    }
}
