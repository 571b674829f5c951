//! Spreadsheets, as clients send and get them.

use std::io::Cursor;

use axum::{body::Body, http::header};
use calamine::{Reader as _, Xls, Xlsx};
use quintet::files::sheet::Writer;
use serde_json::{Value, json};

use crate::{
    app::{Answer, Caller},
    rest::contract::multipart,
};

/// An .xlsx of these rows
pub fn xlsx<S: AsRef<str>>(header: &[&str], rows: impl IntoIterator<Item = impl AsRef<[S]>>) -> Vec<u8> {
    let mut writer = Writer::new(header).unwrap();
    rows.into_iter().for_each(|row| writer.push(row.as_ref()).unwrap());
    writer.finish(Cursor::new(Vec::new())).unwrap().into_inner()
}

/// The texts of an .xlsx
pub fn texts(content: &[u8]) -> Vec<Vec<String>> {
    let mut book = Xlsx::new(Cursor::new(content)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

/// The texts of a template, which is an .xls
pub fn template(name: &str) -> Vec<Vec<String>> {
    let content = std::fs::read(format!("assets/templates/{name}.xls")).unwrap();
    let mut book = Xls::new(Cursor::new(content)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

/// Sends a sheet as the variable `file` of a mutation
pub async fn upload(caller: &Caller, document: &str, mut variables: Value, content: &[u8]) -> Answer {
    variables["file"] = Value::Null;
    let operations = json!({"query": document, "variables": variables});
    let map = json!({"file": ["variables.file"]});
    let form = json!({"operations": operations.to_string(), "map": map.to_string(), "file": "名单.xlsx"});
    let request = caller.request("POST", "/graphql").header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    let request = request.header("graphql-require-preflight", "1");
    caller.app.answer(request.body(Body::from(multipart(&form, content))).unwrap(), document).await
}
