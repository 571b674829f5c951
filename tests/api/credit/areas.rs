//! What no role opens is closed on every way: below other rows, by `node`, in lists.

use serde_json::{Value, json};

use super::grid::{Grids, reviewer};
use crate::{
    app::{Caller, TestApp, both},
    bank::{Bank, id_number},
    customers::bank_customer::customers,
    service::{change, create, deletion},
};

/// Gives the president's role these permissions, and no others
async fn permit(bank: &Bank, permissions: &[i64]) {
    let input = json!({"id": 3, "input": {"permissionIds": permissions}});
    bank.boss.query_with(&change("roleUpdate", "areas"), input).await.ok();
}

/// Types of the nodes that a caller gets of these
async fn found(caller: &Caller, ids: &[Value]) -> Vec<Value> {
    let answer =
        caller.query_with("query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }", json!({"ids": ids})).await;
    let nodes = answer.ok()["nodes"].as_array().unwrap().clone();
    nodes.into_iter().filter(|node| !node.is_null()).map(|node| node["__typename"].clone()).collect()
}

async fn filled(app: &TestApp) -> (Bank, Vec<Value>) {
    let Grids { bank, .. } = Grids::new(app).await;
    create(&bank.boss, "gridReviewerCreate", json!({"gridId": 1, "reviewer": reviewer("Anna", "11x")})).await;
    let map = "mutation { gridMapSave(input: {gridId: 1, coordinates: \"x\"}) { gridMap { id } } }";
    bank.boss.query(map).await.ok();
    let adviser = json!({"branchId": 4, "name": "Bert", "idNumber": "22", "phone": "19900000002", "duty": "d",
        "address": "a", "description": "t", "standing": "1", "kind": "1"});
    create(&bank.boss, "adviserCreate", adviser).await;
    create(&bank.boss, "bankProductCreate", json!({"name": "Loan", "rate": "4.35", "description": "d"})).await;
    let lists = "grids gridReviewers gridMaps advisers bankProducts roles permissions bankStaff branches";
    let document: String = lists.split(' ').map(|list| format!("{list}(last: 1) {{ nodes {{ id }} }} ")).collect();
    let all = bank.boss.query(&format!("{{ {document} }}")).await.ok();
    let ids = lists.split(' ').map(|list| all[list]["nodes"][0]["id"].clone()).collect();
    (bank, ids)
}

