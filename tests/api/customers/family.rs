//! Families and their members: who sees them, what they must be like, whom they are related to.

use serde_json::{Value, json};

use super::resident::{permit, residents};
use crate::{
    app::{Caller, both},
    bank::id_number,
    credit::grid::Grids,
    service::{change, create, creation, deletion, ids},
};

fn family(household: &str, manager: i64) -> Value {
    json!({
        "householdNumber": household, "managerId": manager, "population": 3, "address": "1号", "postcode": "10010",
        "localCredit": "良好", "isHarmonious": true, "socialEvaluation": "和睦", "isSelfEmployed": false, "owesTax": false,
        "productionCapacity": "强", "productionScene": "茶园", "insurances": ["医疗保险", "互助"],
    })
}

fn member(customer: i64, serial: u32) -> Value {
    json!({
        "customerId": customer, "name": "柳晓", "relation": "SON", "ethnicity": "汉族", "idKind": "RESIDENT_CARD",
        "idNumber": id_number("20150601", serial), "address": "1号", "isHouseholdHead": false, "phone": "19900000003",
    })
}

async fn draft(caller: &Caller, grid: i64, number: &str) -> i64 {
    let document = "mutation($input: BankCustomerInput!) { bankCustomerDraftCreate(input: $input) { bankCustomer { databaseId } } }";
    let input = json!({"gridId": grid, "name": "柳安宁", "idNumber": number, "householdNumber": "53990001"});
    let answer = caller.query_with(document, json!({"input": input})).await.ok();
    answer["bankCustomerDraftCreate"]["bankCustomer"]["databaseId"].as_i64().unwrap()
}

fn bad(field: &str) -> (String, String) {
    ("BAD_USER_INPUT".into(), field.into())
}

async fn sees(caller: &Caller, household: &str) -> bool {
    let query = "query($number: String!) { familyByHousehold(householdNumber: $number) { name: address } }";
    let answer = caller.query_with(query, json!({"number": household})).await.ok();
    !answer["familyByHousehold"].is_null()
}

