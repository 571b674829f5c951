//! What the service team did per organisation.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::{
    app::{Caller, PASSWORD, both},
    service::{Team, create},
};

/// Rows as (organisation, count, amount, earliest day) and the page
async fn statistics(caller: &Caller, field: &str, arguments: &str) -> (Vec<(Value, i64, Value, String)>, Value) {
    let document = format!(
        "{{ {field}{arguments} {{ rows {{ organization {{ name }} count amount earliestAt }} page {{ number size total }} }} }}"
    );
    let answer = caller.query(&document).await.ok()[field].clone();
    let rows = answer["rows"].as_array().unwrap().iter();
    let rows = rows.map(|row| {
        let name = row["organization"].get("name").cloned().unwrap_or_default();
        let day = row["earliestAt"].as_str().unwrap()[..10].to_owned();
        (name, row["count"].as_i64().unwrap(), row["amount"].clone(), day)
    });
    (rows.collect(), answer["page"].clone())
}

fn day(day: i32) -> String {
    format!("2026-01-{day:02}T00:00:00Z")
}

both! {
    async fn contracts_signed(app: TestApp) {
        let Team { anna, .. } = Team::new(&app).await;
        for name in ["A", "B", "C"] {
            create(&anna, "clientOrganizationCreate", json!({"name": name})).await;
        }
        for (organization, amount, at) in [
            (1, json!("0.10"), Some(day(3))),
            (1, json!("0.20"), Some(day(1))),
            (1, json!(null), Some(day(2))),
            (2, json!("999999999999.99"), Some(day(5))),
            (2, json!("999999999999.99"), Some(day(4))),
            // Not signed: not counted
            (3, json!("5"), None),
        ] {
            let input = json!({"organizationId": organization, "name": "N", "amount": amount, "signedAt": at});
            create(&anna, "serviceContractCreate", input).await;
        }
        let (rows, page) = statistics(&anna, "signStatistics", "").await;
        assert_eq!(rows, [
            (json!("B"), 2, json!("1999999999999.98"), "2026-01-04".to_owned()),
            (json!("A"), 3, json!("0.30"), "2026-01-01".to_owned()),
        ]);
        assert_eq!(page, json!({"number": 1, "size": 20, "total": 2}));
        let (rows, page) = statistics(&anna, "signStatistics", "(page: {number: 2, size: 1})").await;
        assert_eq!((rows.len(), rows[0].0.clone(), page), (1, json!("A"), json!({"number": 2, "size": 1, "total": 2})));
        let window = format!("(organizationIds: [1, 3], from: \"{}\", to: \"{}\")", day(2), day(3));
        let (rows, _) = statistics(&anna, "signStatistics", &window).await;
        assert_eq!(rows, [(json!("A"), 2, json!("0.10"), "2026-01-02".to_owned())]);
        let (rows, page) = statistics(&anna, "signStatistics", "(organizationIds: [3])").await;
        assert_eq!((rows.len(), &page["total"]), (0, &json!(0)));
    }

    async fn demands_and_follow_ups(app: TestApp) {
        let Team { anna, .. } = Team::new(&app).await;
        for name in ["A", "B"] {
            create(&anna, "clientOrganizationCreate", json!({"name": name})).await;
        }
        for organization in [json!(1), json!(2), json!(null)] {
            create(&anna, "serviceContactCreate", json!({"realName": "Z", "organizationId": organization})).await;
        }
        for (contact, at) in [(1, 2), (2, 3), (2, 1), (3, 4), (3, 5), (3, 6), (1, 7)] {
            let at = day(at);
            create(&anna, "demandChangeCreate", json!({"contactId": contact, "content": "x", "recordedAt": at})).await;
            create(&anna, "followUpCreate", json!({"contactId": contact, "event": "CALL", "recordedAt": at})).await;
        }
        let all = [
            (json!(null), 3, json!(null), "2026-01-04".to_owned()),
            (json!("A"), 2, json!(null), "2026-01-02".to_owned()),
            (json!("B"), 2, json!(null), "2026-01-01".to_owned()),
        ];
        for field in ["demandStatistics", "followUpStatistics"] {
            for arguments in ["", "(organizationIds: [])", "(organizationIds: null)"] {
                let (rows, page) = statistics(&anna, field, arguments).await;
                assert_eq!((rows, &page["total"]), (all.to_vec(), &json!(3)));
            }
            let (rows, page) = statistics(&anna, field, "(organizationIds: [1, 2], page: {number: 2, size: 1})").await;
            assert_eq!((rows, &page["total"]), (all[2..].to_vec(), &json!(2)));
            let window = format!("(from: \"{}\", to: \"{}\")", day(3), day(4));
            let (rows, _) = statistics(&anna, field, &window).await;
            assert_eq!(rows, [
                (json!("B"), 1, json!(null), "2026-01-03".to_owned()),
                (json!(null), 1, json!(null), "2026-01-04".to_owned()),
            ]);
        }
    }

    async fn inputs_and_access(app: TestApp) {
        let Team { anna, .. } = Team::new(&app).await;
        app.account(Some(Realm::Loan), "1611", true).await;
        let stranger = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        for field in ["signStatistics", "demandStatistics", "followUpStatistics"] {
            let document = format!("{{ {field} {{ page {{ total }} }} }}");
            assert_eq!(stranger.query(&document).await.code(), "FORBIDDEN");
            assert_eq!(app.nobody().query(&document).await.code(), "UNAUTHENTICATED");
            let document = format!("query($ids: [ID!]) {{ {field}(organizationIds: $ids) {{ page {{ total }} }} }}");
            let error = anna.query_with(&document, json!({"ids": vec![1; 201]})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), "organizationIds".to_owned()));
            let document = format!("{{ {field}(page: {{number: 0}}) {{ page {{ total }} }} }}");
            assert_eq!(anna.query(&document).await.error().1, "page.number");
        }
    }
}
