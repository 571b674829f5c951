//! The property realm, as tests need it.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::app::{Caller, PASSWORD, TestApp};

/// A manager without a profile
pub struct Estate {
    pub app: TestApp,
    pub boss: Caller,
}

/// An agent, signed in
#[derive(Clone)]
pub struct Agent {
    pub id: i64,
    pub caller: Caller,
}

pub const TAKE: &str =
    "mutation($id: ID!) { packagePhoneTake(packageId: $id) { packagePhone { databaseId phone ownerName status } } }";
pub const REPORT: &str = "mutation($input: CallFeedbackCreateInput!) { callFeedbackCreate(input: $input) {
    callFeedback { databaseId ownerName outcome customerId customer { databaseId } phone { status } } } }";

/// The `databaseId` at a path of an answer
pub fn id(answer: &Value, path: &str) -> i64 {
    answer.pointer(path).and_then(|row| row["databaseId"].as_i64()).unwrap_or_else(|| panic!("{path} of {answer}"))
}

/// A day so many days from today, by the clock of the legacy systems
pub fn day(from_today: i64) -> String {
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Asia::Shanghai).date_naive();
    (today + chrono::Duration::days(from_today)).to_string()
}

impl Estate {
    pub async fn new(app: &TestApp) -> Estate {
        Estate { app: app.clone(), boss: app.manager(Realm::Estate).await }
    }

    pub async fn agent(&self, number: &str) -> Agent {
        let input = json!({"number": number, "password": PASSWORD, "name": format!("Agent {number}")});
        let create = "mutation($input: EstateAgentCreateInput!) {
            estateAgentCreate(input: $input) { estateAgent { databaseId } } }";
        let answer = self.boss.query_with(create, json!({"input": input})).await.ok();
        let caller = self.app.sign_in(Some(Realm::Estate), number, PASSWORD).await;
        Agent { id: id(&answer, "/estateAgentCreate/estateAgent"), caller }
    }

    /// A project with a window of days from today, and its agents
    pub async fn project(&self, first: i64, last: i64, agents: &[&Agent]) -> i64 {
        let input = json!({"name": "Pine Court", "startsOn": day(first), "endsOn": day(last)});
        let create = "mutation($input: EstateProjectCreateInput!) {
            estateProjectCreate(input: $input) { estateProject { databaseId } } }";
        let answer = self.boss.query_with(create, json!({"input": input})).await.ok();
        let project = id(&answer, "/estateProjectCreate/estateProject");
        self.assign(project, agents).await;
        project
    }

    pub async fn assign(&self, project: i64, agents: &[&Agent]) {
        let set = "mutation($id: ID!, $agents: [ID!]!) { estateProjectAgentsSet(id: $id, agentIds: $agents) {
            estateProject { id } } }";
        let agents: Vec<i64> = agents.iter().map(|agent| agent.id).collect();
        self.boss.query_with(set, json!({"id": project, "agents": agents})).await.ok();
    }

    /// A package with the numbers 13800000000, 13800000001 …
    pub async fn package(&self, project: i64, phones: usize) -> i64 {
        let create = "mutation($input: CallPackageCreateInput!) {
            callPackageCreate(input: $input) { callPackage { databaseId } } }";
        let input = json!({"projectId": project, "name": "VIP"});
        let answer = self.boss.query_with(create, json!({"input": input})).await.ok();
        let package = id(&answer, "/callPackageCreate/callPackage");
        let phones: Vec<Value> = (0..phones)
            .map(|place| json!({"phone": format!("1380000{place:04}"), "ownerName": format!("Owner {place}")}))
            .collect();
        if !phones.is_empty() {
            self.add(package, json!(phones)).await;
        }
        package
    }

    pub async fn add(&self, package: i64, phones: Value) -> Value {
        let add =
            "mutation($id: ID!, $phones: [PackagePhoneInput!]!) { packagePhonesAdd(packageId: $id, phones: $phones) {
            callPackage { databaseId } addedCount skippedCount } }";
        let answer = self.boss.query_with(add, json!({"id": package, "phones": phones})).await.ok();
        answer["packagePhonesAdd"].clone()
    }
}

impl Agent {
    /// The next number of a package, `databaseId phone ownerName status`
    pub async fn take(&self, package: i64) -> Value {
        let answer = self.caller.query_with(TAKE, json!({"id": package})).await.ok();
        answer["packagePhoneTake"]["packagePhone"].clone()
    }

    /// Code and field of the refusal
    pub async fn take_refused(&self, package: i64) -> (String, String) {
        self.caller.query_with(TAKE, json!({"id": package})).await.error()
    }

    pub async fn report(&self, package: i64, phone: &str, outcome: &str) -> Value {
        let input = json!({"packageId": package, "phone": phone, "outcome": outcome});
        let answer = self.caller.query_with(REPORT, json!({"input": input})).await.ok();
        answer["callFeedbackCreate"]["callFeedback"].clone()
    }

    pub async fn customer(&self, name: &str, phone: &str) -> Value {
        let input = json!({"name": name, "phone": phone, "genderCode": "W", "kindCode": "02"});
        let create = "mutation($input: PropertyCustomerCreateInput!) { propertyCustomerCreate(input: $input) {
            propertyCustomer { databaseId name phone gender { name } kind { name } } } }";
        let answer = self.caller.query_with(create, json!({"input": input})).await.ok();
        answer["propertyCustomerCreate"]["propertyCustomer"].clone()
    }
}
