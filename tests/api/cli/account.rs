//! `quintet account`

use crate::{
    app::{PASSWORD, both},
    cli::program::Program,
};

both! {
    async fn a_created_account_signs_in_and_a_new_password_ends_its_session(app: TestApp) {
        let program = Program::on(&app.app.config.database_url);
        let server = program.serve(&[]);
        assert_eq!(program.run_with_input(&["account", "create", "root"], "first word\n").ok(), "Account root created\n");
        let again = program.run_with_input(&["account", "create", "root"], "another word\n").error();
        assert!(again.contains("taken"), "{again}");
        server.sign_in("root", "another word").unwrap_err();

        let token = server.sign_in("root", "first word").unwrap();
        let me = server.query(Some(&token), "{ me { login realm isManager } }");
        assert_eq!(me["data"]["me"], serde_json::json!({"login": "root", "realm": null, "isManager": true}));

        let told = program.run_with_input(&["account", "passwd", "root"], "second word\r\n").ok();
        assert!(told.contains("sessions have ended"), "{told}");
        // On PostgreSQL the server hears of it within a moment.
        let ended = (0..50).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            server.query(Some(&token), "{ me { login } }")["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        });
        assert!(ended, "the session goes on");
        server.sign_in("root", "first word").unwrap_err();
        server.sign_in("root", "second word").unwrap();

        let caller = app.sign_in(None, "root", "second word").await;
        let entries = caller.query("{ auditEntries(filter: {entity: \"Account\"}) { nodes { action after } } }").await.ok();
        let text = entries.to_string();
        assert!(text.contains("account create") && text.contains("account passwd"), "{text}");
        assert!(!text.contains(" word") && !text.contains("argon2"), "a password in the audit log: {text}");
    }

    async fn accounts_of_a_realm_have_its_rights_only(app: TestApp) {
        let program = Program::on(&app.app.config.database_url);
        let create = ["account", "create", "9", "--realm", "loan", "--name", "Nine", "--staff"];
        program.run_with_input(&create, PASSWORD).ok();
        let caller = app.sign_in(Some(quintet::auth::Realm::Loan), "9", PASSWORD).await;
        let me = caller.query("{ me { name realm isManager } }").await.ok();
        assert_eq!(me["me"], serde_json::json!({"name": "Nine", "realm": "LOAN", "isManager": false}));
        for refused in [&["account", "create", "9", "--realm", "moon"][..], &["account", "passwd", "9"], &["account", "create", ""]] {
            program.run_with_input(refused, PASSWORD).error();
        }
        for command in [&["account", "create", "10"][..], &["account", "passwd", "9", "--realm", "loan"]] {
            for password in ["", "\n", "short\n"] {
                let refused = program.run_with_input(command, password).error();
                assert!(refused.contains("8 to 200 characters"), "{refused}");
            }
        }
    }
}
