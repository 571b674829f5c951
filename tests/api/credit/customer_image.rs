//! Pictures of customers' papers: who sees them, what is taken, what an answer may hold.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use data_encoding::BASE64;
use http_body_util::BodyExt as _;
use quintet::db::{Run as _, tables::credit_interviews};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::grid::Grids;
use crate::{
    app::{Answer, Caller, TestApp, both},
    bank::id_number,
    customers::{bank_customer::customers, resident::permit},
    rest::contract::PNG,
    service::{deletion, ids},
};

const UPLOAD: &str = "mutation($input: CustomerImageUploadInput!, $file: Upload!, $replaces: ID) {
    customerImageUpload(input: $input, file: $file, replacesId: $replaces) { customerImage { databaseId kind contentType
        size base64 customerName idNumber interviewId grid { code } uploader { databaseId } customer { databaseId } } } }";
const PDF: &[u8] = b"%PDF-1.4\n1 0 obj";

/// A picture of the customer with this number, who lives in the grid with the same number
pub fn image(customer: u32, kind: &str) -> Value {
    json!({"gridId": customer, "customerName": "柳安宁", "idNumber": id_number("19850517", customer), "kind": kind})
}

pub async fn upload(caller: &Caller, input: Value, name: &str, content: &[u8]) -> Answer {
    caller.upload(UPLOAD, json!({"input": input}), name, "", content).await
}

async fn replace(caller: &Caller, id: i64, input: Value) -> Answer {
    caller.upload(UPLOAD, json!({"input": input, "replaces": id}), "a.png", "", PNG).await
}

/// Uploads a picture and tells its number
pub async fn uploaded(caller: &Caller, input: Value) -> i64 {
    let answer = upload(caller, input, "a.png", PNG).await.ok();
    answer["customerImageUpload"]["customerImage"]["databaseId"].as_i64().unwrap()
}

async fn list(caller: &Caller, filter: Value) -> Vec<i64> {
    ids(caller, "customerImages", "CustomerImageFilter", filter).await
}

/// One picture of each customer, number 1 to 5
async fn images(app: &TestApp) -> Grids {
    let grids = customers(app).await;
    for customer in 1..=5 {
        uploaded(&grids.bank.boss, image(customer, "IDENTITY")).await;
    }
    grids
}

/// Whether the interviews 1 and 4 tell of a contract and of a form
async fn papers(app: &TestApp) -> [(bool, bool); 2] {
    use diesel::{ExpressionMethods as _, QueryDsl as _};
    let told = credit_interviews::table
        .filter(credit_interviews::id.eq_any([1_i64, 4]))
        .select((credit_interviews::has_contract, credit_interviews::has_form))
        .order(credit_interviews::id);
    let told: Vec<(bool, bool)> = told.all(&mut app.app.db.read().await.unwrap()).await.unwrap();
    told.try_into().unwrap()
}

fn bad(field: &str) -> (String, String) {
    ("BAD_USER_INPUT".into(), field.into())
}

