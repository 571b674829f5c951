//! Files in S3-compatible storage: a small stand-in for one on this machine.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use data_encoding::BASE64;
use quintet::config::Config;
use serde_json::json;
use tokio::net::TcpListener;

use crate::{
    app::{TestApp, both},
    credit::customer_image::{image, upload},
    customers::bank_customer::customers,
    rest::contract::PNG,
    service::deletion,
};

/// Objects by path
type Objects = Arc<Mutex<BTreeMap<String, Bytes>>>;

async fn answer(State(objects): State<Objects>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let signed = headers[header::AUTHORIZATION].to_str().unwrap();
    if !signed.starts_with("AWS4-HMAC-SHA256 Credential=the-key/") || signed.contains("the-secret") {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut objects = objects.lock().unwrap();
    match method {
        Method::PUT => {
            objects.insert(uri.path().to_owned(), body);
            [(header::ETAG, "\"1\"")].into_response()
        }
        Method::GET => match objects.get(uri.path()) {
            Some(object) => {
                let headers = [(header::ETAG, "\"1\""), (header::LAST_MODIFIED, "Sun, 22 Nov 2026 08:00:00 GMT")];
                (headers, object.clone()).into_response()
            }
            None => StatusCode::NOT_FOUND.into_response(),
        },
        // Several at once
        Method::POST => {
            let wanted = String::from_utf8(body.to_vec()).unwrap();
            let keys = wanted.split("<Key>").skip(1).map(|rest| rest.split("</Key>").next().unwrap());
            let gone: Vec<String> =
                keys.filter(|key| objects.remove(&format!("/bucket/{key}")).is_some()).map(str::to_owned).collect();
            let deleted: String = gone.iter().map(|key| format!("<Deleted><Key>{key}</Key></Deleted>")).collect();
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><DeleteResult>{deleted}</DeleteResult>").into_response()
        }
        _ => {
            objects.remove(uri.path());
            StatusCode::NO_CONTENT.into_response()
        }
    }
}

both! {
    async fn files_lie_in_s3_too(app: TestApp) {
        let grids = customers(&app).await;
        let objects = Objects::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(objects.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let files = format!("s3://bucket/of/ours?region=here&allow_http=true&endpoint={endpoint}&access_key_id=the-key&secret_access_key=the-secret");
        let server = TestApp::with(Config { files, ..app.app.config.clone() }).await;
        let manager = crate::app::Caller { app: server, ..grids.bank.manager };

        let kept = upload(&manager, image(1, "IDENTITY"), "a.png", PNG).await.ok();
        assert_eq!(kept["customerImageUpload"]["customerImage"]["base64"], BASE64.encode(PNG));
        let names: Vec<String> = objects.lock().unwrap().keys().cloned().collect();
        assert!(names.len() == 1 && names[0].starts_with("/bucket/of/ours/customers/"), "{names:?}");
        let picture = "mutation($file: Upload!) { gridPictureUpload(gridId: 1, file: $file) { gridPicture { base64 } } }";
        manager.upload(picture, json!({}), "a.png", "", PNG).await.ok();
        assert_eq!(objects.lock().unwrap().len(), 2);
        manager.query_with(&deletion("gridPictureDelete"), json!({"id": 1})).await.ok();
        assert_eq!(objects.lock().unwrap().len(), 1, "a picture of a grid goes with its row");
        objects.lock().unwrap().clear();
        assert_eq!(manager.query("{ customerImage(id: 1) { base64 } }").await.code(), "INTERNAL");
        assert_eq!(app.stored(), 0, "nothing lies in the folder");
    }
}