both! {
    async fn a_closed_area_is_closed_on_every_way(app: TestApp) {
        let (bank, ids) = filled(&app).await;
        assert_eq!(found(&bank.boss, &ids).await.len(), 9);
        let ids = [&ids[..7], &[json!("QmFua1N0YWZmOjI"), json!("QnJhbmNoOjQ")]].concat();
        assert_eq!(found(&bank.admin, &ids).await.len(), 9);
        let below = "{ branch(id: 4) { children { totalCount } staff { totalCount nodes { name } } grids { totalCount nodes { name } }
            advisers { totalCount nodes { name } } } }";
        let closed = json!({"totalCount": 0, "nodes": []});
        permit(&bank, &[6]).await;
        assert_eq!(bank.president.query(below).await.ok()["branch"],
            json!({"children": {"totalCount": 0}, "staff": closed, "grids": closed, "advisers": closed}));
        assert_eq!(found(&bank.president, &ids).await, ["Branch"]);
        permit(&bank, &[3, 6, 17, 18]).await;
        let open = bank.president.query(below).await.ok()["branch"].clone();
        assert_eq!((&open["staff"]["totalCount"], &open["grids"]["totalCount"], &open["advisers"]["totalCount"]), (&json!(2), &json!(2), &json!(1)));
        assert_eq!(found(&bank.president, &ids).await, ["GridReviewer", "GridMap", "Adviser", "BankStaff", "Branch"]);
        // Staff know what their colleagues are, not who else is it.
        permit(&bank, &[5]).await;
        let permission = "{ permission(id: 11) { roles { name } } }";
        assert_eq!(bank.president.query(permission).await.ok()["permission"]["roles"], json!([]));
        assert_eq!(bank.admin.query(permission).await.ok()["permission"]["roles"].as_array().unwrap().len(), 2);
    }

    async fn what_a_row_names_stays_open(app: TestApp) {
        let (bank, _) = filled(&app).await;
        let personal = "idNumber phone email workPhone birthday";
        let one = format!("{{ grid(id: 1) {{ branch {{ code staff {{ totalCount }} }} reviewers {{ nodes {{ name grid {{ code }} }} }} map {{ name }}
            manager {{ name roles {{ name }} grids {{ totalCount }} {personal} }} }} me {{ bankStaff {{ name {personal} }} }} }}");
        permit(&bank, &[17]).await;
        let answer = bank.president.query(&one).await.ok();
        assert_eq!(answer["grid"], json!({
            "branch": {"code": "17101", "staff": {"totalCount": 0}},
            "reviewers": {"nodes": [{"name": "Anna", "grid": {"code": "A-1"}}]},
            "map": {"name": "Grid A-1"},
            "manager": {"name": "员工manager", "roles": [{"name": "客户经理"}], "grids": {"totalCount": 2},
                "idNumber": null, "phone": null, "email": null, "workPhone": null, "birthday": null},
        }));
        // Himself he knows, as soon as he signs in.
        let own = &answer["me"]["bankStaff"];
        assert_eq!((&own["phone"], &own["birthday"], &own["name"]), (&json!("19900000001"), &json!("1990-03-07"), &json!("员工president")));
        assert_eq!(found(&bank.president, &[json!("QmFua1N0YWZmOjQ"), json!("QmFua1N0YWZmOjI")]).await, ["BankStaff"]);
        permit(&bank, &[3, 17]).await;
        let manager = bank.president.query(&one).await.ok()["grid"]["manager"].clone();
        assert_eq!((&manager["phone"], &manager["workPhone"], &manager["idNumber"]), (&json!("19900000001"), &json!("19900000001"), &own["idNumber"]));
    }

    async fn what_is_long_is_dear(app: TestApp) {
        let (bank, _) = filled(&app).await;
        for document in [
            "{ gridPictures(first: 5) { nodes { base64 } } }",
            "{ grids(first: 5) { nodes { picture { base64 } } } }",
            "{ allGrids { reviewers(first: 100) { nodes { name } } } }",
            "{ allGridMaps { coordinates name kind parent grid { name code branch { name code } manager { name login } } } }",
            "{ branchTree(id: 1) { staff(first: 100) { nodes { name } } } }",
            "{ regionTree(code: \"1\") { children(first: 100) { nodes { name } } } }",
            "{ offeredBankProducts { a: name b: name } x: offeredBankProducts { id code name rate description isOpen } }",
        ] {
            let wanted = if document.contains("offered") { None } else { Some("COST_EXCEEDED") };
            let answer = bank.boss.query(document).await;
            assert_eq!(answer.body.pointer("/errors/0/extensions/code").and_then(Value::as_str), wanted, "{document}");
        }
        for document in [
            "{ gridPictures(first: 4) { nodes { base64 } } grid(id: 1) { map { coordinates } } }",
            "{ allGrids { id code name description kind branch { code } manager { name } reviewers(first: 10) { nodes { name } } } }",
            "{ allGridMaps { grid { id name } coordinates } }",
            "{ branchTree(id: 1) { id code name parentId level isActive kind relation description } }",
        ] {
            bank.boss.query(document).await.ok();
        }
    }

    async fn a_list_without_pages_has_an_end(app: TestApp) {
        let bank = Bank::new(&app).await;
        let rows = "INSERT INTO branches (code, name, parent_id, path, level, is_active, is_virtual, created_at, updated_at)
            WITH RECURSIVE many (n) AS (SELECT 5 UNION ALL SELECT n + 1 FROM many WHERE n < 1001)
            SELECT 'many ' || n, 'Many', 1, '/1/' || n || '/', 1, true, false, '2026-11-22 00:00:00', '2026-11-22 00:00:00' FROM many";
        app.app.db.write().await.unwrap().batch(rows).await.unwrap();
        let tree = |id: i64| format!("{{ branchTree(id: {id}) {{ name }} }}");
        assert_eq!(bank.boss.query(&tree(1)).await.error(), ("BAD_USER_INPUT".into(), "id".into()));
        assert_eq!(bank.boss.query(&tree(2)).await.ok()["branchTree"].as_array().unwrap().len(), 2);
        // Old clients know no pages there.
        let legacy = bank.admin.get("/grid/super/org/1").await.json();
        assert_eq!(legacy["data"][0]["childList"].as_array().unwrap().len(), 999);
    }

    async fn what_is_in_the_way_is_named(app: TestApp) {
        let bank = Bank::new(&app).await;
        let message = async |document: &str, id: i64| {
            let answer = bank.boss.query_with(document, json!({"id": id})).await;
            assert_eq!(answer.code(), "CONFLICT");
            answer.body["errors"][0]["message"].as_str().unwrap().to_owned()
        };
        let delete = deletion("branchDelete");
        assert_eq!(message(&delete, 2).await, "There are branches below it");
        assert_eq!(message(&delete, 4).await, "It has staff");
        let grid = json!({"code": "W", "name": "W", "kind": "SHOPS", "branchId": 3, "managerId": 2});
        let grid = create(&bank.boss, "gridCreate", grid).await;
        assert_eq!(message(&delete, 3).await, "It looks after grids");
        assert_eq!(message(&deletion("bankStaffDelete"), 2).await, "He manages grids");
        bank.boss.query_with(&deletion("gridDelete"), json!({"id": grid})).await.ok();
        let adviser = json!({"branchId": 3, "name": "Bert", "idNumber": "22", "phone": "19900000002", "duty": "d",
            "address": "a", "description": "t", "standing": "1", "kind": "1"});
        let adviser = create(&bank.boss, "adviserCreate", adviser).await;
        assert_eq!(message(&delete, 3).await, "It has advisers");
        bank.boss.query_with(&deletion("adviserDelete"), json!({"id": adviser})).await.ok();
        bank.boss.query_with(&delete, json!({"id": 3})).await.ok();
        bank.boss.query_with(&deletion("bankStaffDelete"), json!({"id": 2})).await.ok();
    }

    async fn a_grid_goes_when_nothing_is_left_of_it(app: TestApp) {
        let Grids { bank, .. } = customers(&app).await;
        let batch = async |sql: &str| app.app.db.write().await.unwrap().batch(sql).await.unwrap();
        let refused = async |document: &str| {
            let answer = bank.boss.query(document).await;
            assert_eq!(answer.code(), "CONFLICT", "{document}");
            answer.body["errors"][0]["message"].as_str().unwrap().to_owned()
        };
        let grid = "mutation { gridDelete(id: 1) { grid { id } } }";
        assert_eq!(refused(grid).await, "It has customers");
        let resident = json!({"gridId": 1, "name": "柳安宁", "idNumber": id_number("19850517", 1), "ethnicity": "汉族", "address": "1号",
            "householdKind": "FAMILY", "relationToHead": "户主", "householdNumber": "53990001", "isListed": true});
        create(&bank.boss, "residentCreate", resident).await;
        assert_eq!(refused(grid).await, "It has residents");
        batch("DELETE FROM residents; UPDATE bank_customers SET grid_id = NULL WHERE grid_id = 1").await;
        batch("INSERT INTO customer_images (grid_id, uploader_id, customer_name, id_number, kind, content_type, size, location, is_deleted, created_at, updated_at)
            VALUES (1, 2, 'x', 'x', 1, 'x', 1, 'x', false, '2026-11-22 00:00:00', '2026-11-22 00:00:00')").await;
        assert_eq!(refused(grid).await, "There are pictures of people of it");
        batch("INSERT INTO credit_interviews (customer_id, grid_id, keeper_id, status, stage, has_contract, has_form, name, id_number, created_at, updated_at)
            VALUES (6, 1, 2, 1, 1, false, false, 'x', 'x', '2026-11-22 00:00:00', '2026-11-22 00:00:00')").await;
        assert_eq!(refused(grid).await, "People of it were interviewed");
        let draft = "mutation { bankCustomerDraftDelete(id: 6) { bankCustomer { id } } }";
        assert_eq!(refused(draft).await, "He was interviewed");
        // An employee, as long as something names him
        let staff = "mutation { bankStaffDelete(id: 2) { bankStaff { id } } }";
        batch("UPDATE grids SET manager_id = NULL").await;
        assert_eq!(refused(staff).await, "He entered customers");
        batch("UPDATE bank_customers SET keeper_id = NULL").await;
        assert_eq!(refused(staff).await, "He entered interviews");
        batch("DELETE FROM credit_interviews").await;
        assert_eq!(refused(staff).await, "He uploaded pictures");
        batch("DELETE FROM customer_images; INSERT INTO balance_totals (grid_id, kind, month, amount, people) VALUES (1, 1, 202611, 0, 0)").await;
        assert_eq!(refused(grid).await, "The statistics of past months count it");
        batch("DELETE FROM balance_totals").await;
        bank.boss.query(grid).await.ok();
        bank.boss.query(staff).await.ok();
    }

    async fn areas_of_many_roles_are_asked_at_once(app: TestApp) {
        let bank = Bank::new(&app).await;
        let mut counts = Vec::new();
        for roles in [json!([2]), json!([1, 2, 3, 4])] {
            bank.boss.query_with(&change("bankStaffUpdate", "name"), json!({"id": 3, "input": {"roleIds": roles}})).await.ok();
            bank.accountant.query("{ me { id } }").await.ok();
            let answer = bank.accountant.query("{ me { bankStaff { areas } } }").await;
            counts.push((answer.ok()["me"]["bankStaff"]["areas"].as_array().unwrap().len() > 25, answer.statements));
        }
        assert_eq!(counts, [(false, counts[0].1), (true, counts[0].1)]);
    }
}