both! {
    async fn rows_follow_the_grid(app: TestApp) {
        let Grids { bank, other, west } = images(&app).await;
        for (caller, found) in [
            (&bank.boss, vec![1, 2, 3, 4, 5]),
            (&bank.admin, vec![1, 2, 3, 4, 5]),
            (&bank.president, vec![1, 2, 3]),
            (&bank.accountant, vec![1, 2, 3]),
            (&west, vec![4]),
            (&bank.manager, vec![1, 3]),
            (&other, vec![2]),
        ] {
            assert_eq!(list(caller, json!({})).await, found);
        }
        let delete = deletion("customerImageDelete");
        for caller in [&west, &other] {
            assert_eq!(caller.query("{ customerImage(id: 1) { base64 } }").await.ok(), json!({"customerImage": null}));
            assert_eq!(caller.query_with(&delete, json!({"id": 1})).await.code(), "NOT_FOUND");
            // Neither a foreign grid nor a foreign customer is there for him.
            assert_eq!(upload(caller, image(1, "OTHER"), "a.png", PNG).await.error(), bad("input.gridId"));
        }
        let mut foreign = image(4, "OTHER");
        foreign["gridId"] = json!(1);
        let mut nobody = foreign.clone();
        nobody["idNumber"] = json!(id_number("19850517", 99));
        for input in [foreign, nobody] {
            assert_eq!(upload(&bank.manager, input, "a.png", PNG).await.error(), bad("input.idNumber"));
        }
        assert_eq!(replace(&other, 1, image(2, "OTHER")).await.code(), "NOT_FOUND");
        assert_eq!(upload(&app.nobody(), image(1, "OTHER"), "a.png", PNG).await.code(), "UNAUTHENTICATED");
        assert_eq!(app.stored(), 5);
        permit(&bank, &[14]).await;
        assert_eq!(bank.president.query("{ customerImages { totalCount } }").await.code(), "FORBIDDEN");
        assert_eq!(upload(&bank.president, image(1, "OTHER"), "a.png", PNG).await.code(), "FORBIDDEN");
        let below = "{ bankCustomerByIdNumber(idNumber: \"%\") { images { kind } } }".replace('%', &id_number("19850517", 1));
        assert_eq!(bank.president.query(&below).await.ok()["bankCustomerByIdNumber"]["images"], json!([]));
        assert_eq!(bank.manager.query(&below).await.ok()["bankCustomerByIdNumber"]["images"], json!([{"kind": "IDENTITY"}]));
        let grid = bank.boss.query_with(&deletion("gridDelete"), json!({"id": 5})).await;
        assert_eq!(grid.code(), "CONFLICT");
    }

    async fn a_picture_goes_by_being_marked(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        let first = upload(&bank.manager, image(1, "ID_CARD_FRONT"), "正面.PNG", PNG).await.ok()["customerImageUpload"]["customerImage"].clone();
        assert_eq!(first, json!({"databaseId": 1, "kind": "ID_CARD_FRONT", "contentType": "image/png", "size": PNG.len(),
            "base64": BASE64.encode(PNG), "customerName": "柳安宁", "idNumber": id_number("19850517", 1), "interviewId": null,
            "grid": {"code": "A-1"}, "uploader": {"databaseId": 2}, "customer": {"databaseId": 1}}));
        let second = upload(&bank.president, image(1, "SECURITY"), "", PDF).await.ok();
        assert_eq!(second["customerImageUpload"]["customerImage"]["contentType"], "application/pdf");
        for (filter, found) in [
            (json!({"idNumber": format!(" {}", id_number("19850517", 1))}), vec![1, 2]),
            (json!({"kind": "SECURITY"}), vec![2]),
            (json!({"kind": "IDENTITY"}), vec![]),
            (json!({"gridId": 3}), vec![]),
            (json!({"idNumber": id_number("19850517", 3)}), vec![]),
        ] {
            assert_eq!(list(&bank.boss, filter).await, found);
        }
        let around = "{ me { bankStaff { customerImages { totalCount nodes { kind customer { images { databaseId customer { name } } } } } } } }";
        assert_eq!(bank.manager.query(around).await.ok()["me"]["bankStaff"]["customerImages"], json!({"totalCount": 1, "nodes": [{"kind": "ID_CARD_FRONT",
            "customer": {"images": [{"databaseId": 1, "customer": {"name": "柳安宁"}}, {"databaseId": 2, "customer": {"name": "柳安宁"}}]}}]}));

        let third = replace(&bank.president, 1, image(1, "ID_CARD_FRONT")).await.ok();
        assert_eq!(third["customerImageUpload"]["customerImage"]["databaseId"], 3);
        assert_eq!(list(&bank.boss, json!({})).await, [2, 3]);
        assert_eq!(bank.boss.query("{ customerImage(id: 1) { kind } }").await.ok(), json!({"customerImage": null}));
        assert_eq!(replace(&bank.president, 1, image(1, "ID_CARD_FRONT")).await.code(), "NOT_FOUND");
        assert_eq!(replace(&bank.president, 3, image(3, "ID_CARD_FRONT")).await.error(), bad("replacesId"));
        let delete = deletion("customerImageDelete");
        bank.manager.query_with(&delete, json!({"id": 2})).await.ok();
        assert_eq!(bank.manager.query_with(&delete, json!({"id": 2})).await.code(), "NOT_FOUND");
        assert_eq!(list(&bank.boss, json!({})).await, [3]);
        // What is marked deleted stays in the store, and so does whoever uploaded it in the staff.
        assert_eq!(app.stored(), 3);
        assert_eq!(bank.boss.query_with(&deletion("bankStaffDelete"), json!({"id": 4})).await.code(), "CONFLICT");
        let audit = app.admin().await.query("{ auditEntries(filter: {entity: \"CustomerImage\"}) { nodes { action after } } }").await.ok();
        let entries = audit["auditEntries"]["nodes"].as_array().unwrap().clone();
        assert_eq!(entries.len(), 5);
        assert!(entries[0]["after"].as_str().unwrap().contains("\"is_deleted\":true"), "{}", entries[0]);
    }

    async fn of_two_who_delete_one_wins(app: TestApp) {
        let Grids { bank, .. } = images(&app).await;
        let delete = deletion("customerImageDelete");
        let both = [&bank.manager, &bank.president].map(|caller| caller.query_with(&delete, json!({"id": 1})));
        let answers = futures_util::future::join_all(both).await;
        let won = answers.iter().filter(|answer| answer.body.get("errors").is_none()).count();
        assert_eq!(won, 1, "{answers:?}");
        let lost = answers.iter().find(|answer| answer.body.get("errors").is_some()).unwrap();
        assert_eq!(lost.code(), "NOT_FOUND");
    }

    async fn only_pictures_and_only_what_they_are(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        let large = [PNG, &vec![0; 10 << 20]].concat();
        let polyglot = [PNG, PDF].concat();
        let long = format!("{}.png", "a".repeat(101));
        for (name, content) in [
            ("a.png", b"".as_slice()),
            ("a.png", b"no picture"),
            ("a.gif", b"GIF89a\x01\0\x01\0"),
            ("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
            ("a.pdf", PNG),
            ("a.png", PDF),
            ("a.jpg", PNG),
            ("a.png.exe", PNG),
            ("a.png", &polyglot),
            ("a.pdf", &polyglot),
            ("a.png", &large),
            (&long, PNG),
        ] {
            let error = upload(&bank.manager, image(1, "IDENTITY"), name, content).await.error();
            assert_eq!(error, bad("file"), "{name}");
        }
        let lying = bank.manager.upload(UPLOAD, json!({"input": image(1, "IDENTITY")}), "a.png", "text/html", PNG).await;
        assert_eq!(lying.error(), bad("file"));
        assert_eq!((app.stored(), list(&bank.boss, json!({})).await.len()), (0, 0));
        // A path in the name leads nowhere: the store has names of its own.
        for name in ["../../../../etc/passwd.png", "C:\\\\windows\\\\a.png", "/a.png"] {
            upload(&bank.manager, image(1, "IDENTITY"), name, PNG).await.ok();
        }
        assert_eq!(app.stored(), 3);
    }

    async fn inputs_that_contradict(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        for (field, value, at) in [
            ("customerName", json!(" "), "input.customerName"),
            ("customerName", json!("x".repeat(51)), "input.customerName"),
            ("idNumber", json!(""), "input.idNumber"),
            ("idNumber", json!("1".repeat(21)), "input.idNumber"),
            ("gridId", json!(3), "input.gridId"),
            ("gridId", json!(99), "input.gridId"),
            ("gridCode", json!("A-1"), "input.gridId"),
            ("kind", json!("CONTRACT"), "input.interviewId"),
            ("kind", json!("INTERVIEW_FORM"), "input.interviewId"),
            ("interviewId", json!(99), "input.interviewId"),
        ] {
            let mut input = image(1, "IDENTITY");
            input[field] = value;
            assert_eq!(upload(&bank.manager, input, "a.png", PNG).await.error(), bad(at), "{field}");
        }
        for (caller, uploader) in [(&bank.manager, 4), (&bank.boss, 2)] {
            let mut input = image(1, "IDENTITY");
            input["uploaderId"] = json!(uploader);
            assert_eq!(upload(caller, input, "a.png", PNG).await.code(), "FORBIDDEN");
        }
        assert_eq!(app.stored(), 0);
        let mut own = image(1, "IDENTITY");
        own["uploaderId"] = json!(2);
        uploaded(&bank.manager, own).await;
        // A draft that names no grid is somebody as well.
        let draft = json!({"gridCode": "B-1", "customerName": "草稿", "idNumber": id_number("19850517", 6), "kind": "OTHER"});
        uploaded(&bank.manager, draft).await;
    }

    async fn a_picture_without_its_row_is_removed(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        app.app.db.write().await.unwrap().batch("ALTER TABLE customer_images RENAME TO elsewhere").await.unwrap();
        assert_eq!(upload(&bank.manager, image(1, "IDENTITY"), "a.png", PNG).await.code(), "INTERNAL");
        for _ in 0..50 {
            if app.stored() == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("the object is still there");
    }

    async fn an_answer_holds_so_much(app: TestApp) {
        let Grids { bank, .. } = images(&app).await;
        for document in ["{ customerImages(first: 50) { nodes { base64 } } }", "{ bankCustomers(first: 20) { nodes { images { base64 } } } }"] {
            assert_eq!(bank.boss.query(document).await.code(), "COST_EXCEEDED", "{document}");
        }
        bank.boss.query("{ customerImages(first: 4) { nodes { base64 } } }").await.ok();
        // As if they were large: what is counted is what the row tells, before a byte is read.
        app.app.db.write().await.unwrap().batch("UPDATE customer_images SET size = 20971520").await.unwrap();
        bank.boss.query("{ customerImages(first: 3) { nodes { base64 } } }").await.ok();
        let answer = bank.boss.query("{ customerImages(first: 4) { nodes { base64 } } }").await;
        assert!(answer.body.to_string().contains("COST_EXCEEDED"), "{}", answer.body);
        // Of one kind there are 40 MB at the most, so that old clients get all of it.
        uploaded(&bank.boss, image(1, "ASSETS")).await;
        app.app.db.write().await.unwrap().batch("UPDATE customer_images SET size = 41943040 WHERE id = 1").await.unwrap();
        assert_eq!(upload(&bank.boss, image(1, "IDENTITY"), "a.png", PNG).await.error(), bad("file"));
        replace(&bank.boss, 1, image(1, "IDENTITY")).await.ok();
        for _ in 1..40 {
            uploaded(&bank.boss, image(1, "IDENTITY")).await;
        }
        assert_eq!(upload(&bank.boss, image(1, "IDENTITY"), "a.png", PNG).await.error(), bad("file"));
        let path = format!("/grid/customer/image/list/{}?type=1", id_number("19850517", 1));
        let reply = bank.boss.get(&path).await;
        let pictures = reply.json();
        assert_eq!((reply.status, pictures["data"].as_array().map(Vec::len)), (StatusCode::OK, Some(40)), "{pictures}");
        // A client that asks for one kind after the other is not held up.
        for kind in ["1", "1.1", "1.2", "2", "3", "5", "6"] {
            let answer = bank.boss.get(&path.replace("type=1", &format!("type={kind}"))).await.json();
            assert!([200, 204].map(Value::from).contains(&answer["code"]), "{kind}: {answer}");
        }
    }

    async fn all_answers_together_hold_so_much(app: TestApp) {
        let Grids { bank, .. } = images(&app).await;
        let document = "{ customerImages(first: 2) { nodes { base64 } } }";
        let memory = app.app.file_memory.clone();
        let all = memory.available_permits();
        let others = memory.clone().acquire_many_owned(u32::try_from(all).unwrap()).await.unwrap();
        let answer = bank.boss.query(document).await;
        assert!(answer.body.to_string().contains("UNAVAILABLE"), "{}", answer.body);
        drop(others);
        // Whoever takes his answer slowly holds it as long.
        app.app.db.write().await.unwrap().batch("UPDATE customer_images SET size = 20971520").await.unwrap();
        let request = bank.boss.request("POST", "/graphql").header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(json!({"query": document}).to_string())).unwrap();
        let response = app.router.clone().oneshot(request).await.unwrap();
        assert_eq!(memory.available_permits(), all - 2 * 20_971_520);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&body).contains(&BASE64.encode(PNG)));
        assert_eq!(memory.available_permits(), all);
    }

    async fn interviews_tell_of_their_papers(app: TestApp) {
        let Grids { bank, other, .. } = customers(&app).await;
        // One about the first customer, one that is deleted, one about the third, and another about the first
        for (customer, status) in [(1, 0), (1, 1), (3, 2), (1, 0)] {
            let interview = format!("INSERT INTO credit_interviews (customer_id, grid_id, status, stage, has_contract, has_form, name, id_number, created_at, updated_at)
                VALUES ({customer}, {customer}, {status}, 5, false, false, '柳安宁', '{}', '2026-11-22 00:00:00', '2026-11-22 00:00:00')", id_number("19850517", customer));
            app.app.db.write().await.unwrap().batch(&interview).await.unwrap();
        }
        let of = |interview: i64, kind: &str| {
            let mut input = image(1, kind);
            input["interviewId"] = json!(interview);
            input
        };
        assert_eq!(papers(&app).await, [(false, false), (false, false)]);
        let contract = uploaded(&bank.manager, of(1, "CONTRACT")).await;
        assert_eq!(papers(&app).await, [(true, false), (false, false)]);
        let form = uploaded(&bank.manager, of(1, "INTERVIEW_FORM")).await;
        let second = uploaded(&bank.president, of(1, "INTERVIEW_FORM")).await;
        uploaded(&bank.manager, of(4, "LOAN")).await;
        assert_eq!(papers(&app).await, [(true, true), (false, false)]);
        let interview = "{ customerImage(id: 1) { interview { images(first: 5) { totalCount nodes { databaseId kind interview { papers } } } } } }";
        let images = bank.manager.query(interview).await.ok()["customerImage"]["interview"]["images"].clone();
        assert_eq!((&images["totalCount"], &images["nodes"][0]), (&json!(3), &json!({"databaseId": contract, "kind": "CONTRACT", "interview": {"papers": "BOTH"}})));
        assert_eq!(list(&bank.boss, json!({"interviewId": 1, "kind": "INTERVIEW_FORM"})).await, [form, second]);
        let delete = deletion("customerImageDelete");
        bank.manager.query_with(&delete, json!({"id": form})).await.ok();
        assert_eq!(papers(&app).await, [(true, true), (false, false)], "one form is left");
        bank.manager.query_with(&delete, json!({"id": second})).await.ok();
        assert_eq!(papers(&app).await, [(true, false), (false, false)]);
        // A picture that replaces another takes its flag along.
        replace(&bank.manager, contract, of(4, "INTERVIEW_FORM")).await.ok();
        assert_eq!(papers(&app).await, [(false, false), (false, true)]);
        for (input, at) in [
            (of(2, "CONTRACT"), "input.interviewId"),
            (of(3, "CONTRACT"), "input.interviewId"),
            (of(99, "CONTRACT"), "input.interviewId"),
        ] {
            assert_eq!(upload(&bank.manager, input, "a.png", PNG).await.error(), bad(at));
        }
        let mut foreign = of(1, "CONTRACT");
        foreign["gridId"] = json!(2);
        assert_eq!(upload(&other, foreign, "a.png", PNG).await.error(), bad("input.interviewId"));

        // One who deletes the last and one who adds another at once: what is there in the end is what is told.
        let last = uploaded(&bank.manager, of(1, "CONTRACT")).await;
        for _ in 0..5 {
            let gone = bank.manager.query_with(&delete, json!({"id": last}));
            let (_, added) = futures_util::future::join(gone, upload(&bank.president, of(1, "CONTRACT"), "a.png", PNG)).await;
            added.ok();
            assert_eq!(papers(&app).await, [(true, false), (false, true)]);
        }
    }
}
