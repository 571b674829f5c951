//! Signing in and out, and what a token is worth.

use quintet::auth::Realm;
use serde_json::json;

use crate::app::{PASSWORD, TestApp, both};

const SIGN_IN: &str = "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { token sid } }";
const ME: &str = "{ me { login realm } }";

both! {
    async fn a_token_opens_until_logout(app: TestApp) {
        app.account(Some(Realm::Loan), "1611", false).await;
        let caller = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        assert_eq!(caller.query(ME).await.ok(), json!({"me": {"login": "1611", "realm": "LOAN"}}));
        caller.query("mutation { sessionEnd { session { endedAt } } }").await.ok();
        assert_eq!(caller.query(ME).await.code(), "UNAUTHENTICATED");
    }

    async fn the_sid_is_as_good_as_the_token(app: TestApp) {
        app.account(Some(Realm::Service), "18800000001", false).await;
        let input = json!({"input": {"realm": "SERVICE", "login": "18800000001", "password": PASSWORD}});
        let answer = app.nobody().query_with(SIGN_IN, input).await.ok();
        let sid = answer["sessionCreate"]["sid"].as_str().unwrap();
        assert_eq!(sid.len(), 64);
        let mut caller = app.nobody();
        caller.token = Some(sid.to_owned());
        caller.query(ME).await.ok();
    }

    async fn the_md5_of_the_password_opens_too(app: TestApp) {
        app.account(Some(Realm::Loan), "1611", false).await;
        let md5 = quintet::auth::password::md5_hex(PASSWORD);
        let input = json!({"input": {"realm": "LOAN", "login": "1611", "passwordMd5": md5}});
        app.nobody().query_with(SIGN_IN, input).await.ok();
    }

    async fn a_login_belongs_to_its_realm(app: TestApp) {
        app.account(Some(Realm::Loan), "1611", false).await;
        for realm in [json!("SERVICE"), json!(null)] {
            let input = json!({"input": {"realm": realm, "login": "1611", "password": PASSWORD}});
            assert_eq!(app.nobody().query_with(SIGN_IN, input).await.code(), "UNAUTHENTICATED");
        }
    }

    async fn guessing_has_to_wait(app: TestApp) {
        app.account(Some(Realm::Loan), "1611", false).await;
        let wrong = json!({"input": {"realm": "LOAN", "login": "1611", "password": "guess"}});
        let right = json!({"input": {"realm": "LOAN", "login": "1611", "password": PASSWORD}});
        for _ in 0..app.app.config.login_attempts {
            assert_eq!(app.nobody().query_with(SIGN_IN, wrong.clone()).await.code(), "UNAUTHENTICATED");
        }
        assert_eq!(app.nobody().query_with(SIGN_IN, wrong).await.code(), "RATE_LIMITED");
        // Not even the right password, and not from another address, since it is the account that is guessed.
        assert_eq!(app.nobody().from([10, 0, 0, 9]).query_with(SIGN_IN, right).await.code(), "RATE_LIMITED");
    }

    async fn a_frozen_account_is_out_at_once(app: TestApp) {
        let account = app.account(Some(Realm::Loan), "1611", false).await;
        let caller = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        let boss = app.manager(Realm::Loan).await;
        let freeze = format!("mutation {{ accountFreeze(id: \"{}\") {{ account {{ isFrozen }} }} }}", account.id);
        assert_eq!(caller.query(&freeze).await.code(), "FORBIDDEN");
        assert_eq!(boss.query(&freeze).await.ok()["accountFreeze"]["account"]["isFrozen"], true);
        assert_eq!(caller.query(ME).await.code(), "UNAUTHENTICATED");
        let input = json!({"input": {"realm": "LOAN", "login": "1611", "password": PASSWORD}});
        assert_eq!(app.nobody().query_with(SIGN_IN, input).await.code(), "UNAUTHENTICATED");
    }

    async fn accounts_are_made_by_managers_of_their_realm(app: TestApp) {
        let boss = app.manager(Realm::Loan).await;
        let create = "mutation($input: AccountCreateInput!) { accountCreate(input: $input) { account { id login realm isManager } } }";
        let input = |realm, login: &str| json!({"input": {"realm": realm, "login": login, "name": "New", "password": PASSWORD}});
        let made = boss.query_with(create, input(json!("LOAN"), "2001")).await.ok();
        assert_eq!(made["accountCreate"]["account"]["isManager"], false);
        assert_eq!(boss.query_with(create, input(json!("LOAN"), "2001")).await.code(), "CONFLICT");
        for realm in [json!("SERVICE"), json!(null)] {
            assert_eq!(boss.query_with(create, input(realm, "2002")).await.code(), "FORBIDDEN");
        }
        let staff = app.sign_in(Some(Realm::Loan), "2001", PASSWORD).await;
        assert_eq!(staff.query_with(create, input(json!("LOAN"), "2003")).await.code(), "FORBIDDEN");
        // He sees himself only, and his manager sees the realm only.
        app.account(Some(Realm::Service), "3001", false).await;
        let logins = async |caller: &crate::app::Caller| {
            caller.query("{ accounts { nodes { login } } }").await.ok()["accounts"]["nodes"].as_array().unwrap().len()
        };
        assert_eq!((logins(&staff).await, logins(&boss).await, logins(&app.admin().await).await), (1, 2, 4));
        let id = made["accountCreate"]["account"]["id"].as_str().unwrap().to_owned();
        let set = |what: &str| format!("mutation {{ account{what}(id: \"{id}\") {{ account {{ isFrozen }} }} }}");
        boss.query(&set("Freeze")).await.ok();
        assert_eq!(boss.query(&set("Thaw")).await.ok()["accountThaw"]["account"]["isFrozen"], false);
        app.sign_in(Some(Realm::Loan), "2001", PASSWORD).await;
        let entries = app.sign_in(None, "root", PASSWORD).await.query("{ auditEntries(last: 1) { nodes { action } } }").await.ok();
        assert_eq!(entries["auditEntries"]["nodes"][0]["action"], "accountCreate");
    }

    async fn a_new_password_ends_the_sessions(app: TestApp) {
        let account = app.account(Some(Realm::Loan), "1611", false).await;
        let caller = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        let set = "mutation($id: ID!, $current: String, $password: String!) {
            accountPasswordSet(id: $id, current: $current, password: $password) { account { login } } }";
        let variables = |current, password| json!({"id": account.id.number, "current": current, "password": password});
        assert_eq!(caller.query_with(set, variables("wrong", "a new password")).await.error().1, "current");
        assert_eq!(caller.query_with(set, variables(PASSWORD, "short")).await.error().1, "input.password");
        caller.query_with(set, variables(PASSWORD, "a new password")).await.ok();
        assert_eq!(caller.query(ME).await.code(), "UNAUTHENTICATED");
        app.sign_in(Some(Realm::Loan), "1611", "a new password").await.query(ME).await.ok();
    }

    async fn a_session_that_ends_on_one_server_ends_on_all(app: TestApp) {
        let account = app.account(Some(Realm::Loan), "1611", false).await;
        let other = TestApp::with(app.app.config.clone()).await;
        let caller = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        let mut elsewhere = other.nobody();
        elsewhere.token = caller.token.clone();
        let boss = app.manager(Realm::Loan).await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        for _ in 0..3 {
            elsewhere.query(ME).await.ok();
        }
        boss.query(&format!("mutation {{ accountFreeze(id: {}) {{ account {{ id }} }} }}", account.id.number)).await.ok();
        assert_eq!(caller.query(ME).await.code(), "UNAUTHENTICATED");
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(elsewhere.query(ME).await.code(), "UNAUTHENTICATED");
    }

    async fn a_forged_token_is_worth_nothing(app: TestApp) {
        app.account(Some(Realm::Loan), "1611", true).await;
        let mut caller = app.sign_in(Some(Realm::Loan), "1611", PASSWORD).await;
        let token = caller.token.clone().unwrap();
        let (body, _) = token.rsplit_once('.').unwrap();
        let claims = body.split_once('.').unwrap().1;
        for forged in [
            format!("{body}.AAAA"),
            format!("eyJhbGciOiJub25lIn0.{claims}."),
            format!("eyJhbGciOiJIUzI1NiJ9.{claims}.AAAA"),
            "x".repeat(100_000),
            "00".repeat(32),
            "' OR 1=1 --".to_owned(),
        ] {
            caller.token = Some(forged);
            assert_eq!(caller.query(ME).await.code(), "UNAUTHENTICATED");
        }
    }
}
