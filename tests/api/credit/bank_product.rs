//! Products of the bank.

use quintet::auth::Realm;
use serde_json::json;

use crate::{
    app::{PASSWORD, both},
    bank::Bank,
    service::{change, create, creation, deletion, ids},
};

both! {
    async fn products_come_and_go(app: TestApp) {
        let bank = Bank::new(&app).await;
        let input = json!({"name": "小额贷款", "rate": "4.35", "description": "农户"});
        let first = create(&bank.admin, "bankProductCreate", input).await;
        let input = json!({"name": "Card", "rate": 18, "description": "x", "isOpen": false});
        let second = create(&bank.admin, "bankProductCreate", input).await;
        let one = "query($id: ID!) { bankProduct(id: $id) { code name isOpen rate description } }";
        assert_eq!(bank.admin.query_with(one, json!({"id": first})).await.ok()["bankProduct"],
            json!({"code": "BP000001", "name": "小额贷款", "isOpen": true, "rate": "4.35", "description": "农户"}));
        for (filter, found) in [
            (json!({}), vec![first, second]),
            (json!({"isOpen": true}), vec![first]),
            (json!({"name": "car"}), vec![second]),
            (json!({"code": "BP000002"}), vec![second]),
        ] {
            assert_eq!(ids(&bank.admin, "bankProducts", "BankProductFilter", filter.clone()).await, found, "{filter}");
        }
        let page = "{ bankProducts(page: {number: 2, size: 1}) { totalCount nodes { databaseId } } }";
        assert_eq!(bank.admin.query(page).await.ok()["bankProducts"],
            json!({"totalCount": 2, "nodes": [{"databaseId": second}]}));
        let update = change("bankProductUpdate", "name isOpen rate description");
        let input = json!({"id": second, "input": {"isOpen": true, "rate": "17.50"}});
        assert_eq!(bank.admin.query_with(&update, input).await.ok()["bankProductUpdate"]["bankProduct"],
            json!({"name": "Card", "isOpen": true, "rate": "17.50", "description": "x"}));

        // Whoever sells them sees what is offered.
        let offered = "{ offeredBankProducts { code } }";
        let input = json!({"id": first, "input": {"isOpen": false}});
        bank.admin.query_with(&update, input).await.ok();
        assert_eq!(bank.manager.query(offered).await.ok()["offeredBankProducts"], json!([{"code": "BP000002"}]));
        bank.admin.query_with(&deletion("bankProductDelete"), json!({"id": second})).await.ok();
        assert_eq!(bank.manager.query(offered).await.ok()["offeredBankProducts"], json!([]));
        let log = "{ auditEntries { nodes { action entity } } }";
        let log = app.admin().await.query(log).await.ok()["auditEntries"]["nodes"].to_string();
        for action in ["bankProductCreate", "bankProductUpdate", "bankProductDelete"] {
            assert!(log.contains(action), "{log}");
        }
    }

    async fn only_administrators_change_them(app: TestApp) {
        let bank = Bank::new(&app).await;
        let new = json!({"input": {"name": "x", "rate": "1", "description": "x"}});
        for caller in [&bank.manager, &bank.accountant, &bank.president] {
            assert_eq!(caller.query_with(&creation("bankProductCreate"), new.clone()).await.code(), "FORBIDDEN");
            assert_eq!(caller.query("{ bankProducts { nodes { name } } }").await.code(), "FORBIDDEN");
        }
        app.account(Some(Realm::Loan), "1611", true).await;
        let stranger = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        assert_eq!(stranger.query("{ offeredBankProducts { name } }").await.code(), "FORBIDDEN");
        assert_eq!(app.nobody().query("{ offeredBankProducts { name } }").await.code(), "UNAUTHENTICATED");
        for (patch, field) in [
            (json!({"name": " "}), "input.name"),
            (json!({"name": "x".repeat(21)}), "input.name"),
            (json!({"rate": "100"}), "input.rate"),
            (json!({"rate": "-0.01"}), "input.rate"),
            (json!({"rate": "1.005"}), "input.rate"),
            (json!({"description": "x".repeat(256)}), "input.description"),
        ] {
            let mut input = new["input"].clone();
            input.as_object_mut().unwrap().extend(patch.as_object().unwrap().clone());
            let error = bank.admin.query_with(&creation("bankProductCreate"), json!({"input": input})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()), "{patch}");
        }
        let update = json!({"id": 9, "input": {"rate": "1"}});
        assert_eq!(bank.admin.query_with(&change("bankProductUpdate", "name"), update).await.code(), "NOT_FOUND");
    }
}
