//! Projects, their windows and their agents, and the packages of numbers to call for them.

use serde_json::{Value, json};

use crate::{
    app::{Caller, both},
    estate::{Estate, day, id},
};

const CREATE: &str = "mutation($input: EstateProjectCreateInput!) { estateProjectCreate(input: $input) {
    estateProject { databaseId name startsOn endsOn isDeleted isCurrent } } }";
const UPDATE: &str = "mutation($id: ID!, $input: EstateProjectUpdateInput!) {
    estateProjectUpdate(id: $id, input: $input) { estateProject { name startsOn isDeleted isCurrent } } }";
const DELETE: &str = "mutation($id: ID!) { estateProjectDelete(id: $id) { estateProject { isDeleted } } }";
const CURRENT: &str = "query($id: ID!) { currentEstateProject(id: $id) { databaseId } }";

async fn ids(caller: &Caller, filter: Value) -> Vec<i64> {
    let list = "query($filter: EstateProjectFilter) { estateProjects(filter: $filter) { nodes { databaseId } } }";
    let answer = caller.query_with(list, json!({"filter": filter})).await.ok();
    let nodes = answer["estateProjects"]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|node| node["databaseId"].as_i64().unwrap()).collect()
}

both! {
    async fn a_project_is_created_changed_and_deleted(app: TestApp) {
        let estate = Estate::new(&app).await;
        let anna = estate.agent("00006").await;
        let input = |name: &str, first: i64, last: i64| json!({"name": name, "startsOn": day(first), "endsOn": day(last)});
        let answer = estate.boss.query_with(CREATE, json!({"input": input("Pine Court", 0, 0)})).await.ok();
        let project = id(&answer, "/estateProjectCreate/estateProject");
        let expected = json!({
            "databaseId": project, "name": "Pine Court", "startsOn": day(0), "endsOn": day(0), "isDeleted": false,
            "isCurrent": true,
        });
        assert_eq!(answer["estateProjectCreate"]["estateProject"], expected);
        let change = |input: Value| json!({"id": project, "input": input});
        let answer = estate.boss.query_with(UPDATE, change(json!({"endsOn": day(9), "startsOn": day(3)}))).await.ok();
        assert_eq!(answer["estateProjectUpdate"]["estateProject"]["isCurrent"], false);
        let wrong = change(json!({"endsOn": day(2)}));
        assert_eq!(estate.boss.query_with(UPDATE, wrong).await.error().1, "input.endsOn");
        for (name, first, last, field) in [("", 0, 0, "input.name"), ("x", 1, 0, "input.endsOn")] {
            let error = estate.boss.query_with(CREATE, json!({"input": input(name, first, last)})).await.error();
            assert_eq!(error, ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        }
        for wrong in ["2026-02-30", "2026-1-1", "26-01-01", "tomorrow"] {
            let input = json!({"input": {"name": "x", "startsOn": wrong, "endsOn": day(0)}});
            assert!(estate.boss.query_with(CREATE, input).await.body.get("errors").is_some(), "{wrong}");
        }

        assert_eq!(anna.caller.query_with(CREATE, json!({"input": input("x", 0, 0)})).await.code(), "FORBIDDEN");
        assert_eq!(anna.caller.query_with(DELETE, json!({"id": project})).await.code(), "FORBIDDEN");
        estate.boss.query_with(DELETE, json!({"id": project})).await.ok();
        assert_eq!(ids(&estate.boss, json!({"isDeleted": false})).await, Vec::<i64>::new());
        assert_eq!(ids(&estate.boss, json!({"isDeleted": true})).await, [project]);
        let answer = estate.boss.query_with(UPDATE, change(json!({"isDeleted": false}))).await.ok();
        assert_eq!(answer["estateProjectUpdate"]["estateProject"]["isDeleted"], false);
    }

    async fn an_agent_sees_the_projects_he_is_assigned_to(app: TestApp) {
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        let both = estate.project(-1, 1, &[&anna, &bert]).await;
        let past = estate.project(-9, -1, &[&anna]).await;
        let future = estate.project(1, 9, &[&anna]).await;
        let foreign = estate.project(-1, 1, &[&bert]).await;
        let deleted = estate.project(-1, 1, &[&anna]).await;
        estate.boss.query_with(DELETE, json!({"id": deleted})).await.ok();

        assert_eq!(ids(&anna.caller, json!(null)).await, [both, past, future]);
        assert_eq!(ids(&anna.caller, json!({"currentOnly": true})).await, [both]);
        assert_eq!(ids(&anna.caller, json!({"isDeleted": true})).await, Vec::<i64>::new());
        assert_eq!(ids(&estate.boss, json!({"currentOnly": true})).await, [both, foreign]);
        assert_eq!(ids(&estate.boss, json!({"name": "pine"})).await.len(), 5);
        anna.caller.query_with(CURRENT, json!({"id": both})).await.ok();
        for project in [past, future, foreign, deleted, 999] {
            assert_eq!(anna.caller.query_with(CURRENT, json!({"id": project})).await.code(), "NOT_FOUND", "{project}");
        }
        estate.boss.query_with(CURRENT, json!({"id": foreign})).await.ok();
        assert_eq!(app.nobody().query_with(CURRENT, json!({"id": both})).await.code(), "UNAUTHENTICATED");

        // Both ways, and a colleague's projects as far as one's own eyes reach
        let links = "{ estateProjects { nodes { databaseId agents { number projects { databaseId } } } } }";
        let expected = json!([
            {"databaseId": both, "agents": [
                {"number": "00006", "projects": [{"databaseId": both}]},
                {"number": "00007", "projects": [{"databaseId": both}, {"databaseId": foreign}]},
            ]},
            {"databaseId": foreign, "agents": [
                {"number": "00007", "projects": [{"databaseId": both}, {"databaseId": foreign}]},
            ]},
        ]);
        assert_eq!(bert.caller.query(links).await.ok()["estateProjects"]["nodes"], expected);
        let page = "{ estateProjects(first: 2) { totalCount pageInfo { hasNextPage endCursor } } }";
        let answer = anna.caller.query(page).await.ok()["estateProjects"].clone();
        assert_eq!((&answer["totalCount"], &answer["pageInfo"]["hasNextPage"]), (&json!(3), &json!(true)));
        let next = "query($after: String) { estateProjects(first: 2, after: $after) { nodes { databaseId } } }";
        let answer = anna.caller.query_with(next, json!({"after": answer["pageInfo"]["endCursor"]})).await.ok();
        assert_eq!(answer["estateProjects"]["nodes"], json!([{"databaseId": future}]));
    }

    async fn agents_come_and_go(app: TestApp) {
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        let project = estate.project(0, 0, &[&anna]).await;
        estate.assign(project, &[&bert, &bert]).await;
        assert_eq!(ids(&anna.caller, json!(null)).await, Vec::<i64>::new());
        assert_eq!(ids(&bert.caller, json!(null)).await, [project]);
        let set = "mutation($id: ID!, $agents: [ID!]!) { estateProjectAgentsSet(id: $id, agentIds: $agents) {
            estateProject { agents { number } } } }";
        let unknown = json!({"id": project, "agents": [anna.id, 999]});
        assert_eq!(estate.boss.query_with(set, unknown.clone()).await.error().1, "agentIds");
        let many = json!({"id": project, "agents": vec![anna.id; 501]});
        assert_eq!(estate.boss.query_with(set, many).await.error().1, "agentIds");
        assert_eq!(bert.caller.query_with(set, unknown).await.code(), "FORBIDDEN");
        let answer = estate.boss.query_with(set, json!({"id": project, "agents": [anna.id, bert.id]})).await.ok();
        let agents = json!([{"number": "00006"}, {"number": "00007"}]);
        assert_eq!(answer["estateProjectAgentsSet"]["estateProject"]["agents"], agents);
        estate.assign(project, &[]).await;
        assert_eq!(ids(&bert.caller, json!(null)).await, Vec::<i64>::new());
        let admin = app.admin().await;
        let log = "{ auditEntries(filter: {entity: \"EstateProject\"}, first: 1) { nodes { action before after } } }";
        let expected = json!([{
            "action": "estateProjectAgentsSet",
            "before": format!("{{\"agents\":[{},{}]}}", anna.id, bert.id),
            "after": "{\"agents\":[]}",
        }]);
        assert_eq!(admin.query(log).await.ok()["auditEntries"]["nodes"], expected);
    }

    async fn packages_belong_to_projects(app: TestApp) {
        let estate = Estate::new(&app).await;
        let (anna, bert) = (estate.agent("00006").await, estate.agent("00007").await);
        let mine = estate.project(0, 0, &[&anna]).await;
        let foreign = estate.project(0, 0, &[&bert]).await;
        let (package, other) = (estate.package(mine, 2).await, estate.package(foreign, 0).await);
        let list = "{ callPackages { nodes { databaseId name project { databaseId } phones { totalCount } } } }";
        let seen = json!([{
            "databaseId": package, "name": "VIP", "project": {"databaseId": mine}, "phones": {"totalCount": 0},
        }]);
        assert_eq!(anna.caller.query(list).await.ok()["callPackages"]["nodes"], seen);
        let filter = "query($project: ID) { callPackages(filter: {projectId: $project, name: \"vi\"}) {
            nodes { databaseId phones { nodes { phone } } } } }";
        let answer = estate.boss.query_with(filter, json!({"project": mine})).await.ok();
        let phones = json!({"nodes": [{"phone": "13800000000"}, {"phone": "13800000001"}]});
        assert_eq!(answer["callPackages"]["nodes"], json!([{"databaseId": package, "phones": phones}]));
        let one = "query($id: ID!) { callPackage(id: $id) { name } }";
        assert_eq!(anna.caller.query_with(one, json!({"id": other})).await.ok()["callPackage"], json!(null));

        let create = "mutation($input: CallPackageCreateInput!) { callPackageCreate(input: $input) { callPackage { id } } }";
        for (input, field) in [
            (json!({"projectId": 999, "name": "x"}), "input.projectId"),
            (json!({"projectId": mine, "name": " "}), "input.name"),
        ] {
            assert_eq!(estate.boss.query_with(create, json!({"input": input})).await.error().1, field);
        }
        let input = json!({"input": {"projectId": mine, "name": "x"}});
        assert_eq!(anna.caller.query_with(create, input.clone()).await.code(), "FORBIDDEN");
        let update = "mutation($id: ID!) { callPackageUpdate(id: $id, input: {name: \"Old\"}) { callPackage { name } } }";
        let answer = estate.boss.query_with(update, json!({"id": package})).await.ok();
        assert_eq!(answer["callPackageUpdate"]["callPackage"]["name"], "Old");

        let delete = "mutation($id: ID!) { callPackageDelete(id: $id) { callPackage { name } } }";
        assert_eq!(anna.caller.query_with(delete, json!({"id": package})).await.code(), "FORBIDDEN");
        estate.boss.query_with(delete, json!({"id": other})).await.ok();
        anna.take(package).await;
        anna.report(package, "13800000000", "接受邀请").await;
        assert_eq!(estate.boss.query_with(delete, json!({"id": package})).await.code(), "CONFLICT");
        estate.boss.query_with(DELETE, json!({"id": mine})).await.ok();
        assert_eq!(estate.boss.query_with(create, input).await.error().1, "input.projectId");
        assert_eq!(anna.caller.query(list).await.ok()["callPackages"]["nodes"], json!([]));
    }
}
