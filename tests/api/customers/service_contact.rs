//! Contacts of the service team.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::{
    app::{Caller, PASSWORD, both},
    service::{Team, change, create, creation, deletion, ids},
};

async fn found(caller: &Caller, filter: Value) -> Vec<i64> {
    ids(caller, "serviceContacts", "ServiceContactFilter", filter).await
}

both! {
    async fn entering_changing_deleting(app: TestApp) {
        let Team { anna, .. } = Team::new(&app).await;
        create(&anna, "clientOrganizationCreate", json!({"name": "云岭科技"})).await;
        let input = json!({"nickname": "小张", "phone": "+86 139-0000-0001", "organizationId": 1, "sex": 2, "kind": 2,
            "avatarUrl": "/a.png", "job": "采购"});
        create(&anna, "serviceContactCreate", input.clone()).await;
        let one = anna.query("{ serviceContact(id: 1) { name realName nickname phone mobile idNumber realm status sex kind
            avatarUrl job owner { name } organization { name } organizationId } }").await.ok();
        let contact = &one["serviceContact"];
        for (name, value) in input.as_object().unwrap().iter().filter(|(name, _)| *name != "organizationId") {
            assert_eq!(contact[name], *value, "{name}");
        }
        // The nickname stands in for the real name.
        assert_eq!((&contact["name"], &contact["realName"]), (&json!("小张"), &json!("")));
        assert_eq!((&contact["status"], &contact["realm"]), (&json!(1), &json!("SERVICE")));
        assert_eq!(contact["organization"]["name"], "云岭科技");

        let update = change("serviceContactUpdate", "name realName nickname phone organizationId");
        let input = json!({"realName": "张三", "nickname": null, "organizationId": null, "phone": "13900000002"});
        let changed = anna.query_with(&update, json!({"id": 1, "input": input})).await.ok();
        assert_eq!(
            changed["serviceContactUpdate"]["serviceContact"],
            json!({"name": "张三", "realName": "张三", "nickname": null, "phone": "13900000002", "organizationId": null})
        );
        assert_eq!(found(&anna, json!({"phone": "86 139 0000 0002"})).await, [1]);
        assert!(found(&anna, json!({"phone": "13900000001"})).await.is_empty());
        // A contact keeps a name.
        let nameless = json!({"id": 1, "input": {"realName": ""}});
        assert_eq!(anna.query_with(&update, nameless).await.error().1, "input.realName");
        assert_eq!(anna.query("{ serviceContact(id: 1) { name } }").await.ok()["serviceContact"]["name"], "张三");

        anna.query_with(&deletion("serviceContactDelete"), json!({"id": 1})).await.ok();
        assert_eq!(anna.query_with(&deletion("serviceContactDelete"), json!({"id": 1})).await.code(), "NOT_FOUND");
    }

    async fn last_changed_first_and_found(app: TestApp) {
        let Team { anna, .. } = Team::new(&app).await;
        for name in ["云岭科技", "翠湖建材"] {
            create(&anna, "clientOrganizationCreate", json!({"name": name})).await;
        }
        for (nickname, name, organization) in
            [("A", "张三", json!(1)), ("张家", "", json!(2)), ("C", "李四", json!(null)), ("D", "翠花", json!(1))]
        {
            let input = json!({"nickname": nickname, "realName": name, "organizationId": organization});
            create(&anna, "serviceContactCreate", input).await;
        }
        assert_eq!(found(&anna, json!({})).await, [4, 3, 2, 1]);
        let update = change("serviceContactUpdate", "name");
        anna.query_with(&update, json!({"id": 2, "input": {"job": "经理"}})).await.ok();
        assert_eq!(found(&anna, json!({})).await, [2, 4, 3, 1]);
        assert_eq!(found(&anna, json!({"name": "张"})).await, [2, 1]);
        // Names of people and of organisations
        assert_eq!(found(&anna, json!({"name": "翠"})).await, [2, 4]);
        assert_eq!(found(&anna, json!({"name": "科技"})).await, [4, 1]);
        assert_eq!(found(&anna, json!({"name": "", "phone": ""})).await, [2, 4, 3, 1]);
        assert_eq!(found(&anna, json!({"organizationId": 1})).await, [4, 1]);
        assert_eq!(found(&anna, json!({"organizationId": 1, "name": "三"})).await, [1]);
        let of = "{ clientOrganization(id: 1) { contacts(first: 1) { totalCount nodes { databaseId } } } }";
        let contacts = json!({"totalCount": 2, "nodes": [{"databaseId": 4}]});
        assert_eq!(anna.query(of).await.ok()["clientOrganization"]["contacts"], contacts);
    }

    async fn with_records_it_stays(app: TestApp) {
        let Team { anna, .. } = Team::new(&app).await;
        create(&anna, "serviceContactCreate", json!({"realName": "Zhang"})).await;
        let input = json!({"contactId": 1, "event": "VISIT", "recordedAt": "2026-01-01T00:00:00Z"});
        create(&anna, "followUpCreate", input).await;
        assert_eq!(anna.query_with(&deletion("serviceContactDelete"), json!({"id": 1})).await.code(), "CONFLICT");
        anna.query_with(&deletion("followUpDelete"), json!({"id": 1})).await.ok();
        anna.query_with(&deletion("serviceContactDelete"), json!({"id": 1})).await.ok();
    }

    async fn inputs_and_access(app: TestApp) {
        let Team { anna, .. } = Team::new(&app).await;
        for (input, field) in [
            (json!({}), "input.realName"),
            (json!({"nickname": " "}), "input.realName"),
            (json!({"realName": "x", "phone": "12ab"}), "input.phone"),
            (json!({"realName": "x", "organizationId": 99}), "input.organizationId"),
            (json!({"realName": "x", "avatarUrl": "x".repeat(501)}), "input.avatarUrl"),
        ] {
            let error = anna.query_with(&creation("serviceContactCreate"), json!({"input": input})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        create(&anna, "serviceContactCreate", json!({"realName": "Zhang"})).await;
        app.account(Some(Realm::Loan), "1611", true).await;
        let stranger = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        for (document, variables) in [
            (creation("serviceContactCreate"), json!({"input": {"realName": "x"}})),
            (change("serviceContactUpdate", "name"), json!({"id": 1, "input": {"realName": "x"}})),
            (deletion("serviceContactDelete"), json!({"id": 1})),
            ("{ serviceContacts { nodes { name } } }".to_owned(), json!({})),
            ("{ serviceContact(id: 1) { name } }".to_owned(), json!({})),
        ] {
            assert_eq!(stranger.query_with(&document, variables.clone()).await.code(), "FORBIDDEN", "{document}");
            assert_eq!(app.nobody().query_with(&document, variables).await.code(), "UNAUTHENTICATED", "{document}");
        }
    }
}
