//! `GET /grid/template/{name}`: the empty sheets that the imports read, under their Chinese names; and
//! `GET /grid/file/customer/{gridCode}`: the customers of a grid, or with the code 0 of all grids, as a sheet.
//!
//! `assets/templates/make.py` makes them; what they hold is what `assets/templates/*.xls` hold.

use axum::{
    Json,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};

use serde::Deserialize;

use super::Grid;
use crate::{
    auth::{Area, Viewer},
    db::Id,
    domains::{
        customers::BankCustomer,
        identity::session::{Credential, Session},
    },
    error::{AppError, AppResult},
    rest::dialect::{Dialect as _, Presented, bearer},
    server::Server,
};

/// Name, for whom, content
const TEMPLATES: [(&str, Area, &[u8]); 6] = [
    ("户籍导入模板.xls", Area::Residents, include_bytes!("../../../assets/templates/residents.xls")),
    ("客户信息导入模板.xls", Area::Customers, include_bytes!("../../../assets/templates/customers.xls")),
    ("白名单模板.xls", Area::WhiteList, include_bytes!("../../../assets/templates/white_list.xls")),
    ("灰名单模板.xls", Area::GreyList, WATCH_LIST),
    ("黑名单模板.xls", Area::BlackList, WATCH_LIST),
    ("待面谈面签模板.xls", Area::Interviews, include_bytes!("../../../assets/templates/interviews.xls")),
];

const WATCH_LIST: &[u8] = include_bytes!("../../../assets/templates/watch_list.xls");

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
    let viewer = viewer(server, headers).await?;
    let Path(name) = name.map_err(|_| AppError::bad_input("name", "no UTF-8"))?;
    match TEMPLATES.iter().find(|(known, ..)| *known == name) {
        Some((_, area, content)) if viewer.may(*area) => Ok(content),
        Some(_) => Err(AppError::forbidden("None of your roles in the realm BANK permits this")),
        None => Err(AppError::not_found("Template")),
    }
}

async fn viewer(server: &Server, headers: &HeaderMap) -> AppResult<Viewer> {
    match bearer(headers) {
        Presented::Token(token) => Session::viewer(&server.app, Credential::Token(&token)).await,
        Presented::Nothing | Presented::Agent(_) => Err(AppError::unauthenticated("no credential")),
    }
}

/// What else a client of the export sends; the code says which grid it is, so its name says nothing new
#[derive(Deserialize)]
pub struct Narrowed {
    #[serde(rename = "accountId")]
    account_id: Option<String>,
}

pub async fn customers(
    State(server): State<Server>,
    code: Result<Path<String>, PathRejection>,
    narrowed: Result<Query<Narrowed>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let sheet = async {
        let viewer = viewer(&server, &headers).await?;
        let Path(code) = code.map_err(|_| AppError::bad_input("gridCode", "no UTF-8"))?;
        let narrowed = narrowed.ok().and_then(|Query(narrowed)| narrowed.account_id).filter(|id| !id.is_empty());
        let staff = narrowed.map(|id| id.parse().map(Id::new)).transpose();
        let staff = staff.map_err(|_| AppError::bad_input("accountId", "not a number"))?;
        BankCustomer::export(&server.app, &viewer, &code, staff).await
    };
    match sheet.await {
        Ok(content) => {
            let name =
                "attachment; filename=\"customers.xlsx\"; filename*=UTF-8''%E5%AE%A2%E6%88%B7%E4%BF%A1%E6%81%AF.xlsx";
            let headers = [(header::CONTENT_TYPE, "application/vnd.ms-excel"), (header::CONTENT_DISPOSITION, name)];
            (headers, content).into_response()
        }
        Err(error) => Json(Grid.failure(&error.into(), None)).into_response(),
    }
}
