//! Where clients are told to reach the server.

use axum::{body::Body, http::header};
use serde_json::json;

use crate::app::{TestApp, both};

async fn ask(app: &TestApp, host: Option<&str>) -> String {
    let mut request = app.nobody().request("POST", "/graphql").header(header::CONTENT_TYPE, "application/json");
    if let Some(host) = host {
        request = request.header(header::HOST, host);
    }
    let query = json!({"query": "{ serverAuthority bare: serverAuthority(path: \"/estate\") }"});
    let data = app.send(request.body(Body::from(query.to_string())).unwrap()).await.json()["data"].clone();
    let authority = data["serverAuthority"].as_str().unwrap().to_owned();
    assert_eq!(data["bare"], format!("{authority}/estate"));
    authority
}

both! {
    async fn the_setting_else_the_host_of_the_request(app: TestApp) {
        assert_eq!(ask(&app, Some("api.example:83")).await, "api.example:83");
        assert_eq!(ask(&app, None).await, app.app.config.listen);
        let mut config = app.app.config.clone();
        config.authority = Some("quintet.example".into());
        assert_eq!(ask(&TestApp::with(config).await, Some("api.example:83")).await, "quintet.example");
    }
}
