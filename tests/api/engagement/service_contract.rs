//! Contracts of the service team.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::{
    app::{Caller, PASSWORD, both},
    service::{Team, change, create, creation, deletion, ids},
};

async fn found(caller: &Caller, filter: Value) -> Vec<i64> {
    ids(caller, "serviceContracts", "ServiceContractFilter", filter).await
}

both! {
    async fn entering_changing_deleting(app: TestApp) {
        let Team { anna, bert, .. } = Team::new(&app).await;
        create(&anna, "clientOrganizationCreate", json!({"name": "云岭科技"})).await;
        create(&anna, "clientOrganizationCreate", json!({"name": "翠湖建材"})).await;
        let input = json!({"organizationId": 1, "name": "天下第一合同", "code": "C", "amount": 1200000, "note": "n",
            "signedAt": "2026-01-01T00:00:00Z", "remittedAmount": "1000.5", "remittedAt": "2026-01-02T00:00:00Z",
            "followerIds": [2, 1]});
        create(&anna, "serviceContractCreate", input).await;
        let fields = "name code amount signedAt remittedAmount remittedAt status validFrom validTo note at summary realm
            followers { name } creator { name } editor { name } staff { name } organization { name }";
        let one = format!("{{ serviceContract(id: 1) {{ {fields} }} }}");
        assert_eq!(anna.query(&one).await.ok()["serviceContract"], json!({
            "name": "天下第一合同", "code": "C", "amount": "1200000.00", "signedAt": "2026-01-01T00:00:00Z",
            "remittedAmount": "1000.50", "remittedAt": "2026-01-02T00:00:00Z", "status": 0, "validFrom": null,
            "validTo": null, "note": "n", "at": "2026-01-01T00:00:00Z",
            "summary": "Contract 天下第一合同: 1200000.00 yuan", "realm": "SERVICE",
            "followers": [{"name": "Anna"}, {"name": "Bert"}], "creator": {"name": "Anna"}, "editor": {"name": "Anna"},
            "staff": {"name": "Anna"}, "organization": {"name": "云岭科技"},
        }));
        let update = change("serviceContractUpdate", "name amount code at createdAt followers { name } creator { name }
            editor { name } organization { name }");
        let input = json!({"name": "新合同", "amount": null, "organizationId": 2});
        let changed = bert.query_with(&update, json!({"id": 1, "input": input})).await.ok();
        let changed = &changed["serviceContractUpdate"]["serviceContract"];
        assert_eq!((&changed["name"], &changed["amount"]), (&json!("新合同"), &json!(null)));
        assert_eq!((&changed["code"], &changed["organization"]["name"]), (&json!("C"), &json!("翠湖建材")));
        // Who changes it becomes its editor; the followers stay.
        assert_eq!((&changed["creator"]["name"], &changed["editor"]["name"]), (&json!("Anna"), &json!("Bert")));
        assert_eq!(changed["followers"].as_array().unwrap().len(), 2);
        // Without a day of signing it is dated by its entry.
        let input = json!({"signedAt": null, "creatorId": 2, "editorId": 1, "followerIds": [1]});
        let changed = bert.query_with(&update, json!({"id": 1, "input": input})).await.ok();
        let changed = &changed["serviceContractUpdate"]["serviceContract"];
        assert_eq!(changed["at"], changed["createdAt"]);
        assert_eq!((&changed["creator"]["name"], &changed["editor"]["name"]), (&json!("Bert"), &json!("Anna")));
        assert_eq!(changed["followers"], json!([{"name": "Anna"}]));
        anna.query_with(&deletion("serviceContractDelete"), json!({"id": 1})).await.ok();
        assert_eq!(anna.query_with(&deletion("serviceContractDelete"), json!({"id": 1})).await.code(), "NOT_FOUND");
    }

    async fn last_signed_first_and_found(app: TestApp) {
        let Team { anna, bert, .. } = Team::new(&app).await;
        for name in ["A", "B"] {
            create(&anna, "clientOrganizationCreate", json!({"name": name})).await;
        }
        for (caller, organization, day) in [(&anna, 1, Some(2)), (&bert, 2, Some(1)), (&anna, 1, None), (&bert, 2, Some(3))] {
            let at = day.map(|day: i32| format!("2026-01-0{day}T00:00:00Z"));
            let input = json!({"organizationId": organization, "name": "N", "signedAt": at, "followerIds": [organization]});
            create(caller, "serviceContractCreate", input).await;
        }
        for (filter, list) in [
            (json!({}), vec![3, 4, 1, 2]),
            (json!({"organizationIds": []}), vec![3, 4, 1, 2]),
            (json!({"organizationIds": [2]}), vec![4, 2]),
            (json!({"organizationIds": [1, 2, 99]}), vec![3, 4, 1, 2]),
            (json!({"organizationIds": [99]}), vec![]),
            (json!({"followerId": 1}), vec![3, 1]),
            (json!({"id": 2}), vec![2]),
            (json!({"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}), vec![1, 2]),
            (json!({"from": "2026-02-01T00:00:00Z"}), vec![3]),
        ] {
            assert_eq!(found(&anna, filter.clone()).await, list, "{filter}");
        }
        let many = json!({"filter": {"organizationIds": vec![1; 201]}});
        let list = "query($filter: ServiceContractFilter) { serviceContracts(filter: $filter) { nodes { name } } }";
        assert_eq!(anna.query_with(list, many).await.error().1, "filter.organizationIds");
        let of = anna.query("{ clientOrganization(id: 2) { contracts { nodes { databaseId } } }
            serviceStaffMember(id: 1) { serviceContracts { nodes { databaseId } } } }").await.ok();
        assert_eq!(of["clientOrganization"]["contracts"]["nodes"], json!([{"databaseId": 4}, {"databaseId": 2}]));
        assert_eq!(of["serviceStaffMember"]["serviceContracts"]["nodes"], json!([{"databaseId": 3}, {"databaseId": 1}]));
    }

    async fn inputs_and_access(app: TestApp) {
        let Team { anna, .. } = Team::new(&app).await;
        create(&anna, "clientOrganizationCreate", json!({"name": "A"})).await;
        create(&anna, "clientOrganizationCreate", json!({"name": "Gone"})).await;
        anna.query_with(&deletion("clientOrganizationDelete"), json!({"id": 2})).await.ok();
        for (patch, field) in [
            (json!({"name": ""}), "input.name"),
            (json!({"organizationId": 99}), "input.organizationId"),
            (json!({"organizationId": 2}), "input.organizationId"),
            (json!({"amount": "0.001"}), "input.amount"),
            (json!({"amount": "-1"}), "input.amount"),
            (json!({"amount": "1000000000000"}), "input.amount"),
            (json!({"remittedAmount": "-0.01"}), "input.remittedAmount"),
            (json!({"creatorId": 99}), "input.creatorId"),
            (json!({"editorId": 99}), "input.editorId"),
            (json!({"followerIds": [99]}), "input.followerIds"),
        ] {
            let mut input = json!({"organizationId": 1, "name": "N"});
            input.as_object_mut().unwrap().extend(patch.as_object().unwrap().clone());
            let error = anna.query_with(&creation("serviceContractCreate"), json!({"input": input})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        let input = json!({"organizationId": 1, "name": "N", "amount": "999999999999.99"});
        create(&anna, "serviceContractCreate", input.clone()).await;
        let update = change("serviceContractUpdate", "name");
        let wrong = json!({"id": 1, "input": {"amount": "1e30"}});
        assert!(anna.query_with(&update, wrong).await.body.get("errors").is_some());
        assert_eq!(anna.query_with(&update, json!({"id": 1, "input": {"editorId": 99}})).await.error().1, "input.editorId");
        app.account(Some(Realm::Loan), "1611", true).await;
        let stranger = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        for (document, variables) in [
            (creation("serviceContractCreate"), json!({"input": input})),
            (update, json!({"id": 1, "input": {}})),
            (deletion("serviceContractDelete"), json!({"id": 1})),
            ("{ serviceContracts { nodes { name } } }".to_owned(), json!({})),
            ("{ serviceContract(id: 1) { name } }".to_owned(), json!({})),
        ] {
            assert_eq!(stranger.query_with(&document, variables.clone()).await.code(), "FORBIDDEN", "{document}");
            assert_eq!(app.nobody().query_with(&document, variables).await.code(), "UNAUTHENTICATED", "{document}");
        }
    }
}
