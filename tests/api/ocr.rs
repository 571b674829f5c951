//! Identity cards in pictures. The tests that read one run where `tesseract` has its data for Chinese; elsewhere they say so
//! and pass, unless `QUINTET_REQUIRE_TESSERACT=1`.

use std::{env, fs, process::Command};

use axum::{body::Body, http::header};
use quintet::config::Config;
use serde_json::{Value, json};

use crate::{
    app::{Caller, TestApp, both},
    bank::Bank,
    rest::{contract::multipart, grid::failed},
};

/// Whether pictures can be read here
pub fn installed() -> bool {
    let languages = Command::new("tesseract").arg("--list-langs").output();
    let found = languages.is_ok_and(|it| String::from_utf8_lossy(&it.stdout).lines().any(|line| line == "chi_sim"));
    if !found {
        assert!(env::var("QUINTET_REQUIRE_TESSERACT").is_err(), "tesseract with chi_sim is missing");
        println!("NOT TESTED: no identity card was read, because tesseract with chi_sim is missing");
    }
    found
}

fn card(side: &str) -> Vec<u8> {
    fs::read(format!("tests/fixtures/id-card-{side}.png")).unwrap()
}

async fn read(caller: &Caller, side: u8, picture: &[u8]) -> Value {
    let request = caller.request("POST", &format!("/grid/customer/ocr/idcard/{side}"));
    let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    caller.app.send(request.body(Body::from(multipart(&json!({"image": "card.png"}), picture))).unwrap()).await.json()
}

both! {
    async fn cards_are_read(app: TestApp) {
        if !installed() {
            return;
        }
        let bank = Bank::new(&app).await;
        assert_eq!(read(&bank.manager, 1, &card("front")).await["data"], json!({
            "name": "柳安宁", "sex": "男", "nation": "汉", "birthday": "19880612",
            "address": "云山市东湖区文明路12号3幢", "idNumber": "539900198806120317",
        }));
        assert_eq!(read(&bank.manager, 2, &card("back")).await["data"], json!({
            "issuedAt": "20160305", "expiredAt": "20360305", "issuedOrganization": "云山市公安局东湖分局",
        }));
        // The other side says nothing of this one.
        for (side, picture) in [(1, card("back")), (2, card("front"))] {
            assert_eq!(read(&bank.manager, side, &picture).await, failed(400, "参数错误: image"));
        }
        // A picture that ends early is refused, not waited for.
        assert_eq!(read(&bank.manager, 1, &card("front")[..2000]).await, failed(400, "参数错误: image"));
    }

    async fn what_is_no_picture_is_refused(app: TestApp) {
        let bank = Bank::new(&app).await;
        for picture in [&b"GIF89a\x01\0\x01\0"[..], b"text", b"", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\0\0\0\0"] {
            assert_eq!(read(&bank.manager, 1, picture).await["code"], 400);
        }
        assert_eq!(read(&bank.manager, 3, &card("front")).await["code"], 400);
        assert_eq!(read(&app.nobody(), 1, &card("front")).await["code"], 401);
        let without = TestApp::with(Config { tesseract: "no-such-program".into(), ..Config::clone(&app.app.config) }).await;
        let manager = Caller { app: without, ..bank.manager };
        assert_eq!(read(&manager, 1, &card("front")).await, failed(400, "身份证识别服务不可用"));
    }
}
