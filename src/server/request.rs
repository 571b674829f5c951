//! From HTTP to GraphQL requests: POST with JSON, GET for queries, multipart uploads, batches.

use std::{
    error::Error,
    io::{Seek as _, SeekFrom, Write as _},
};

use async_graphql::{Name, Request as GraphqlRequest, UploadValue, Value, Variables};
use axum::{
    RequestExt as _,
    body::{Body, Bytes},
    extract::{
        DefaultBodyLimit, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::{HeaderMap, Method, StatusCode, header},
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::{Map, Number, Value as Json};

use super::extent::NO_NUL;
use crate::{auth::Viewer, config::Config};

/// What a client sent
pub enum Incoming {
    Single(Box<Asked>),
    Batch(Vec<Asked>),
}

/// One request of the GraphQL-over-HTTP specification. Without a text it names its document.
pub struct Asked {
    pub request: GraphqlRequest,
    /// `documentId`: a trusted document
    pub document_id: Option<String>,
    /// `extensions.persistedQuery.sha256Hash`: a document by its hash, as Apollo's clients name it
    pub hash: Option<String>,
}

/// Why a request is none: a status and a sentence for the client
#[derive(Debug)]
pub struct Refusal(pub StatusCode, pub String);

impl Refusal {
    fn bad(message: impl Into<String>) -> Refusal {
        Refusal(StatusCode::BAD_REQUEST, message.into())
    }
}

/// Header that a browser sends along only after asking first, so that no foreign page can upload in a user's name
const PREFLIGHT: [&str; 4] =
    ["graphql-require-preflight", "apollo-require-preflight", "x-requested-with", "x-apollo-operation-name"];

pub async fn read(request: Request, config: &Config, viewer: &Viewer) -> Result<Incoming, Refusal> {
    match *request.method() {
        Method::GET => from_query(request.uri().query().unwrap_or_default()).map(Box::new).map(Incoming::Single),
        Method::POST => match media_type(request.headers()).as_deref() {
            Some("application/json") => from_body(&body(request.into_body(), config.max_body).await?, config),
            Some("multipart/form-data") => from_form(request, config, viewer).await,
            _ => Err(Refusal(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Content-Type must be application/json or, for uploads, multipart/form-data".into(),
            )),
        },
        _ => Err(Refusal(StatusCode::METHOD_NOT_ALLOWED, "Use POST, or GET for queries".into())),
    }
}

/// The type of a request's body, without its parameters; none for a charset other than UTF-8
pub fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?.to_ascii_lowercase();
    let (media_type, parameters) = value.split_once(';').unwrap_or((&value, ""));
    let foreign = parameters.split(';').any(|parameter| {
        parameter.trim().strip_prefix("charset=").is_some_and(|charset| charset.trim_matches('"') != "utf-8")
    });
    (!foreign).then(|| media_type.trim().to_owned())
}

/// The whole body, up to a limit
pub async fn body(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if too_long(&*error) => {
            Err(Refusal(StatusCode::PAYLOAD_TOO_LARGE, format!("A request has at most {limit} bytes")))
        }
        Err(_) => Err(Refusal::bad("The body ended early")),
    }
}

/// A limit may stand in a layer further out, so the cause may be wrapped
fn too_long(error: &(dyn std::error::Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(too_long)
}

fn from_query(query: &str) -> Result<Asked, Refusal> {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = match &*name {
            "variables" | "extensions" if !value.is_empty() => {
                serde_json::from_str(&value).map_err(|_| Refusal::bad(format!("{name} must be JSON")))?
            }
            _ => Json::String(value.into_owned()),
        };
        fields.insert(name.into_owned(), value);
    }
    one(Json::Object(fields))
}

