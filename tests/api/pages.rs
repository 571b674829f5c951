//! The start page and GraphiQL: complete in themselves, strict towards everything else, and with every example.

use std::{collections::BTreeSet, fs, path::Path};

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use serde_json::{Value, json};

use crate::app::{TestApp, both};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
const BUILT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/server/pages/graphiql");

/// A page or file that must be there, as text, with its media type
async fn fetch(app: &TestApp, path: &str) -> (String, String) {
    let reply = app.nobody().get(path).await;
    assert_eq!(reply.status, StatusCode::OK, "{path}");
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        assert_eq!(reply.headers[&name], value, "{path}");
    }
    let policy = reply.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe-eval") && !policy.contains("script-src") && !policy.contains("http"), "{policy}");
    let media_type = reply.headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
    (String::from_utf8_lossy(&reply.body).into_owned(), media_type)
}

/// What the quotes of a text hold
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split(['"', '\'', '`', '(', ')'])
}

/// `<domain>/<task>.<ending>` of the files on disk
fn on_disk(ending: &str) -> BTreeSet<String> {
    let files = |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let domains = files(Path::new(EXAMPLES)).into_iter().filter(|path| path.is_dir() && !path.ends_with("operations"));
    let paths = domains.flat_map(|domain| files(&domain)).filter(|path| path.extension().is_some_and(|e| e == ending));
    paths.map(|path| path.with_extension("").strip_prefix(EXAMPLES).unwrap().display().to_string()).collect()
}

both! {
    async fn the_pages_name_nothing_of_another_host(app: TestApp) {
        for (path, linked) in [("/", 4), ("/graphiql", 3)] {
            let (page, media_type) = fetch(&app, path).await;
            assert_eq!(media_type, "text/html; charset=utf-8");
            assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("\"//"), "{path}");
            let attributes = page.split([' ', '>']).filter(|word| word.starts_with("href=") || word.starts_with("src="));
            let names: Vec<_> = attributes.filter_map(|attribute| attribute.split('"').nth(1)).collect();
            assert_eq!(names.len(), linked, "{path}: {names:?}");
            for name in names {
                assert_eq!(app.nobody().get(&format!("/{name}")).await.status, StatusCode::OK, "{name}");
            }
        }
    }

    async fn graphiql_finds_every_file_that_it_asks_for(app: TestApp) {
        let mut wanted = vec!["graphiql".to_owned()];
        let mut found = BTreeSet::new();
        while let Some(name) = wanted.pop() {
            let path = if name == "graphiql" { "/graphiql".to_owned() } else { format!("/graphiql/{name}") };
            let (text, media_type) = fetch(&app, &path).await;
            let expected = match name.rsplit_once('.').map(|(_, ending)| ending) {
                None => "text/html; charset=utf-8",
                Some("js") => "text/javascript; charset=utf-8",
                Some("css") => "text/css; charset=utf-8",
                Some("ttf") => "font/ttf",
                Some("woff2") => "font/woff2",
                Some(other) => panic!("a file that ends in {other}"),
            };
            assert_eq!(media_type, expected, "{name}");
            if media_type.starts_with("text") {
                for prefix in ["./", "graphiql/"] {
                    let names = quoted(&text).filter_map(|text| text.strip_prefix(prefix));
                    // Names of built files end in a hash of eight signs.
                    let names = names.filter(|name| name.rsplit_once('-').is_some_and(|(_, hash)| hash.find('.') == Some(8)));
                    wanted.extend(names.filter(|name| !found.contains(*name)).map(str::to_owned));
                }
            }
            found.insert(name);
        }
        let built = fs::read_dir(BUILT).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let built: BTreeSet<_> = built.filter(|name| !["index.html", "LICENCES.txt"].contains(&name.as_str())).collect();
        found.remove("graphiql");
        assert_eq!(found, built);
        assert!(built.len() > 20, "{}", built.len());
    }

    async fn what_is_known_is_not_sent_again(app: TestApp) {
        let (page, _) = fetch(&app, "/graphiql").await;
        let script = quoted(&page).find(|name| name.ends_with(".js")).unwrap();
        for (path, cache) in [
            ("/graphiql", "no-cache"),
            ("/graphiql/examples.json", "no-cache"),
            (&format!("/{script}"), "public, max-age=31536000, immutable"),
        ] {
            let first = app.nobody().get(path).await;
            assert_eq!(first.headers[header::CACHE_CONTROL], cache, "{path}");
            let tag = &first.headers[header::ETAG];
            let again = app.nobody().request("GET", path).header(header::IF_NONE_MATCH, tag).body(Body::empty());
            let again = app.send(again.unwrap()).await;
            assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{path}");
        }
        for path in ["/graphiql/nothing.js", "/graphiql/..%2findex.html", "/graphiql/graphiql/index.html"] {
            let reply = app.nobody().get(path).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
            reply.json();
        }
    }

    async fn every_example_is_offered_and_runs(app: TestApp) {
        let app = app.demo().await;
        let admin = app.sign_in(None, "admin", quintet::demo::PASSWORD).await;
        let (text, _) = fetch(&app, "/graphiql/examples.json").await;
        let examples: Vec<Value> = serde_json::from_str(&text).unwrap();
        let ids = |wanted: fn(&Value) -> bool| -> BTreeSet<String> {
            let wanted = examples.iter().filter(|example| wanted(example));
            wanted.map(|example| example["id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids(|_| true), on_disk("graphql"));
        assert_eq!(ids(|example| example["variables"].is_object()), on_disk("json"));
        assert_eq!(examples[0]["domain"], "identity");
        assert!(examples.len() >= 3, "{}", examples.len());
        for example in &examples {
            let document = example["query"].as_str().unwrap();
            let variables = if example["variables"].is_null() { json!({}) } else { example["variables"].clone() };
            admin.query_with(document, variables).await.ok();
        }
    }
}
