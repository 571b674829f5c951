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
    rest::dialect::{Dialect as _, Download, Presented, bearer},
    server::{
        Server,
        files::{personal, streamed},
    },
};

/// The media type that is documented, of an .xlsx too
const EXCEL: &str = "application/vnd.ms-excel";

struct Template {
    name: &'static str,
    id: &'static str,
    section: &'static str,
    summary: &'static str,
    module: &'static str,
    /// Whoever may import it
    area: Area,
    content: &'static [u8],
}

const TEMPLATES: [Template; 6] = [
    Template {
        name: "户籍导入模板.xls",
        id: "grid_resident_template",
        section: "13.8",
        summary: "下载户籍导入信息模板",
        module: "resident",
        area: Area::Residents,
        content: include_bytes!("../../../assets/templates/residents.xls"),
    },
    Template {
        name: "客户信息导入模板.xls",
        id: "grid_customer_import_template",
        section: "14.12",
        summary: "Excel导入模板-客户信息",
        module: "customer",
        area: Area::Customers,
        content: include_bytes!("../../../assets/templates/customers.xls"),
    },
    Template {
        name: "白名单模板.xls",
        id: "grid_whitelist_template",
        section: "26.7",
        summary: "下载白名单导入模板",
        module: "whitelist",
        area: Area::WhiteList,
        content: include_bytes!("../../../assets/templates/white_list.xls"),
    },
    Template {
        name: "灰名单模板.xls",
        id: "grid_greylist_template",
        section: "27.1",
        summary: "下载灰名单模板",
        module: "greylist",
        area: Area::GreyList,
        content: WATCH_LIST,
    },
    Template {
        name: "黑名单模板.xls",
        id: "grid_blacklist_template",
        section: "28.1",
        summary: "下载黑名单模板",
        module: "blacklist",
        area: Area::BlackList,
        content: WATCH_LIST,
    },
    Template {
        name: "待面谈面签模板.xls",
        id: "grid_creditdetail_template",
        section: "30.8",
        summary: "下载待面谈面签导入模板",
        module: "creditdetail",
        area: Area::Interviews,
        content: include_bytes!("../../../assets/templates/interviews.xls"),
    },
];

const WATCH_LIST: &[u8] = include_bytes!("../../../assets/templates/watch_list.xls");

/// The export and the templates, for the OpenAPI file
pub fn downloads() -> Vec<Download> {
    let export = Download {
        path: "/grid/file/customer/{gridCode}".to_owned(),
        id: "grid_customer_export",
        section: "14.11",
        summary: "Excel导出-客户信息",
        note: "The customers of a grid, or with the code 0 of all grids that the viewer sees, as an .xlsx; accountId narrows \
            them to the grids of that employee.",
        module: "customer",
        media_type: EXCEL,
        parameters: &[("gridCode", "Code of the grid; 0: all grids"), ("accountId", "Number of an employee")],
    };
    let template = |template: &Template| Download {
        path: format!("/grid/template/{}", template.name),
        id: template.id,
        section: template.section,
        summary: template.summary,
        note: "The empty sheet that the import reads. Clients send the path in UTF-8 with percent signs.",
        module: template.module,
        media_type: EXCEL,
        parameters: &[],
    };
    std::iter::once(export).chain(TEMPLATES.iter().map(template)).collect()
}

/// The path arrives with percent signs, and is a text of UTF-8 without them
pub async fn template(
    State(server): State<Server>,
    name: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    match find(&server, name, &headers).await {
        Ok(content) => ([(header::CONTENT_TYPE, EXCEL)], content).into_response(),
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
    match TEMPLATES.iter().find(|template| template.name == name) {
        Some(template) if viewer.may(template.area) => Ok(template.content),
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
        Ok(sheet) => {
            let name =
                "attachment; filename=\"customers.xlsx\"; filename*=UTF-8''%E5%AE%A2%E6%88%B7%E4%BF%A1%E6%81%AF.xlsx";
            ([(header::CONTENT_DISPOSITION, name)], personal(streamed(sheet), EXCEL)).into_response()
        }
        Err(error) => Json(Grid.failure(&error.into(), None)).into_response(),
    }
}
