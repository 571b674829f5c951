//! Customers of the bank: who sees them, what a complete one needs, how a draft becomes one.

use serde_json::{Value, json};

use crate::{
    app::{Caller, TestApp, both},
    bank::{Bank, id_number, staff},
    credit::grid::Grids,
    service::{create, ids},
};

/// A complete customer
pub fn complete(serial: u32, grid: i64) -> Value {
    json!({
        "gridId": grid, "name": "柳安宁", "idNumber": id_number("19850517", serial), "idKind": "RESIDENT_CARD",
        "nativePlace": "云岭", "phone": "+86 199 0000 0001", "householdNumber": "5399001", "registeredAddress": "1号",
        "residenceAddress": "2号", "maritalStatus": "MARRIED", "education": "HIGH", "livingSituation": "租房",
        "health": "HEALTHY", "borrowerKind": "FARMING", "isShareholder": false, "isEmployee": false,
        "isBusinessOwner": true, "isFarmer": true, "creditNumber": "C1", "occupation": "FARMING", "workingYears": 3,
        "employerName": "农场", "employerAddress": "3号", "secondInvestigator": "何晓",
    })
}

pub async fn enter(caller: &Caller, mutation: &str, input: Value) -> i64 {
    let document = format!(
        "mutation($input: BankCustomerInput!) {{ {mutation}(input: $input) {{ bankCustomer {{ databaseId }} }} }}"
    );
    let answer = caller.query_with(&document, json!({"input": input})).await.ok();
    answer[mutation]["bankCustomer"]["databaseId"].as_i64().unwrap()
}

fn creation(mutation: &str) -> String {
    format!("mutation($input: BankCustomerInput!) {{ {mutation}(input: $input) {{ bankCustomer {{ databaseId }} }} }}")
}

fn update(mutation: &str) -> String {
    format!(
        "mutation($id: ID!, $input: BankCustomerInput!) {{ {mutation}(id: $id, input: $input) {{ bankCustomer {{ name status }} }} }}"
    )
}

const STATUS: &str = "mutation($id: ID!, $status: BankCustomerStatus!) { bankCustomerStatusSet(id: $id, status: $status) { bankCustomer { status } } }";
const BATCH: &str = "mutation($input: [BankCustomerStatusInput!]!) { bankCustomersStatusSet(input: $input) { bankCustomers { databaseId status } } }";

async fn create_role(boss: &Caller, permissions: &[i64]) -> i64 {
    let name = format!("Role {permissions:?}");
    create(boss, "roleCreate", json!({"name": name, "permissionIds": permissions})).await
}

fn bad(field: &str) -> (String, String) {
    ("BAD_USER_INPUT".into(), field.into())
}

/// One customer in each grid, number 1 to 5, and two drafts without a grid: 6 of the manager and 7 of the president
pub async fn customers(app: &TestApp) -> Grids {
    let grids = Grids::new(app).await;
    for grid in 1..=5 {
        enter(&grids.bank.boss, "bankCustomerCreate", complete(u32::try_from(grid).unwrap(), grid)).await;
    }
    for (keeper, serial) in [(&grids.bank.manager, 6), (&grids.bank.president, 7)] {
        let draft = json!({"name": "草稿", "idNumber": id_number("19850517", serial)});
        enter(keeper, "bankCustomerDraftCreate", draft).await;
    }
    grids
}

async fn seen(caller: &Caller, scope: Value) -> Vec<i64> {
    let list = "query($scope: BankScopeInput) { bankCustomers(scope: $scope) { totalCount nodes { databaseId } } }";
    let list = caller.query_with(list, json!({"scope": scope})).await.ok()["bankCustomers"].clone();
    let mut rows: Vec<i64> =
        list["nodes"].as_array().unwrap().iter().map(|row| row["databaseId"].as_i64().unwrap()).collect();
    assert_eq!(list["totalCount"], rows.len());
    rows.sort_unstable();
    rows
}

