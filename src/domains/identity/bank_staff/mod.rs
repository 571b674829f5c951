//! Employee of the realm BANK (grid 用户), profile of an account: customer managers (客户经理), accountants (会计), branch
//! presidents (支行长), administrators.
//!
//! Table `bank_staff`; his roles stand in `bank_staff_roles`. What he may do follows from his roles, what he sees from
//! his branch (see [`BankRights`](crate::auth::BankRights)); both change at once, on every server.

pub mod fields;
pub mod rights;
pub mod root;
pub mod sql;

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use self::root::{BankStaffMutation, BankStaffQuery};
use super::{Account, Branch, Role};
use crate::{
    auth::{Area, BankSight, Viewer},
    db::{
        Id, Time, Where,
        sql::{begins, contains},
        tables::{accounts, bank_staff, bank_staff_roles, branches},
    },
    entity,
    error::AppResult,
    graphql::{
        Entity as _,
        entity::Visible,
        id_number::Sex,
        input::{self, refuse},
    },
    payload,
};

/// Employee of the bank
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = bank_staff)]
#[graphql(complex)]
pub struct BankStaff {
    /// Opaque global id
    pub id: Id<BankStaff>,
    /// Account that the employee signs in with
    pub account_id: Id<Account>,
    /// Branch that the employee works at
    pub branch_id: Id<Branch>,
    /// Real name (legacy realName)
    pub name: String,
    #[graphql(skip)]
    pub id_number: String,
    #[graphql(skip)]
    pub phone: String,
    /// Sex
    pub sex: Sex,
    #[graphql(skip)]
    pub email: Option<String>,
    /// Address of the portrait (legacy avatar)
    pub avatar_url: Option<String>,
    /// Address of the QR code (legacy qrCode)
    pub qr_code: Option<String>,
    /// Code of the corporation (legacy corpCode)
    pub corporation_code: Option<String>,
    /// Name of the corporation (legacy corpName)
    pub corporation_name: Option<String>,
    /// When the employee was entered
    pub created_at: Time,
    /// When the employee was last changed
    pub updated_at: Time,
}

/// Which employees
#[derive(Clone, Debug, Default, InputObject)]
pub struct BankStaffFilter {
    /// With this text in the login (legacy accountName)
    login: Option<String>,
    /// With this text in the real name
    name: Option<String>,
    /// With this text in the name of the branch (legacy orgName)
    branch_name: Option<String>,
    /// With this role
    role_id: Option<Id<Role>>,
    /// At this branch or below it; one that the viewer sees
    branch_id: Option<Id<Branch>>,
    /// At the branch with this code or below it; one that the viewer sees
    branch_code: Option<String>,
}

/// A new employee with his account
#[derive(Clone, Debug, InputObject)]
pub struct BankStaffCreateInput {
    /// Login: 2 to 20 letters, digits and underscores, the first a letter
    login: String,
    /// Password, 6 to 20 characters
    #[graphql(secret)]
    password: String,
    /// Real name
    name: String,
    /// Valid id number of 18 characters
    id_number: String,
    /// Sex; what the id number says where left out
    sex: Option<Sex>,
    /// Mobile number of 11 digits
    phone: String,
    /// Mail address
    email: Option<String>,
    /// Address of the portrait
    avatar_url: Option<String>,
    /// Address of the QR code
    qr_code: Option<String>,
    /// Whether he may not sign in
    #[graphql(default)]
    is_frozen: bool,
    /// Code of the corporation
    corporation_code: Option<String>,
    /// Name of the corporation
    corporation_name: Option<String>,
    /// Branch that he works at, or
    branch_id: Option<Id<Branch>>,
    /// its code
    branch_code: Option<String>,
    /// His roles, 20 at the most; nothing that the caller may not do himself
    role_ids: Vec<Id<Role>>,
}

/// Changes of an employee; what is left out stays
#[derive(Clone, Debug, Default, InputObject)]
pub struct BankStaffUpdateInput {
    /// Login: 2 to 20 letters, digits and underscores, the first a letter
    login: Option<String>,
    /// New password, 6 to 20 characters; ends his sessions
    #[graphql(secret)]
    password: Option<String>,
    /// Real name
    name: Option<String>,
    /// Valid id number of 18 characters
    id_number: Option<String>,
    /// Sex
    sex: Option<Sex>,
    /// Mobile number of 11 digits
    phone: Option<String>,
    /// Mail address
    email: MaybeUndefined<String>,
    /// Address of the portrait
    avatar_url: MaybeUndefined<String>,
    /// Address of the QR code
    qr_code: MaybeUndefined<String>,
    /// Whether he may not sign in; ends his sessions
    is_frozen: Option<bool>,
    /// Code of the corporation
    corporation_code: MaybeUndefined<String>,
    /// Name of the corporation
    corporation_name: MaybeUndefined<String>,
    /// Branch that he works at, or
    branch_id: Option<Id<Branch>>,
    /// its code
    branch_code: Option<String>,
    /// All his roles, 20 at the most; nothing that the caller may not do himself
    role_ids: Option<Vec<Id<Role>>>,
}

