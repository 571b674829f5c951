//! What belongs to a grid: its reviewers, its map, its picture.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    body::{Body, Bytes},
    http::header,
};
use futures_util::{StreamExt as _, stream::iter};
use serde_json::{Value, json};

use super::grid::{Grids, reviewer};
use crate::{
    app::{Answer, Caller, both},
    rest::contract::{PNG, multipart},
    service::{change, create, creation, deletion, ids},
};

const SAVE: &str = "mutation($input: GridMapSaveInput!) { gridMapSave(input: $input) { gridMap { databaseId name kind coordinates grid { code } } } }";
const UPLOAD: &str = "mutation($id: ID!, $file: Upload!) { gridPictureUpload(gridId: $id, file: $file) { gridPicture { databaseId contentType size base64 grid { code } } } }";

/// A form with a file that hardly ends, to a path; tells the answer, and how much of the file was read
async fn flood(caller: &Caller, path: &str, fields: &[(&str, String)]) -> (Value, usize) {
    let mut start = String::new();
    for (part, text) in fields {
        start += &format!("--x\r\nContent-Disposition: form-data; name=\"{part}\"\r\n\r\n{text}\r\n");
    }
    start += "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
    let read = Arc::new(AtomicUsize::new(0));
    let count = read.clone();
    let flood = (0..31 << 4).map(move |_| {
        count.fetch_add(1 << 16, Ordering::Relaxed);
        Bytes::from_static(&[0; 1 << 16])
    });
    let chunks = iter(std::iter::once(Bytes::from(start)).chain(flood)).then(async |chunk| {
        // A network takes its time.
        tokio::task::yield_now().await;
        Ok::<_, Infallible>(chunk)
    });
    let request = caller.request("POST", path).header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    let request = request.header("graphql-require-preflight", "1").body(Body::from_stream(chunks)).unwrap();
    let answer = caller.app.send(request).await.json();
    (answer, read.load(Ordering::Relaxed))
}

async fn upload(caller: &Caller, grid: i64, name: &str, content: &[u8]) -> Answer {
    caller.upload(UPLOAD, json!({"id": grid}), name, "", content).await
}

