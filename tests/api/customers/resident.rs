//! Residents: who sees them, what their id numbers tell, and who sees those whole.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::{
    app::{Caller, PASSWORD, TestApp, both},
    bank::{Bank, id_number},
    credit::grid::Grids,
    service::{change, create, creation, ids},
};

pub fn resident(grid: i64, serial: u32) -> Value {
    json!({
        "gridId": grid, "name": "柳安宁", "idNumber": id_number("19850517", serial), "ethnicity": "汉族", "address": "1号",
        "householdKind": "FAMILY", "relationToHead": "户主", "householdNumber": "53990001", "phone": "+86 199 0000 0001",
        "isListed": true,
    })
}

/// One resident in each grid, number 1 to 5
pub async fn residents(app: &TestApp) -> Grids {
    let grids = Grids::new(app).await;
    for grid in 1..=5 {
        create(&grids.bank.boss, "residentCreate", resident(grid, u32::try_from(grid).unwrap())).await;
    }
    grids
}

/// Leaves the president's role these permissions only
pub async fn permit(bank: &Bank, permissions: &[i64]) {
    let input = json!({"id": 3, "input": {"permissionIds": permissions}});
    bank.boss.query_with(&change("roleUpdate", "areas"), input).await.ok();
}

fn bad(field: &str) -> (String, String) {
    ("BAD_USER_INPUT".into(), field.into())
}

async fn list(caller: &Caller, filter: Value) -> Vec<i64> {
    ids(caller, "residents", "ResidentFilter", filter).await
}