both! {
    async fn rows_follow_grid_and_keeper(app: TestApp) {
        let Grids { bank, other, west } = customers(&app).await;
        for (caller, found) in [
            (&bank.boss, vec![1, 2, 3, 4, 5, 6, 7]),
            (&bank.admin, vec![1, 2, 3, 4, 5, 6, 7]),
            (&bank.president, vec![1, 2, 3, 7]),
            (&bank.accountant, vec![1, 2, 3]),
            (&west, vec![4]),
            (&bank.manager, vec![1, 3, 6]),
            (&other, vec![2]),
        ] {
            assert_eq!(seen(caller, Value::Null).await, found);
        }
        for (caller, scope, found) in [
            (&bank.manager, json!({"roleId": 1, "staffId": 2, "branchCode": "17101"}), vec![1, 3, 6]),
            (&bank.president, json!({"roleId": 3, "staffId": 4, "branchCode": "17101"}), vec![1, 2, 7]),
            (&bank.president, json!({"staffId": 2}), vec![1, 3]),
            (&bank.admin, json!({"branchCode": "17002"}), vec![4]),
        ] {
            assert_eq!(seen(caller, scope.clone()).await, found, "{scope}");
        }
        // A foreign row is as if it were not there, whatever is asked.
        let number = id_number("19850517", 2);
        let one = json!({"id": 2, "number": number});
        let read = "query($id: ID!, $number: String!) { bankCustomer(id: $id) { name } bankCustomerByIdNumber(idNumber: $number) { name } }";
        assert_eq!(other.query_with(read, one.clone()).await.ok()["bankCustomerByIdNumber"]["name"], "柳安宁");
        for caller in [&bank.manager, &west] {
            let nothing = json!({"bankCustomer": null, "bankCustomerByIdNumber": null});
            assert_eq!(caller.query_with(read, one.clone()).await.ok(), nothing);
            let change = json!({"id": 2, "input": {"name": "别人"}});
            for mutation in ["bankCustomerUpdate", "bankCustomerDraftUpdate"] {
                assert_eq!(caller.query_with(&update(mutation), change.clone()).await.code(), "NOT_FOUND");
            }
            assert_eq!(caller.query_with(STATUS, json!({"id": 2, "status": "FROZEN"})).await.code(), "NOT_FOUND");
            let delete = "mutation($id: ID!) { bankCustomerDraftDelete(id: $id) { bankCustomer { name } } }";
            assert_eq!(caller.query_with(delete, one.clone()).await.code(), "NOT_FOUND");
            // Nor does he learn more of it than that the number is taken.
            let taken = caller.query_with(&creation("bankCustomerDraftCreate"), json!({"input": {"name": "别人", "idNumber": number}})).await;
            assert_eq!(taken.body["errors"][0]["extensions"], json!({"code": "CONFLICT"}));
            assert_eq!(taken.body["errors"][0]["message"], "It exists already");
        }
        let elsewhere = json!({"id": 1, "input": {"gridId": 4}});
        assert_eq!(bank.manager.query_with(&update("bankCustomerUpdate"), elsewhere).await.error(), bad("input.gridId"));
        assert_eq!(app.nobody().query("{ bankCustomers { nodes { name } } }").await.code(), "UNAUTHENTICATED");
    }

    async fn an_area_opens_customers(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        let role = create_role(&bank.boss, &[17]).await;
        let clerk = staff(&app, &bank.boss, "clerk", 2, &[role]).await;
        for document in [
            "{ bankCustomers { nodes { name } } }",
            "{ bankCustomer(id: 1) { name } }",
            "{ bankCustomerByIdNumber(idNumber: \"1\") { name } }",
            "mutation { bankCustomerDraftDelete(id: 6) { bankCustomer { name } } }",
            "mutation { customerTagsClear(customerId: 1) { bankCustomer { name } } }",
            "{ customerAssets(customerId: 1) { id } }",
            "{ tags { nodes { name } } }",
        ] {
            assert_eq!(clerk.query(document).await.code(), "FORBIDDEN", "{document}");
        }
        assert_eq!(clerk.query("{ customers { nodes { name } } search(text: \"柳\") { nodes { name } } }").await.ok(), json!({
            "customers": {"nodes": []}, "search": {"nodes": []},
        }));
        assert_eq!(clerk.query("{ person(mobile: \"19900000001\") { name } }").await.ok()["person"], Value::Null);
        // A relation from what he may work with shows the row, but not the whole number.
        let create = "mutation { customerAssetsCreate(customerId: 1, input: {houses: 1}) { customerAssets { houses } } }";
        bank.manager.query(create).await.ok();
        let assets = "{ customerAssets(customerId: 1) { customer { name idNumber } } grid(id: 1) { customers { nodes { name } } } }";
        let number = id_number("19850517", 1);
        let stars = format!("{}**********{}", &number[..4], &number[14..]);
        let role = create_role(&bank.boss, &[15, 17]).await;
        let appraiser = staff(&app, &bank.boss, "appraiser", 2, &[role]).await;
        let masked = appraiser.query(assets).await.ok();
        assert_eq!(masked["customerAssets"]["customer"], json!({"name": "柳安宁", "idNumber": stars}));
        assert_eq!(masked["grid"]["customers"]["nodes"], json!([]));
        let whole = bank.president.query(assets).await.ok();
        assert_eq!(whole["customerAssets"]["customer"]["idNumber"], number);
        assert_eq!(whole["grid"]["customers"]["nodes"], json!([{"name": "柳安宁"}]));
    }

    async fn filters_and_relations(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        let set = "mutation { customerTagsSet(customerId: 3, tagIds: [4], reason: \"x\") { bankCustomer { tags { name } } } }";
        let tags = bank.manager.query(set).await.ok()["customerTagsSet"]["bankCustomer"]["tags"].clone();
        assert_eq!(tags, json!([{"name": "贫困户"}]));
        for (filter, found) in [
            (json!({"status": "DRAFT"}), vec![7]),
            (json!({"gridId": 1}), vec![1]),
            (json!({"gridCode": "B-1"}), vec![3]),
            (json!({"gridCode": "C-1"}), vec![]),
            (json!({"name": "柳安"}), vec![3, 2, 1]),
            (json!({"name": "安宁"}), vec![]),
            (json!({"phone": "0086 19900000001", "gridId": 2}), vec![2]),
            (json!({"idNumber": format!(" {} ", id_number("19850517", 2))}), vec![2]),
            (json!({"householdNumber": "5399001", "status": "NORMAL", "tagId": 4}), vec![3]),
        ] {
            assert_eq!(ids(&bank.president, "bankCustomers", "BankCustomerFilter", filter.clone()).await, found, "{filter}");
        }
        let both = "{ bankCustomers(filter: {gridId: 1, gridCode: \"A-1\"}) { nodes { name } } }";
        assert_eq!(bank.president.query(both).await.error(), bad("filter.gridCode"));
        let page = "query($after: String) { bankCustomers(first: 2, after: $after) { totalCount pageInfo { endCursor hasNextPage } nodes { databaseId } } }";
        let first = bank.president.query(page).await.ok()["bankCustomers"].clone();
        assert_eq!((&first["totalCount"], &first["nodes"]), (&json!(4), &json!([{"databaseId": 7}, {"databaseId": 3}])));
        let next = bank.president.query_with(page, json!({"after": first["pageInfo"]["endCursor"]})).await.ok()["bankCustomers"].clone();
        assert_eq!((&next["nodes"], &next["pageInfo"]["hasNextPage"]), (&json!([{"databaseId": 2}, {"databaseId": 1}]), &json!(false)));
        let numbered = "{ bankCustomers(page: {number: 2, size: 3}) { nodes { databaseId } } }";
        assert_eq!(bank.president.query(numbered).await.ok()["bankCustomers"]["nodes"], json!([{"databaseId": 1}]));

        let relations = "{ bankCustomer(id: 6) { sex birthday registrar registeringBranch investigator grid { code } keeper { customers { nodes { databaseId } } } owner { name } interactions { nodes { kind } } } }";
        assert_eq!(bank.manager.query(relations).await.ok()["bankCustomer"], json!({
            "sex": "FEMALE", "birthday": "1985-05-17", "registrar": "员工manager", "registeringBranch": "东一所",
            "investigator": "员工manager", "grid": null, "keeper": {"customers": {"nodes": [{"databaseId": 6}]}},
            "owner": {"name": "员工manager"}, "interactions": {"nodes": [{"kind": "CUSTOMER_EVENT"}]},
        }));
        let owner = bank.president.query("{ bankCustomer(id: 2) { owner { name } keeper { name } } }").await.ok();
        assert_eq!(owner["bankCustomer"], json!({"owner": {"name": "员工other"}, "keeper": null}));
    }

    async fn one_person_over_all_realms(app: TestApp) {
        let Grids { bank, other, .. } = customers(&app).await;
        let number = id_number("19850517", 2);
        let person = "query($mobile: String, $number: String) { person(mobile: $mobile, idNumber: $number) { name mobile idNumber realms customers { idNumber owner { name } tags { name } } } }";
        for variables in [json!({"mobile": "199-0000-0001"}), json!({"number": number.to_lowercase()})] {
            let found = other.query_with(person, variables).await.ok()["person"].clone();
            assert_eq!((&found["name"], &found["realms"]), (&json!("柳安宁"), &json!(["BANK"])));
            assert_eq!(found["customers"], json!([{"idNumber": number, "owner": {"name": "员工other"}, "tags": []}]));
            assert_ne!(found["mobile"].is_null(), found["idNumber"].is_null());
        }
        assert_eq!(bank.manager.query_with(person, json!({"number": number})).await.ok()["person"], Value::Null);
        for variables in [json!({}), json!({"mobile": "19900000001", "number": number}), json!({"mobile": "1"})] {
            assert_eq!(other.query_with(person, variables).await.error(), bad("mobile"));
        }
        assert_eq!(other.query_with(person, json!({"number": " "})).await.error(), bad("idNumber"));
        let search = "query($text: String!) { search(text: $text) { nodes { realm name } } }";
        for text in [&number[..], "19900000001", "柳安"] {
            let found = other.query_with(search, json!({"text": text})).await.ok();
            assert_eq!(found["search"]["nodes"], json!([{"realm": "BANK", "name": "柳安宁"}]), "{text}");
        }
        let list = "query($number: String) { customers(realms: [BANK], filter: {idNumber: $number}) { totalCount nodes { databaseId } } }";
        assert_eq!(bank.boss.query_with(list, json!({})).await.ok()["customers"]["totalCount"], 7);
        let found = bank.boss.query_with(list, json!({"number": number})).await.ok();
        assert_eq!(found["customers"]["nodes"], json!([{"databaseId": 2}]));
    }

    async fn a_draft_becomes_a_customer(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        let set = |status: &str| json!({"id": 6, "status": status});
        assert_eq!(bank.manager.query_with(STATUS, set("NORMAL")).await.error(), bad("status"));
        let filled = |keep: Value| json!({"id": 6, "input": keep});
        let step = bank.manager.query_with(&update("bankCustomerDraftUpdate"), filled(json!({"name": "新名", "phone": "19900000002"}))).await.ok();
        assert_eq!(step["bankCustomerDraftUpdate"]["bankCustomer"], json!({"name": "新名", "status": "DRAFT"}));
        assert_eq!(bank.manager.query_with(&update("bankCustomerUpdate"), filled(json!({}))).await.error(), bad("input.gridCode"));
        let kept = "mutation($id: ID!, $input: BankCustomerInput!) { bankCustomerUpdate(id: $id, input: $input, status: DRAFT) { bankCustomer { status } } }";
        assert_eq!(bank.manager.query_with(kept, filled(json!({}))).await.ok()["bankCustomerUpdate"]["bankCustomer"]["status"], "DRAFT");
        let whole = filled(complete(6, 1));
        let done = bank.manager.query_with(&update("bankCustomerUpdate"), whole.clone()).await.ok();
        assert_eq!(done["bankCustomerUpdate"]["bankCustomer"], json!({"name": "柳安宁", "status": "NORMAL"}));
        for (status, becomes) in [("FROZEN", true), ("FROZEN", true), ("DRAFT", false), ("NORMAL", true), ("DRAFT", false)] {
            let answer = bank.manager.query_with(STATUS, set(status)).await;
            match becomes {
                true => assert_eq!(answer.ok()["bankCustomerStatusSet"]["bankCustomer"]["status"], status),
                false => assert_eq!(answer.error(), bad("status")),
            }
        }
        // What is no draft stays complete, is not changed as one and not deleted.
        assert_eq!(bank.manager.query_with(kept, whole.clone()).await.error(), bad("status"));
        assert_eq!(bank.manager.query_with(&update("bankCustomerUpdate"), filled(json!({"phone": null}))).await.error(), bad("input.phone"));
        assert_eq!(bank.manager.query_with(&update("bankCustomerDraftUpdate"), whole).await.code(), "CONFLICT");
        let delete = "mutation($id: ID!) { bankCustomerDraftDelete(id: $id) { bankCustomer { name } } }";
        assert_eq!(bank.manager.query_with(delete, json!({"id": 6})).await.code(), "CONFLICT");
        bank.president.query_with(delete, json!({"id": 7})).await.ok();
        assert_eq!(seen(&bank.president, Value::Null).await, [1, 2, 3, 6]);
    }

    async fn many_change_or_none(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        let change = |id: i64, status: &str| json!({"id": id, "status": status});
        for (input, field) in [
            (json!([change(1, "FROZEN"), change(2, "DRAFT")]), "input[1].status"),
            (json!([change(1, "FROZEN"), change(4, "FROZEN")]), "input[1].status"),
            (json!([change(1, "FROZEN"), change(7, "NORMAL")]), "input[1].status"),
            (json!([change(1, "FROZEN"), change(1, "NORMAL")]), "input[1].status"),
            (json!([]), "input"),
            (json!((0..1001).map(|_| change(1, "FROZEN")).collect::<Vec<_>>()), "input"),
        ] {
            assert_eq!(bank.president.query_with(BATCH, json!({"input": input})).await.error(), bad(field), "{field}");
        }
        assert!(ids(&bank.boss, "bankCustomers", "BankCustomerFilter", json!({"status": "FROZEN"})).await.is_empty());
        let input = json!([change(2, "FROZEN"), change(1, "NORMAL"), change(3, "FROZEN")]);
        let changed = bank.president.query_with(BATCH, json!({"input": input})).await.ok();
        assert_eq!(changed["bankCustomersStatusSet"]["bankCustomers"], json!([
            {"databaseId": 2, "status": "FROZEN"}, {"databaseId": 1, "status": "NORMAL"}, {"databaseId": 3, "status": "FROZEN"},
        ]));
    }

    async fn bad_input_names_the_field(app: TestApp) {
        let Grids { bank, .. } = Grids::new(&app).await;
        let Bank { manager, .. } = &bank;
        let create = creation("bankCustomerCreate");
        let mut lacking = 0;
        for (field, value) in complete(1, 1).as_object().unwrap() {
            let mut input = complete(1, 1);
            input.as_object_mut().unwrap().remove(field);
            let field = if field == "gridId" { "gridCode" } else { field };
            assert_eq!(manager.query_with(&create, json!({"input": input})).await.error(), bad(&format!("input.{field}")), "{value}");
            lacking += 1;
        }
        assert_eq!(lacking, 24);
        for (field, value) in [
            ("name", json!("柳")),
            ("name", json!("柳".repeat(21))),
            ("idNumber", json!("539900198505170001")),
            ("sex", json!("FEMALE")),
            ("birthday", json!("1985-05-18")),
            ("phone", json!("29900000001")),
            ("custodian", json!("何")),
            ("ethnicity", json!("汉".repeat(11))),
            ("registeredAddress", json!("x".repeat(101))),
            ("postcode", json!("1234567")),
            ("workingYears", json!(101)),
            ("employerName", json!("x".repeat(51))),
            ("creditNumber", json!(" ")),
            ("investigator", json!("x".repeat(21))),
            ("gridId", json!(4)),
        ] {
            let mut input = complete(1, 1);
            input[field] = value.clone();
            assert_eq!(manager.query_with(&create, json!({"input": input})).await.error(), bad(&format!("input.{field}")), "{value}");
        }
        for (input, field) in [(json!({"name": "草稿"}), "idNumber"), (json!({"idNumber": id_number("19850517", 1)}), "name")] {
            let refused = manager.query_with(&creation("bankCustomerDraftCreate"), json!({"input": input})).await;
            assert_eq!(refused.error(), bad(&format!("input.{field}")));
        }
        enter(manager, "bankCustomerCreate", complete(1, 1)).await;
        assert_eq!(manager.query_with(&create, json!({"input": complete(1, 1)})).await.code(), "CONFLICT");
        let stored = manager.query("{ bankCustomer(id: 1) { phone sex status investigator } }").await.ok();
        assert_eq!(stored["bankCustomer"], json!({"phone": "19900000001", "sex": "MALE", "status": "NORMAL", "investigator": "员工manager"}));
    }
}
