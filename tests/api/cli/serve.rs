//! `quintet serve`, and how it ends

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{
    app::both,
    cli::program::{Program, answer, post},
    credit::grid::Grids,
    customers::dishonest_person::{Source, honest, last_job, register, start},
};

const MOMENT: Duration = Duration::from_millis(300);

both! {
    async fn it_prints_its_urls_and_they_answer(app: TestApp) {
        let program = Program::on(&app.app.config.database_url);
        let mut server = program.serve(&["serve"]);
        let told = server.lines(4);
        assert!(told.contains("No account yet") && told.contains("quintet account create"), "{told}");
        let urls: Vec<_> = told.split_whitespace().filter(|word| word.starts_with("http://")).collect();
        assert_eq!(urls.len(), 3, "{told}");
        for url in urls {
            let path = url.strip_prefix(&format!("http://{}", server.address)).unwrap();
            let query = if path == "/graphql" { "?query=%7B__typename%7D" } else { "" };
            let mut stream = server.send(&format!("GET {path}{query} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n"));
            let mut text = Vec::new();
            stream.read_to_end(&mut text).unwrap();
            assert!(text.starts_with(b"HTTP/1.1 200 OK"), "{path}: {}", String::from_utf8_lossy(&text[..100]));
        }
        server.terminate();
        assert_eq!(server.code(Duration::from_secs(10)), Some(0));
    }

    async fn requests_under_way_end_and_new_ones_are_refused(app: TestApp) {
        app.account(None, "root", true).await;
        let program = Program::on(&app.app.config.database_url);
        let mut server = program.serve(&[]);
        let token = server.sign_in("root", crate::app::PASSWORD).unwrap();
        let idle = server.send("");
        let request = post(Some(&token), "mutation { smsTemplateCreate(input: {title: \"t\", content: \"c\"}) { smsTemplate { title } } }");
        let (begin, rest) = request.split_at(request.len() - 20);
        let mut stream = server.send(begin);
        sleep(MOMENT);

        server.terminate();
        let refused = (0..50).any(|_| {
            sleep(MOMENT / 3);
            TcpStream::connect(server.address).is_err()
        });
        assert!(refused, "new connections are still taken");
        stream.write_all(rest.as_bytes()).unwrap();
        let (status, body) = answer(stream);
        assert_eq!(status, "HTTP/1.1 200 OK");
        assert_eq!(body["data"]["smsTemplateCreate"]["smsTemplate"]["title"], "t");
        assert_eq!(server.code(Duration::from_secs(10)), Some(0));
        drop(idle);
        let rows = app.sign_in(None, "root", crate::app::PASSWORD).await.query("{ smsTemplates { totalCount } }").await.ok();
        assert_eq!(rows["smsTemplates"]["totalCount"], 1);
    }

    async fn it_works_on_jobs_and_lets_go_of_them(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        let listed = register(&app, 25).await;
        let source = Source::new(&app, honest).await;
        start(&source, &bank.admin).await;
        let url = source.app.app.config.dishonesty_url.as_ref().unwrap().to_string();
        let program = Program::on(&app.app.config.database_url);
        let mut server = program.serve(&["--dishonesty-url", &url]);
        let mut job = last_job(&bank.boss).await;
        for _ in 0..100 {
            if job["status"] == "FINISHED" {
                break;
            }
            tokio::time::sleep(MOMENT / 3).await;
            job = last_job(&bank.boss).await;
        }
        assert_eq!((&job["status"], &job["done"], &job["found"]), (&"FINISHED".into(), &25.into(), &listed.into()));
        server.terminate();
        assert_eq!(server.code(Duration::from_secs(10)), Some(0));
    }
}

#[test]
fn a_client_that_never_ends_its_request_does_not_keep_the_server() {
    let program = Program::new();
    let mut server = program.serve(&["--max-seconds", "1"]);
    let request = post(None, "{ __typename }");
    let half_a_head = server.send(&request[..30]);
    let half_a_body = server.send(&request[..request.len() - 5]);
    sleep(MOMENT);
    let start = Instant::now();
    server.terminate();
    assert_eq!(server.code(Duration::from_secs(10)), Some(0));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    drop((half_a_head, half_a_body));
}
