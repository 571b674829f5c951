//! Whoever works with customers, in whatever realm: the interface of the profiles.

use async_graphql::{ID, Interface};

use super::{Account, BankStaff, EstateAgent, LoanOfficer, ServiceStaff};
use crate::{auth::Realm, error::AppResult};

/// Person who works with customers
#[derive(Clone, Debug, Interface)]
#[graphql(
    field(name = "id", ty = "ID", desc = "Opaque global id"),
    field(name = "realm", ty = "Realm", desc = "Realm that the person works in"),
    field(name = "name", ty = "String", desc = "Name"),
    field(name = "workPhone", method = "work_phone", ty = "Option<String>", desc = "Phone number for work"),
    field(name = "account", ty = "AppResult<Option<Account>>", desc = "Account that the person signs in with")
)]
pub enum StaffMember {
    LoanOfficer(LoanOfficer),
    ServiceStaff(ServiceStaff),
    EstateAgent(EstateAgent),
    BankStaff(BankStaff),
}
