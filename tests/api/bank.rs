//! The bank, as tests need it: a small tree of branches and one employee of each role.

use quintet::{auth::Realm, graphql::id_number::check_digit};
use serde_json::{Value, json};

use crate::{
    app::{Caller, PASSWORD, TestApp},
    service::create,
};

/// Headquarters 1 with the branches 2 (17001) and 3 (17002); office 4 (17101) below branch 2
pub struct Bank {
    /// Manager of the realm, without a profile
    pub boss: Caller,
    /// Employee 1: administrator (role 4) at the headquarters
    pub admin: Caller,
    /// Employee 2: customer manager (role 1) at the office
    pub manager: Caller,
    /// Employee 3: accountant (role 2) at branch 2
    pub accountant: Caller,
    /// Employee 4: president (role 3) of branch 2
    pub president: Caller,
}

impl Bank {
    pub async fn new(app: &TestApp) -> Bank {
        let boss = app.manager(Realm::Bank).await;
        for (code, name, parent, level) in [
            (17000, "总行", None, 0),
            (17001, "东支行", Some(1), 1),
            (17002, "西支行", Some(1), 1),
            (17101, "东一所", Some(2), 2),
        ] {
            let input = json!({"code": code.to_string(), "name": name, "parentId": parent, "level": level});
            create(&boss, "branchCreate", input).await;
        }
        Bank {
            admin: staff(app, &boss, "admin", 1, &[4]).await,
            manager: staff(app, &boss, "manager", 4, &[1]).await,
            accountant: staff(app, &boss, "accountant", 2, &[2]).await,
            president: staff(app, &boss, "president", 2, &[3]).await,
            boss,
        }
    }
}

/// What an employee is entered with
pub fn employee(login: &str, branch: i64, roles: &[i64]) -> Value {
    json!({
        "login": login, "password": PASSWORD, "name": format!("员工{login}"), "idNumber": id_number("19900307", 12),
        "phone": "19900000001", "branchId": branch, "roleIds": roles,
    })
}

/// Enters an employee and signs him in
pub async fn staff(app: &TestApp, boss: &Caller, login: &str, branch: i64, roles: &[i64]) -> Caller {
    create(boss, "bankStaffCreate", employee(login, branch, roles)).await;
    app.sign_in(Some(Realm::Bank), login, PASSWORD).await
}

/// A valid id number; an odd serial number is a man's
pub fn id_number(birthday: &str, serial: u32) -> String {
    let digits = format!("539900{birthday}{serial:03}");
    format!("{digits}{}", check_digit(&digits))
}
