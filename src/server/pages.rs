//! Pages for people: the start page, GraphiQL with the example operations, the legacy systems' OpenAPI files. All of it
//! is embedded, and nothing is loaded from elsewhere; `assets/graphiql/README.md` tells how `pages/graphiql/` is built.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{LazyLock, OnceLock},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use data_encoding::BASE64URL_NOPAD;
use rust_embed::RustEmbed;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Server;
use crate::{
    config::Config,
    rest::{self, openapi},
};

/// GraphiQL's editor writes `style` elements; everything else is as strict as can be
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
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
#[exclude = "clients/*"]
struct Examples;

pub fn routes(config: &Config) -> Router<Server> {
    let routes = Router::new()
        .route("/", get(async |headers: HeaderMap| file("index.html", ASK_AGAIN, &headers)))
        .route("/icon.svg", get(async |headers: HeaderMap| file("icon.svg", ASK_AGAIN, &headers)))
        .route("/openapi/{file}", get(openapi_file));
    match config.no_graphiql {
        true => routes,
        false => routes.merge(graphiql()),
    }
}

fn graphiql() -> Router<Server> {
    Router::new()
        .route("/graphiql", get(async |headers: HeaderMap| file("graphiql/index.html", ASK_AGAIN, &headers)))
        .route("/graphiql/", get(async || Redirect::permanent("/graphiql")))
        .route("/graphiql/examples.json", get(examples))
        .route("/graphiql/{file}", get(graphiql_file))
}

async fn graphiql_file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let cache = if name.contains('-') { FOR_EVER } else { ASK_AGAIN };
    file(&format!("graphiql/{name}"), cache, &headers)
}

fn file(path: &str, cache: &'static str, headers: &HeaderMap) -> Response {
    match Pages::get(path) {
        Some(file) => answer(file.data, &file.metadata.sha256_hash(), media_type(path), cache, headers),
        None => no_file(),
    }
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

/// Every example, the domain that one signs in with first
async fn examples(headers: HeaderMap) -> Response {
    static EXAMPLES: LazyLock<(String, [u8; 32])> = LazyLock::new(|| {
        let mut examples: Vec<Example> = Examples::iter().filter_map(|path| Example::read(&path)).collect();
        let order = |example: &Example| (example.domain != "identity", example.domain.clone(), example.title.clone());
        examples.sort_by_cached_key(order);
        let text = json!(examples).to_string();
        let hash = Sha256::digest(text.as_bytes()).into();
        (text, hash)
    });
    let (text, hash) = &*EXAMPLES;
    answer(Cow::Borrowed(text.as_bytes()), hash, JSON, ASK_AGAIN, &headers)
}

/// `<system>.json`, made on first use
async fn openapi_file(State(server): State<Server>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    static FILES: OnceLock<HashMap<String, (String, [u8; 32])>> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        let files = rest::systems().into_iter().filter_map(|(system, _)| {
            let text = openapi::file(server.rest.library(), system)?.to_string();
            let hash = Sha256::digest(text.as_bytes()).into();
            Some((format!("{system}.json"), (text, hash)))
        });
        files.collect()
    });
    match files.get(&name) {
        Some((text, hash)) => answer(Cow::Borrowed(text.as_bytes()), hash, JSON, ASK_AGAIN, &headers),
        None => no_file(),
    }
}
