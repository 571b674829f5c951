//! Uploading files, and who gets them.

use quintet::auth::Realm;
use serde_json::json;

use crate::{
    app::{Answer, Caller, PASSWORD, both},
    estate::{Estate, id},
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01";
const UPLOAD: &str = "mutation($file: Upload!) { attachmentUpload(file: $file) { attachment {
    databaseId name contentType size url realm account { login } } } }";

async fn upload(caller: &Caller, name: &str, declared: &str, content: &[u8]) -> Answer {
    caller.upload(UPLOAD, json!({}), name, declared, content).await
}

/// The bytes behind an attachment's URL
async fn fetch(caller: &Caller, url: &str) -> Option<Vec<u8>> {
    let reply = caller.get(url).await;
    match reply.status.as_u16() {
        200 => {
            assert_eq!(reply.headers["content-type"], "image/png");
            assert_eq!(reply.headers["x-content-type-options"], "nosniff");
            Some(reply.body)
        }
        404 => None,
        status => panic!("{url}: {status}"),
    }
}

both! {
    async fn a_file_is_kept_and_shown_to_the_realm(app: TestApp) {
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        let answer = upload(&anna.caller, "site plan 1.png", "image/png", PNG).await.ok();
        let file = id(&answer, "/attachmentUpload/attachment");
        let expected = json!({
            "databaseId": file, "name": "site plan 1.png", "contentType": "image/png", "size": PNG.len(),
            "url": format!("/files/{file}/site%20plan%201.png"), "realm": "ESTATE", "account": {"login": "00006"},
        });
        assert_eq!(answer["attachmentUpload"]["attachment"], expected);
        assert_eq!(app.stored(), 1);
        app.account(Some(Realm::Loan), "1611", false).await;
        let stranger = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        let url = format!("/files/{file}/site%20plan%201.png");
        for caller in [&anna.caller, &bert.caller, &estate.boss, &app.admin().await] {
            assert_eq!(fetch(caller, &url).await.as_deref(), Some(PNG));
        }
        assert_eq!((fetch(&stranger, &url).await, fetch(&app.nobody(), &url).await), (None, None));

        let list = "{ attachments { totalCount nodes { name } } me { attachments { totalCount } } }";
        let answer = bert.caller.query(list).await.ok();
        assert_eq!(answer["attachments"], json!({"totalCount": 1, "nodes": [{"name": "site plan 1.png"}]}));
        assert_eq!(answer["me"]["attachments"]["totalCount"], 0);
        let one = "query($id: ID!) { attachment(id: $id) { name } }";
        assert_eq!(stranger.query_with(one, json!({"id": file})).await.ok()["attachment"], json!(null));
        assert_eq!(stranger.query(list).await.ok()["attachments"]["totalCount"], 0);
        assert_eq!(app.nobody().query(list).await.code(), "UNAUTHENTICATED");

        let delete = "mutation($id: ID!) { attachmentDelete(id: $id) { attachment { name } } }";
        assert_eq!(stranger.query_with(delete, json!({"id": file})).await.code(), "NOT_FOUND");
        assert_eq!(bert.caller.query_with(delete, json!({"id": file})).await.code(), "FORBIDDEN");
        anna.caller.query_with(delete, json!({"id": file})).await.ok();
        assert_eq!((app.stored(), fetch(&anna.caller, &url).await), (0, None));
        // A manager deletes what others uploaded.
        let again = upload(&anna.caller, "a.png", "image/png", PNG).await.ok();
        let again = id(&again, "/attachmentUpload/attachment");
        estate.boss.query_with(delete, json!({"id": again})).await.ok();
    }

    async fn only_what_it_says_it_is(app: TestApp) {
        let estate = Estate::new(&app).await;
        let large = [PNG, &vec![0; 10 << 20]].concat();
        for (name, declared, content) in [
            ("a.jpg", "image/jpeg", PNG),
            ("a.png", "text/html", PNG),
            ("a.html", "image/png", PNG),
            ("a.png", "image/png", b"<script>alert(1)</script>".as_slice()),
            ("a.svg", "image/svg+xml", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".as_slice()),
            ("a.png", "image/png", b"".as_slice()),
            ("a.zip", "application/zip", b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".as_slice()),
            ("a.png", "image/png", &large),
        ] {
            let error = upload(&estate.boss, name, declared, content).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), "file".to_owned()), "{name} {declared}");
        }
        assert_eq!(upload(&app.nobody(), "a.png", "image/png", PNG).await.code(), "UNAUTHENTICATED");
        assert_eq!(app.stored(), 0);
        upload(&estate.boss, "a.png", "application/octet-stream", PNG).await.ok();
    }

    async fn a_file_without_its_row_is_removed(app: TestApp) {
        let estate = Estate::new(&app).await;
        // The row can not be written any more, the object can.
        let mut conn = app.app.db.write().await.unwrap();
        conn.batch("DROP TABLE attachments").await.unwrap();
        drop(conn);
        assert_eq!(upload(&estate.boss, "a.png", "image/png", PNG).await.code(), "INTERNAL");
        for _ in 0..50 {
            if app.stored() == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("the object is still there");
    }

    async fn an_upload_that_is_none(app: TestApp) {
        let estate = Estate::new(&app).await;
        for file in ["x", "#__graphql_file__:0", "#__graphql_file__:x", "#__graphql_file__:99"] {
            let answer = estate.boss.query_with(UPLOAD, json!({"file": file})).await;
            assert!(answer.body["errors"].is_array(), "{file}: {}", answer.body);
            assert!(!answer.body.to_string().contains("nternal"), "{file}: {}", answer.body);
        }
    }
}
