//! Estate agents: who enters them, what their number is worth.

use quintet::auth::Realm;
use serde_json::json;

use crate::{
    app::{PASSWORD, both},
    estate::Estate,
};

const CREATE: &str = "mutation($input: EstateAgentCreateInput!) { estateAgentCreate(input: $input) {
    estateAgent { number name isActive realm workPhone account { login isManager } } } }";

both! {
    async fn an_agent_is_entered_changed_and_deleted(app: TestApp) {
        let boss = app.manager(Realm::Estate).await;
        let input = json!({"number": "00006", "password": PASSWORD, "name": "Anna"});
        let answer = boss.query_with(CREATE, json!({"input": input})).await.ok();
        let agent = json!({
            "number": "00006", "name": "Anna", "isActive": true, "realm": "ESTATE", "workPhone": null,
            "account": {"login": "00006", "isManager": false},
        });
        assert_eq!(answer["estateAgentCreate"]["estateAgent"], agent);

        let anna = app.sign_in(Some(Realm::Estate), "00006", PASSWORD).await;
        let session = "{ session { estateAgent { number } loanOfficer { id } } me { estateAgent { id } } }";
        let answer = anna.query(session).await.ok();
        assert_eq!(answer["session"], json!({"estateAgent": {"number": "00006"}, "loanOfficer": null}));
        let id = answer["me"]["estateAgent"]["id"].clone();
        for number in ["6", "00006", "06"] {
            let list = format!("{{ estateAgents(filter: {{number: \"{number}\"}}) {{ totalCount nodes {{ id }} }} }}");
            assert_eq!(anna.query(&list).await.ok()["estateAgents"], json!({"totalCount": 1, "nodes": [{"id": id}]}));
        }

        let update = "mutation($id: ID!) { estateAgentUpdate(id: $id, input: {name: \"Anne\"}) {
            estateAgent { name account { name } } } }";
        let answer = boss.query_with(update, json!({"id": id})).await.ok();
        assert_eq!(answer["estateAgentUpdate"]["estateAgent"], json!({"name": "Anne", "account": {"name": "Anne"}}));
        let one = "query($id: ID!) { estateAgent(id: $id) { name } estateAgents(filter: {name: \"ann\"}) { totalCount } }";
        let answer = anna.query_with(one, json!({"id": id})).await.ok();
        assert_eq!(answer, json!({"estateAgent": {"name": "Anne"}, "estateAgents": {"totalCount": 1}}));

        let delete = "mutation($id: ID!) { estateAgentDelete(id: $id) { estateAgent { number } } }";
        boss.query_with(delete, json!({"id": id})).await.ok();
        assert_eq!(anna.query("{ me { login } }").await.code(), "UNAUTHENTICATED");
        assert_eq!(boss.query_with(delete, json!({"id": id})).await.code(), "NOT_FOUND");
        // The number is free again.
        boss.query_with(CREATE, json!({"input": input})).await.ok();
    }

    async fn an_agent_with_a_history_stays(app: TestApp) {
        let estate = Estate::new(&app).await;
        let anna = estate.agent("00006").await;
        anna.customer("Li", "13800000000").await;
        let delete = "mutation($id: ID!) { estateAgentDelete(id: $id) { estateAgent { number } } }";
        assert_eq!(estate.boss.query_with(delete, json!({"id": anna.id})).await.code(), "CONFLICT");
        anna.caller.query("{ me { login } }").await.ok();
    }

    async fn everybody_may_ask_whether_a_number_works(app: TestApp) {
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        let account = anna.caller.query("{ me { id } }").await.ok()["me"]["id"].clone();
        let freeze = "mutation($id: ID!) { accountFreeze(id: $id) { account { isFrozen } } }";
        estate.boss.query_with(freeze, json!({"id": account})).await.ok();
        let status = "query($number: String!) { estateAgentIsActive(number: $number) }";
        for (number, wanted) in [("6", false), ("00006", false), ("7", true), ("0007", true)] {
            let answer = app.nobody().query_with(status, json!({"number": number})).await.ok();
            assert_eq!(answer["estateAgentIsActive"], wanted, "{number}");
        }
        for number in ["", "0", "8", "70", "' OR 1=1 --"] {
            assert_eq!(app.nobody().query_with(status, json!({"number": number})).await.code(), "NOT_FOUND");
        }
        // A colleague sees it too, though he does not see the account.
        let answer = bert.caller.query("{ estateAgents { nodes { number isActive account { login } } } }").await.ok();
        let nodes = json!([
            {"number": "00006", "isActive": false, "account": null},
            {"number": "00007", "isActive": true, "account": {"login": "00007"}},
        ]);
        assert_eq!(answer["estateAgents"]["nodes"], nodes);
    }

    async fn a_number_is_unique_but_for_its_zeros(app: TestApp) {
        let estate = Estate::new(&app).await;
        estate.agent("00006").await;
        let with = |number: &str, password: &str, name: &str| {
            json!({"input": {"number": number, "password": password, "name": name}})
        };
        for number in ["00006", "6", "006"] {
            assert_eq!(estate.boss.query_with(CREATE, with(number, PASSWORD, "Bert")).await.code(), "CONFLICT");
        }
        for (input, field) in [
            (with("000", PASSWORD, "Bert"), "input.number"),
            (with("", PASSWORD, "Bert"), "input.number"),
            (with("1 2", PASSWORD, "Bert"), "input.number"),
            (with("7", "short", "Bert"), "input.password"),
            (with("7", PASSWORD, " "), "input.name"),
        ] {
            let error = estate.boss.query_with(CREATE, input).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
    }

    async fn only_managers_of_the_realm_enter_agents(app: TestApp) {
        let estate = Estate::new(&app).await;
        let anna = estate.agent("00006").await;
        let input = json!({"input": {"number": "7", "password": PASSWORD, "name": "Bert"}});
        assert_eq!(app.nobody().query_with(CREATE, input.clone()).await.code(), "UNAUTHENTICATED");
        assert_eq!(anna.caller.query_with(CREATE, input.clone()).await.code(), "FORBIDDEN");
        let stranger = app.manager(Realm::Loan).await;
        assert_eq!(stranger.query_with(CREATE, input).await.code(), "FORBIDDEN");
        assert_eq!(stranger.query("{ estateAgents { totalCount } }").await.code(), "FORBIDDEN");
        let mine = format!("mutation {{ estateAgentUpdate(id: {}, input: {{name: \"X\"}}) {{ estateAgent {{ id }} }} }}", anna.id);
        assert_eq!(anna.caller.query(&mine).await.code(), "FORBIDDEN");
    }
}
