//! Organisations of the service team's customers.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::{
    app::{Caller, PASSWORD, both},
    service::{Team, change, create, creation, deletion, ids},
};

async fn found(caller: &Caller, filter: Value) -> Vec<i64> {
    ids(caller, "clientOrganizations", "ClientOrganizationFilter", filter).await
}

both! {
    async fn entering_changing_deleting(app: TestApp) {
        let Team { anna, .. } = Team::new(&app).await;
        for name in ["云岭科技", "翠湖 50%", "GPS"] {
            create(&anna, "clientOrganizationCreate", json!({"name": name, "kind": 1, "detail": name})).await;
        }
        let update = change("clientOrganizationUpdate", "name kind detail isDeleted");
        let input = json!({"name": "云岭集团", "kind": null});
        let changed = anna.query_with(&update, json!({"id": 1, "input": input})).await.ok();
        assert_eq!(
            changed["clientOrganizationUpdate"]["clientOrganization"],
            json!({"name": "云岭集团", "kind": null, "detail": "云岭科技", "isDeleted": false})
        );

        // Newest first; the name is searched, its wildcards are letters.
        assert_eq!(found(&anna, json!({})).await, [3, 2, 1]);
        assert_eq!(found(&anna, json!({"name": "云岭"})).await, [1]);
        assert_eq!(found(&anna, json!({"name": "gps"})).await, [3]);
        assert_eq!(found(&anna, json!({"name": "%"})).await, [2]);
        assert_eq!(found(&anna, json!({"name": ""})).await, [3, 2, 1]);

        // Deleting only marks.
        create(&anna, "serviceContactCreate", json!({"realName": "Zhang", "organizationId": 1})).await;
        anna.query_with(&deletion("clientOrganizationDelete"), json!({"id": 1})).await.ok();
        assert_eq!(found(&anna, json!({"isDeleted": true})).await, [1]);
        assert_eq!(found(&anna, json!({"isDeleted": false})).await, [3, 2]);
        assert_eq!(found(&anna, json!({})).await, [3, 2, 1]);
        let contact = anna.query("{ serviceContact(id: 1) { organization { name isDeleted } } }").await.ok();
        assert_eq!(contact["serviceContact"]["organization"], json!({"name": "云岭集团", "isDeleted": true}));
        let new = json!({"input": {"realName": "Li", "organizationId": 1}});
        assert_eq!(anna.query_with(&creation("serviceContactCreate"), new.clone()).await.error().1, "input.organizationId");
        anna.query_with(&update, json!({"id": 1, "input": {"isDeleted": false}})).await.ok();
        anna.query_with(&creation("serviceContactCreate"), new).await.ok();
    }

    async fn paging(app: TestApp) {
        let Team { anna, .. } = Team::new(&app).await;
        for place in 1..=5 {
            create(&anna, "clientOrganizationCreate", json!({"name": format!("O{place}")})).await;
        }
        let list = "query($first: Int, $after: String, $page: PageInput) {
            clientOrganizations(first: $first, after: $after, page: $page) {
                nodes { databaseId } totalCount pageInfo { hasNextPage endCursor } page { number size total } } }";
        let numbers = |answer: &Value| {
            let nodes = answer["clientOrganizations"]["nodes"].as_array().unwrap().clone();
            nodes.iter().map(|node| node["databaseId"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        let page = anna.query_with(list, json!({"page": {"number": 2, "size": 2}})).await.ok();
        assert_eq!(numbers(&page), [3, 2]);
        assert_eq!(page["clientOrganizations"]["page"], json!({"number": 2, "size": 2, "total": 5}));
        let mut seen = Vec::new();
        let mut after = json!(null);
        loop {
            let part = anna.query_with(list, json!({"first": 2, "after": after})).await.ok();
            seen.extend(numbers(&part));
            assert_eq!(part["clientOrganizations"]["totalCount"], 5);
            let info = &part["clientOrganizations"]["pageInfo"];
            after = info["endCursor"].clone();
            if info["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(seen, [5, 4, 3, 2, 1]);
    }

    async fn inputs_and_access(app: TestApp) {
        let Team { anna, .. } = Team::new(&app).await;
        for (input, field) in [
            (json!({"name": ""}), "input.name"),
            (json!({"name": "x".repeat(101)}), "input.name"),
            (json!({"name": "x", "detail": "x".repeat(2001)}), "input.detail"),
        ] {
            let error = anna.query_with(&creation("clientOrganizationCreate"), json!({"input": input})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        create(&anna, "clientOrganizationCreate", json!({"name": "O"})).await;
        app.account(Some(Realm::Estate), "00006", true).await;
        let stranger = app.sign_in(Some(Realm::Estate), "00006", PASSWORD).await;
        for (document, variables) in [
            (creation("clientOrganizationCreate"), json!({"input": {"name": "x"}})),
            (change("clientOrganizationUpdate", "name"), json!({"id": 1, "input": {"name": "x"}})),
            (deletion("clientOrganizationDelete"), json!({"id": 1})),
            ("{ clientOrganizations { nodes { name } } }".to_owned(), json!({})),
            ("{ clientOrganization(id: 1) { name } }".to_owned(), json!({})),
        ] {
            assert_eq!(stranger.query_with(&document, variables.clone()).await.code(), "FORBIDDEN", "{document}");
            assert_eq!(app.nobody().query_with(&document, variables).await.code(), "UNAUTHENTICATED", "{document}");
        }
        for document in [deletion("clientOrganizationDelete"), change("clientOrganizationUpdate", "name")] {
            let missing = anna.query_with(&document, json!({"id": 99, "input": {}})).await;
            assert_eq!(missing.code(), "NOT_FOUND");
        }
    }
}