fn from_body(body: &[u8], config: &Config) -> Result<Incoming, Refusal> {
    let body = serde_json::from_slice(body).map_err(|error| Refusal::bad(format!("The body is no JSON: {error}")))?;
    match body {
        Json::Array(batch) if batch.is_empty() => Err(Refusal::bad("A batch must not be empty")),
        Json::Array(batch) if batch.len() > config.max_batch => {
            Err(Refusal::bad(format!("A batch has at most {} operations", config.max_batch)))
        }
        Json::Array(batch) => Ok(Incoming::Batch(batch.into_iter().map(one).collect::<Result<_, _>>()?)),
        single => one(single).map(Box::new).map(Incoming::Single),
    }
}

/// A plain form of so many bytes and so many files, as legacy clients send it: fields by name, a file as what [`File`] reads
///
/// [`File`]: crate::graphql::scalars::File
pub async fn form(
    request: Request,
    limit: usize,
    most: usize,
) -> Result<(Map<String, Json>, Vec<UploadValue>), Refusal> {
    let mut form = multipart(request, limit).await?;
    let (mut fields, mut files) = (Map::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let value = if field.file_name().is_none() {
            field.text().await.map_err(broken)?
        } else if files.len() < most {
            files.push(store(field).await?);
            format!("#__graphql_file__:{}", files.len() - 1)
        } else {
            return Err(Refusal::bad(format!("This form has at most {most} files")));
        };
        fields.insert(name, Json::String(value));
    }
    Ok((fields, files))
}

async fn multipart(mut request: Request, limit: usize) -> Result<Multipart, Refusal> {
    DefaultBodyLimit::max(limit).apply(&mut request);
    request.extract().await.map_err(|_| Refusal::bad("No such form"))
}

fn broken(error: MultipartError) -> Refusal {
    match is_too_long(&error) {
        true => Refusal(StatusCode::PAYLOAD_TOO_LARGE, "The request is too large".into()),
        false => Refusal(error.status(), error.body_text()),
    }
}

/// The limit of all requests ends a body before that of a form does, and the form does not know its error
fn is_too_long(error: &(dyn Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_too_long)
}

fn unstored() -> Refusal {
    Refusal(StatusCode::INTERNAL_SERVER_ERROR, "The upload could not be stored".into())
}

/// Takes a file in, on disk
async fn store(mut field: Field<'_>) -> Result<UploadValue, Refusal> {
    let (filename, content_type) =
        (field.file_name().unwrap_or("file").to_owned(), field.content_type().map(str::to_owned));
    let mut content = tempfile::tempfile().map_err(|_| unstored())?;
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        content.write_all(&chunk).map_err(|_| unstored())?;
    }
    content.seek(SeekFrom::Start(0)).map_err(|_| unstored())?;
    Ok(UploadValue { filename, content_type, content })
}

/// The multipart request specification: `operations`, `map`, then the files, which nobody may send without a token
async fn from_form(request: Request, config: &Config, viewer: &Viewer) -> Result<Incoming, Refusal> {
    if !PREFLIGHT.iter().any(|name| request.headers().contains_key(*name)) {
        return Err(Refusal::bad(format!("Uploads need one of the headers {}", PREFLIGHT.join(", "))));
    }
    let limit = if viewer.is_nobody() { config.max_body } else { config.max_upload };
    let mut form = multipart(request, limit).await?;
    let (mut incoming, mut map) = (None, Map::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "operations" => incoming = Some(from_body(&field.bytes().await.map_err(broken)?, config)?),
            "map" => {
                map = serde_json::from_slice(&field.bytes().await.map_err(broken)?)
                    .map_err(|_| Refusal::bad("map must be a JSON object"))?;
            }
            _ => {
                if viewer.is_nobody() {
                    return Err(Refusal(StatusCode::UNAUTHORIZED, "Sign in before you upload".into()));
                }
                let Some(Json::Array(paths)) = map.remove(&name) else {
                    return Err(Refusal::bad("A file stands behind the map, and the map names it"));
                };
                let upload = store(field).await?;
                let stored = |_| unstored();
                for path in paths.iter().filter_map(Json::as_str) {
                    attach(incoming.as_mut(), path, upload.try_clone().map_err(stored)?)
                        .ok_or_else(|| Refusal::bad(format!("The map's path {path} is no variable")))?;
                }
            }
        }
    }
    match (incoming, map.keys().next()) {
        (_, Some(missing)) => Err(Refusal::bad(format!("The file {missing} of the map is missing"))),
        (Some(incoming), None) => Ok(incoming),
        (None, None) => Err(Refusal::bad("The form has no part operations")),
    }
}