both! {
    async fn rows_follow_the_grid(app: TestApp) {
        let Grids { bank, other, west } = residents(&app).await;
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
        let scoped = "query($scope: BankScopeInput) { residents(scope: $scope) { nodes { databaseId } } }";
        let narrowed = bank.president.query_with(scoped, json!({"scope": {"staffId": 2}})).await.ok();
        assert_eq!(narrowed["residents"]["nodes"], json!([{"databaseId": 1}, {"databaseId": 3}]));
        assert_eq!(bank.manager.query_with(scoped, json!({"scope": {"staffId": 5}})).await.code(), "FORBIDDEN");

        // A foreign row is as if it were not there.
        let number = id_number("19850517", 2);
        let read = "query($number: String!) { resident(id: 2) { name } residentByIdNumber(idNumber: $number) { name } }";
        let nothing = json!({"resident": null, "residentByIdNumber": null});
        for caller in [&bank.manager, &west] {
            assert_eq!(caller.query_with(read, json!({"number": number})).await.ok(), nothing);
            let update = json!({"id": 2, "input": {"name": "别人"}});
            assert_eq!(caller.query_with(&change("residentUpdate", "name"), update).await.code(), "NOT_FOUND");
            let input = json!({"input": resident(2, 9)});
            assert_eq!(caller.query_with(&creation("residentCreate"), input).await.error(), bad("input.gridId"));
        }
        let away = json!({"id": 1, "input": {"gridCode": "A-2"}});
        assert_eq!(bank.manager.query_with(&change("residentUpdate", "name"), away).await.error(), bad("input.gridCode"));
        assert_eq!(other.query_with(read, json!({"number": number})).await.ok()["resident"]["name"], "柳安宁");
        assert_eq!(app.nobody().query_with(read, json!({"number": number})).await.code(), "UNAUTHENTICATED");
        app.account(Some(Realm::Loan), "1611", true).await;
        let stranger = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        assert_eq!(stranger.query("{ residents { nodes { name } } }").await.code(), "FORBIDDEN");
    }

    async fn filters_find_what_they_say(app: TestApp) {
        let Grids { bank, .. } = residents(&app).await;
        let update = json!({"id": 2, "input": {"name": "周子晴", "householdNumber": "12345678901234567890", "phone": "19900000002"}});
        bank.boss.query_with(&change("residentUpdate", "name"), update).await.ok();
        for (filter, found) in [
            (json!({"name": "柳"}), vec![1, 3, 4, 5]),
            (json!({"name": "安宁"}), vec![]),
            (json!({"idNumber": format!(" {} ", id_number("19850517", 3).to_lowercase())}), vec![3]),
            (json!({"idNumber": id_number("19850517", 3)[..17]}), vec![]),
            (json!({"householdNumber": "12345678901234567890"}), vec![2]),
            (json!({"householdNumber": "1234567890123456789"}), vec![]),
            (json!({"phone": "+86 199-0000-0001"}), vec![1, 3, 4, 5]),
            (json!({"gridId": 4}), vec![4]),
            (json!({"gridCode": "B-1"}), vec![3]),
            (json!({"gridCode": "none"}), vec![]),
        ] {
            assert_eq!(list(&bank.boss, filter.clone()).await, found, "{filter}");
        }
        // Who is deleted is listed where that is asked for, and found by his number.
        let delete = json!({"id": 3, "input": {"isActive": false}});
        bank.manager.query_with(&change("residentUpdate", "isActive"), delete).await.ok();
        for (filter, found) in [
            (json!({}), vec![1, 2, 4, 5]),
            (json!({"isActive": true}), vec![1, 2, 4, 5]),
            (json!({"isActive": false}), vec![3]),
            (json!({"isActive": null}), vec![1, 2, 3, 4, 5]),
        ] {
            assert_eq!(list(&bank.boss, filter).await, found);
        }
        let one = bank.manager.query("{ resident(id: 3) { isActive } residents { totalCount } }").await.ok();
        assert_eq!(one, json!({"resident": {"isActive": false}, "residents": {"totalCount": 1}}));
    }

    async fn the_id_number_tells_sex_and_birthday(app: TestApp) {
        let Grids { bank, .. } = residents(&app).await;
        let fields = "sex birthday idNumber phone remark householdNumber";
        let one = bank.boss.query(&format!("{{ resident(id: 2) {{ {fields} }} }}")).await.ok()["resident"].clone();
        assert_eq!((&one["sex"], &one["birthday"], &one["phone"]), (&json!("FEMALE"), &json!("1985-05-17"), &json!("19900000001")));
        let new = |name: &str, value: Value| {
            let mut input = resident(1, 77);
            input[name] = value;
            json!({"input": input})
        };
        for (field, value) in [
            ("idNumber", json!("539900198505170770")),
            ("idNumber", json!("")),
            ("sex", json!("FEMALE")),
            ("birthday", json!("1985-05-18")),
            ("name", json!("柳")),
            ("name", json!("柳".repeat(21))),
            ("ethnicity", json!("一二三四五六")),
            ("address", json!(" ")),
            ("relationToHead", json!("户".repeat(11))),
            ("householdNumber", json!("0123")),
            ("householdNumber", json!("123456789012345678901")),
            ("phone", json!("0512-6500 0001")),
            ("remark", json!("x".repeat(101))),
            ("gridCode", json!("A-1")),
        ] {
            let refused = bank.boss.query_with(&creation("residentCreate"), new(field, value.clone())).await.error();
            let field = if field == "gridCode" { "gridId" } else { field };
            assert_eq!(refused, bad(&format!("input.{field}")), "{value}");
        }
        let taken = bank.boss.query_with(&creation("residentCreate"), json!({"input": resident(1, 2)})).await;
        assert_eq!(taken.code(), "CONFLICT");

        let update = change("residentUpdate", fields);
        let number = id_number("19900307", 13);
        let input = json!({"id": 2, "input": {"idNumber": number.to_lowercase(), "birthday": "1990-03-07", "phone": null, "remark": "搬入"}});
        let one = bank.boss.query_with(&update, input).await.ok()["residentUpdate"]["resident"].clone();
        assert_eq!(one, json!({"sex": "MALE", "birthday": "1990-03-07", "idNumber": number, "phone": null, "remark": "搬入",
            "householdNumber": "53990001"}));
        for (field, value) in [("birthday", "1985-05-17"), ("sex", "FEMALE")] {
            let refused = bank.boss.query_with(&update, json!({"id": 2, "input": {field: value}})).await.error();
            assert_eq!(refused, bad(&format!("input.{field}")));
        }
        let taken = json!({"id": 2, "input": {"idNumber": id_number("19850517", 1)}});
        assert_eq!(bank.boss.query_with(&update, taken).await.code(), "CONFLICT");
    }

    async fn id_numbers_are_masked_for_who_comes_by_a_relation(app: TestApp) {
        let Grids { bank, .. } = residents(&app).await;
        let draft = "mutation($input: BankCustomerInput!) { bankCustomerDraftCreate(input: $input) { bankCustomer { databaseId } } }";
        let input = json!({"gridId": 1, "name": "柳安宁", "idNumber": id_number("19850517", 1), "householdNumber": "53990001"});
        bank.boss.query_with(draft, json!({"input": input})).await.ok();
        let both = "{ bankCustomer(id: 1) { idNumber resident { name idNumber customer { idNumber } } } }";
        let number = id_number("19850517", 1);
        let mask = format!("5399**********{}", &number[14..]);
        let seen = |own: &str, resident: &str| json!({"bankCustomer": {"idNumber": own,
            "resident": {"name": "柳安宁", "idNumber": resident, "customer": {"idNumber": own}}}});
        assert_eq!(bank.president.query(both).await.ok(), seen(&number, &number));
        permit(&bank, &[14]).await;
        assert_eq!(bank.president.query(both).await.ok(), seen(&number, &mask));
        assert_eq!(bank.president.query("{ residents { nodes { name } } }").await.code(), "FORBIDDEN");
        permit(&bank, &[13, 17]).await;
        let other = "{ resident(id: 1) { idNumber customer { idNumber } } grid(id: 1) { residents { nodes { idNumber } } } }";
        assert_eq!(bank.president.query(other).await.ok(), json!({"resident": {"idNumber": number, "customer": {"idNumber": mask}},
            "grid": {"residents": {"nodes": [{"idNumber": number}]}}}));
        permit(&bank, &[17]).await;
        let closed = bank.president.query("{ grid(id: 1) { residents { totalCount nodes { name } } } }").await.ok();
        assert_eq!(closed["grid"]["residents"], json!({"totalCount": 0, "nodes": []}));
    }
}
