//! The staff of the loan realm, as tests need it.

use quintet::auth::Realm;
use serde_json::{Value, json};

use crate::app::{Caller, PASSWORD, TestApp};

/// A manager without a profile and two officers
pub struct Loan {
    pub boss: Caller,
    /// AA1611
    pub anna: Caller,
    /// AA0396
    pub bert: Caller,
}

impl Loan {
    pub async fn new(app: &TestApp) -> Loan {
        let boss = app.manager(Realm::Loan).await;
        let mut officers = Vec::new();
        for (login, code, name) in [("1611", "AA1611", "Anna"), ("0396", "AA0396", "Bert")] {
            let input = json!({
                "login": login, "password": PASSWORD, "employeeCode": code, "name": name, "wechatId": format!("wx-{login}"),
            });
            boss.query_with(
                "mutation($input: LoanOfficerCreateInput!) { loanOfficerCreate(input: $input) { loanOfficer { id } } }",
                json!({"input": input}),
            )
            .await
            .ok();
            officers.push(app.sign_in(Some(Realm::Loan), login, PASSWORD).await);
        }
        let bert = officers.pop().unwrap();
        Loan { boss, anna: officers.pop().unwrap(), bert }
    }
}

/// Enters a customer and tells his `databaseId`
pub async fn customer(caller: &Caller, input: Value) -> i64 {
    let answer = caller
        .query_with(
            "mutation($input: LoanCustomerCreateInput!) {
                loanCustomerCreate(input: $input) { loanCustomer { databaseId } } }",
            json!({"input": input}),
        )
        .await
        .ok();
    answer["loanCustomerCreate"]["loanCustomer"]["databaseId"].as_i64().unwrap()
}
