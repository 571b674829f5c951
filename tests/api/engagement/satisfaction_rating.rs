//! Satisfaction ratings.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::{
    app::{Caller, PASSWORD, both},
    service::{Team, change, create, creation, deletion, ids},
};

async fn found(caller: &Caller, filter: Value) -> Vec<i64> {
    ids(caller, "satisfactionRatings", "SatisfactionRatingFilter", filter).await
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
        let input = json!({"contactId": 1, "followerIds": [1, 2], "score": -10, "recordedAt": "2026-01-01T08:00:00Z",
            "attachment": "/a.png", "note": "太慢"});
        create(&anna, "satisfactionRatingCreate", input).await;
        let fields = "score recordedAt at attachment note summary realm followers { name } operator { name }
            staff { name } contact { name }";
        let one = format!("{{ satisfactionRating(id: 1) {{ {fields} }} }}");
        assert_eq!(anna.query(&one).await.ok()["satisfactionRating"], json!({
            "score": -10, "recordedAt": "2026-01-01T08:00:00Z", "at": "2026-01-01T08:00:00Z", "attachment": "/a.png",
            "note": "太慢", "summary": "Satisfaction -10: 太慢", "realm": "SERVICE",
            "followers": [{"name": "Anna"}, {"name": "Bert"}], "operator": {"name": "Anna"}, "staff": {"name": "Anna"},
            "contact": {"name": "Zhang"},
        }));
        let update = change("satisfactionRatingUpdate", "score note summary followers { name } contact { name }");
        let input = json!({"score": 10, "note": null, "contactId": 2});
        let changed = bert.query_with(&update, json!({"id": 1, "input": input})).await.ok();
        assert_eq!(changed["satisfactionRatingUpdate"]["satisfactionRating"], json!({"score": 10, "note": null,
            "summary": "Satisfaction +10", "followers": [{"name": "Anna"}, {"name": "Bert"}], "contact": {"name": "Li"}}));
        anna.query_with(&deletion("satisfactionRatingDelete"), json!({"id": 1})).await.ok();
        assert_eq!(anna.query_with(&deletion("satisfactionRatingDelete"), json!({"id": 1})).await.code(), "NOT_FOUND");
    }

    async fn newest_first_and_found(app: TestApp) {
        let Team { anna, bert, .. } = Team::new(&app).await;
        contacts(&anna).await;
        for (caller, contact, day) in [(&anna, 1, 2), (&bert, 2, 1), (&bert, 1, 3)] {
            let at = format!("2026-01-0{day}T00:00:00Z");
            let input = json!({"contactId": contact, "score": 0, "recordedAt": at, "followerIds": [contact]});
            create(caller, "satisfactionRatingCreate", input).await;
        }
        for (filter, list) in [
            (json!({}), vec![3, 1, 2]),
            (json!({"contactId": 1}), vec![3, 1]),
            (json!({"organizationId": 1}), vec![3, 1]),
            (json!({"operatorId": 2}), vec![3, 2]),
            (json!({"followerId": 2}), vec![2]),
            (json!({"id": 1}), vec![1]),
            (json!({"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"}), vec![1, 2]),
        ] {
            assert_eq!(found(&anna, filter.clone()).await, list, "{filter}");
        }
        let of = anna.query("{ serviceContact(id: 1) { satisfactionRatings { nodes { databaseId } } }
            serviceStaffMember(id: 2) { satisfactionRatings { totalCount } } }").await.ok();
        assert_eq!(of["serviceContact"]["satisfactionRatings"]["nodes"], json!([{"databaseId": 3}, {"databaseId": 1}]));
        assert_eq!(of["serviceStaffMember"]["satisfactionRatings"]["totalCount"], 2);
    }

    async fn inputs_and_access(app: TestApp) {
        let Team { anna, .. } = Team::new(&app).await;
        contacts(&anna).await;
        let at = "2026-01-01T00:00:00Z";
        for (input, field) in [
            (json!({"contactId": 1, "score": 11}), "input.score"),
            (json!({"contactId": 1, "score": -11}), "input.score"),
            (json!({"contactId": 99, "score": 1}), "input.contactId"),
            (json!({"contactId": 1, "score": 1, "followerIds": [99]}), "input.followerIds"),
            (json!({"contactId": 1, "score": 1, "attachment": "x".repeat(501)}), "input.attachment"),
        ] {
            let mut input = input;
            input["recordedAt"] = json!(at);
            let error = anna.query_with(&creation("satisfactionRatingCreate"), json!({"input": input})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        let input = json!({"contactId": 1, "score": 1, "recordedAt": at});
        create(&anna, "satisfactionRatingCreate", input.clone()).await;
        let update = change("satisfactionRatingUpdate", "score");
        for (change, field) in [(json!({"score": 11}), "input.score"), (json!({"contactId": 99}), "input.contactId")] {
            assert_eq!(anna.query_with(&update, json!({"id": 1, "input": change})).await.error().1, field);
        }
        app.account(Some(Realm::Loan), "1611", true).await;
        let stranger = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        for (document, variables) in [
            (creation("satisfactionRatingCreate"), json!({"input": input})),
            (update, json!({"id": 1, "input": {}})),
            (deletion("satisfactionRatingDelete"), json!({"id": 1})),
            ("{ satisfactionRatings { nodes { score } } }".to_owned(), json!({})),
            ("{ satisfactionRating(id: 1) { score } }".to_owned(), json!({})),
        ] {
            assert_eq!(stranger.query_with(&document, variables.clone()).await.code(), "FORBIDDEN", "{document}");
            assert_eq!(app.nobody().query_with(&document, variables).await.code(), "UNAUTHENTICATED", "{document}");
        }
    }
}
