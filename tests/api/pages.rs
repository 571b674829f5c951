//! The start page, GraphiQL, the reference and the fields: complete in themselves, strict towards everything else, and
//! with every example.

use std::{collections::BTreeSet, fs, io::Read as _, path::Path};

use async_graphql::parser::types::{Selection, SelectionSet};
use axum::{
    body::Body,
    http::{StatusCode, header},
};
use flate2::read::GzDecoder;
use quintet::{
    config::Config,
    events::{self, Row},
    rest::library::Library,
};
use serde_json::{Value, json};

use crate::{
    app::{TestApp, both},
    live::{EventStream, listening},
};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
const BUILT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/server/pages/built");

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
    assert_eq!(policy.contains("unsafe-inline"), path == "/graphiql", "{path}");
    let media_type = reply.headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
    (String::from_utf8_lossy(&reply.body).into_owned(), media_type)
}

fn root_fields(set: &SelectionSet) -> Vec<&str> {
    let names = set.items.iter().flat_map(|selection| match &selection.node {
        Selection::Field(field) => vec![field.node.name.node.as_str()],
        Selection::InlineFragment(fragment) => root_fields(&fragment.node.selection_set.node),
        Selection::FragmentSpread(spread) => panic!("a root field in the fragment {}", spread.node.fragment_name),
    });
    names.collect()
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
        for (path, linked) in [("/", 8), ("/graphiql", 3), ("/docs", 3), ("/fields", 3)] {
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

    async fn nothing_leads_to_a_graphiql_that_is_not_there(app: TestApp) {
        let without = TestApp::with(Config { no_graphiql: true, ..app.app.config.clone() }).await;
        for path in ["/", "/docs", "/fields"] {
            let ((with, _), (text, media_type)) = (fetch(&app, path).await, fetch(&without, path).await);
            assert!(with.contains("\"graphiql\""), "{path}");
            // The scripts link to it where the page names it.
            assert!(!text.to_lowercase().contains("graphiql"), "{path}: {text}");
            assert!(text.starts_with("<!doctype html>") && text.trim_end().ends_with("</html>"), "{path}: {text}");
            assert_eq!(media_type, "text/html; charset=utf-8");
        }
    }

    async fn the_pages_find_every_file_that_they_ask_for(app: TestApp) {
        let pages = ["graphiql", "docs", "fields"];
        let mut wanted: Vec<String> = pages.map(str::to_owned).into();
        let mut found = BTreeSet::new();
        while let Some(name) = wanted.pop() {
            let path = if pages.contains(&&*name) { format!("/{name}") } else { format!("/pages/{name}") };
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
                for prefix in ["./", "pages/"] {
                    let names = quoted(&text).filter_map(|text| text.strip_prefix(prefix));
                    // Names of built files end in a hash of eight signs.
                    let names = names.filter(|name| name.rsplit_once('-').is_some_and(|(_, hash)| hash.find('.') == Some(8)));
                    wanted.extend(names.filter(|name| !found.contains(*name)).map(str::to_owned));
                }
            }
            found.insert(name);
        }
        let built = fs::read_dir(BUILT).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let built = built.map(|name| name.trim_end_matches(".gz").to_owned());
        let built: BTreeSet<_> = built.filter(|name| name != "LICENCES.txt" && !name.ends_with(".html")).collect();
        found.retain(|name| !pages.contains(&&**name));
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
        for path in ["/pages/nothing.js", "/pages/..%2findex.html", "/pages/built/docs.html", "/graphiql/docs.html"] {
            let reply = app.nobody().get(path).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
            reply.json();
        }
    }

    async fn scripts_go_out_as_they_are_kept(app: TestApp) {
        let (page, _) = fetch(&app, "/docs").await;
        let script = format!("/{}", quoted(&page).find(|name| name.ends_with(".js")).unwrap());
        let plain = app.nobody().get(&script).await;
        assert!(plain.headers.get(header::CONTENT_ENCODING).is_none());
        for (accepted, expected) in [("gzip, br", Some("gzip")), ("br, gzip;q=0.5", Some("gzip")), ("gzip;q=0", None)] {
            let request = app.nobody().request("GET", &script).header(header::ACCEPT_ENCODING, accepted);
            let reply = app.send(request.body(Body::empty()).unwrap()).await;
            let encoding = reply.headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap());
            assert_eq!(encoding, expected, "{accepted}");
            let vary = reply.headers.get_all(header::VARY).iter().any(|vary| vary == "accept-encoding");
            assert!(vary, "{accepted}");
            if expected.is_some() {
                assert!(reply.body.len() < plain.body.len() / 2);
                let mut text = Vec::new();
                GzDecoder::new(&*reply.body).read_to_end(&mut text).unwrap();
                assert_eq!(text, plain.body);
            } else {
                assert_eq!(reply.body, plain.body);
            }
        }
    }

    async fn the_fields_tell_which_urls_use_them(app: TestApp) {
        let (text, media_type) = fetch(&app, "/fields.json").await;
        assert_eq!(media_type, "application/json; charset=utf-8");
        let file: Value = serde_json::from_str(&text).unwrap();
        let operations = file["operations"].as_array().unwrap();
        let library = Library::read().await.unwrap();
        assert_eq!(operations.len(), library.operations.len());
        let users = |parent: &str, name: &str| -> BTreeSet<&str> {
            let mut fields = file["fields"].as_array().unwrap().iter();
            let field = fields.find(|field| field["type"] == parent && field["name"] == name);
            let field = field.unwrap_or_else(|| panic!("{parent}.{name} is not there"));
            assert!(field["description"].is_string(), "{parent}.{name}");
            let places = field["operations"].as_array().unwrap().iter();
            places.map(|place| operations[place.as_u64().unwrap() as usize]["id"].as_str().unwrap()).collect()
        };
        let mut roots = 0;
        for operation in &library.operations {
            let parent = if operation.is_mutation { "Mutation" } else { "Query" };
            for (_, definition) in operation.document.operations.iter() {
                for name in root_fields(&definition.node.selection_set.node) {
                    assert!(users(parent, name).contains(&*operation.id), "{}: {name}", operation.id);
                    roots += 1;
                }
            }
        }
        assert!(roots >= operations.len(), "{roots}");
        // A field behind fragments and relations, a root field that no legacy URL uses, and what a reader sees of a URL.
        assert!(users("Tag", "name").contains("grid_tag_get"));
        assert!(users("Query", "person").is_empty());
        let login = operations.iter().find(|operation| operation["id"] == "grid_login").unwrap();
        let expected = json!({
            "id": "grid_login", "system": "grid", "module": "login", "section": "4.1", "summary": "用户登录",
            "method": "POST", "path": "/grid/login",
        });
        assert_eq!(*login, expected);
        assert!(operations.iter().any(|operation| operation["path"] == "/estate/ihk/weixin?action_name=login"));
        // Root fields come first.
        assert_eq!(file["fields"][0]["type"], "Query");
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
        let mut subscriptions = 0;
        listening(&app).await;
        for example in &examples {
            let document = example["query"].as_str().unwrap();
            let variables = if example["variables"].is_null() { json!({}) } else { example["variables"].clone() };
            if example["kind"] != "subscription" {
                admin.query_with(document, variables).await.ok();
                continue;
            }
            let mut stream = EventStream::post(&admin, document).await;
            subscriptions += 1;
            let mut tx = app.app.db.begin().await.unwrap();
            for kind in ["SmsMessage", "CreditApproval"] {
                events::publish(&mut tx, kind, &[Row { id: 1, of: None }]).await.unwrap();
            }
            tx.commit().await.unwrap();
            let (_, event) = stream.next().await.unwrap();
            assert!(event["data"].is_object() && event.get("errors").is_none(), "{document}: {event}");
        }
        assert_eq!(subscriptions, 2);
    }
}
