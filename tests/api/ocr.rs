//! Identity cards in pictures. The tests that read one run where `tesseract` has its data for Chinese; elsewhere they say so
//! and pass, unless `QUINTET_REQUIRE_TESSERACT=1`.

use std::{env, fs, os::unix::fs::PermissionsExt as _, process::Command, time::Duration};

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

async fn until(done: impl Fn() -> bool) {
    for _ in 0..200 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("waited for ten seconds");
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

    async fn who_goes_takes_the_program_along(app: TestApp) {
        let bank = Bank::new(&app).await;
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("slow").display().to_string();
        fs::write(&program, "#!/bin/sh\necho $$ >> \"$0.pids\"\nexec sleep 600\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        let slow = TestApp::with(Config { tesseract: program.clone(), ..Config::clone(&app.app.config) }).await;
        let manager = Caller { app: slow, ..bank.manager };
        let started = || fs::read_to_string(format!("{program}.pids")).unwrap_or_default().lines().map(str::to_owned).collect::<Vec<_>>();
        // Of this test alone: another one of this process may have its uploads open.
        let mark = program.as_bytes();
        let picture = [&card("front"), mark].concat();
        // Two are read at a time: a third one starts only where those who went gave their turns back.
        for number in 1..=3 {
            let (caller, picture) = (manager.clone(), picture.clone());
            let request = tokio::spawn(async move { read(&caller, 1, &picture).await });
            until(|| started().len() == number).await;
            request.abort();
            assert!(request.await.unwrap_err().is_cancelled());
        }
        for id in started() {
            // Neither running nor waiting to be collected
            until(|| !Command::new("kill").args(["-0", &id]).output().unwrap().status.success()).await;
        }
        // An upload is a file without a name: gone, as soon as nobody has it open.
        for open in fs::read_dir("/proc/self/fd").into_iter().flatten().flatten() {
            let is_upload = fs::read_link(open.path()).is_ok_and(|file| file.to_string_lossy().ends_with("(deleted)"));
            assert!(!is_upload || !fs::read(open.path()).is_ok_and(|content| content.ends_with(mark)));
        }
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
