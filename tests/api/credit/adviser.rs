//! Advisers of the bank.

use serde_json::{Value, json};

use crate::{
    app::both,
    bank::{Bank, staff},
    service::{change, create, creation, deletion, ids},
};

fn adviser(name: &str) -> Value {
    json!({
        "name": name, "idNumber": "53990019900307012x", "phone": "+86 199-0000-0088", "duty": "chair", "address": "A",
        "description": "D", "standing": "1", "kind": "评议员",
    })
}

both! {
    async fn advisers_belong_to_branches(app: TestApp) {
        let bank = Bank::new(&app).await;
        let west = staff(&app, &bank.boss, "west", 3, &[2]).await;
        let office = create(&bank.manager, "adviserCreate", adviser("Anna")).await;
        let branch = create(&bank.president, "adviserCreate", adviser("Bert")).await;
        let mut input = adviser("Cora");
        input["branchId"] = json!(3);
        let foreign = create(&bank.admin, "adviserCreate", input.clone()).await;
        let whole = create(&bank.boss, "adviserCreate", adviser("Dora")).await;
        assert_eq!(bank.president.query_with(&creation("adviserCreate"), json!({"input": input})).await.error().1, "input.branchId");
        for (caller, found) in [
            (&bank.admin, vec![office, branch, foreign, whole]),
            (&bank.president, vec![office, branch]),
            (&bank.manager, vec![office]),
            (&west, vec![foreign]),
        ] {
            assert_eq!(ids(caller, "advisers", "AdviserFilter", json!({})).await, found);
        }
        for (filter, found) in [
            (json!({"name": "ANN"}), vec![office]),
            (json!({"phone": "19900000088", "idNumber": "53990019900307012X"}), vec![office, branch]),
            (json!({"branchId": 2}), vec![branch]),
        ] {
            assert_eq!(ids(&bank.president, "advisers", "AdviserFilter", filter).await, found);
        }
        let one = format!("{{ adviser(id: {office}) {{ name idNumber phone branch {{ code advisers {{ totalCount }} }} }} }}");
        assert_eq!(west.query(&one).await.ok()["adviser"], Value::Null);
        assert_eq!(bank.manager.query(&one).await.ok()["adviser"], json!({
            "name": "Anna", "idNumber": "53990019900307012X", "phone": "19900000088",
            "branch": {"code": "17101", "advisers": {"totalCount": 1}},
        }));
        assert_eq!(app.nobody().query(&one).await.code(), "UNAUTHENTICATED");

        let update = change("adviserUpdate", "name duty branch { code }");
        let moved = json!({"id": office, "input": {"duty": "clerk", "branchId": 2}});
        assert_eq!(west.query_with(&update, moved.clone()).await.code(), "NOT_FOUND");
        assert_eq!(bank.president.query_with(&update, moved).await.ok()["adviserUpdate"]["adviser"],
            json!({"name": "Anna", "duty": "clerk", "branch": {"code": "17001"}}));
        assert_eq!(bank.manager.query(&one).await.ok()["adviser"], Value::Null);
        for (input, field) in [
            (json!({"name": ""}), "input.name"), (json!({"phone": "abc"}), "input.phone"), (json!({"branchId": 3}), "input.branchId"),
            (json!({"kind": "x".repeat(21)}), "input.kind"),
        ] {
            let error = bank.president.query_with(&update, json!({"id": office, "input": input})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".into(), field.into()));
        }
        let deletion = deletion("adviserDelete");
        assert_eq!(bank.manager.query_with(&deletion, json!({"id": office})).await.code(), "NOT_FOUND");
        bank.president.query_with(&deletion, json!({"id": office})).await.ok();
        assert_eq!(ids(&bank.president, "advisers", "AdviserFilter", json!({})).await, [branch]);
    }
}
