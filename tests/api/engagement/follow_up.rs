//! Follow-ups, and the reports that make them.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::{
    app::{Caller, PASSWORD, both},
    service::{Team, change, create, creation, deletion, ids},
};

const REPORT: &str = "mutation($input: ContactReportCreateInput!) { contactReportCreate(input: $input) {
    followUp { databaseId event gain note attachment organizationId followers { name } operator { name } }
    demandChange { databaseId content note attachment followers { name } operator { name } organization { name } } } }";

async fn found(caller: &Caller, filter: Value) -> Vec<i64> {
    ids(caller, "followUps", "FollowUpFilter", filter).await
}

/// Two organisations, a contact of the first and one of none
async fn contacts(caller: &Caller) {
    for name in ["云岭科技", "翠湖建材"] {
        create(caller, "clientOrganizationCreate", json!({"name": name})).await;
    }
    create(caller, "serviceContactCreate", json!({"realName": "Zhang", "organizationId": 1})).await;
    create(caller, "serviceContactCreate", json!({"realName": "Li"})).await;
}

both! {
    async fn entering_changing_deleting(app: TestApp) {
        let Team { anna, bert, .. } = Team::new(&app).await;
        contacts(&anna).await;
        let input = json!({"contactId": 1, "followerIds": [2, 1, 2], "event": "CALL",
            "recordedAt": "2026-01-01T08:00:00Z", "gain": "约定再谈\n第二行", "attachment": "/a.png", "note": "n"});
        create(&anna, "followUpCreate", input).await;
        let fields = "event recordedAt at gain attachment note summary realm followers { name } operator { name }
            staff { name realm } contact { name } organization { name }";
        let one = format!("{{ followUp(id: 1) {{ {fields} }} }}");
        // The organisation is the contact's, the operator is the one who asks.
        assert_eq!(anna.query(&one).await.ok()["followUp"], json!({
            "event": "CALL", "recordedAt": "2026-01-01T08:00:00Z", "at": "2026-01-01T08:00:00Z",
            "gain": "约定再谈\n第二行", "attachment": "/a.png", "note": "n", "summary": "Telephone call: 约定再谈",
            "realm": "SERVICE", "followers": [{"name": "Anna"}, {"name": "Bert"}], "operator": {"name": "Anna"},
            "staff": {"name": "Anna", "realm": "SERVICE"}, "contact": {"name": "Zhang"},
            "organization": {"name": "云岭科技"},
        }));
        let update = change("followUpUpdate", "event gain note attachment organizationId followers { name } operator { name }");
        let input = json!({"event": "SIGNING", "note": null, "followerIds": [2]});
        let changed = bert.query_with(&update, json!({"id": 1, "input": input})).await.ok();
        let changed = &changed["followUpUpdate"]["followUp"];
        assert_eq!(changed["event"], "SIGNING");
        assert_eq!((&changed["note"], &changed["attachment"]), (&json!(null), &json!("/a.png")));
        assert_eq!(changed["followers"], json!([{"name": "Bert"}]));
        assert_eq!(changed["operator"], json!({"name": "Anna"}));
        // Followers that are left out stay; a new contact brings his organisation.
        let moved = bert.query_with(&update, json!({"id": 1, "input": {"contactId": 2}})).await.ok();
        let moved = &moved["followUpUpdate"]["followUp"];
        assert_eq!((&moved["organizationId"], &moved["followers"]), (&json!(null), &json!([{"name": "Bert"}])));
        let input = json!({"contactId": 1, "organizationId": 2, "followerIds": []});
        let moved = bert.query_with(&update, json!({"id": 1, "input": input})).await.ok();
        assert_eq!(moved["followUpUpdate"]["followUp"]["followers"], json!([]));
        let one = anna.query("{ followUp(id: 1) { contact { name } organization { name } } }").await.ok();
        assert_eq!(one["followUp"], json!({"contact": {"name": "Zhang"}, "organization": {"name": "翠湖建材"}}));

        anna.query_with(&deletion("followUpDelete"), json!({"id": 1})).await.ok();
        assert_eq!(anna.query_with(&deletion("followUpDelete"), json!({"id": 1})).await.code(), "NOT_FOUND");
    }

    async fn newest_first_and_found(app: TestApp) {
        let Team { anna, bert, .. } = Team::new(&app).await;
        contacts(&anna).await;
        for (caller, contact, event, day, followers) in [
            (&anna, 1, "INTAKE", 3, json!([1])),
            (&anna, 2, "VISIT", 1, json!([2])),
            (&bert, 1, "VISIT", 2, json!([1, 2])),
            (&bert, 2, "AFTER_SALES", 4, json!([])),
        ] {
            let at = format!("2026-01-0{day}T00:00:00Z");
            let input = json!({"contactId": contact, "event": event, "recordedAt": at, "followerIds": followers});
            create(caller, "followUpCreate", input).await;
        }
        for (filter, list) in [
            (json!({}), vec![4, 1, 3, 2]),
            (json!({"contactId": 1}), vec![1, 3]),
            (json!({"organizationId": 1}), vec![1, 3]),
            (json!({"operatorId": 2}), vec![4, 3]),
            (json!({"followerId": 1}), vec![1, 3]),
            (json!({"event": "VISIT"}), vec![3, 2]),
            (json!({"id": 3}), vec![3]),
            // Both ends belong to the window.
            (json!({"from": "2026-01-02T00:00:00Z", "to": "2026-01-03T00:00:00Z"}), vec![1, 3]),
            (json!({"from": "2026-01-02T00:00:00.000001Z"}), vec![4, 1]),
            (json!({"to": "2026-01-01T23:59:59Z", "contactId": 1}), vec![]),
        ] {
            assert_eq!(found(&anna, filter.clone()).await, list, "{filter}");
        }
        // And from the other side
        let both = anna.query("{ serviceContact(id: 1) { followUps { nodes { databaseId } } }
            clientOrganization(id: 1) { followUps(first: 1) { nodes { databaseId } totalCount } }
            serviceStaffMember(id: 2) { followUps(last: 1) { nodes { databaseId } } } }").await.ok();
        let of = |ids: &[i64]| Value::from(ids.iter().map(|id| json!({"databaseId": id})).collect::<Vec<_>>());
        assert_eq!(both["serviceContact"]["followUps"]["nodes"], of(&[1, 3]));
        assert_eq!(both["clientOrganization"]["followUps"], json!({"nodes": of(&[1]), "totalCount": 2}));
        assert_eq!(both["serviceStaffMember"]["followUps"]["nodes"], of(&[3]));
    }

    async fn a_report_is_one_or_both(app: TestApp) {
        let Team { anna, .. } = Team::new(&app).await;
        contacts(&anna).await;
        let report = |input: Value| {
            let mut whole = json!({"contactId": 1, "followerIds": [1, 2], "recordedAt": "2026-01-01T00:00:00Z"});
            whole.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
            anna.query_with(REPORT, json!({"input": whole}))
        };
        let people = json!([{"name": "Anna"}, {"name": "Bert"}]);
        let input = json!({"event": "VISIT", "gain": "g", "eventNote": "en", "eventAttachment": "/e",
            "content": "日报", "contentNote": "cn", "contentAttachment": "/c"});
        let made = report(input).await.ok()["contactReportCreate"].clone();
        let follow_up = &made["followUp"];
        assert_eq!((&follow_up["event"], &follow_up["gain"]), (&json!("VISIT"), &json!("g")));
        assert_eq!((&follow_up["note"], &follow_up["attachment"]), (&json!("en"), &json!("/e")));
        assert_eq!((&follow_up["followers"], &follow_up["operator"]["name"]), (&people, &json!("Anna")));
        assert_eq!(made["demandChange"], json!({"databaseId": 1, "content": "日报", "note": "cn", "attachment": "/c",
            "followers": people, "operator": {"name": "Anna"}, "organization": {"name": "云岭科技"}}));
        let made = report(json!({"event": "CALL", "content": " "})).await.ok()["contactReportCreate"].clone();
        assert_eq!((&made["followUp"]["event"], &made["demandChange"]), (&json!("CALL"), &json!(null)));
        let made = report(json!({"content": "x", "organizationId": 2})).await.ok()["contactReportCreate"].clone();
        assert_eq!(made["followUp"], json!(null));
        assert_eq!(made["demandChange"]["organization"]["name"], "翠湖建材");

        for (input, field) in [
            (json!({}), "input.event"),
            (json!({"gain": "g", "content": ""}), "input.event"),
            (json!({"event": "CALL", "contactId": 99}), "input.contactId"),
            (json!({"event": "CALL", "organizationId": 99}), "input.organizationId"),
            (json!({"event": "CALL", "content": "x", "followerIds": [1, 99]}), "input.followerIds"),
            (json!({"event": "CALL", "content": "x".repeat(2001)}), "input.content"),
            (json!({"event": "CALL", "eventAttachment": "x".repeat(501)}), "input.eventAttachment"),
        ] {
            assert_eq!(report(input).await.error(), ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        // What is refused leaves nothing behind.
        assert_eq!(found(&anna, json!({})).await, [2, 1]);
        assert_eq!(ids(&anna, "demandChanges", "DemandChangeFilter", json!({})).await, [2, 1]);
    }

    async fn inputs_and_access(app: TestApp) {
        let Team { anna, boss, .. } = Team::new(&app).await;
        contacts(&anna).await;
        let at = "2026-01-01T00:00:00Z";
        for (input, field) in [
            (json!({"contactId": 99}), "input.contactId"),
            (json!({"contactId": 1, "organizationId": 99}), "input.organizationId"),
            (json!({"contactId": 1, "followerIds": [99]}), "input.followerIds"),
            (json!({"contactId": 1, "followerIds": vec![1; 101]}), "input.followerIds"),
            (json!({"contactId": 1, "gain": "x".repeat(2001)}), "input.gain"),
            (json!({"contactId": 1, "attachment": "x".repeat(501)}), "input.attachment"),
        ] {
            let mut input = input;
            input.as_object_mut().unwrap().extend([("event".into(), json!("VISIT")), ("recordedAt".into(), json!(at))]);
            let error = anna.query_with(&creation("followUpCreate"), json!({"input": input})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        let input = json!({"contactId": 1, "event": "VISIT", "recordedAt": at});
        create(&boss, "followUpCreate", input.clone()).await;
        // A manager without a profile is no operator.
        assert_eq!(
            anna.query("{ followUp(id: 1) { operator { name } staff { name } followers { name } summary } }").await.ok(),
            json!({"followUp": {"operator": null, "staff": null, "followers": [], "summary": "Visit"}})
        );
        let update = change("followUpUpdate", "event");
        for (change, field) in [(json!({"contactId": 99}), "input.contactId"), (json!({"followerIds": [99]}), "input.followerIds")] {
            assert_eq!(anna.query_with(&update, json!({"id": 1, "input": change})).await.error().1, field);
        }
        app.account(Some(Realm::Loan), "1611", true).await;
        let stranger = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        for (document, variables) in [
            (creation("followUpCreate"), json!({"input": input})),
            (update, json!({"id": 1, "input": {}})),
            (deletion("followUpDelete"), json!({"id": 1})),
            (REPORT.to_owned(), json!({"input": {"contactId": 1, "recordedAt": at, "content": "x"}})),
            ("{ followUps { nodes { gain } } }".to_owned(), json!({})),
            ("{ followUp(id: 1) { gain } }".to_owned(), json!({})),
        ] {
            assert_eq!(stranger.query_with(&document, variables.clone()).await.code(), "FORBIDDEN", "{document}");
            assert_eq!(app.nobody().query_with(&document, variables).await.code(), "UNAUTHENTICATED", "{document}");
        }
    }
}
