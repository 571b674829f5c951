//! The rules of GraphQL at the door: what `.ci/validation` found that the library alone lets pass, and documents that
//! are made to keep a validator busy.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::app::both;

/// `{part 0} {part 1} …`
fn each(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().join(" ")
}

/// A query of fragments that each spread the next one, within itself or behind a field, the last of them plain
fn chain(count: usize, part: impl Fn(usize) -> String) -> String {
    format!("{{ ...f0 }} {} fragment f{count} on Query {{ __typename }}", each(count, part))
}

both! {
    async fn broken_rules_are_found_everywhere(app: TestApp) {
        let caller = app.nobody();
        let documents = [
            // Conflicts within selections that are merged, and across types
            "{ me { name } me { name: login } }",
            "{ me { bankStaff { id } } me { bankStaff { id: databaseId } } }",
            "{ me { ...a } me { name } } fragment a on Account { name: login }",
            "{ node(id: \"x\") { ... on Account { key: isFrozen } ... on Tag { key: name } } }",
            "{ node(id: \"x\") { ... on Account { key: name } ... on Tag { key: name } ... on Branch { key: id } ... on Grid { key: databaseId } } }",
            "{ accounts(first: 1) { totalCount } accounts(first: 2) { totalCount } }",
            "{ nodes(ids: [\"x\"]) { id } nodes(ids: \"x\") { id } }",
            // Values
            "{ accounts(first: 2147483648) { totalCount } }",
            "{ accounts(first: 1.0) { totalCount } }",
            "{ loanCustomers(filter: {stages: \"VISITED\"}) { totalCount } }",
            "{ loanCustomers(filter: {employeeCode: \"a\", employeeCode: \"b\"}) { totalCount } }",
            "{ loanCustomers(filter: {nothing: 1}) { totalCount } }",
            "query ($id: ID = null) { node(id: $id) { id } }",
            "query ($ids: [ID]) { nodes(ids: $ids) { id } }",
            "query ($ids: [ID!]) { nodes(ids: [$ids]) { id } }",
            "query ($n: Int = \"1\") { accounts(first: $n) { totalCount } }",
            // Directives, introspection, names
            "{ me @skip(if: true) @skip(if: false) { id } }",
            "query @skip(if: true) { me { id } }",
            "query ($n: Int, $n: Int) { accounts(first: $n) { totalCount } }",
            "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
        ];
        for document in documents {
            let answer = caller.query(document).await;
            let code = &answer.body["errors"][0]["extensions"]["code"];
            assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "{document}\n{}", answer.body);
            assert!(answer.body["errors"][0]["locations"][0]["line"].is_number(), "{}", answer.body);
        }
        let admin = app.admin().await;
        for document in [
            "{ me { name } me { login name } }",
            "{ node(id: \"x\") { ... on Account { key: name } ... on Tag { key: name } } }",
            "query ($n: Int = 5) { accounts(first: $n) { totalCount } }",
            "query ($id: ID = \"x\") { node(id: $id) { id } }",
        ] {
            let answer = admin.query(document).await;
            let code = answer.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
            assert!(!code.starts_with("GRAPHQL"), "{document}\n{}", answer.body);
        }
        let merged = admin.query("{ accounts { nodes { login } } accounts { nodes { name } totalCount } }").await.ok();
        assert_eq!(merged, json!({"accounts": {"nodes": [{"login": "root", "name": "Owner of root"}], "totalCount": 1}}));
    }

    async fn escapes_of_unicode_are_read(app: TestApp) {
        let admin = app.admin().await;
        for (escaped, text) in [(r"\u00e9", "é"), (r"\uD83D\uDE00", "😀"), (r"\u{1F600}", "😀")] {
            let document = format!(
                "mutation {{ smsTemplateCreate(input: {{title: \"{escaped}\", content: \"c\"}}) {{ smsTemplate {{ title }} }} }}"
            );
            assert_eq!(admin.query(&document).await.ok()["smsTemplateCreate"]["smsTemplate"]["title"], text);
        }
        for broken in [r"\uD83D", r"\u{110000}", r"\q", r"\u{0}", r"\u0000"] {
            let document = format!("{{ loanCustomer(id: \"{broken}\") {{ id }} }}");
            assert!(admin.query(&document).await.body.get("data").is_none(), "{broken}");
        }
    }

    async fn values_of_variables_are_checked_before_anything_runs(app: TestApp) {
        let admin = app.admin().await;
        let write = "mutation($first: SmsTemplateCreateInput!, $second: SmsTemplateCreateInput!) {
            a: smsTemplateCreate(input: $first) { smsTemplate { id } }
            b: smsTemplateCreate(input: $second) { smsTemplate { id } }
        }";
        let good = json!({"title": "t", "content": "c"});
        for (second, field) in [
            (json!(null), "variables.second"),
            (json!("x"), "variables.second"),
            (json!({"title": "t"}), "variables.second.content"),
            (json!({"title": 7, "content": "c"}), "variables.second.title"),
            (json!({"title": "t", "content": "c", "colour": "red"}), "variables.second.colour"),
        ] {
            let answer = admin.query_with(write, json!({"first": good, "second": second})).await;
            assert_eq!(answer.error(), ("BAD_USER_INPUT".into(), field.into()), "{second}");
            assert!(answer.body.get("data").is_none());
        }
        assert_eq!(admin.query("{ smsTemplates { totalCount } }").await.ok()["smsTemplates"]["totalCount"], 0);
        let read = "query($stages: [LoanStage!], $ids: [ID!] = [\"x\"], $n: Int) {
            loanCustomers(first: $n, filter: {stages: $stages}) { totalCount } nodes(ids: $ids) { id }
        }";
        for (variables, field) in [
            (json!({"stages": ["VISITED", "NONE"]}), "variables.stages.1"),
            (json!({"stages": [null]}), "variables.stages.0"),
            (json!({"ids": [null]}), "variables.ids.0"),
            (json!({"n": 2_147_483_648_i64}), "variables.n"),
            (json!({"n": "5"}), "variables.n"),
        ] {
            let answer = admin.query_with(read, variables.clone()).await;
            assert_eq!(answer.error(), ("BAD_USER_INPUT".into(), field.into()), "{variables}");
        }
        // One item stands for a list of one; what is not declared does not matter.
        admin.query_with(read, json!({"stages": "VISITED", "ids": [], "more": 1})).await.ok();
    }

    async fn a_mutation_s_field_runs_once_however_often_it_is_selected(app: TestApp) {
        let admin = app.admin().await;
        let create = "smsTemplateCreate(input: {title: \"t\", content: \"c\"})";
        let total = async || admin.query("{ smsTemplates { totalCount } }").await.ok()["smsTemplates"]["totalCount"].clone();
        let merged = format!(
            "mutation {{ {create} {{ smsTemplate {{ title }} }} ...F ...F ... on Mutation {{ {create} {{ __typename }} }} }}
            fragment F on Mutation {{ ...G }} fragment G on Mutation {{ {create} {{ smsTemplate {{ content }} }} }}"
        );
        let expected = json!({"smsTemplate": {"title": "t", "content": "c"}, "__typename": "SmsTemplateCreatePayload"});
        assert_eq!(admin.query(&merged).await.ok(), json!({"smsTemplateCreate": expected}));
        assert_eq!(total().await, 1);
        // Keys of their own are fields of their own, conditions hold where they stood.
        let conditions = format!(
            "mutation($yes: Boolean!, $no: Boolean!) {{
                a: {create} {{ __typename }} b: {create} @skip(if: $yes) {{ __typename }} ...F @include(if: $no) ... @include(if: $yes) {{ ...G }}
            }}
            fragment F on Mutation {{ c: {create} {{ __typename }} }} fragment G on Mutation {{ d: {create} @skip(if: $no) {{ __typename }} }}"
        );
        let keys = admin.query_with(&conditions, json!({"yes": true, "no": false})).await.ok();
        assert_eq!(keys.as_object().unwrap().keys().collect::<Vec<_>>(), ["a", "d"]);
        assert_eq!(total().await, 3);
        // What may run twice is refused, whatever the conditions say.
        for twice in ["", "@skip(if: $yes)", "@include(if: $yes)"] {
            let document = format!(
                "mutation($yes: Boolean!) {{ {create} @include(if: $yes) {{ __typename }} {create} {twice} {{ smsTemplate {{ id }} }} }}"
            );
            let answer = admin.query_with(&document, json!({"yes": true})).await;
            assert_eq!(answer.error(), ("BAD_USER_INPUT".into(), "query".into()), "{document}");
        }
        assert_eq!(total().await, 3);
    }

    async fn documents_made_to_keep_it_busy_do_not(app: TestApp) {
        let caller = app.nobody();
        let spread = |next: usize| format!("...f{next} ... on Query {{ ...f{next} }}");
        let documents = [
            ("laughs", chain(30, |i| format!("fragment f{i} on Query {{ {} }}", spread(i + 1)))),
            ("wide laughs", chain(14, |i| format!("fragment f{i} on Query {{ {} }}", format!("...f{} ", i + 1).repeat(20)))),
            ("circle", chain(50, |i| format!("fragment f{i} on Query {{ ...f{} ...f{} }}", (i + 1) % 50, (i + 7) % 50))),
            ("ladder", chain(300, |i| format!("fragment f{i} on Query {{ ...f{} a{i}: __typename }}", i + 1))),
            ("many operations", format!(
                "{} {} fragment f200 on Query {{ __typename }}",
                each(300, |i| format!("query q{i} {{ ...f0 }}")),
                each(200, |i| format!("fragment f{i} on Query {{ ...f{} a{i}: __typename }}", i + 1)),
            )),
            ("equal fields", format!("{{ {} }}", "me { id name } ".repeat(1500))),
            ("equal fields within", format!("{{ me {{ {} }} }}", "bankStaff { account { bankStaff { id } } } ".repeat(700))),
            ("fragments side by side", format!(
                "{{ {} }} {}",
                each(300, |i| format!("...f{i}")),
                each(300, |i| format!("fragment f{i} on Query {{ me {{ id }} me {{ name }} }}")),
            )),
            ("variables", format!(
                "query({}) {{ {} }}",
                each(900, |i| format!("$v{i}: Int")),
                each(900, |i| format!("a{i}: accounts(first: $v{i}) {{ totalCount }}")),
            )),
            ("directives", format!("{{ __typename {} }}", "@skip(if: true) ".repeat(1500))),
            ("lists", format!("{{ nodes(ids: {}{}) {{ id }} }}", "[".repeat(45), "]".repeat(45))),
        ];
        for (name, document) in documents {
            let start = Instant::now();
            let answer = caller.query(&document).await;
            let took = start.elapsed();
            let code = answer.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default();
            // Equal fields are one field: nothing is wrong with them but that nobody asks.
            let expected = if name == "equal fields within" { &["UNAUTHENTICATED"][..] } else { &["COST_EXCEEDED", "GRAPHQL_VALIDATION_FAILED"] };
            assert!(expected.contains(&code), "{name}: {:.300}", answer.body.to_string());
            assert!(took < Duration::from_secs(5), "{name} took {took:?}");
            assert!(answer.body.to_string().len() < 8000, "{name} is answered at length");
        }
    }
}
