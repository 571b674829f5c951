//! Pages for people: the start page, GraphiQL with the example operations, the reference of the legacy systems, their
//! OpenAPI files, the fields that they use. All of it is embedded, and nothing is loaded from elsewhere;
//! `assets/pages/README.md` tells how `pages/built/` is built.

use std::{
    borrow::Cow,
    collections::HashMap,
    io::Read as _,
    sync::{Arc, LazyLock, OnceLock},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{MethodRouter, get},
};
use data_encoding::BASE64URL_NOPAD;
use flate2::read::GzDecoder;
use rust_embed::RustEmbed;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Server;
use crate::{
    config::Config,
    error::AppError,
    rest::{self, fields, openapi},
};

const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// GraphiQL's editor writes `style` elements; everything else is as strict as can be
const WITH_STYLES: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const JSON: &str = "application/json; charset=utf-8";

/// For files that keep their name when they change
const ASK_AGAIN: &str = "no-cache";
/// For files that are named by their content
const FOR_EVER: &str = "public, max-age=31536000, immutable";

#[derive(RustEmbed)]
#[folder = "src/server/pages"]
struct Pages;

#[derive(RustEmbed)]
#[folder = "examples"]
#[include = "*/*.graphql"]
#[include = "*/*.json"]
#[exclude = "operations/*"]
#[exclude = "clients/*"]
struct Examples;

/// Stands around what leads to GraphiQL
const GRAPHIQL: &str = "<!-- graphiql -->";

