//! Sales employee of the realm LOAN (rongzi 销售), profile of an account.
//!
//! Table `loan_officers`. He signs in with his number ("1611"), his employee code is "AA1611" (销售编号).

mod fields;
mod root;
mod sql;

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use root::{LoanOfficerMutation, LoanOfficerQuery};

use super::Account;
use crate::{
    auth::{Realm, Viewer},
    db::{Id, Time, Where, tables::loan_officers},
    entity,
    error::AppResult,
    graphql::{entity::Visible, input},
    payload,
};

/// Sales employee of the loan business
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = loan_officers)]
#[graphql(complex)]
pub struct LoanOfficer {
    /// Opaque global id
    pub id: Id<LoanOfficer>,
    /// Account that the officer signs in with
    pub account_id: Id<Account>,
    /// Employee code, "AA1611" (legacy empCode)
    pub employee_code: String,
    /// Account name in the loan management system (legacy accountName)
    pub account_name: Option<String>,
    /// Name
    pub name: String,
    /// Code of the city (legacy cityCode)
    pub city_code: Option<String>,
    /// Name of the city (legacy cityName)
    pub city_name: Option<String>,
    /// Code of the department (legacy dprCode)
    pub department_code: Option<String>,
    /// Name of the department (legacy dprName)
    pub department_name: Option<String>,
    /// Code of the position (legacy roleCode)
    pub role_code: Option<String>,
    /// Name of the position (legacy roleName)
    pub role_name: Option<String>,
    /// Mobile phone for work (legacy empWorkMobile)
    pub work_mobile: Option<String>,
    /// WeChat id for work (legacy empWechatId)
    pub wechat_id: Option<String>,
    /// When the officer was entered
    pub created_at: Time,
    /// When the officer was last changed
    pub updated_at: Time,
}

/// Which loan officers
#[derive(Clone, Debug, Default, InputObject)]
pub struct LoanOfficerFilter {
    /// With exactly this employee code
    employee_code: Option<String>,
}

/// A new loan officer with his account
#[derive(Clone, Debug, InputObject)]
pub struct LoanOfficerCreateInput {
    /// Number that the officer signs in with, "1611"
    login: String,
    /// Password, 8 to 200 characters
    #[graphql(secret)]
    password: String,
    /// Whether the officer sees and manages the whole realm
    #[graphql(default)]
    is_manager: bool,
    /// Employee code, "AA1611"
    employee_code: String,
    /// Name
    name: String,
    /// Account name in the loan management system
    account_name: Option<String>,
    /// Code of the city
    city_code: Option<String>,
    /// Name of the city
    city_name: Option<String>,
    /// Code of the department
    department_code: Option<String>,
    /// Name of the department
    department_name: Option<String>,
    /// Code of the position
    role_code: Option<String>,
    /// Name of the position
    role_name: Option<String>,
    /// Mobile phone for work
    work_mobile: Option<String>,
    /// WeChat id for work
    wechat_id: Option<String>,
}

/// Changes of a loan officer; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct LoanOfficerUpdateInput {
    /// Name
    name: Option<String>,
    /// Code of the city
    city_code: MaybeUndefined<String>,
    /// Name of the city
    city_name: MaybeUndefined<String>,
    /// Code of the department
    department_code: MaybeUndefined<String>,
    /// Name of the department
    department_name: MaybeUndefined<String>,
    /// Code of the position
    role_code: MaybeUndefined<String>,
    /// Name of the position
    role_name: MaybeUndefined<String>,
    /// Mobile phone for work
    work_mobile: MaybeUndefined<String>,
    /// WeChat id for work
    wechat_id: MaybeUndefined<String>,
}

payload! {
    /// The new officer
    LoanOfficerCreatePayload { loan_officer: LoanOfficer }
    /// The changed officer
    LoanOfficerUpdatePayload { loan_officer: LoanOfficer }
}

entity!(LoanOfficer, loan_officers, asc);

impl Visible for LoanOfficer {
    type Table = loan_officers::table;

    /// Colleagues know each other
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Loan))
    }
}

impl LoanOfficerFilter {
    fn wanted(&self) -> Where<loan_officers::table> {
        Where::default().maybe(self.employee_code.clone(), |code| loan_officers::employee_code.eq(code))
    }
}

impl LoanOfficerCreateInput {
    fn check(&self) -> AppResult<()> {
        input::name("employeeCode", &self.employee_code, input::NAME)?;
        input::texts([
            ("accountName", self.account_name.as_ref(), input::NAME),
            ("cityCode", self.city_code.as_ref(), input::NAME),
            ("cityName", self.city_name.as_ref(), input::NAME),
            ("departmentCode", self.department_code.as_ref(), input::NAME),
            ("departmentName", self.department_name.as_ref(), input::NAME),
            ("roleCode", self.role_code.as_ref(), input::NAME),
            ("roleName", self.role_name.as_ref(), input::NAME),
            ("workMobile", self.work_mobile.as_ref(), input::NAME),
            ("wechatId", self.wechat_id.as_ref(), input::NAME),
        ])
    }
}

impl LoanOfficerUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, input::NAME))?;
        input::texts([
            ("cityCode", self.city_code.value(), input::NAME),
            ("cityName", self.city_name.value(), input::NAME),
            ("departmentCode", self.department_code.value(), input::NAME),
            ("departmentName", self.department_name.value(), input::NAME),
            ("roleCode", self.role_code.value(), input::NAME),
            ("roleName", self.role_name.value(), input::NAME),
            ("workMobile", self.work_mobile.value(), input::NAME),
            ("wechatId", self.wechat_id.value(), input::NAME),
        ])
    }
}