payload! {
    /// The new employee
    BankStaffCreatePayload { bank_staff: BankStaff }
    /// The changed employee
    BankStaffUpdatePayload { bank_staff: BankStaff }
    /// The employee whose password is a new one; his sessions have ended
    BankStaffPasswordPayload { bank_staff: BankStaff }
    /// The deleted employee
    BankStaffDeletePayload { bank_staff: BankStaff }
}

entity!(BankStaff, bank_staff, asc);

impl Visible for BankStaff {
    type Table = bank_staff::table;
    const AREA: Option<Area> = Some(Area::Staff);

    /// Those of his branch and below; a customer manager knows his own branch
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        let own_branch = viewer.bank.as_ref().map_or(0, |bank| bank.branch_id);
        match (viewer.bank_sight(), viewer.branch_sight()) {
            (BankSight::Nothing, _) | (_, BankSight::Nothing) => Where::nothing(),
            (BankSight::Staff(_), _) => Where::default().and(bank_staff::branch_id.eq(own_branch)),
            (_, BankSight::Branch(path)) => BankStaff::below(&path),
            (_, _) => Where::default(),
        }
    }

    /// Himself too
    fn listed(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.may(Area::Staff) {
            true => Self::visible(viewer),
            false => BankStaff::asking(viewer).map_or_else(Where::nothing, |own| Self::with_ids(vec![own])),
        }
    }
}

impl BankStaff {
    /// At the branch with this path or below it
    fn below(path: &str) -> Where<bank_staff::table> {
        let below = branches::table.filter(begins(branches::path, path)).select(branches::id);
        Where::default().and(bank_staff::branch_id.eq_any(below))
    }
}

impl BankStaffFilter {
    /// `path`: of the branch that the filter names
    fn wanted(&self, path: Option<&str>) -> Where<bank_staff::table> {
        path.map_or_else(Where::default, BankStaff::below)
            .maybe(self.login.as_deref(), |login| {
                let known = accounts::table.filter(contains(accounts::login, login)).select(accounts::id);
                bank_staff::account_id.eq_any(known)
            })
            .maybe(self.name.as_deref(), |name| contains(bank_staff::name, name))
            .maybe(self.branch_name.as_deref(), |name| {
                let known = branches::table.filter(contains(branches::name, name)).select(branches::id);
                bank_staff::branch_id.eq_any(known)
            })
            .maybe(self.role_id, |role| {
                let held = bank_staff_roles::table.filter(bank_staff_roles::role_id.eq(role));
                bank_staff::id.eq_any(held.select(bank_staff_roles::staff_id))
            })
    }
}

impl BankStaffCreateInput {
    fn check(&self) -> AppResult<()> {
        login(&self.login)?;
        input::name("name", &self.name, 20)?;
        input::texts([
            ("email", self.email.as_ref(), 30),
            ("avatarUrl", self.avatar_url.as_ref(), 200),
            ("qrCode", self.qr_code.as_ref(), 200),
            ("corporationCode", self.corporation_code.as_ref(), 20),
            ("corporationName", self.corporation_name.as_ref(), 100),
        ])
    }
}

impl BankStaffUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.login.as_deref().map_or(Ok(()), login)?;
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, 20))?;
        input::texts([
            ("email", self.email.value(), 30),
            ("avatarUrl", self.avatar_url.value(), 200),
            ("qrCode", self.qr_code.value(), 200),
            ("corporationCode", self.corporation_code.value(), 20),
            ("corporationName", self.corporation_name.value(), 100),
        ])
    }
}

fn login(login: &str) -> AppResult<()> {
    let plain = login.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    match plain && login.starts_with(|first: char| first.is_ascii_alphabetic()) && (2..=20).contains(&login.len()) {
        true => Ok(()),
        false => Err(refuse("login", "2 to 20 letters, digits and underscores, the first a letter")),
    }
}
