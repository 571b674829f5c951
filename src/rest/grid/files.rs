//! `GET /grid/template/{name}`: the empty sheets that the imports read, under their Chinese names.
//!
//! `assets/templates/make.py` makes them; what they hold is what `assets/templates/*.xls` hold.

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};

use super::Grid;
use crate::{
    auth::Area,
    domains::identity::session::{Credential, Session},
    error::{AppError, AppResult},
    rest::dialect::{Dialect as _, Presented, bearer},
    server::Server,
};

/// Name, for whom, content
const TEMPLATES: [(&str, Area, &[u8]); 2] = [
    ("户籍导入模板.xls", Area::Residents, include_bytes!("../../../assets/templates/residents.xls")),
    ("客户信息导入模板.xls", Area::Customers, include_bytes!("../../../assets/templates/customers.xls")),
];

/// The path arrives with percent signs, and is a text of UTF-8 without them
pub async fn template(
    State(server): State<Server>,
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    match find(&server, name, &headers).await {
        Ok(content) => ([(header::CONTENT_TYPE, "application/vnd.ms-excel")], content).into_response(),
        Err(error) => Json(Grid.failure(&error.into(), None)).into_response(),
    }
}

async fn find(
    server: &Server,
    name: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
) -> AppResult<&'static [u8]> {
    let viewer = match bearer(headers) {
        Presented::Token(token) => Session::viewer(&server.app, Credential::Token(&token)).await?,
        Presented::Nothing | Presented::Agent(_) => return Err(AppError::unauthenticated("no credential")),
    };
    let Path(name) = name.map_err(|_| AppError::bad_input("name", "no UTF-8"))?;
    match TEMPLATES.iter().find(|(known, ..)| *known == name) {
        Some((_, area, content)) if viewer.may(*area) => Ok(content),
        Some(_) => Err(AppError::forbidden("None of your roles in the realm BANK permits this")),
        None => Err(AppError::not_found("Template")),
    }
}