pub fn routes(config: &Config) -> Router<Server> {
    let page: fn(&'static str) -> MethodRouter<Server> = if config.no_graphiql { page_without } else { page };
    let routes = Router::new()
        .route("/", page("index.html"))
        .route("/start.css", page("start.css"))
        .route("/icon.svg", page("icon.svg"))
        .route("/docs", page("built/docs.html"))
        .route("/docs/", moved("/docs"))
        .route("/fields", page("built/fields.html"))
        .route("/fields.json", get(fields_file))
        .route("/pages/{file}", get(built))
        .route("/openapi/{file}", get(openapi_file));
    match config.no_graphiql {
        true => routes,
        false => routes
            .route("/graphiql", page("built/graphiql.html"))
            .route("/graphiql/", moved("/graphiql"))
            .route("/graphiql/examples.json", get(examples)),
    }
}

fn page(path: &'static str) -> MethodRouter<Server> {
    get(async move |headers: HeaderMap| file(path, ASK_AGAIN, &headers))
}

/// A page of a server without GraphiQL
fn page_without(path: &'static str) -> MethodRouter<Server> {
    let page = Pages::get(path).map(|file| file.data).unwrap_or_default();
    let (text, hash) = hashed(String::from_utf8_lossy(&page).split(GRAPHIQL).step_by(2).collect());
    get(async move |headers: HeaderMap| answer(text.into_bytes().into(), &hash, media_type(path), ASK_AGAIN, &headers))
}

fn moved(path: &'static str) -> MethodRouter<Server> {
    get(async move || Redirect::permanent(path))
}

async fn built(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let cache = if name.contains('-') { FOR_EVER } else { ASK_AGAIN };
    file(&format!("built/{name}"), cache, &headers)
}

/// A file, as it is or as what its compressed form holds
fn file(path: &str, cache: &'static str, headers: &HeaderMap) -> Response {
    let policy = if path == "built/graphiql.html" { WITH_STYLES } else { CONTENT_SECURITY_POLICY };
    let media_type = media_type(path);
    let mut response = if let Some(file) = Pages::get(path) {
        answer(file.data, &file.metadata.sha256_hash(), media_type, cache, headers)
    } else if let Some(file) = Pages::get(&format!("{path}.gz")) {
        let hash = file.metadata.sha256_hash();
        match takes_gzip(headers) {
            true => {
                let mut response = answer(file.data, &hash, media_type, cache, headers);
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                response
            }
            // Hardly anybody.
            false => {
                let mut plain = Vec::new();
                if let Err(error) = GzDecoder::new(&*file.data).read_to_end(&mut plain) {
                    return (StatusCode::INTERNAL_SERVER_ERROR, AppError::internal(error).message).into_response();
                }
                answer(plain.into(), &hash, media_type, cache, headers)
            }
        }
    } else {
        return no_file();
    };
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim() == "gzip" && !matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

fn no_file() -> Response {
    (StatusCode::NOT_FOUND, Json(json!({"errors": [{"message": "There is no such file"}]}))).into_response()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        _ => "text/plain; charset=utf-8",
    }
}

fn answer(
    body: Cow<'static, [u8]>,
    hash: &[u8],
    media_type: &'static str,
    cache: &'static str,
    headers: &HeaderMap,
) -> Response {
    // Weak, since the body may go out compressed.
    let tag = format!("W/\"{}\"", BASE64URL_NOPAD.encode(hash));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let is_known = known.is_some_and(|tags| tags.split(',').any(|known| known.trim() == tag));
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => body.into_response(),
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    for (name, value) in [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, cache),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// An operation of `examples/<domain>/<task>.graphql`, with the variables of `<task>.json` beside it
#[derive(Serialize)]
struct Example {
    /// `<domain>/<task>`
    id: String,
    domain: String,
    /// Its first line, which is a comment
    title: String,
    kind: &'static str,
    query: String,
    variables: Option<Value>,
}

impl Example {
    fn all() -> impl Iterator<Item = Example> {
        Examples::iter().filter_map(|path| Example::read(&path))
    }

    fn read(path: &str) -> Option<Example> {
        let id = path.strip_suffix(".graphql")?;
        let (domain, task) = id.split_once('/')?;
        let query = String::from_utf8(Examples::get(path)?.data.into_owned()).ok()?;
        let title = match query.lines().next().and_then(|line| line.strip_prefix('#')) {
            Some(comment) => comment.trim().to_owned(),
            None => task.replace('_', " "),
        };
        let written = ["mutation", "subscription"];
        let kind = written.into_iter().find(|kind| query.lines().any(|line| line.starts_with(kind)));
        let variables = Examples::get(&format!("{id}.json"));
        Some(Example {
            id: id.to_owned(),
            domain: domain.to_owned(),
            title,
            kind: kind.unwrap_or("query"),
            variables: variables.and_then(|file| serde_json::from_slice(&file.data).ok()),
            query,
        })
    }
}

/// The documents of the examples
pub fn documents() -> impl Iterator<Item = Arc<str>> {
    Example::all().map(|example| example.query.into())
}

/// Every example, the domain that one signs in with first
async fn examples(headers: HeaderMap) -> Response {
    static EXAMPLES: LazyLock<Hashed> = LazyLock::new(|| {
        let mut examples: Vec<Example> = Example::all().collect();
        let order = |example: &Example| (example.domain != "identity", example.domain.clone(), example.title.clone());
        examples.sort_by_cached_key(order);
        hashed(json!(examples).to_string())
    });
    data(&EXAMPLES, &headers)
}

/// `<system>.json`, made on first use
async fn openapi_file(State(server): State<Server>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    static FILES: OnceLock<HashMap<String, Hashed>> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        let files = rest::systems().into_iter().filter_map(|(system, _)| {
            let file = openapi::file(server.rest.library(), system, server.app.config.time_zone)?;
            Some((format!("{system}.json"), hashed(file.to_string())))
        });
        files.collect()
    });
    match files.get(&name) {
        Some(file) => data(file, &headers),
        None => no_file(),
    }
}

/// Which legacy URLs use which fields, made on first use
async fn fields_file(State(server): State<Server>, headers: HeaderMap) -> Response {
    static FILE: OnceLock<Hashed> = OnceLock::new();
    data(FILE.get_or_init(|| hashed(json!(fields::fields(server.rest.library())).to_string())), &headers)
}

/// A text that is made once, and its hash
type Hashed = (String, [u8; 32]);

fn hashed(text: String) -> Hashed {
    let hash = Sha256::digest(text.as_bytes()).into();
    (text, hash)
}

fn data((text, hash): &'static Hashed, headers: &HeaderMap) -> Response {
    answer(Cow::Borrowed(text.as_bytes()), hash, JSON, ASK_AGAIN, headers)
}