both! {
    async fn a_family_is_seen_by_its_manager_or_by_its_people(app: TestApp) {
        let Grids { bank, other, west } = residents(&app).await;
        // Residents of every grid share the household 53990001; nobody lives in the others.
        create(&bank.boss, "familyCreate", family("53990001", 6)).await;
        create(&bank.manager, "familyCreate", family("53990002", 2)).await;
        create(&bank.boss, "familyCreate", family("53990003", 6)).await;
        for (caller, seen) in [
            (&bank.boss, [true, true, true]),
            (&bank.admin, [true, true, true]),
            (&bank.president, [true, true, false]),
            (&bank.manager, [true, true, false]),
            (&other, [true, false, false]),
            (&west, [true, false, true]),
        ] {
            for (household, seen) in ["53990001", "53990002", "53990003"].into_iter().zip(seen) {
                assert_eq!(sees(caller, household).await, seen, "{household}");
            }
        }
        // The people go, and with them the sight of the family.
        let update = change("residentUpdate", "name");
        bank.manager.query_with(&update, json!({"id": 1, "input": {"householdNumber": "7"}})).await.ok();
        assert!(sees(&bank.manager, "53990001").await, "resident 3");
        bank.manager.query_with(&update, json!({"id": 3, "input": {"householdNumber": "7"}})).await.ok();
        assert!(!sees(&bank.manager, "53990001").await);
        let change_it = json!({"id": 1, "input": {"population": 4}});
        assert_eq!(bank.manager.query_with(&change("familyUpdate", "population"), change_it).await.code(), "NOT_FOUND");
        draft(&bank.boss, 1, &id_number("19850517", 21)).await;
        assert!(sees(&bank.manager, "53990001").await, "a customer");

        let away = json!({"id": 2, "input": {"managerId": 5}});
        assert_eq!(bank.manager.query_with(&change("familyUpdate", "population"), away).await.error(), bad("input.managerId"));
        let foreign = json!({"input": family("53990009", 6)});
        assert_eq!(bank.president.query_with(&creation("familyCreate"), foreign).await.error(), bad("input.managerId"));
        assert_eq!(app.nobody().query("{ family(id: 1) { address } }").await.code(), "UNAUTHENTICATED");
        permit(&bank, &[21]).await;
        assert_eq!(bank.president.query("{ family(id: 1) { address } }").await.code(), "FORBIDDEN");
    }

    async fn a_household_has_one_family(app: TestApp) {
        let Grids { bank, .. } = residents(&app).await;
        let mut new = family("53990001", 0);
        new.as_object_mut().unwrap().remove("managerId");
        let id = create(&bank.manager, "familyCreate", new.clone()).await;
        assert_eq!(bank.boss.query_with(&creation("familyCreate"), json!({"input": new})).await.error(), bad("input.managerId"));
        let taken = bank.boss.query_with(&creation("familyCreate"), json!({"input": family("53990001", 2)})).await;
        assert_eq!(taken.code(), "CONFLICT");
        let fields = "postcode insurances population manager { name } residents { databaseId } customers { databaseId }";
        let one = bank.manager.query(&format!("{{ family(id: {id}) {{ {fields} }} }}")).await.ok()["family"].clone();
        assert_eq!(one, json!({"postcode": "010010", "insurances": ["医疗保险", "互助"], "population": 3,
            "manager": {"name": "员工manager"}, "residents": [{"databaseId": 1}, {"databaseId": 3}], "customers": []}));
        let related = bank.boss.query("{ resident(id: 3) { family { householdNumber } } bankStaffMember(id: 2) { families { totalCount } } }").await.ok();
        assert_eq!(related, json!({"resident": {"family": {"householdNumber": "53990001"}}, "bankStaffMember": {"families": {"totalCount": 1}}}));

        let update = change("familyUpdate", "insurances postcode isHarmonious");
        let input = json!({"id": id, "input": {"insurances": [], "postcode": "539900", "isHarmonious": false}});
        let changed = bank.manager.query_with(&update, input).await.ok()["familyUpdate"]["family"].clone();
        assert_eq!(changed, json!({"insurances": [], "postcode": "539900", "isHarmonious": false}));
        for (field, value) in [
            ("householdNumber", json!("x")),
            ("population", json!(0)),
            ("address", json!("")),
            ("postcode", json!("1234567")),
            ("localCredit", json!("一".repeat(11))),
            ("insurances", json!(["a,b"])),
            ("insurances", json!([""])),
            ("insurances", json!(vec!["x"; 11])),
        ] {
            let input = json!({"id": id, "input": {field: value}});
            assert_eq!(bank.manager.query_with(&update, input).await.error(), bad(&format!("input.{field}")), "{value}");
        }
    }

    async fn members_follow_their_customer(app: TestApp) {
        let Grids { bank, other, .. } = residents(&app).await;
        let (own, foreign) = (draft(&bank.boss, 1, &id_number("19850517", 1)).await, draft(&bank.boss, 2, &id_number("19850517", 2)).await);
        let spouse = json!({"relation": "SPOUSE", "idNumber": id_number("19850517", 2), "birthday": "1985-05-17"});
        let mut input = member(own, 31);
        input.as_object_mut().unwrap().extend(spouse.as_object().unwrap().clone());
        assert_eq!(create(&bank.manager, "familyMemberCreate", input.clone()).await, 1);
        assert_eq!(create(&bank.manager, "familyMemberCreate", member(own, 31)).await, 2);
        assert_eq!(create(&other, "familyMemberCreate", member(foreign, 31)).await, 3);
        let taken = bank.manager.query_with(&creation("familyMemberCreate"), json!({"input": input})).await;
        assert_eq!(taken.code(), "CONFLICT");
        let refused = bank.manager.query_with(&creation("familyMemberCreate"), json!({"input": member(foreign, 32)})).await;
        assert_eq!(refused.error(), bad("input.customerId"));

        assert_eq!(ids(&bank.manager, "familyMembers", "FamilyMemberFilter", json!({})).await, [1, 2]);
        assert_eq!(ids(&bank.boss, "familyMembers", "FamilyMemberFilter", json!({"customerId": foreign})).await, [3]);
        assert_eq!(ids(&bank.boss, "familyMembers", "FamilyMemberFilter", json!({"idNumber": id_number("20150601", 31)})).await, [2, 3]);
        // The member is a customer too, whom the manager does not see.
        let query = "{ familyMember(id: 1) { idNumber asCustomer { databaseId } customer { databaseId familyMembers { totalCount } } } }";
        let seen = bank.president.query(query).await.ok()["familyMember"].clone();
        assert_eq!(seen, json!({"idNumber": id_number("19850517", 2), "asCustomer": {"databaseId": foreign},
            "customer": {"databaseId": own, "familyMembers": {"totalCount": 2}}}));
        assert_eq!(bank.manager.query(query).await.ok()["familyMember"]["asCustomer"], Value::Null);
        let back = "{ bankCustomer(id: 2) { asFamilyMember { databaseId } } }";
        assert_eq!(bank.boss.query(back).await.ok()["bankCustomer"]["asFamilyMember"], json!([{"databaseId": 1}]));

        let update = change("familyMemberUpdate", "birthday relation customerId idKind");
        for (caller, id, code) in [(&other, 1, "NOT_FOUND"), (&bank.manager, 3, "NOT_FOUND")] {
            let input = json!({"id": id, "input": {"name": "别人"}});
            assert_eq!(caller.query_with(&update, input).await.code(), code);
            assert_eq!(caller.query_with(&deletion("familyMemberDelete"), json!({"id": id})).await.code(), code);
        }
        for (field, value) in [
            ("name", json!("")),
            ("phone", json!("123")),
            ("idNumber", json!("539900198505170770")),
            ("birthday", json!("2015-06-02")),
            ("remark", json!("x".repeat(101))),
            ("customerId", json!(foreign)),
        ] {
            let input = json!({"id": 2, "input": {field: value}});
            assert_eq!(bank.manager.query_with(&update, input).await.error(), bad(&format!("input.{field}")), "{value}");
        }
        let changed = json!({"id": 2, "input": {"idNumber": id_number("20160702", 33), "relation": "DAUGHTER"}});
        let changed = bank.manager.query_with(&update, changed).await.ok()["familyMemberUpdate"]["familyMember"].clone();
        assert_eq!((&changed["birthday"], &changed["relation"]), (&json!("2016-07-02"), &json!("DAUGHTER")));
        // A foreigner's number says nothing of his birthday.
        let foreigner = json!({"id": 2, "input": {"idKind": "PERMANENT_RESIDENCE", "idNumber": "usa110080010101"}});
        assert_eq!(bank.manager.query_with(&update, foreigner.clone()).await.error(), bad("input.birthday"));
        let mut with = foreigner;
        with["input"]["birthday"] = json!("1980-01-01");
        assert_eq!(bank.manager.query_with(&update, with).await.ok()["familyMemberUpdate"]["familyMember"]["birthday"], "1980-01-01");
        bank.manager.query_with(&deletion("familyMemberDelete"), json!({"id": 2})).await.ok();
        assert_eq!(ids(&bank.manager, "familyMembers", "FamilyMemberFilter", json!({})).await, [1]);
        permit(&bank, &[14]).await;
        let masked = "{ bankCustomer(id: 1) { familyMembers { totalCount } asFamilyMember { name } } }";
        assert_eq!(bank.president.query(masked).await.ok()["bankCustomer"], json!({"familyMembers": {"totalCount": 0}, "asFamilyMember": []}));
    }
}
