//! What the bank's staff may do and see, and that it changes at once.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::{
    app::{Caller, PASSWORD, TestApp, both},
    bank::{Bank, employee, staff},
    service::{change, create, creation, deletion, ids},
};

async fn rows(caller: &Caller, list: &str, ty: &str) -> Vec<i64> {
    ids(caller, list, &format!("{ty}Filter"), json!({})).await
}

async fn update(caller: &Caller, id: i64, input: Value) -> Value {
    let answer = caller.query_with(&change("bankStaffUpdate", "databaseId"), json!({"id": id, "input": input})).await;
    answer.body
}

/// Opens the areas of staff and branches to the role of an employee
async fn permit(bank: &Bank, role: i64) {
    let input = json!({"id": role, "input": {"permissionIds": [3, 6]}});
    bank.boss.query_with(&change("roleUpdate", "areas"), input).await.ok();
}

both! {
    async fn permissions_open_areas(app: TestApp) {
        let bank = Bank::new(&app).await;
        let lists = ["{ bankStaff { nodes { name } } }", "{ roles { nodes { name } } }", "{ permissions { nodes { name } } }",
            "{ branches { nodes { name } } }", "{ branchTree(id: 1) { name } }"];
        for document in lists {
            for caller in [&bank.manager, &bank.accountant, &bank.president] {
                assert_eq!(caller.query(document).await.code(), "FORBIDDEN", "{document}");
            }
            bank.admin.query(document).await.ok();
            bank.boss.query(document).await.ok();
        }
        app.admin().await.query(lists[0]).await.ok();
        app.account(Some(Realm::Loan), "1611", true).await;
        let stranger = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        assert_eq!(stranger.query(lists[0]).await.code(), "FORBIDDEN");

        // A role's new permission counts for those who are signed in already, and goes as it came.
        permit(&bank, 3).await;
        bank.president.query(lists[0]).await.ok();
        assert_eq!(bank.president.query(lists[1]).await.code(), "FORBIDDEN");
        let input = json!({"id": 3, "input": {"permissionIds": []}});
        bank.boss.query_with(&change("roleUpdate", "areas"), input).await.ok();
        assert_eq!(bank.president.query(lists[0]).await.code(), "FORBIDDEN");

        // So does a permission's new URL, and an employee's new role.
        permit(&bank, 2).await;
        bank.accountant.query(lists[0]).await.ok();
        let url = json!({"id": 3, "input": {"url": "/grid/super/role"}});
        bank.boss.query_with(&change("permissionUpdate", "areas"), url).await.ok();
        assert_eq!(bank.accountant.query(lists[0]).await.code(), "FORBIDDEN");
        bank.accountant.query(lists[1]).await.ok();
        update(&bank.boss, 3, json!({"roleIds": [1]})).await;
        assert_eq!(bank.accountant.query(lists[1]).await.code(), "FORBIDDEN");
        update(&bank.boss, 3, json!({"roleIds": [4]})).await;
        bank.accountant.query(lists[2]).await.ok();
    }

    async fn rows_follow_the_branch(app: TestApp) {
        let bank = Bank::new(&app).await;
        staff(&app, &bank.boss, "west", 3, &[2]).await;
        for role in [1, 2, 3] {
            permit(&bank, role).await;
        }
        for (caller, branches, staff) in [
            (&bank.boss, vec![1, 2, 3, 4], vec![1, 2, 3, 4, 5]),
            (&bank.admin, vec![1, 2, 3, 4], vec![1, 2, 3, 4, 5]),
            (&bank.president, vec![2, 4], vec![2, 3, 4]),
            (&bank.accountant, vec![2, 4], vec![2, 3, 4]),
            (&bank.manager, vec![4], vec![2]),
        ] {
            assert_eq!(rows(caller, "branches", "Branch").await, branches);
            assert_eq!(rows(caller, "bankStaff", "BankStaff").await, staff);
        }
        // Parameters do not widen what the token permits.
        let foreign = "{ bankStaff(filter: {branchCode: \"17002\"}) { nodes { name } } }";
        assert_eq!(bank.president.query(foreign).await.error(), ("BAD_USER_INPUT".into(), "filter.branchCode".into()));
        assert_eq!(bank.president.query("{ branch(id: 3) { name } bankStaffMember(id: 5) { name } branchTree(id: 1) { name } }").await.ok(),
            json!({"branch": null, "bankStaffMember": null, "branchTree": []}));
        let found = ids(&bank.president, "bankStaff", "BankStaffFilter", json!({"branchId": 4})).await;
        assert_eq!(found, [2]);

        // The branch moves, and the sight with it.
        let input = json!({"id": 3, "input": {"parentId": 2, "level": 2}});
        bank.boss.query_with(&change("branchUpdate", "name"), input).await.ok();
        assert_eq!(rows(&bank.president, "branches", "Branch").await, [2, 3, 4]);
        assert_eq!(rows(&bank.president, "bankStaff", "BankStaff").await, [2, 3, 4, 5]);
        update(&bank.boss, 4, json!({"branchCode": "17002"})).await;
        assert_eq!(rows(&bank.president, "branches", "Branch").await, [3]);
        let me = bank.president.query("{ me { bankStaff { branch { code parent { code } } areas roles { databaseId } } } }").await.ok();
        assert_eq!(me["me"]["bankStaff"], json!({
            "branch": {"code": "17002", "parent": null}, "areas": ["STAFF", "BRANCHES"], "roles": [{"databaseId": 3}],
        }));
    }

    async fn nobody_hands_out_more_than_he_has(app: TestApp) {
        let bank = Bank::new(&app).await;
        permit(&bank, 3).await;
        let forbidden = |body: Value| assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN", "{body}");
        // The customer manager's role opens what the president's does not any more.
        let new = json!({"input": employee("mole", 2, &[4])});
        forbidden(bank.president.query_with(&creation("bankStaffCreate"), new).await.body);
        forbidden(update(&bank.president, 4, json!({"roleIds": [4]})).await);
        forbidden(update(&bank.president, 2, json!({"password": "mine now"})).await);
        let reset = "mutation { bankStaffPasswordReset(id: 2, password: \"mine now\") { bankStaff { name } } }";
        forbidden(bank.president.query(reset).await.body);
        forbidden(bank.president.query_with(&deletion("bankStaffDelete"), json!({"id": 2})).await.body);
        let role = create(&bank.boss, "roleCreate", json!({"name": "Clerk", "permissionIds": [3]})).await;
        let new = employee("clerk", 4, &[role]);
        create(&bank.president, "bankStaffCreate", new).await;
        let foreign = json!({"input": employee("clerk2", 3, &[role])});
        assert_eq!(bank.president.query_with(&creation("bankStaffCreate"), foreign).await.error().1, "input.branchId");

        let input = json!({"id": 3, "input": {"permissionIds": [3, 4, 5, 6]}});
        bank.boss.query_with(&change("roleUpdate", "areas"), input).await.ok();
        for (document, variables) in [
            (creation("roleCreate"), json!({"input": {"name": "All", "permissionIds": [1]}})),
            (change("roleUpdate", "name"), json!({"id": 3, "input": {"permissionIds": [2]}})),
            (change("roleUpdate", "name"), json!({"id": 4, "input": {"name": "Mine"}})),
            (deletion("roleDelete"), json!({"id": 4})),
            (creation("permissionCreate"), json!({"input": {"name": "All", "kind": "1", "url": "/grid/"}})),
            (change("permissionUpdate", "name"), json!({"id": 3, "input": {"url": "/grid/super"}})),
            (change("permissionUpdate", "name"), json!({"id": 1, "input": {"name": "x"}})),
            (deletion("permissionDelete"), json!({"id": 8})),
        ] {
            forbidden(bank.president.query_with(&document, variables).await.body);
        }
    }

    async fn nobody_widens_his_own_sight(app: TestApp) {
        let bank = Bank::new(&app).await;
        // A customer manager who may maintain staff sees his own grids only, and nobody gets more from him.
        let input = json!({"id": 1, "input": {"permissionIds": [3]}});
        bank.boss.query_with(&change("roleUpdate", "areas"), input).await.ok();
        let clerk = create(&bank.boss, "roleCreate", json!({"name": "Clerk", "permissionIds": []})).await;
        staff(&app, &bank.boss, "colleague", 4, &[clerk]).await;
        staff(&app, &bank.boss, "equal", 4, &[1]).await;
        let forbidden = |body: Value| assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN", "{body}");
        for (id, input) in [
            (2, json!({"roleIds": [1, clerk]})),
            (2, json!({"roleIds": [clerk]})),
            (2, json!({"roleIds": []})),
            (6, json!({"roleIds": [clerk]})),
            (6, json!({"roleIds": [1, clerk]})),
            (5, json!({"password": "mine now"})),
            (5, json!({"roleIds": [1]})),
        ] {
            forbidden(update(&bank.manager, id, input).await);
        }
        forbidden(bank.manager.query_with(&creation("bankStaffCreate"), json!({"input": employee("mole", 4, &[clerk])})).await.body);
        let reset = "mutation { bankStaffPasswordReset(id: 5, password: \"mine now\") { bankStaff { name } } }";
        forbidden(bank.manager.query(reset).await.body);
        create(&bank.manager, "bankStaffCreate", employee("junior", 4, &[1])).await;
        assert!(update(&bank.manager, 6, json!({"roleIds": [], "name": "equal"})).await.get("errors").is_none());
        assert!(update(&bank.manager, 2, json!({"roleIds": [1], "branchId": 4, "name": "Me"})).await.get("errors").is_none());

        // Nor does anybody else change what he is himself, up or down.
        permit(&bank, 3).await;
        for (caller, id, input) in [
            (&bank.president, 4, json!({"roleIds": [3, 1]})),
            (&bank.president, 4, json!({"roleIds": []})),
            (&bank.president, 4, json!({"branchId": 4})),
            (&bank.admin, 1, json!({"roleIds": [1, 4]})),
            (&bank.admin, 1, json!({"branchCode": "17001"})),
        ] {
            forbidden(update(caller, id, input).await);
        }
        let same = json!({"roleIds": [4], "branchCode": "17000", "email": "admin@bank.example"});
        assert!(update(&bank.admin, 1, same).await.get("errors").is_none());
    }

    async fn rights_change_on_every_server(app: TestApp) {
        let bank = Bank::new(&app).await;
        let other = TestApp::with(app.app.config.clone()).await;
        let elsewhere = Caller { token: bank.president.token.clone(), ..other.nobody() };
        let list = "{ bankStaff { nodes { name } } }";
        let wait = || tokio::time::sleep(std::time::Duration::from_millis(300));
        wait().await;
        for _ in 0..3 {
            assert_eq!(elsewhere.query(list).await.code(), "FORBIDDEN");
        }
        permit(&bank, 3).await;
        wait().await;
        elsewhere.query(list).await.ok();
        update(&bank.boss, 4, json!({"roleIds": [1]})).await;
        wait().await;
        assert_eq!(elsewhere.query(list).await.code(), "FORBIDDEN");
        bank.boss.query("mutation { bankStaffFreeze(id: 4) { bankStaff { isEnabled } } }").await.ok();
        wait().await;
        assert_eq!(elsewhere.query(list).await.code(), "UNAUTHENTICATED");
    }
}
