//! Employees of the bank, their accounts and passwords; their roles and permissions as rows.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::{
    app::{PASSWORD, both},
    bank::{Bank, employee, id_number},
    service::{change, create, creation, deletion, ids},
};

const SIGN_IN: &str = "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) {
    session { bankStaff { login } branch { code } roles { databaseId } } } }";

both! {
    async fn entering_and_changing(app: TestApp) {
        let bank = Bank::new(&app).await;
        let id_number = id_number("19850402", 13);
        let input = json!({
            "login": "Li_1", "password": "secret", "name": "李晓", "idNumber": id_number.to_lowercase(), "phone": "+86 199 0000 0009",
            "email": "li@bank.example", "avatarUrl": "/a", "qrCode": "/q", "corporationCode": "C", "corporationName": "N",
            "branchCode": "17001", "roleIds": [1, 2],
        });
        let id = create(&bank.admin, "bankStaffCreate", input).await;
        let fields = "login name idNumber phone sex birthday email avatarUrl qrCode corporationCode corporationName isEnabled
            lastLoginAt realm workPhone branch { code } roles { databaseId } areas account { login }";
        let one = bank.admin.query(&format!("{{ bankStaffMember(id: {id}) {{ {fields} }} }}")).await.ok()["bankStaffMember"].clone();
        let areas = one["areas"].as_array().unwrap().clone();
        assert!(areas.contains(&json!("GRIDS")) && !areas.contains(&json!("STAFF")), "{areas:?}");
        let mut shown = one.as_object().unwrap().clone();
        shown.remove("areas");
        assert_eq!(Value::from(shown), json!({
            "login": "Li_1", "name": "李晓", "idNumber": id_number, "phone": "19900000009", "sex": "MALE", "birthday": "1985-04-02",
            "email": "li@bank.example", "avatarUrl": "/a", "qrCode": "/q", "corporationCode": "C", "corporationName": "N",
            "isEnabled": true, "lastLoginAt": null, "realm": "BANK", "workPhone": "19900000009", "branch": {"code": "17001"},
            "roles": [{"databaseId": 1}, {"databaseId": 2}], "account": null,
        }));
        let credentials = |login: &str, password: &str| json!({"input": {"realm": "BANK", "login": login, "password": password}});
        let session = app.nobody().query_with(SIGN_IN, credentials("Li_1", "secret")).await.ok();
        assert_eq!(session["sessionCreate"]["session"], json!({
            "bankStaff": {"login": "Li_1"}, "branch": {"code": "17001"}, "roles": [{"databaseId": 1}, {"databaseId": 2}],
        }));

        let update = change("bankStaffUpdate", "login name email sex roles { name } branch { code }");
        let input = json!({"login": "Li_2", "name": "李大", "email": null, "sex": "FEMALE", "roleIds": [3], "branchId": 3, "password": "secret2"});
        let changed = bank.admin.query_with(&update, json!({"id": id, "input": input})).await.ok();
        assert_eq!(changed["bankStaffUpdate"]["bankStaff"], json!({
            "login": "Li_2", "name": "李大", "email": null, "sex": "FEMALE", "roles": [{"name": "支行长"}], "branch": {"code": "17002"},
        }));
        assert_eq!(app.nobody().query_with(SIGN_IN, credentials("Li_1", "secret")).await.code(), "UNAUTHENTICATED");
        let caller = app.sign_in(Some(Realm::Bank), "Li_2", "secret2").await;
        assert_eq!(caller.query("{ me { bankStaff { name account { login } } } }").await.ok()["me"]["bankStaff"],
            json!({"name": "李大", "account": {"login": "Li_2"}}));

        // Frozen he is out, and the right password tells him so.
        let freeze = |what: &str| format!("mutation {{ bankStaff{what}(id: {id}) {{ bankStaff {{ isEnabled }} }} }}");
        assert_eq!(bank.admin.query(&freeze("Freeze")).await.ok()["bankStaffFreeze"]["bankStaff"]["isEnabled"], false);
        assert_eq!(caller.query("{ me { login } }").await.code(), "UNAUTHENTICATED");
        assert_eq!(app.nobody().query_with(SIGN_IN, credentials("Li_2", "secret2")).await.code(), "FORBIDDEN");
        assert_eq!(app.nobody().query_with(SIGN_IN, credentials("Li_2", "secret3")).await.code(), "UNAUTHENTICATED");
        bank.admin.query(&freeze("Thaw")).await.ok();
        app.sign_in(Some(Realm::Bank), "Li_2", "secret2").await;
        assert_eq!(bank.admin.query("mutation { bankStaffFreeze(id: 1) { bankStaff { name } } }").await.code(), "CONFLICT");

        bank.admin.query_with(&deletion("bankStaffDelete"), json!({"id": id})).await.ok();
        assert_eq!(bank.admin.query_with(&deletion("bankStaffDelete"), json!({"id": 1})).await.code(), "CONFLICT");
        assert_eq!(app.nobody().query_with(SIGN_IN, credentials("Li_2", "secret2")).await.code(), "UNAUTHENTICATED");
        let audit = "{ auditEntries(first: 1, filter: {entity: \"BankStaff\"}) { nodes { action before } } }";
        let entry = app.admin().await.query(audit).await.ok()["auditEntries"]["nodes"][0].clone();
        assert_eq!(entry["action"], "bankStaffDelete");
        assert!(entry["before"].as_str().unwrap().contains("\"roleIds\":[3]"), "{entry}");
    }

    async fn passwords(app: TestApp) {
        let bank = Bank::new(&app).await;
        let change = |id: i64, old: &str, new: &str| format!(
            "mutation {{ bankStaffPasswordChange(id: {id}, oldPassword: \"{old}\", newPassword: \"{new}\") {{ bankStaff {{ name }} }} }}");
        assert_eq!(bank.manager.query(&change(3, PASSWORD, "secret")).await.code(), "FORBIDDEN");
        assert_eq!(bank.admin.query(&change(3, PASSWORD, "secret")).await.code(), "FORBIDDEN");
        assert_eq!(bank.boss.query(&change(3, PASSWORD, "secret")).await.code(), "FORBIDDEN");
        assert_eq!(bank.manager.query(&change(2, "wrong", "secret")).await.error().1, "oldPassword");
        assert_eq!(bank.manager.query(&change(2, PASSWORD, "short")).await.error().1, "input.password");
        assert_eq!(bank.manager.query(&change(2, PASSWORD, &"x".repeat(21))).await.error().1, "input.password");
        bank.manager.query(&change(2, PASSWORD, "secret")).await.ok();
        assert_eq!(bank.manager.query("{ me { login } }").await.code(), "UNAUTHENTICATED");
        app.sign_in(Some(Realm::Bank), "manager", "secret").await;
        let reset = "mutation { bankStaffPasswordReset(id: 2, password: \"another\") { bankStaff { name } } }";
        // Two at once with the same old password: one of them comes too late.
        let twice = app.sign_in(Some(Realm::Bank), "manager", "secret").await;
        let (one, other) = (change(2, "secret", "secret-1"), change(2, "secret", "secret-2"));
        let answers = tokio::join!(twice.query(&one), twice.query(&other));
        let done = [&answers.0, &answers.1].into_iter().filter(|answer| answer.body.get("errors").is_none());
        assert_eq!(done.count(), 1, "{answers:?}");
        assert_eq!(bank.president.query(reset).await.code(), "FORBIDDEN");
        bank.admin.query(reset).await.ok();
        app.sign_in(Some(Realm::Bank), "manager", "another").await;
    }

    async fn inputs_are_checked(app: TestApp) {
        let bank = Bank::new(&app).await;
        create(&bank.admin, "branchCreate", json!({"code": "9", "name": "N", "parentId": 1, "level": 1, "isActive": false})).await;
        for (patch, field) in [
            (json!({"login": "x"}), "input.login"),
            (json!({"login": "1abc"}), "input.login"),
            (json!({"login": "abc-d"}), "input.login"),
            (json!({"login": "x".repeat(21)}), "input.login"),
            (json!({"password": "short"}), "input.password"),
            (json!({"name": ""}), "input.name"),
            (json!({"idNumber": "539900199003070123"}), "input.idNumber"),
            (json!({"idNumber": id_number("19901307", 1)}), "input.idNumber"),
            (json!({"phone": "0512-6500 0001"}), "input.phone"),
            (json!({"phone": "1990000"}), "input.phone"),
            (json!({"email": "x".repeat(31)}), "input.email"),
            (json!({"branchId": null}), "input.branchId"),
            (json!({"branchId": 99}), "input.branchId"),
            (json!({"branchId": 5}), "input.branchId"),
            (json!({"branchCode": "17001"}), "input.branchCode"),
            (json!({"roleIds": [99]}), "input.roleIds"),
        ] {
            let mut input = employee("newcomer", 2, &[1]);
            input.as_object_mut().unwrap().extend(patch.as_object().unwrap().clone());
            let error = bank.admin.query_with(&creation("bankStaffCreate"), json!({"input": input})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()), "{patch}");
        }
        let taken = json!({"input": employee("manager", 2, &[1])});
        assert_eq!(bank.admin.query_with(&creation("bankStaffCreate"), taken).await.code(), "CONFLICT");
        for (filter, found) in [
            (json!({"login": "man"}), vec![2]),
            (json!({"login": "AN"}), vec![2, 3]),
            (json!({"name": "工p"}), vec![4]),
            (json!({"branchName": "东"}), vec![2, 3, 4]),
            (json!({"branchName": "东支"}), vec![3, 4]),
            (json!({"roleId": 4}), vec![1]),
            (json!({"branchCode": "17101"}), vec![2]),
            (json!({"branchId": 2, "roleId": 3}), vec![4]),
        ] {
            assert_eq!(ids(&bank.admin, "bankStaff", "BankStaffFilter", filter.clone()).await, found, "{filter}");
        }
    }

    async fn a_current_password_is_not_to_be_guessed(app: TestApp) {
        let bank = Bank::new(&app).await;
        let change = |old: &str| format!(
            "mutation {{ bankStaffPasswordChange(id: 2, oldPassword: \"{old}\", newPassword: \"secret\") {{ bankStaff {{ name }} }} }}");
        for _ in 0..app.app.config.login_attempts {
            assert_eq!(bank.manager.query(&change("wrong")).await.error().1, "oldPassword");
        }
        assert_eq!(bank.manager.query(&change(PASSWORD)).await.code(), "RATE_LIMITED");
        let account = bank.manager.query("{ me { id } }").await.ok()["me"]["id"].as_str().unwrap().to_owned();
        let set = format!("mutation {{ accountPasswordSet(id: \"{account}\", current: \"{PASSWORD}\", password: \"secret\") {{ account {{ id }} }} }}");
        assert_eq!(bank.manager.query(&set).await.code(), "RATE_LIMITED");
        let login = json!({"input": {"realm": "BANK", "login": "manager", "password": PASSWORD}});
        assert_eq!(app.nobody().query_with(SIGN_IN, login).await.code(), "RATE_LIMITED");
        // Another address counts for itself, another account there too.
        assert_eq!(bank.president.clone().from([10, 0, 0, 1]).query(&change("wrong").replace("id: 2", "id: 4")).await.error().1, "oldPassword");
    }

    async fn roles_and_permissions_are_rows(app: TestApp) {
        let bank = Bank::new(&app).await;
        let role = create(&bank.admin, "roleCreate", json!({"name": "审计", "scope": "auditor", "permissionIds": [12, 11, 12]})).await;
        let shown = "name scope description areas permissions { databaseId roles { databaseId } }";
        let one = bank.admin.query(&format!("{{ role(id: {role}) {{ {shown} }} }}")).await.ok();
        let permission = |id: i64| json!({"databaseId": id, "roles": Vec::from([1, 2, 3, role].map(|id| json!({"databaseId": id})))});
        assert_eq!(one["role"], json!({
            "name": "审计", "scope": "auditor", "description": null, "areas": ["STATISTICS", "ALERTS"],
            "permissions": [permission(11), permission(12)],
        }));
        let input = json!({"id": role, "input": {"permissionIds": [], "scope": null}});
        let changed = bank.admin.query_with(&change("roleUpdate", "name scope permissions { databaseId }"), input).await.ok();
        assert_eq!(changed["roleUpdate"]["role"], json!({"name": "审计", "scope": null, "permissions": []}));
        assert_eq!(ids(&bank.admin, "roles", "RoleFilter", json!({"name": "理"})).await, [1, 4]);
        assert_eq!(ids(&bank.admin, "roles", "RoleFilter", json!({"scope": "PRES"})).await, [3]);

        let permission = create(&bank.admin, "permissionCreate", json!({"name": "网格", "kind": "3", "url": "/grid/gridinfo/**"})).await;
        let one = bank.admin.query(&format!("{{ permission(id: {permission}) {{ areas roles {{ name }} }} }}")).await.ok();
        assert_eq!(one["permission"], json!({"areas": ["GRIDS", "REVIEWERS"], "roles": []}));
        assert_eq!(ids(&bank.admin, "permissions", "PermissionFilter", json!({"name": "名单"})).await, [22, 24, 25, 26]);
        for (document, variables, code) in [
            (deletion("roleDelete"), json!({"id": 1}), "CONFLICT"),
            (deletion("roleDelete"), json!({"id": 4}), "CONFLICT"),
            (deletion("permissionDelete"), json!({"id": 11}), "CONFLICT"),
            (creation("roleCreate"), json!({"input": {"name": "x".repeat(21)}}), "BAD_USER_INPUT"),
            (creation("roleCreate"), json!({"input": {"name": "x", "permissionIds": [99]}}), "BAD_USER_INPUT"),
            (creation("permissionCreate"), json!({"input": {"name": "x", "kind": "a", "url": "/"}}), "BAD_USER_INPUT"),
            (change("permissionUpdate", "name"), json!({"id": 99, "input": {"name": "x"}}), "NOT_FOUND"),
            (change("permissionUpdate", "name"), json!({"id": 11, "input": {"url": ""}}), "BAD_USER_INPUT"),
        ] {
            assert_eq!(bank.admin.query_with(&document, variables).await.code(), code, "{document}");
        }
        bank.admin.query_with(&deletion("roleDelete"), json!({"id": role})).await.ok();
        bank.admin.query_with(&deletion("permissionDelete"), json!({"id": permission})).await.ok();
    }
}