fn attach(incoming: Option<&mut Incoming>, path: &str, upload: UploadValue) -> Option<()> {
    let (request, path) = match incoming? {
        Incoming::Single(asked) => (&mut asked.request, path),
        Incoming::Batch(requests) => {
            let (index, path) = path.split_once('.')?;
            (&mut requests.get_mut(index.parse::<usize>().ok()?)?.request, path)
        }
    };
    let before = request.uploads.len();
    request.set_upload(path, upload);
    (request.uploads.len() > before).then_some(())
}

/// Reads a request; also what a WebSocket's `subscribe` carries
pub fn one(request: Json) -> Result<Asked, Refusal> {
    let Json::Object(mut fields) = request else { return Err(Refusal::bad("A request is a JSON object")) };
    let mut text = |name: &str| match fields.remove(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::bad(format!("{name} must be a string"))),
    };
    let (query, document_id, operation) = (text("query")?, text("documentId")?, text("operationName")?);
    let hash = match fields.remove("extensions") {
        None | Some(Json::Null) => None,
        Some(Json::Object(mut extensions)) => extensions.remove("persistedQuery").map(hash).transpose()?,
        Some(_) => return Err(Refusal::bad("extensions must be an object")),
    };
    let query = match (query, &document_id, &hash) {
        (Some(_), Some(_), _) => return Err(Refusal::bad("Send a query or a documentId, not both")),
        (None, None, None) => return Err(Refusal::bad("query is missing")),
        (query, ..) => query.unwrap_or_default(),
    };
    let mut request = GraphqlRequest::new(query);
    request.operation_name = operation.filter(|name| !name.is_empty());
    match fields.remove("variables") {
        None | Some(Json::Null) => {}
        Some(Json::String(text)) if text.is_empty() => {}
        Some(Json::Object(variables)) if variables.values().any(has_nul) => return Err(Refusal::bad(NO_NUL)),
        Some(Json::Object(variables)) => request = request.variables(to_variables(variables)),
        Some(_) => return Err(Refusal::bad("variables must be an object")),
    }
    Ok(Asked { request, document_id, hash })
}

/// The hash of `extensions.persistedQuery`
fn hash(persisted: Json) -> Result<String, Refusal> {
    let version = persisted.get("version").and_then(Json::as_i64);
    match persisted.get("sha256Hash") {
        Some(Json::String(hash)) if version == Some(1) => Ok(hash.to_lowercase()),
        _ => Err(Refusal::bad("extensions.persistedQuery needs version 1 and a sha256Hash")),
    }
}

/// Whether a NUL stands in any text of a value
pub fn has_nul(json: &Json) -> bool {
    match json {
        Json::String(text) => text.contains('\0'),
        Json::Array(items) => items.iter().any(has_nul),
        Json::Object(fields) => fields.values().any(has_nul),
        _ => false,
    }
}

fn to_variables(fields: Map<String, Json>) -> Variables {
    let mut variables = Variables::default();
    for (name, value) in fields {
        variables.insert(Name::new(name), to_value(value));
    }
    variables
}

/// Numbers keep their text: money never passes through floating point
pub fn to_value(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Boolean(value),
        Json::Number(number) => Value::Number(plain(number)),
        Json::String(text) => Value::String(text),
        Json::Array(items) => Value::List(items.into_iter().map(to_value).collect()),
        Json::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (Name::new(name), to_value(value))).collect())
        }
    }
}

/// GraphQL's Int takes 1.0 as 1
fn plain(number: Number) -> Number {
    match number.as_str().strip_suffix(".0").and_then(|whole| whole.parse::<i64>().ok()) {
        Some(whole) => whole.into(),
        None => number,
    }
}
