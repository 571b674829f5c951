//! Hostile and broken requests at the GraphQL door.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use quintet::{auth::Realm, config::Config};
use serde_json::{Value, json};

use crate::app::{Caller, Reply, TestApp, both};

/// Posts a body as it is
async fn post(caller: &Caller, content_type: &str, body: impl Into<Body>) -> Reply {
    let request = caller.request("POST", "/graphql").header(header::CONTENT_TYPE, content_type);
    caller.app.send(request.body(body.into()).unwrap()).await
}

fn code(answer: &Value) -> &str {
    answer.pointer("/errors/0/extensions/code").and_then(Value::as_str).unwrap_or_default()
}

both! {
    async fn malformed_requests_get_an_error_in_json(app: TestApp) {
        let caller = app.nobody();
        for body in [
            "", "{", "null", "1", "\"{me}\"", "[]", "{}", "{\"query\":1}", "{\"query\":null}",
            "{\"query\":\"{me{id}}\",\"variables\":[]}", "{\"query\":\"{me{id}}\",\"variables\":\"x\"}",
            "{\"query\":\"{me{id}}\",\"operationName\":{}}", "{\"query\":\"{me{id}}\",\"extensions\":7}", "\u{0}", "\u{feff}{}",
        ] {
            let reply = post(&caller, "application/json", body).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{body}");
            assert_eq!(code(&reply.json()), "BAD_USER_INPUT", "{body}");
            assert!(!String::from_utf8_lossy(&reply.body).contains("Error("), "a debug string: {body}");
        }
        let reply = post(&caller, "text/plain", "{\"query\":\"{me{id}}\"}").await;
        assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let reply = post(&caller, "application/json; charset=utf-16", "{\"query\":\"{me{id}}\"}").await;
        assert_eq!(reply.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }

    async fn documents_that_are_none_get_a_code(app: TestApp) {
        let caller = app.nobody();
        for (document, code) in [
            ("", "GRAPHQL_PARSE_FAILED"),
            ("{", "GRAPHQL_PARSE_FAILED"),
            ("{ me { id }", "GRAPHQL_PARSE_FAILED"),
            ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ me }", "GRAPHQL_VALIDATION_FAILED"),
            ("query A { me { id } } query B { me { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("query($x: Nothing) { me { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ loanCustomer(id: \"abc\") { id } }", "BAD_USER_INPUT"),
            ("{ loanCustomer(id: 1) { id } }", "UNAUTHENTICATED"),
        ] {
            let answer = caller.query(document).await;
            assert_eq!(self::code(&answer.body), code, "{document}");
            assert!(!answer.body.to_string().contains("Did you mean"), "names are not to be guessed");
        }
    }

    async fn a_known_document_is_judged_like_a_new_one(app: TestApp) {
        let admin = app.admin().await;
        let list = "query($n: Int!, $stages: [LoanStage!], $code: String, $more: Boolean = true) {
            loanCustomers(first: $n, filter: {stages: $stages, employeeCode: $code}) { nodes { id } totalCount @include(if: $more) }
        }";
        let write = "mutation($a: String!, $b: String!) {
            a: smsTemplateCreate(input: {title: $a, content: \"a\"}) { smsTemplate { id } }
            b: smsTemplateCreate(input: {title: $b, content: \"b\"}) { smsTemplate { id } }
        }";
        let cases = [
            (list, json!({"n": 5, "stages": ["VISITED"], "code": "AA1611"})),
            (list, json!({"n": "5"})),
            (list, json!({"n": 5.5})),
            (list, json!({"n": 99_999_999_999_i64})),
            (list, json!({"n": null})),
            (list, json!({})),
            (list, json!({"n": 5, "stages": ["NONE"]})),
            (list, json!({"n": 5, "stages": "VISITED"})),
            (list, json!({"n": 5, "stages": [null]})),
            (list, json!({"n": 5, "code": 7})),
            (list, json!({"n": 5, "more": null})),
            (list, json!({"n": 5, "more": "yes"})),
            (write, json!({"a": "one", "b": 2})),
            (write, json!({"a": "one"})),
        ];
        admin.query_with(list, json!({"n": 1})).await.ok();
        admin.query_with(write, json!({"a": "one", "b": "two"})).await.ok();
        for (index, (document, variables)) in cases.iter().enumerate() {
            let known = admin.query_with(document, variables.clone()).await;
            // Another text, so another document.
            let new = admin.query_with(&format!("{document}{}", " ".repeat(index + 1)), variables.clone()).await;
            assert_eq!(known.body, new.body, "{variables}");
        }
        let templates = admin.query("{ smsTemplates { totalCount } }").await.ok();
        assert_eq!(templates["smsTemplates"]["totalCount"], 2, "a refused operation wrote");
    }

    async fn get_is_for_queries(app: TestApp) {
        let caller = app.nobody();
        let reply = caller.get("/graphql?query=%7B__typename%7D").await;
        assert_eq!(reply.json(), json!({"data": {"__typename": "Query"}}));
        let reply = caller.get("/graphql?query=mutation%7BsessionEnd%7Bsession%7Bid%7D%7D%7D").await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
        let reply = caller.get("/graphql?query=%7B__typename%7D&variables=%7B").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        let delete = caller.request("DELETE", "/graphql").body(Body::empty()).unwrap();
        let reply = app.send(delete).await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(reply.headers[header::ALLOW], "GET, POST");
    }

    async fn bombs_are_defused(app: TestApp) {
        let caller = app.admin().await;
        let deep = format!("{{ {} id {} }}", "accounts { nodes { auditEntries ".repeat(20), "} } ".repeat(20));
        let nested = format!("{}{}", "{a".repeat(40_000), "}".repeat(40_000));
        let aliases: String = (0..500).map(|index| format!("a{index}: me {{ id }} ")).collect();
        let roots = "me { id } ".repeat(200);
        let page = "accounts(first: 200) { nodes { serviceStaff { account { serviceStaff { account { serviceStaff { id } } } } } } } ";
        let wide = format!("{{ loanOfficers(first: 200) {{ nodes {{ customers(first: 200) {{ nodes {{ smsMessages(first: 200) {{ nodes {{ id {page} }} }} }} }} }} }} }}");
        let lists = "{ loanOfficers(first: 200) { nodes { customers(first: 200) { nodes { smsMessages(first: 200) { nodes { id } } } } } } }";
        let tokens = format!("{{ me {{ {} }} }}", "id ".repeat(15_000));
        let directives = format!("{{ me {} {{ id }} }}", "@include(if: true) ".repeat(300));
        let spread = "query { ...a } fragment a on Query { ...b ...b } fragment b on Query { ...c ...c } fragment c on Query { ...a }";
        for (name, document) in [
            ("deep", deep), ("nested", nested), ("aliases", format!("{{ {aliases} }}")), ("roots", format!("{{ {roots} }}")),
            ("wide", wide), ("lists", lists.to_owned()), ("tokens", tokens), ("directives", directives), ("circle", spread.to_owned()),
        ] {
            let answer = caller.query(&document).await;
            let code = code(&answer.body).to_owned();
            assert!(
                ["COST_EXCEEDED", "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"].contains(&code.as_str()),
                "{name}: {:.300}", answer.body.to_string()
            );
            assert!(answer.body.get("data").is_none(), "{name} was executed");
        }
        for (name, document) in [("lists", lists)] {
            assert_eq!(caller.query(document).await.code(), "COST_EXCEEDED", "{name}");
        }
        let batch: Vec<Value> = (0..11).map(|_| json!({"query": "{ me { id } }"})).collect();
        let reply = post(&caller, "application/json", json!(batch).to_string()).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        let reply = post(&caller, "application/json", json!(&batch[..10]).to_string()).await;
        assert_eq!(reply.json().as_array().map(Vec::len), Some(10));
    }

    async fn graphiql_s_own_question_passes(app: TestApp) {
        let introspection = include_str!("introspection.graphql");
        let first = app.nobody().query(introspection).await.ok();
        assert_eq!(first["__schema"]["queryType"]["name"], "Query");
        // The schema that serves known documents has more types, which nobody is told of.
        assert!(app.nobody().query(introspection).await.ok() == first);
        for _ in 0..2 {
            assert_eq!(app.nobody().query("{ _service { sdl } }").await.code(), "GRAPHQL_VALIDATION_FAILED");
        }
    }

    async fn big_bodies_are_refused(app: TestApp) {
        let caller = app.nobody();
        let body = format!("{{\"query\":\"{{me{{id}}}}\",\"variables\":{{\"x\":\"{}\"}}}}", "x".repeat(10 << 20));
        let reply = post(&caller, "application/json", body.clone()).await;
        assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
        let reply = post(&caller, "application/json", "x".repeat(40 << 20)).await;
        assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
        // One that does not say how long it is, to where a larger one is taken
        let admin = app.admin().await;
        let chunks = std::iter::repeat_n(Ok::<_, Infallible>("x".repeat(1 << 20)), 40);
        let request = admin.request("POST", "/graphql").header("graphql-require-preflight", "1");
        let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        let start = Ok("--x\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n".to_owned());
        let body = Body::from_stream(futures_util::stream::iter(std::iter::once(start).chain(chunks)));
        let reply = app.send(request.body(body).unwrap()).await;
        assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    async fn every_answer_has_an_id_and_says_what_may_be_done_with_it(app: TestApp) {
        for path in ["/health/live", "/graphql", "/nowhere", "/api/sms/templates", "/grid/template/x"] {
            let reply = app.nobody().get(path).await;
            let value = |name: header::HeaderName| reply.headers[name].to_str().unwrap();
            assert_eq!(reply.headers["x-request-id"].len(), 36, "{path}");
            assert_eq!(value(header::CACHE_CONTROL), "no-store", "{path}");
            assert_eq!(value(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
            assert_eq!(value(header::REFERRER_POLICY), "no-referrer", "{path}");
            assert_eq!(value(header::CONTENT_SECURITY_POLICY), "default-src 'none'; frame-ancestors 'none'", "{path}");
        }
        let request = Request::get("/health/live").header("x-request-id", "mine").body(Body::empty()).unwrap();
        assert_eq!(app.send(request).await.headers["x-request-id"], "mine");
        let page = app.nobody().get("/graphiql").await;
        let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("style-src"), "a page keeps its own: {policy}");
    }

    async fn browsers_get_what_they_ask_for(app: TestApp) {
        let origin = "https://app.example";
        let app = TestApp::with(Config { cors_origins: vec![origin.into()], ..app.app.config.clone() }).await;
        let send = async |method: Method, path: &str, headers: &[(&str, &str)]| {
            let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            app.send(request.body(Body::from(json!({"query": "{ __typename }"}).to_string())).unwrap()).await
        };
        let allowed = |reply: &Reply| reply.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).cloned();
        for path in ["/graphql", "/api/sms/templates", "/health/live"] {
            assert_eq!(allowed(&send(Method::POST, path, &[]).await), None, "{path}");
            assert_eq!(allowed(&send(Method::POST, path, &[("origin", "https://other.example")]).await), None, "{path}");
            let reply = send(Method::POST, path, &[("origin", origin)]).await;
            assert_eq!(allowed(&reply).unwrap(), origin, "{path}");
            assert_eq!(reply.headers["x-request-id"].len(), 36, "{path}");
            let asked = [("origin", origin), ("access-control-request-method", "POST")];
            let preflight = send(Method::OPTIONS, path, &asked).await;
            assert_eq!((preflight.status, allowed(&preflight).unwrap()), (StatusCode::OK, origin.parse().unwrap()));
            let methods = preflight.headers[header::ACCESS_CONTROL_ALLOW_METHODS].to_str().unwrap();
            assert!(methods.contains("POST"), "{path}: {methods}");
        }
        // Long enough to be worth it
        let page = "/graphiql";
        let encoding = |reply: &Reply| reply.headers.get(header::CONTENT_ENCODING).cloned();
        let plain = send(Method::GET, page, &[]).await;
        assert_eq!(encoding(&plain), None);
        assert_eq!(encoding(&send(Method::GET, page, &[("accept-encoding", "gzip")]).await).unwrap(), "gzip");
        // Who keeps the page for others has to know what it depends on.
        let vary = plain.headers.get_all(header::VARY).iter().map(|vary| vary.to_str().unwrap()).collect::<Vec<_>>();
        assert!(vary.join(", ").contains("origin"), "{vary:?}");
        for path in ["/graphql", page] {
            let head = send(Method::HEAD, path, &[]).await;
            assert!(head.body.is_empty() && head.headers[header::CONTENT_LENGTH] != "0", "{path}");
        }
    }

    async fn answers_are_negotiated(app: TestApp) {
        let ask = async |accept: &str, document: &str| {
            let request = Request::builder().method(Method::POST).uri("/graphql").header(header::ACCEPT, accept);
            let request = request.header(header::CONTENT_TYPE, "application/json");
            app.send(request.body(Body::from(json!({"query": document}).to_string())).unwrap()).await
        };
        let reply = ask("application/graphql-response+json", "{ nothing }").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
        assert!(reply.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("application/graphql-response+json"));
        assert_eq!(ask("application/json", "{ nothing }").await.status, StatusCode::OK);
        assert_eq!(ask("application/graphql-response+json", "{ me { id } }").await.status, StatusCode::OK);
        assert_eq!(ask("text/html", "{ __typename }").await.status, StatusCode::NOT_ACCEPTABLE);
    }

    async fn optional_sizes_may_be_left_out(app: TestApp) {
        let caller = app.admin().await;
        let document = "query($n: Int, $page: PageInput, $size: Int) { a: accounts(first: $n) { totalCount }
            b: accounts(page: $page) { totalCount } c: accounts(last: $size) { totalCount } }";
        for variables in [json!({}), json!({"n": 2}), json!({"n": null, "page": {"number": 1}})] {
            assert_eq!(caller.query_with(document, variables).await.ok()["a"]["totalCount"], 1);
        }
    }

    async fn pages_are_checked(app: TestApp) {
        let caller = app.admin().await;
        for (arguments, field) in [
            ("first: -1", "first"), ("first: 201", "first"), ("last: -5", "last"), ("first: 2, last: 2", "first"),
            ("after: \"nonsense\"", "after"), ("before: \"eA\"", "last"), ("page: {number: 0}", "page.number"),
            ("page: {number: -3}", "page.number"), ("page: {number: 1, size: 0}", "page.size"),
            ("page: {number: 1, size: 1000}", "page.size"), ("page: {number: 2147483647, size: 200}", "page.number"),
        ] {
            let answer = caller.query(&format!("{{ accounts({arguments}) {{ nodes {{ id }} }} }}")).await;
            assert_eq!(answer.error(), ("BAD_USER_INPUT".into(), field.into()), "{arguments}");
        }
        let of_another_list = caller.query("{ accounts(first: 1) { pageInfo { endCursor } } }").await.ok();
        let cursor = of_another_list["accounts"]["pageInfo"]["endCursor"].as_str().unwrap();
        let answer = caller.query(&format!("{{ loanOfficers(after: \"{cursor}\") {{ nodes {{ id }} }} }}")).await;
        assert_eq!(answer.error(), ("BAD_USER_INPUT".into(), "after".into()));
    }

    async fn a_mutation_outlives_its_client(app: TestApp) {
        let caller = app.manager(Realm::Loan).await;
        let body = json!({"query": "mutation { smsTemplateCreate(input: {title: \"t\", content: \"c\"}) { smsTemplate { id } } }"});
        let request = caller.request("POST", "/graphql").header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(body.to_string())).unwrap();
        // Polled a little and dropped, like a client that hangs up in the middle
        for _ in 0..3 {
            let request = caller.request("POST", "/graphql").header(header::CONTENT_TYPE, "application/json");
            let request = request.body(Body::from(body.to_string())).unwrap();
            drop(tokio::time::timeout(Duration::from_micros(300), app.send(request)).await);
        }
        drop(request);
        tokio::time::sleep(Duration::from_millis(300)).await;
        let rows = caller.query("{ smsTemplates { nodes { id } totalCount } }").await.ok();
        let written = rows["smsTemplates"]["totalCount"].as_i64().unwrap();
        assert!((0..=3).contains(&written));
        // Wholly or not at all: as many entries of the audit log as templates; and the pool still works.
        let admin = app.admin().await;
        let audit = admin.query("{ auditEntries(filter: {entity: \"SmsTemplate\"}) { totalCount } }").await.ok();
        assert_eq!(audit["auditEntries"]["totalCount"].as_i64(), Some(written));
        for _ in 0..20 {
            caller.query("mutation { smsTemplateCreate(input: {title: \"t\", content: \"c\"}) { smsTemplate { id } } }").await.ok();
        }
    }

    async fn sixty_four_writers_lose_nothing(app: TestApp) {
        let caller = app.manager(Realm::Loan).await;
        let writers = (0..64).map(|index| {
            let caller = caller.clone();
            tokio::spawn(async move {
                let document = format!("mutation {{ smsTemplateCreate(input: {{title: \"{index}\", content: \"c\"}}) {{ smsTemplate {{ id }} }} }}");
                for _ in 0..4 {
                    caller.query(&document).await.ok();
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let rows = caller.query("{ smsTemplates { totalCount } }").await.ok();
        assert_eq!(rows["smsTemplates"]["totalCount"], 64 * 4);
    }

    async fn text_is_taken_literally(app: TestApp) {
        let caller = app.manager(Realm::Loan).await;
        for title in ["%", "_", "100%", "a_b", "'; DROP TABLE sms_templates; --", "\\", "\"quoted\"", "\u{1F600} ☃ 中文", "$1"] {
            let input = json!({"input": {"title": title, "content": title}});
            let create = "mutation($input: SmsTemplateCreateInput!) { smsTemplateCreate(input: $input) { smsTemplate { title content } } }";
            let created = caller.query_with(create, input).await.ok();
            assert_eq!(created["smsTemplateCreate"]["smsTemplate"]["title"], title);
        }
        let create = "mutation($t: String!) { smsTemplateCreate(input: {title: $t, content: \"c\"}) { smsTemplate { id } } }";
        let answer = caller.query_with(create, json!({"t": "nul\u{0}"})).await;
        assert_eq!(self::code(&answer.body), "BAD_USER_INPUT");
        for bad in ["".to_owned(), " ".to_owned(), "x".repeat(101)] {
            let answer = caller.query_with(create, json!({"t": bad})).await;
            assert_eq!(answer.error(), ("BAD_USER_INPUT".into(), "input.title".into()), "{bad:?}");
        }
        let rows = caller.query("{ smsTemplates(first: 200) { totalCount } }").await.ok();
        assert_eq!(rows["smsTemplates"]["totalCount"], 9);
    }

    async fn health_answers(app: TestApp) {
        assert_eq!(app.nobody().get("/health/live").await.status, StatusCode::OK);
        assert_eq!(app.nobody().get("/health/ready").await.status, StatusCode::OK);
        assert_eq!(app.nobody().from([10, 1, 2, 3]).get("/metrics").await.status, StatusCode::FORBIDDEN);
        let reply = app.nobody().get("/no/such/url").await;
        assert_eq!((reply.status, reply.json()), (StatusCode::NOT_FOUND, json!({"error": "no such URL"})));
    }
}
