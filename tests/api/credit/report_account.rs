//! Accounts with the credit bureau: whose they are, and that nobody is shown a password.

use quintet::{
    auth::vault::Vault,
    db::{Run as _, Secret, tables::report_accounts},
};
use serde_json::{Value, json};

use super::grid::Grids;
use crate::{
    app::{TestApp, both},
    service::{change, create, creation, deletion, ids},
};

fn account(branch: &str, name: &str) -> Value {
    json!({"branchCode": branch, "userName": name, "password": "secret-1"})
}

/// One account of the headquarters (1), branch 2, branch 3 and the office (4) each
async fn accounts(app: &TestApp) -> Grids {
    let grids = Grids::new(app).await;
    for (branch, name) in [("17000", "zx1"), ("17001", "zx2"), ("17002", "zx3"), ("17101", "zx4")] {
        create(&grids.bank.boss, "reportAccountCreate", account(branch, name)).await;
    }
    grids
}

/// The passwords as they are kept
async fn kept(app: &TestApp) -> Vec<Secret> {
    use diesel::QueryDsl as _;
    let mut conn = app.app.db.write().await.unwrap();
    report_accounts::table.select(report_accounts::password).order(report_accounts::id).all(&mut conn).await.unwrap()
}

both! {
    async fn rows_follow_the_branch(app: TestApp) {
        let Grids { bank, west, .. } = accounts(&app).await;
        let list = "reportAccounts";
        for (caller, found) in [
            (&bank.boss, vec![1, 2, 3, 4]),
            (&bank.admin, vec![1, 2, 3, 4]),
            (&bank.president, vec![2, 4]),
            (&bank.accountant, vec![2, 4]),
            (&west, vec![3]),
        ] {
            assert_eq!(ids(caller, list, "ReportAccountFilter", json!({})).await, found);
        }
        assert_eq!(bank.manager.query("{ reportAccounts { nodes { userName } } }").await.code(), "FORBIDDEN");
        assert_eq!(app.nobody().query("{ reportAccounts { nodes { userName } } }").await.code(), "UNAUTHENTICATED");
        assert_eq!(west.query("{ reportAccount(id: 2) { userName } }").await.ok(), json!({"reportAccount": null}));
        let update = change("reportAccountUpdate", "userName branch { code }");
        assert_eq!(west.query_with(&update, json!({"id": 2, "input": {"userName": "x"}})).await.code(), "NOT_FOUND");
        assert_eq!(west.query_with(&deletion("reportAccountDelete"), json!({"id": 2})).await.code(), "NOT_FOUND");
        let foreign = json!({"input": account("17001", "zx9")});
        assert_eq!(west.query_with(&creation("reportAccountCreate"), foreign).await.error().1, "input.branchCode");
        let away = json!({"id": 3, "input": {"branchId": 2}});
        assert_eq!(west.query_with(&update, away).await.error().1, "input.branchId");
        // Without a branch it is that of whoever enters it.
        let own = json!({"userName": "zx9", "password": "x", "status": "FROZEN", "kind": "APPROVAL"});
        let own = create(&west, "reportAccountCreate", own).await;
        let one = west.query(&format!("{{ reportAccount(id: {own}) {{ branch {{ code }} status kind }} }}")).await.ok();
        assert_eq!(one["reportAccount"], json!({"branch": {"code": "17002"}, "status": "FROZEN", "kind": "APPROVAL"}));
        for (filter, found) in [(json!({"userName": "zx"}), vec![3, 5]), (json!({"userName": "zx9"}), vec![5]), (json!({"branchId": 2}), vec![])] {
            assert_eq!(ids(&west, list, "ReportAccountFilter", filter).await, found);
        }
        let branch = "mutation { branchDelete(id: 4) { branch { id } } }";
        assert_eq!(bank.boss.query(branch).await.code(), "CONFLICT");
    }

    async fn passwords_are_kept_and_not_shown(app: TestApp) {
        let Grids { bank, .. } = accounts(&app).await;
        let before = kept(&app).await;
        assert!(before.iter().all(|password| !password.reveal().contains("secret")));
        assert_eq!(app.app.vault.open(&before[0]).unwrap(), "secret-1");
        assert!(Vault::new(b"another key").unwrap().open(&before[0]).is_err());
        assert_eq!(before.iter().filter(|password| password.reveal() == before[0].reveal()).count(), 1);
        let fields = bank.boss.query("{ __type(name: \"ReportAccount\") { fields { name } } }").await.ok();
        assert!(!fields.to_string().contains("password"));

        let update = change("reportAccountUpdate", "userName comment reminder");
        let input = json!({"comment": "c", "reminder": "r", "userName": "zx1b"});
        let changed = bank.boss.query_with(&update, json!({"id": 1, "input": input})).await.ok();
        assert_eq!(changed["reportAccountUpdate"]["reportAccount"], json!({"userName": "zx1b", "comment": "c", "reminder": "r"}));
        assert_eq!(kept(&app).await[0].reveal(), before[0].reveal(), "without a password it stays");
        bank.boss.query_with(&update, json!({"id": 1, "input": {"password": "geheim-2", "comment": null}})).await.ok();
        assert_eq!(app.app.vault.open(&kept(&app).await[0]).unwrap(), "geheim-2");
        let audit = app.admin().await.query("{ auditEntries(first: 10) { nodes { before after } } }").await.ok().to_string();
        assert!(audit.contains("zx1b") && audit.contains("***"));
        assert!(!audit.contains("secret-1") && !audit.contains("geheim-2") && !audit.contains(before[0].reveal()));
    }

    async fn names_are_unique_until_they_are_deleted(app: TestApp) {
        let Grids { bank, .. } = accounts(&app).await;
        let create_again = async |name: &str| {
            bank.boss.query_with(&creation("reportAccountCreate"), json!({"input": account("17001", name)})).await
        };
        assert_eq!(create_again("zx2").await.code(), "CONFLICT");
        let update = change("reportAccountUpdate", "status");
        assert_eq!(bank.boss.query_with(&update, json!({"id": 1, "input": {"userName": "zx2"}})).await.code(), "CONFLICT");
        bank.president.query_with(&deletion("reportAccountDelete"), json!({"id": 2})).await.ok();
        assert_eq!(ids(&bank.boss, "reportAccounts", "ReportAccountFilter", json!({})).await, [1, 3, 4]);
        for document in [deletion("reportAccountDelete"), update.clone()] {
            let input = json!({"id": 2, "input": {"status": "ACTIVE"}});
            assert_eq!(bank.boss.query_with(&document, input).await.code(), "NOT_FOUND");
        }
        create_again("zx2").await.ok();
        let gone = json!({"id": 4, "input": {"status": "DELETED"}});
        bank.boss.query_with(&update, gone).await.ok();
        assert_eq!(bank.boss.query("{ reportAccount(id: 4) { status } }").await.ok(), json!({"reportAccount": null}));
        for (field, value) in [
            ("userName", json!(" ")),
            ("userName", json!("x".repeat(21))),
            ("password", json!("")),
            ("password", json!("x".repeat(51))),
            ("status", json!("DELETED")),
            ("comment", json!("x".repeat(256))),
            ("reminder", json!("x".repeat(256))),
            ("branchCode", json!("none")),
        ] {
            let mut input = account("17001", "zx8");
            input[field] = value;
            let refused = bank.boss.query_with(&creation("reportAccountCreate"), json!({"input": input})).await.error();
            assert_eq!(refused, ("BAD_USER_INPUT".into(), format!("input.{field}")));
        }
    }
}
