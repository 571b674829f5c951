//! The white, the grey and the black list: who stands where, who sees it, and the tags that follow.

use quintet::domains::credit::list_entry::import::{WATCHED, WHITE};
use serde_json::{Value, json};

use super::grid::Grids;
use crate::{
    app::{Answer, Caller, TestApp, both},
    bank::id_number,
    customers::{bank_customer::customers, resident::permit},
    sheet::{template, upload, xlsx},
};

const CREATE: &str = "mutation($kind: ListKind!, $input: ListEntryCreateInput!) {
    listEntryCreate(kind: $kind, input: $input) { listEntry { databaseId } } }";
const UPDATE: &str = "mutation($kind: ListKind!, $id: ID!, $input: ListEntryUpdateInput!) {
    listEntryUpdate(kind: $kind, id: $id, input: $input) { listEntry { name idNumber phone reason comment address grid { code } } } }";
const MOVE: &str = "mutation($number: String!, $to: ListKind!, $reason: WatchReason) {
    listEntryMove(idNumber: $number, to: $to, reason: $reason) { listEntry { databaseId kind reason } } }";
const DELETE: &str =
    "mutation($kind: ListKind!, $id: ID!) { listEntryDelete(kind: $kind, id: $id) { listEntry { name } } }";
const IMPORT: &str = "mutation($file: Upload!, $kind: ListKind!, $code: String) {
    listEntryImport(kind: $kind, gridCode: $code, file: $file) { imported failed message } }";

fn number(serial: i64) -> String {
    id_number("19850517", u32::try_from(serial).unwrap())
}

fn person(grid: i64, serial: i64) -> Value {
    json!({"gridId": grid, "name": "柳安宁", "idNumber": number(serial)})
}

async fn enter(caller: &Caller, kind: &str, input: Value) -> Answer {
    caller.query_with(CREATE, json!({"kind": kind, "input": input})).await
}

async fn list(caller: &Caller, kind: &str, filter: Value) -> Vec<i64> {
    let document = "query($kind: ListKind!, $filter: ListEntryFilter) {
        listEntries(kind: $kind, filter: $filter) { totalCount nodes { databaseId } } }";
    let found = caller.query_with(document, json!({"kind": kind, "filter": filter})).await.ok()["listEntries"].clone();
    let rows = found["nodes"].as_array().unwrap().iter().map(|row| row["databaseId"].as_i64().unwrap());
    let rows: Vec<i64> = rows.collect();
    assert_eq!(found["totalCount"], rows.len());
    rows
}

/// The tags of a customer, with their reasons
async fn tags(caller: &Caller, customer: i64) -> Value {
    let document = "query($id: ID!) { bankCustomer(id: $id) { customerTags { nodes { tag { databaseId } reason } } } }";
    let found = caller.query_with(document, json!({"id": customer})).await.ok();
    let nodes = found["bankCustomer"]["customerTags"]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|row| json!([row["tag"]["databaseId"], row["reason"]])).collect()
}

/// In each grid, number 1 to 5, somebody of the list; the same people are customers 1 to 5
async fn entered(app: &TestApp, kind: &str) -> Grids {
    let grids = customers(app).await;
    for grid in 1..=5 {
        enter(&grids.bank.boss, kind, person(grid, grid)).await.ok();
    }
    grids
}

async fn import(caller: &Caller, kind: &str, grid: &str, content: &[u8]) -> Answer {
    upload(caller, IMPORT, json!({"kind": kind, "code": grid}), content).await
}

#[test]
fn the_templates_are_what_the_imports_read() {
    assert_eq!(template("white_list"), [WHITE.header()]);
    assert_eq!(template("watch_list"), [WATCHED.header()]);
}

