//! Demand changes.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::{
    app::{Caller, PASSWORD, both},
    service::{Team, change, create, creation, deletion, ids},
};

async fn found(caller: &Caller, filter: Value) -> Vec<i64> {
    ids(caller, "demandChanges", "DemandChangeFilter", filter).await
}

async fn contacts(caller: &Caller) {
    create(caller, "clientOrganizationCreate", json!({"name": "云岭科技"})).await;
    create(caller, "serviceContactCreate", json!({"realName": "Zhang", "organizationId": 1})).await;
    create(caller, "serviceContactCreate", json!({"realName": "Li"})).await;
}

both! {
    async fn entering_changing_deleting(app: TestApp) {
        let Team { anna, bert, .. } = Team::new(&app).await;
        contacts(&anna).await;
        let input = json!({"contactId": 1, "followerIds": [2], "content": "日报", "recordedAt": "2026-01-01T08:00:00Z",
            "attachment": "/a.png", "note": "n"});
        create(&anna, "demandChangeCreate", input).await;
        let fields = "content recordedAt at attachment note summary realm followers { name } operator { name }
            staff { name } contact { name } organization { name }";
        let one = format!("{{ demandChange(id: 1) {{ {fields} }} }}");
        assert_eq!(anna.query(&one).await.ok()["demandChange"], json!({
            "content": "日报", "recordedAt": "2026-01-01T08:00:00Z", "at": "2026-01-01T08:00:00Z", "attachment": "/a.png",
            "note": "n", "summary": "Demand: 日报", "realm": "SERVICE", "followers": [{"name": "Bert"}],
            "operator": {"name": "Anna"}, "staff": {"name": "Anna"}, "contact": {"name": "Zhang"},
            "organization": {"name": "云岭科技"},
        }));
        let update = change("demandChangeUpdate", "content note attachment followers { name } organizationId");
        let input = json!({"content": "周报", "attachment": null, "followerIds": [1, 2], "contactId": 2});
        let changed = bert.query_with(&update, json!({"id": 1, "input": input})).await.ok();
        assert_eq!(changed["demandChangeUpdate"]["demandChange"], json!({"content": "周报", "note": "n",
            "attachment": null, "followers": [{"name": "Anna"}, {"name": "Bert"}], "organizationId": null}));
        anna.query_with(&deletion("demandChangeDelete"), json!({"id": 1})).await.ok();
        assert_eq!(anna.query_with(&deletion("demandChangeDelete"), json!({"id": 1})).await.code(), "NOT_FOUND");
    }

    async fn found_by_window_and_latest_contact(app: TestApp) {
        let Team { anna, bert, .. } = Team::new(&app).await;
        contacts(&anna).await;
        for (caller, contact, day) in [(&anna, 1, 1), (&bert, 2, 2), (&anna, 1, 3), (&bert, 2, 4), (&anna, 1, 5)] {
            let at = format!("2026-01-0{day}T00:00:00Z");
            let input = json!({"contactId": contact, "content": "x", "recordedAt": at, "followerIds": [contact]});
            create(caller, "demandChangeCreate", input).await;
        }
        let day = |day: i32| format!("2026-01-0{day}T00:00:00Z");
        for (filter, list) in [
            (json!({}), vec![5, 4, 3, 2, 1]),
            (json!({"contactId": 2}), vec![4, 2]),
            (json!({"organizationId": 1}), vec![5, 3, 1]),
            (json!({"operatorId": 2}), vec![4, 2]),
            (json!({"followerId": 1}), vec![5, 3, 1]),
            (json!({"from": day(2), "to": day(4)}), vec![4, 3, 2]),
            (json!({"id": 2}), vec![2]),
            (json!({"latestContact": true}), vec![5, 3, 1]),
            (json!({"latestContact": true, "to": day(4)}), vec![4, 2]),
            (json!({"latestContact": true, "from": day(2), "to": day(3)}), vec![3]),
            (json!({"latestContact": true, "operatorId": 2}), vec![4, 2]),
            (json!({"latestContact": true, "contactId": 2}), vec![4, 2]),
            (json!({"latestContact": true, "from": day(9)}), vec![]),
        ] {
            assert_eq!(found(&anna, filter.clone()).await, list, "{filter}");
        }
        let of = anna.query("{ serviceContact(id: 2) { demandChanges(first: 1) { nodes { databaseId } totalCount } } }").await;
        let of = of.ok()["serviceContact"]["demandChanges"].clone();
        assert_eq!(of, json!({"nodes": [{"databaseId": 4}], "totalCount": 2}));
    }

    async fn inputs_and_access(app: TestApp) {
        let Team { anna, .. } = Team::new(&app).await;
        contacts(&anna).await;
        let at = "2026-01-01T00:00:00Z";
        for (input, field) in [
            (json!({"contactId": 1, "content": " "}), "input.content"),
            (json!({"contactId": 99, "content": "x"}), "input.contactId"),
            (json!({"contactId": 1, "content": "x", "followerIds": [99]}), "input.followerIds"),
            (json!({"contactId": 1, "content": "x", "note": "x".repeat(2001)}), "input.note"),
        ] {
            let mut input = input;
            input["recordedAt"] = json!(at);
            let error = anna.query_with(&creation("demandChangeCreate"), json!({"input": input})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        let input = json!({"contactId": 1, "content": "x", "recordedAt": at});
        create(&anna, "demandChangeCreate", input.clone()).await;
        let update = change("demandChangeUpdate", "content");
        assert_eq!(anna.query_with(&update, json!({"id": 1, "input": {"content": ""}})).await.error().1, "input.content");
        app.account(Some(Realm::Loan), "1611", true).await;
        let stranger = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        for (document, variables) in [
            (creation("demandChangeCreate"), json!({"input": input})),
            (update, json!({"id": 1, "input": {}})),
            (deletion("demandChangeDelete"), json!({"id": 1})),
            ("{ demandChanges { nodes { content } } }".to_owned(), json!({})),
            ("{ demandChange(id: 1) { content } }".to_owned(), json!({})),
        ] {
            assert_eq!(stranger.query_with(&document, variables.clone()).await.code(), "FORBIDDEN", "{document}");
            assert_eq!(app.nobody().query_with(&document, variables).await.code(), "UNAUTHENTICATED", "{document}");
        }
    }
}
