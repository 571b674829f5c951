//! Employees of the service team and their menu items.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::{
    app::{PASSWORD, both},
    service::{Team, change, create, creation, deletion, employee, ids},
};

const SET: &str = "mutation($id: ID!, $items: [ID!]!) {
    serviceStaffMenuItemsSet(id: $id, menuItemIds: $items) { serviceStaff { menuItems { databaseId } } } }";

/// Statements that a query sends
async fn statements(team: &Team, document: &str) -> u64 {
    let answer = team.boss.query(document).await;
    answer.ok();
    answer.statements
}

both! {
    async fn entering_and_changing(app: TestApp) {
        let team = Team::new(&app).await;
        let input = json!({
            "phone": "18800000009", "password": PASSWORD, "name": "Zhang", "nickname": "Z", "number": "10009", "sex": 1,
            "title": 2, "birthday": "1990-01-01T00:00:00Z", "school": "S", "education": "E", "rankId": 3, "rankType": 1,
            "enteredAt": "2020-09-01T00:00:00Z", "avatarUrl": "/a.png", "address": "Y",
        });
        let id = create(&team.boss, "serviceStaffCreate", input.clone()).await;
        let fields = "phone name nickname number sex title birthday school education rankId rankType enteredAt avatarUrl
            address confirmedAt resignedAt isEnabled isOnline lastLoginAt realm workPhone account { login name }";
        let one = format!("query($id: ID!) {{ serviceStaffMember(id: $id) {{ {fields} }} }}");
        let member = team.boss.query_with(&one, json!({"id": id})).await.ok()["serviceStaffMember"].clone();
        for (name, value) in input.as_object().unwrap().iter().filter(|(name, _)| *name != "password") {
            assert_eq!(member[name], *value, "{name}");
        }
        assert_eq!(member["account"], json!({"login": "18800000009", "name": "Zhang"}));
        assert_eq!((&member["isEnabled"], &member["isOnline"]), (&json!(true), &json!(false)));
        assert_eq!(member["lastLoginAt"], json!(null));
        assert_eq!(team.boss.query_with(&creation("serviceStaffCreate"), json!({"input": input})).await.code(), "CONFLICT");

        // The login follows the phone number.
        let update = change("serviceStaffUpdate", "phone name nickname school");
        let input = json!({"phone": "18800000010", "nickname": null, "name": "Li"});
        let changed = team.boss.query_with(&update, json!({"id": id, "input": input})).await.ok();
        assert_eq!(
            changed["serviceStaffUpdate"]["serviceStaff"],
            json!({"phone": "18800000010", "name": "Li", "nickname": null, "school": "S"})
        );
        let caller = app.sign_in(Some(Realm::Service), "18800000010", PASSWORD).await;
        let me = caller.query("{ me { name serviceStaff { databaseId } } session { serviceStaff { name } } }").await.ok();
        assert_eq!(me["me"], json!({"name": "Li", "serviceStaff": {"databaseId": id}}));
        assert_eq!(me["session"]["serviceStaff"]["name"], "Li");
        let taken = json!({"id": id, "input": {"phone": "18800000001"}});
        assert_eq!(team.boss.query_with(&update, taken).await.code(), "CONFLICT");
    }

    async fn inputs_are_checked(app: TestApp) {
        let team = Team::new(&app).await;
        for (patch, field) in [
            (json!({"phone": "abc"}), "input.phone"),
            (json!({"name": " "}), "input.name"),
            (json!({"password": "short"}), "input.password"),
            (json!({"nickname": "x".repeat(101)}), "input.nickname"),
        ] {
            let mut input = json!({"phone": "18800000009", "password": PASSWORD, "name": "Zhang"});
            input.as_object_mut().unwrap().extend(patch.as_object().unwrap().clone());
            let error = team.boss.query_with(&creation("serviceStaffCreate"), json!({"input": input})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        let update = change("serviceStaffUpdate", "name");
        for (input, field) in [(json!({"name": ""}), "input.name"), (json!({"phone": "1"}), "input.phone")] {
            let error = team.boss.query_with(&update, json!({"id": 1, "input": input})).await.error();
            assert_eq!(error.1, field);
        }
        assert_eq!(team.boss.query_with(&update, json!({"id": 99, "input": {}})).await.code(), "NOT_FOUND");
    }

    async fn who_is_there(app: TestApp) {
        let team = Team::new(&app).await;
        let list = "{ serviceStaff { nodes { name isEnabled isOnline lastLoginAt } } }";
        let there = |answer: Value| {
            let nodes = answer["serviceStaff"]["nodes"].as_array().unwrap().clone();
            nodes
                .iter()
                .map(|node| {
                    assert!(node["lastLoginAt"].is_string());
                    (node["isEnabled"].as_bool().unwrap(), node["isOnline"].as_bool().unwrap())
                })
                .collect::<Vec<_>>()
        };
        // A colleague sees it too, though he may not see the others' accounts.
        assert_eq!(there(team.anna.query(list).await.ok()), [(true, true), (true, true)]);
        team.bert.query("mutation { sessionEnd { session { id } } }").await.ok();
        assert_eq!(there(team.anna.query(list).await.ok()), [(true, true), (true, false)]);
        let account = team.boss.query("{ serviceStaffMember(id: 2) { account { id } } }").await.ok();
        let account = account["serviceStaffMember"]["account"]["id"].clone();
        let freeze = "mutation($id: ID!) { accountFreeze(id: $id) { account { isFrozen } } }";
        team.boss.query_with(freeze, json!({"id": account})).await.ok();
        assert_eq!(there(team.anna.query(list).await.ok()), [(true, true), (false, false)]);
        for (filter, found) in [
            (json!({"isEnabled": true}), vec![1]),
            (json!({"isEnabled": false}), vec![2]),
            (json!({"isEnabled": null}), vec![1, 2]),
            (json!({"phone": "18800000002"}), vec![2]),
            (json!({"id": 1}), vec![1]),
        ] {
            assert_eq!(ids(&team.anna, "serviceStaff", "ServiceStaffFilter", filter).await, found);
        }
        assert_eq!(
            team.anna.query("{ serviceStaffMember(id: 2) { account { login } } }").await.ok(),
            json!({"serviceStaffMember": {"account": null}})
        );
    }

    async fn menu_items_are_granted(app: TestApp) {
        let team = Team::new(&app).await;
        let mut items = Vec::new();
        for name in ["客户管理", "拜访记录", "合同管理"] {
            items.push(create(&team.boss, "menuItemCreate", json!({"name": name, "content": "", "note": null})).await);
        }
        let set = |items: Vec<i64>| team.boss.query_with(SET, json!({"id": 2, "items": items}));
        let granted = |items: &[i64]| {
            let items: Vec<_> = items.iter().map(|id| json!({"databaseId": id})).collect();
            json!({"serviceStaffMenuItemsSet": {"serviceStaff": {"menuItems": items}}})
        };
        assert_eq!(set(vec![3, 1, 3]).await.ok(), granted(&[1, 3]));
        assert_eq!(set(vec![2]).await.ok(), granted(&[2]));
        let error = set(vec![2, 99]).await.error();
        assert_eq!(error, ("BAD_USER_INPUT".to_owned(), "input.menuItemIds".to_owned()));
        assert_eq!(set((1..=201).collect()).await.code(), "BAD_USER_INPUT");
        assert_eq!(
            team.boss.query_with(SET, json!({"id": 99, "items": []})).await.code(),
            "NOT_FOUND"
        );

        let update = change("menuItemUpdate", "name content note staff { databaseId }");
        let input = json!({"name": "走访", "content": null});
        let changed = team.boss.query_with(&update, json!({"id": 2, "input": input})).await.ok();
        assert_eq!(
            changed["menuItemUpdate"]["menuItem"],
            json!({"name": "走访", "content": null, "note": null, "staff": [{"databaseId": 2}]})
        );
        assert_eq!(team.boss.query_with(&update, json!({"id": 2, "input": {"name": ""}})).await.error().1, "input.name");
        team.boss.query_with(&deletion("menuItemDelete"), json!({"id": 2})).await.ok();
        let left = team.anna.query("{ menuItems { nodes { databaseId } totalCount } menuItem(id: 2) { name }
            serviceStaffMember(id: 2) { menuItems { name } } }").await.ok();
        assert_eq!(left, json!({
            "menuItems": {"nodes": [{"databaseId": items[0]}, {"databaseId": items[2]}], "totalCount": 2},
            "menuItem": null, "serviceStaffMember": {"menuItems": []},
        }));
        assert_eq!(set(vec![]).await.ok(), granted(&[]));

        // The record tells what was granted before and after.
        let entries = app.admin().await.query("{ auditEntries(first: 3) { nodes { action entity before after } } }").await;
        let entries = entries.ok()["auditEntries"]["nodes"].as_array().unwrap().clone();
        let of = |entry: &Value| [&entry["action"], &entry["before"], &entry["after"]].map(|it| it.as_str().unwrap().to_owned());
        assert!(entries.iter().any(|entry| entry["action"] == "menuItemDelete"));
        assert_eq!(of(&entries[0])[0], "serviceStaffMenuItemsSet");
    }

    async fn only_managers_write(app: TestApp) {
        let team = Team::new(&app).await;
        create(&team.boss, "menuItemCreate", json!({"name": "M"})).await;
        let staff = json!({"phone": "18800000009", "password": PASSWORD, "name": "Zhang"});
        for (document, variables) in [
            (creation("serviceStaffCreate"), json!({"input": staff})),
            (change("serviceStaffUpdate", "name"), json!({"id": 1, "input": {"name": "x"}})),
            (SET.to_owned(), json!({"id": 1, "items": [1]})),
            (creation("menuItemCreate"), json!({"input": {"name": "x"}})),
            (change("menuItemUpdate", "name"), json!({"id": 1, "input": {"name": "x"}})),
            (deletion("menuItemDelete"), json!({"id": 1})),
        ] {
            assert_eq!(team.anna.query_with(&document, variables.clone()).await.code(), "FORBIDDEN", "{document}");
            assert_eq!(app.nobody().query_with(&document, variables).await.code(), "UNAUTHENTICATED", "{document}");
        }
        app.account(Some(Realm::Loan), "1611", true).await;
        let stranger = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        for document in ["{ serviceStaff { nodes { name } } }", "{ menuItems { nodes { name } } }"] {
            assert_eq!(stranger.query(document).await.code(), "FORBIDDEN");
            assert_eq!(app.nobody().query(document).await.code(), "UNAUTHENTICATED");
        }
        let admin = app.admin().await;
        assert_eq!(ids(&admin, "serviceStaff", "ServiceStaffFilter", json!({})).await, [1, 2]);
    }

    async fn statements_do_not_grow_with_rows(app: TestApp) {
        let team = Team::new(&app).await;
        create(&team.boss, "menuItemCreate", json!({"name": "M"})).await;
        for place in 1..=2 {
            team.boss.query_with(SET, json!({"id": place, "items": [1]})).await.ok();
        }
        let document = "{ serviceStaff { nodes { name isEnabled isOnline lastLoginAt menuItems { name staff { name } }
            followUps(first: 2) { nodes { summary } } } } }";
        let few = statements(&team, document).await;
        for place in 3..=9 {
            employee(&app, &team.boss, &format!("1880000000{place}"), "More").await;
            team.boss.query_with(SET, json!({"id": place, "items": [1]})).await.ok();
        }
        assert_eq!(statements(&team, document).await, few);
    }
}