both! {
    async fn rows_follow_the_grid_and_the_area(app: TestApp) {
        let Grids { bank, other, west } = entered(&app, "GREY").await;
        for (caller, found) in [
            (&bank.boss, vec![1, 2, 3, 4, 5]),
            (&bank.admin, vec![1, 2, 3, 4, 5]),
            (&bank.president, vec![1, 2, 3]),
            (&west, vec![4]),
            (&bank.manager, vec![1, 3]),
            (&other, vec![2]),
        ] {
            assert_eq!(list(caller, "GREY", json!({})).await, found);
            assert_eq!(list(caller, "WHITE", json!({})).await, Vec::<i64>::new());
        }
        // A foreign row is as if it were not there, and so is one of another list.
        for (caller, kind, id) in [(&bank.manager, "GREY", 2), (&west, "GREY", 2), (&bank.boss, "BLACK", 2), (&bank.boss, "WHITE", 2)] {
            let read = json!({"kind": kind, "id": id});
            let found = caller.query_with("query($kind: ListKind!, $id: ID!) { listEntry(kind: $kind, id: $id) { name } }", read.clone()).await;
            assert_eq!(found.ok()["listEntry"], Value::Null);
            assert_eq!(caller.query_with(DELETE, read).await.code(), "NOT_FOUND");
            let update = json!({"kind": kind, "id": id, "input": {"name": "别人"}});
            assert_eq!(caller.query_with(UPDATE, update).await.code(), "NOT_FOUND");
        }
        let away = json!({"kind": "GREY", "id": 1, "input": {"gridCode": "A-2"}});
        assert_eq!(bank.manager.query_with(UPDATE, away).await.error(), ("BAD_USER_INPUT".into(), "input.gridCode".into()));
        assert_eq!(enter(&bank.manager, "GREY", person(2, 20)).await.error().1, "input.gridId");

        // Each list is an area of its own, on every way to it.
        let node = bank.boss.query("{ listEntry(kind: GREY, id: 1) { id } }").await.ok()["listEntry"]["id"].clone();
        let ways = format!("{{ node(id: {node}) {{ id }} bankCustomer(id: 1) {{ listEntry {{ kind }} }} }}");
        permit(&bank, &[14, 24, 25]).await;
        let open = json!({"node": {"id": node}, "bankCustomer": {"listEntry": {"kind": "GREY"}}});
        assert_eq!(bank.president.query(&ways).await.ok(), open);
        permit(&bank, &[14, 24]).await;
        assert_eq!(bank.president.query(&ways).await.ok(), json!({"node": null, "bankCustomer": {"listEntry": null}}));
        assert_eq!(list(&bank.president, "WHITE", json!({})).await, Vec::<i64>::new());
        let closed = "{ listEntries(kind: GREY) { nodes { name } } }";
        assert_eq!(bank.president.query(closed).await.code(), "FORBIDDEN");
        assert_eq!(enter(&bank.president, "GREY", person(1, 20)).await.code(), "FORBIDDEN");
        assert_eq!(enter(&bank.president, "BLACK", person(1, 20)).await.code(), "FORBIDDEN");
        assert_eq!(bank.president.query_with(DELETE, json!({"kind": "GREY", "id": 1})).await.code(), "FORBIDDEN");
        assert_eq!(import(&bank.president, "GREY", "A-1", b"").await.code(), "FORBIDDEN");
        let to = json!({"number": number(1), "to": "WHITE"});
        assert_eq!(bank.president.query_with(MOVE, to).await.code(), "FORBIDDEN");
        assert_eq!(app.nobody().query(closed).await.code(), "UNAUTHENTICATED");
    }

    async fn filters_find_what_they_say(app: TestApp) {
        let Grids { bank, .. } = entered(&app, "BLACK").await;
        let update = json!({"kind": "BLACK", "id": 2, "input": {"name": "周子晴"}});
        bank.boss.query_with(UPDATE, update).await.ok();
        for (filter, found) in [
            (json!({"name": "柳"}), vec![1, 3, 4, 5]),
            (json!({"name": "安宁"}), vec![]),
            (json!({"idNumber": format!(" {} ", number(3).to_lowercase())}), vec![3]),
            (json!({"idNumber": number(3)[..17]}), vec![]),
            (json!({"gridId": 4}), vec![4]),
            (json!({"gridCode": "B-1"}), vec![3]),
            (json!({"gridCode": "none"}), vec![]),
        ] {
            assert_eq!(list(&bank.boss, "BLACK", filter.clone()).await, found, "{filter}");
        }
    }

    async fn nobody_stands_in_two_lists(app: TestApp) {
        let Grids { bank, west, .. } = entered(&app, "BLACK").await;
        let told = async |caller: &Caller, kind: &str, input: Value| {
            let answer = enter(caller, kind, input).await;
            assert_eq!(answer.code(), "CONFLICT");
            answer.body["errors"][0]["message"].as_str().unwrap().to_owned()
        };
        // Which list it is only whoever sees the entry is told.
        for kind in ["WHITE", "GREY", "BLACK"] {
            assert!(told(&bank.manager, kind, person(1, 1)).await.ends_with("already: 黑名单"));
            assert!(told(&west, kind, person(4, 1)).await.ends_with("already"));
        }
        permit(&bank, &[24]).await;
        assert!(told(&bank.president, "WHITE", person(1, 1)).await.ends_with("already"));
        enter(&bank.boss, "WHITE", person(1, 20)).await.ok();
        let taken = json!({"kind": "WHITE", "id": 6, "input": {"idNumber": number(1)}});
        assert_eq!(bank.boss.query_with(UPDATE, taken).await.code(), "CONFLICT");
        for serial in [1, 2] {
            let to = json!({"number": number(serial), "to": "GREY", "reason": "IDLE"});
            assert_eq!(bank.boss.query_with(MOVE, to).await.code(), "NOT_FOUND", "it stands in the black list");
        }
        bank.boss.query_with(DELETE, json!({"kind": "BLACK", "id": 1})).await.ok();
        enter(&bank.boss, "WHITE", person(1, 1)).await.ok();
    }

    async fn of_many_at_once_one_wins(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        let tries = (0..6).map(|place| {
            let (caller, kind) = (bank.boss.clone(), ["WHITE", "GREY", "BLACK"][place % 3]);
            tokio::spawn(async move { enter(&caller, kind, person(1, 1)).await.body })
        });
        let mut won = 0;
        for answer in tries.collect::<Vec<_>>() {
            let answer = answer.await.unwrap();
            match answer.pointer("/errors/0/extensions/code") {
                None => won += 1,
                Some(code) => assert_eq!(code, "CONFLICT"),
            }
        }
        assert_eq!(won, 1);
        assert_eq!(tags(&bank.boss, 1).await.as_array().unwrap().len(), 1);
    }

    async fn the_tag_follows_the_list(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        let black = json!({"gridId": 1, "name": "柳安宁", "idNumber": number(1), "reason": "9"});
        enter(&bank.manager, "BLACK", black).await.ok();
        assert_eq!(tags(&bank.boss, 1).await, json!([[1, "9"]]));
        let update = |input: Value| json!({"kind": "BLACK", "id": 1, "input": input});
        bank.manager.query_with(UPDATE, update(json!({"reason": "欠款"}))).await.ok();
        assert_eq!(tags(&bank.boss, 1).await, json!([[1, "欠款"]]));
        // With another id number it is another customer's.
        bank.manager.query_with(UPDATE, update(json!({"idNumber": number(3)}))).await.ok();
        assert_eq!((tags(&bank.boss, 1).await, tags(&bank.boss, 3).await), (json!([]), json!([[1, "欠款"]])));
        bank.manager.query_with(DELETE, json!({"kind": "BLACK", "id": 1})).await.ok();
        assert_eq!(tags(&bank.boss, 3).await, json!([]));

        // Nobody puts on by hand what follows from a list, or takes it off.
        let set = async |tags: &str| {
            let set = format!("mutation {{ customerTagsSet(customerId: 1, tagIds: {tags}, reason: \"x\") {{ bankCustomer {{ id }} }} }}");
            bank.boss.query(&set).await
        };
        for tags in ["[2, 4]", "[1]", "[3]"] {
            assert_eq!(set(tags).await.error(), ("BAD_USER_INPUT".into(), "tagIds".into()));
        }
        enter(&bank.manager, "WHITE", person(1, 1)).await.ok();
        assert_eq!(set("[1, 2]").await.error().1, "tagIds");
        set("[4, 2]").await.ok();
        bank.boss.query("mutation { customerTagsClear(customerId: 1) { bankCustomer { id } } }").await.ok();
        assert_eq!(tags(&bank.boss, 1).await, json!([[2, null]]));
        let take = "mutation { customerTagDelete(customerId: 1, tagId: 2) { bankCustomer { id } } }";
        assert_eq!(bank.boss.query(take).await.code(), "CONFLICT");
        set("[4]").await.ok();
        let sorted = async || {
            let mut tags = tags(&bank.boss, 1).await.as_array().unwrap().clone();
            tags.sort_by_key(|tag| tag[0].as_i64());
            tags
        };
        assert_eq!(sorted().await, [json!([2, null]), json!([4, "x"])]);

        let grey = json!({"number": number(1).to_lowercase(), "to": "GREY", "reason": "LONG_AWAY"});
        let moved = bank.manager.query_with(MOVE, grey.clone()).await.ok()["listEntryMove"]["listEntry"].clone();
        assert_eq!((&moved["kind"], &moved["reason"]), (&json!("GREY"), &json!("7")));
        assert_eq!(sorted().await, [json!([3, null]), json!([4, "x"])]);
        assert_eq!(bank.manager.query_with(MOVE, grey).await.code(), "NOT_FOUND");
        let white = json!({"number": number(1), "to": "WHITE"});
        let back = bank.manager.query_with(MOVE, white).await.ok()["listEntryMove"]["listEntry"].clone();
        assert_eq!(back, json!({"databaseId": moved["databaseId"], "kind": "WHITE", "reason": null}));
        for (input, field) in [
            (json!({"to": "GREY"}), "reason"),
            (json!({"to": "WHITE", "reason": "IDLE"}), "reason"),
            (json!({"to": "BLACK", "reason": "IDLE"}), "to"),
        ] {
            let mut input = input;
            input["number"] = json!(number(1));
            assert_eq!(bank.manager.query_with(MOVE, input).await.error(), ("BAD_USER_INPUT".into(), field.into()));
        }
        // Who was listed before he became a customer carries the tag from then on.
        enter(&bank.manager, "BLACK", json!({"gridId": 1, "name": "柳安宁", "idNumber": number(40), "reason": "8"})).await.ok();
        let draft = "mutation($input: BankCustomerInput!) { bankCustomerDraftCreate(input: $input) { bankCustomer { databaseId } } }";
        let input = json!({"gridId": 1, "name": "柳安宁", "idNumber": number(40)});
        let new = bank.manager.query_with(draft, json!({"input": input})).await.ok();
        let new = new["bankCustomerDraftCreate"]["bankCustomer"]["databaseId"].as_i64().unwrap();
        assert_eq!(tags(&bank.boss, new).await, json!([[1, "8"]]));
        bank.manager.query_with(MOVE, json!({"number": number(1), "to": "GREY", "reason": "LONG_AWAY"})).await.ok();
        bank.manager.query_with(MOVE, json!({"number": number(1), "to": "WHITE"})).await.ok();
        let audit = app.admin().await.query("{ auditEntries(first: 1) { nodes { action entity before } } }").await.ok();
        let entry = &audit["auditEntries"]["nodes"][0];
        assert_eq!((&entry["action"], &entry["entity"]), (&json!("listEntryMove"), &json!("ListEntry")));
        assert!(entry["before"].as_str().unwrap().contains("\"reason\":\"7\""));
    }

    async fn bad_input_is_named(app: TestApp) {
        let Grids { bank, .. } = entered(&app, "GREY").await;
        for (kind, field, value) in [
            ("GREY", "idNumber", json!("539900198505170770")),
            ("GREY", "idNumber", json!("")),
            ("GREY", "name", json!(" ")),
            ("GREY", "name", json!("柳".repeat(51))),
            ("GREY", "phone", json!("0512-1")),
            ("GREY", "phone", json!("1".repeat(21))),
            ("GREY", "reason", json!("x".repeat(256))),
            ("WHITE", "reason", json!("1")),
            ("WHITE", "comment", json!("x".repeat(201))),
            ("GREY", "comment", json!("x".repeat(256))),
            ("BLACK", "address", json!("x".repeat(256))),
            ("WHITE", "address", json!("x".repeat(201))),
            ("WHITE", "gridCode", json!("A-1")),
        ] {
            let mut input = person(1, 21);
            input[field] = value.clone();
            let field = if field == "gridCode" { "gridId" } else { field };
            let refused = enter(&bank.boss, kind, input).await.error();
            assert_eq!(refused, ("BAD_USER_INPUT".into(), format!("input.{field}")), "{value}");
        }
        let input = json!({"phone": "+86 199 0000 0001", "reason": "19", "comment": "c".repeat(255), "gridCode": "A-2"});
        let changed = bank.boss.query_with(UPDATE, json!({"kind": "GREY", "id": 1, "input": input})).await.ok();
        assert_eq!(changed["listEntryUpdate"]["listEntry"], json!({"name": "柳安宁", "idNumber": number(1), "phone": "19900000001",
            "reason": "19", "comment": "c".repeat(255), "address": null, "grid": {"code": "A-2"}}));
        let grid = "mutation { gridDelete(id: 2) { grid { id } } }";
        assert_eq!(bank.boss.query(grid).await.code(), "CONFLICT");
    }

    async fn a_sheet_enters_those_of_no_list(app: TestApp) {
        let Grids { bank, .. } = entered(&app, "GREY").await;
        let numbers: Vec<String> = [2, 30, 31].map(number).to_vec();
        let watched = xlsx(&WATCHED.header(), [
            ["柳安宁", &numbers[1], "19900000001", "9", "好", "1号"],
            ["柳安宁", &numbers[0], "", "", "", ""],
            ["", &numbers[2], "", "", "", ""],
            ["柳安宁", "444", "", "", "", ""],
            ["柳安宁", &numbers[1], "", "", "", ""],
        ]);
        bank.boss.query_with(DELETE, json!({"kind": "GREY", "id": 1})).await.ok();
        let answer = import(&bank.manager, "BLACK", "A-1", &watched).await.ok()["listEntryImport"].clone();
        assert_eq!((&answer["imported"], &answer["failed"]), (&json!(1), &json!(4)), "{answer}");
        let message = answer["message"].as_str().unwrap();
        assert!(message.contains("3:身份证号") && message.contains("5:身份证号") && message.contains("6:身份证号"), "{message}");
        assert_eq!(list(&bank.manager, "BLACK", json!({"idNumber": numbers[1]})).await.len(), 1);
        // A customer of the sheet carries the tag.
        let white = xlsx(&WHITE.header(), [["柳安宁", &number(1), "", "", ""]]);
        assert_eq!(import(&bank.manager, "WHITE", "A-1", &white).await.ok()["listEntryImport"]["imported"], 1);
        assert_eq!(tags(&bank.boss, 1).await, json!([[2, null]]));
        assert_eq!(import(&bank.manager, "WHITE", "A-2", &white).await.error().1, "gridCode");
    }
}