both! {
    async fn reviewers_one_by_one(app: TestApp) {
        let Grids { bank, other, .. } = Grids::new(&app).await;
        let new = |grid: i64, number: &str| json!({"gridId": grid, "reviewer": reviewer("Anna", number)});
        let first = create(&bank.manager, "gridReviewerCreate", new(1, "11x")).await;
        let second = create(&bank.president, "gridReviewerCreate", new(2, "11x")).await;
        let creation = creation("gridReviewerCreate");
        let refused = bank.manager.query_with(&creation, json!({"input": new(2, "22")})).await;
        assert_eq!(refused.error(), ("BAD_USER_INPUT".into(), "input.gridId".into()));
        assert_eq!(bank.manager.query_with(&creation, json!({"input": new(1, "11X")})).await.code(), "CONFLICT");
        let filter = json!({"idNumber": "11 x"});
        for (caller, found) in [(&bank.president, vec![first, second]), (&bank.manager, vec![first]), (&other, vec![second])] {
            assert_eq!(ids(caller, "gridReviewers", "GridReviewerFilter", filter.clone()).await, found);
        }
        for (filter, found) in [
            (json!({"gridId": 2}), vec![second]), (json!({"name": "ann"}), vec![first, second]), (json!({"kind": "CANDIDATE"}), vec![]),
        ] {
            assert_eq!(ids(&bank.president, "gridReviewers", "GridReviewerFilter", filter).await, found);
        }
        let update = change("gridReviewerUpdate", "name duties kind grid { code }");
        let input = json!({"id": first, "input": {"duties": "chair", "kind": "CANDIDATE"}});
        assert_eq!(bank.manager.query_with(&update, input.clone()).await.ok()["gridReviewerUpdate"]["gridReviewer"],
            json!({"name": "Anna", "duties": "chair", "kind": "CANDIDATE", "grid": {"code": "A-1"}}));
        assert_eq!(other.query_with(&update, input).await.code(), "NOT_FOUND");
        let bad = json!({"id": first, "input": {"duties": "x".repeat(21)}});
        assert_eq!(bank.manager.query_with(&update, bad).await.error().1, "input.duties");
        let one = format!("{{ gridReviewer(id: {first}) {{ name }} }}");
        assert_eq!(other.query(&one).await.ok()["gridReviewer"], Value::Null);
        let deletion = deletion("gridReviewerDelete");
        assert_eq!(other.query_with(&deletion, json!({"id": first})).await.code(), "NOT_FOUND");
        bank.manager.query_with(&deletion, json!({"id": first})).await.ok();
        assert_eq!(bank.manager.query(&one).await.ok()["gridReviewer"], Value::Null);
        assert_eq!(app.nobody().query(&one).await.code(), "UNAUTHENTICATED");
    }

    async fn maps_are_saved_once_for_a_grid(app: TestApp) {
        let Grids { bank, other, west } = Grids::new(&app).await;
        let input = json!({"gridCode": "A-1", "kind": "polygon", "coordinates": "[[1,2]]"});
        let first = bank.manager.query_with(SAVE, json!({"input": input})).await.ok()["gridMapSave"]["gridMap"].clone();
        let expected = json!({"databaseId": 1, "name": "Grid A-1", "kind": "polygon", "coordinates": "[[1,2]]", "grid": {"code": "A-1"}});
        assert_eq!(first, expected);
        let input = json!({"gridId": 1, "name": "Here", "coordinates": "[[3,4]]"});
        let second = bank.president.query_with(SAVE, json!({"input": input})).await.ok()["gridMapSave"]["gridMap"].clone();
        let expected = json!({"databaseId": 1, "name": "Here", "kind": null, "coordinates": "[[3,4]]", "grid": {"code": "A-1"}});
        assert_eq!(second, expected);
        bank.boss.query_with(SAVE, json!({"input": {"gridId": 4, "coordinates": "x"}})).await.ok();
        for (caller, input, field) in [
            (&other, json!({"gridCode": "A-1", "coordinates": "x"}), "input.gridCode"),
            (&other, json!({"gridId": 1, "coordinates": "x"}), "input.gridId"),
            (&bank.boss, json!({"gridId": 1, "gridCode": "A-1", "coordinates": "x"}), "input.gridId"),
            (&bank.boss, json!({"gridId": 1, "coordinates": " "}), "input.coordinates"),
        ] {
            assert_eq!(caller.query_with(SAVE, json!({"input": input})).await.error(), ("BAD_USER_INPUT".into(), field.into()));
        }
        let all = "query($scope: BankScopeInput) { allGridMaps(scope: $scope) { name } gridMaps { totalCount } }";
        for (caller, scope, names) in [
            (&bank.boss, Value::Null, vec!["Here", "Grid C-1"]),
            (&bank.boss, json!({"branchCode": "17002"}), vec!["Grid C-1"]),
            (&bank.president, json!({"roleId": 3, "branchCode": "17001"}), vec!["Here"]),
            (&west, Value::Null, vec!["Grid C-1"]),
            (&other, json!({"roleId": 1, "branchCode": "17101"}), vec![]),
        ] {
            let found = caller.query_with(all, json!({"scope": scope})).await.ok();
            assert_eq!(found["allGridMaps"], names.iter().map(|name| json!({"name": name})).collect::<Value>());
        }
        let foreign = json!({"scope": {"branchCode": "17002"}});
        assert_eq!(bank.president.query_with(all, foreign).await.code(), "FORBIDDEN");
        assert_eq!(other.query("{ gridMap(id: 1) { name } }").await.ok()["gridMap"], Value::Null);
        assert_eq!(bank.manager.query("{ grid(id: 1) { map { name } } }").await.ok()["grid"]["map"]["name"], "Here");
        let delete = "mutation { gridMapDelete(id: 1) { gridMap { databaseId } } }";
        assert_eq!(other.query(delete).await.code(), "NOT_FOUND");
        bank.manager.query(delete).await.ok();
        assert_eq!(bank.manager.query("{ grid(id: 1) { map { name } } }").await.ok()["grid"]["map"], Value::Null);
    }

    async fn a_file_is_read_for_who_may_send_one(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        let operations = json!({"query": UPLOAD, "variables": {"id": 1, "file": null}}).to_string();
        let graphql = [("operations", operations), ("map", json!({"file": ["variables.file"]}).to_string())];
        let legacy = [("id", "1".to_owned())];
        let stranger = Caller { token: Some("forged".into()), ..app.nobody() };
        for caller in [app.nobody(), stranger] {
            let (answer, read) = flood(&caller, "/graphql", &graphql).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
            assert!(read < 1 << 20, "{read} bytes were read");
            let (answer, read) = flood(&caller, "/grid/gridinfo/image", &legacy).await;
            assert_eq!((&answer["code"], read), (&json!(401), 0));
        }
        // An operation without a file takes none, but a small form it takes.
        let (answer, read) = flood(&bank.manager, "/grid/gridmap", &legacy).await;
        assert_eq!(answer["code"], 400);
        assert!(read < 1 << 20, "{read} bytes were read");
        let long = [("coordinate", "x".repeat(app.app.config.max_body))];
        assert_eq!(flood(&bank.manager, "/grid/gridmap", &long).await.0["code"], 400);
        let fields = json!({"gridCode": "A-1", "gridName": "Here", "coordinate": "[[1,2]]"});
        let form = bank.manager.request("POST", "/grid/gridmap").header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        let answer = app.send(form.body(Body::from(multipart(&fields, b""))).unwrap()).await.json();
        assert_eq!(answer["code"], 200, "{answer}");
        // Whoever may send one is heard to the end, and judged.
        let (answer, read) = flood(&bank.manager, "/grid/gridinfo/image", &legacy).await;
        assert!((&answer["code"], read) == (&json!(400), 31 << 20) && app.stored() == 0, "{answer} after {read} bytes");
    }

    async fn pictures_replace_one_another(app: TestApp) {
        let Grids { bank, other, .. } = Grids::new(&app).await;
        let picture = upload(&bank.manager, 1, "a.png", PNG).await.ok()["gridPictureUpload"]["gridPicture"].clone();
        let base64 = data_encoding::BASE64.encode(PNG);
        let expected = json!({"databaseId": 1, "contentType": "image/png", "size": PNG.len(), "base64": base64, "grid": {"code": "A-1"}});
        assert_eq!(picture, expected);
        let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF";
        let picture = upload(&bank.president, 1, "b.jpg", jpeg).await.ok()["gridPictureUpload"]["gridPicture"].clone();
        assert_eq!((&picture["contentType"], app.stored()), (&json!("image/jpeg"), 1));
        for (name, content) in [("a.gif", &b"GIF89a\x01\0\x01\0"[..]), ("a.png", b"no picture"), ("a.png", jpeg), ("a.pdf", b"%PDF-1.4")] {
            let error = upload(&bank.manager, 1, name, content).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".into(), "file".into()), "{name}");
        }
        assert_eq!(upload(&other, 1, "a.png", PNG).await.code(), "NOT_FOUND");
        assert_eq!(upload(&app.nobody(), 1, "a.png", PNG).await.code(), "UNAUTHENTICATED");
        assert_eq!(app.stored(), 1);
        let list = "{ gridPictures { totalCount nodes { databaseId } } gridPicture(id: 2) { size } }";
        assert_eq!(other.query(list).await.ok(), json!({"gridPictures": {"totalCount": 0, "nodes": []}, "gridPicture": null}));
        assert_eq!(bank.manager.query(list).await.ok()["gridPictures"]["totalCount"], 1);
        let delete = "mutation { gridPictureDelete(id: 2) { gridPicture { databaseId } } }";
        assert_eq!(other.query(delete).await.code(), "NOT_FOUND");
        bank.manager.query(delete).await.ok();
        assert_eq!(app.stored(), 0);
        upload(&bank.manager, 1, "a.png", PNG).await.ok();
        bank.manager.query_with(&deletion("gridDelete"), json!({"id": 1})).await.ok();
        assert_eq!(app.stored(), 0, "the picture goes with its grid");
    }
}
