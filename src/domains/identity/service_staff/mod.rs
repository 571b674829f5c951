//! Employee of the realm SERVICE (eartip 员工, also 用户), profile of an account.
//!
//! Table `service_staff`. He signs in with his phone number (用户名): the account's login is kept equal to it. Whether
//! he may sign in (启用/禁止), when he last did and whether he is signed in now follow from the account and its sessions.

pub mod fields;
pub mod root;
pub mod sql;

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use self::root::{ServiceStaffMutation, ServiceStaffQuery};
use super::Account;
use crate::{
    auth::{Realm, Viewer},
    db::{
        Id, Time, Where,
        tables::{accounts, service_staff},
    },
    entity,
    error::AppResult,
    graphql::{entity::Visible, input},
    payload,
};

/// Employee of the service team
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = service_staff)]
#[graphql(complex)]
pub struct ServiceStaff {
    /// Opaque global id
    pub id: Id<ServiceStaff>,
    /// Account that the employee signs in with
    pub account_id: Id<Account>,
    /// Phone number, which is also the login (legacy phoneNumber)
    pub phone: String,
    /// Number within the company (legacy number)
    pub number: Option<String>,
    /// Nickname (legacy nickName)
    pub nickname: Option<String>,
    /// Real name (legacy realName)
    pub name: String,
    /// Address of the portrait (legacy headImageUrl)
    pub avatar_url: Option<String>,
    /// Sex (legacy sex; codes not documented)
    pub sex: Option<i32>,
    /// Position (legacy title; codes not documented)
    pub title: Option<i32>,
    /// Birthday (legacy birthday)
    pub birthday: Option<Time>,
    /// Postal address (legacy address)
    pub address: Option<String>,
    /// School (legacy school)
    pub school: Option<String>,
    /// Degree (legacy education)
    pub education: Option<String>,
    /// Rank (legacy rankId; codes not documented)
    pub rank_id: Option<i32>,
    /// Kind of rank (legacy rankType; codes not documented)
    pub rank_type: Option<i32>,
    /// First day at work (legacy entryTime)
    pub entered_at: Option<Time>,
    /// End of the probation (legacy officialTime)
    pub confirmed_at: Option<Time>,
    /// Last day at work (legacy resignTime)
    pub resigned_at: Option<Time>,
    /// When the employee was entered
    pub created_at: Time,
    /// When the employee was last changed
    pub updated_at: Time,
}

/// Which employees
#[derive(Clone, Debug, Default, InputObject)]
pub struct ServiceStaffFilter {
    /// With this id (legacy user_id)
    id: Option<Id<ServiceStaff>>,
    /// With exactly this phone number
    phone: Option<String>,
    /// That may (true) or may not (false) sign in (legacy status 1 / 0)
    is_enabled: Option<bool>,
}

/// A new employee with his account
#[derive(Clone, Debug, InputObject, Insertable)]
#[diesel(table_name = service_staff)]
pub struct ServiceStaffCreateInput {
    /// Phone number, which is also the login
    phone: String,
    /// Password, 8 to 200 characters
    #[graphql(secret)]
    #[diesel(skip_insertion)]
    password: String,
    /// Whether the employee manages the realm: staff, menu items and who gets them
    #[graphql(default)]
    #[diesel(skip_insertion)]
    is_manager: bool,
    /// Number within the company
    number: Option<String>,
    /// Nickname
    nickname: Option<String>,
    /// Real name
    name: String,
    /// Address of the portrait
    avatar_url: Option<String>,
    /// Sex (codes not documented)
    sex: Option<i32>,
    /// Position (codes not documented)
    title: Option<i32>,
    /// Birthday
    birthday: Option<Time>,
    /// Postal address
    address: Option<String>,
    /// School
    school: Option<String>,
    /// Degree
    education: Option<String>,
    /// Rank (codes not documented)
    rank_id: Option<i32>,
    /// Kind of rank (codes not documented)
    rank_type: Option<i32>,
    /// First day at work
    entered_at: Option<Time>,
    /// End of the probation
    confirmed_at: Option<Time>,
    /// Last day at work
    resigned_at: Option<Time>,
}

/// Changes of an employee; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct ServiceStaffUpdateInput {
    /// Phone number, which is also the login
    phone: Option<String>,
    /// Number within the company
    number: MaybeUndefined<String>,
    /// Nickname
    nickname: MaybeUndefined<String>,
    /// Real name
    name: Option<String>,
    /// Address of the portrait
    avatar_url: MaybeUndefined<String>,
    /// Sex (codes not documented)
    sex: MaybeUndefined<i32>,
    /// Position (codes not documented)
    title: MaybeUndefined<i32>,
    /// Birthday
    birthday: MaybeUndefined<Time>,
    /// Postal address
    address: MaybeUndefined<String>,
    /// School
    school: MaybeUndefined<String>,
    /// Degree
    education: MaybeUndefined<String>,
    /// Rank (codes not documented)
    rank_id: MaybeUndefined<i32>,
    /// Kind of rank (codes not documented)
    rank_type: MaybeUndefined<i32>,
    /// First day at work
    entered_at: MaybeUndefined<Time>,
    /// End of the probation
    confirmed_at: MaybeUndefined<Time>,
    /// Last day at work
    resigned_at: MaybeUndefined<Time>,
}

payload! {
    /// The new employee
    ServiceStaffCreatePayload { service_staff: ServiceStaff }
    /// The changed employee
    ServiceStaffUpdatePayload { service_staff: ServiceStaff }
    /// The employee with the new set of menu items
    ServiceStaffMenuItemsSetPayload { service_staff: ServiceStaff }
}

entity!(ServiceStaff, service_staff, asc);

impl Visible for ServiceStaff {
    type Table = service_staff::table;

    /// Colleagues know each other
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Service))
    }
}

impl ServiceStaffFilter {
    fn wanted(&self) -> Where<service_staff::table> {
        Where::default()
            .maybe(self.id, |id| service_staff::id.eq(id))
            .maybe(self.phone.clone(), |phone| service_staff::phone.eq(phone))
            .maybe(self.is_enabled, |enabled| {
                let accounts = accounts::table.filter(accounts::is_frozen.eq(!enabled)).select(accounts::id);
                service_staff::account_id.eq_any(accounts)
            })
    }
}

impl ServiceStaffCreateInput {
    fn check(&self) -> AppResult<()> {
        input::phone("phone", &self.phone)?;
        input::name("name", &self.name, input::NAME)?;
        input::texts([
            ("number", self.number.as_ref(), input::NAME),
            ("nickname", self.nickname.as_ref(), input::NAME),
            ("avatarUrl", self.avatar_url.as_ref(), input::URL),
            ("address", self.address.as_ref(), input::TEXT),
            ("school", self.school.as_ref(), input::NAME),
            ("education", self.education.as_ref(), input::NAME),
        ])
    }
}

impl ServiceStaffUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.phone.as_ref().map_or(Ok(()), |phone| input::phone("phone", phone))?;
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, input::NAME))?;
        input::texts([
            ("number", self.number.value(), input::NAME),
            ("nickname", self.nickname.value(), input::NAME),
            ("avatarUrl", self.avatar_url.value(), input::URL),
            ("address", self.address.value(), input::TEXT),
            ("school", self.school.value(), input::NAME),
            ("education", self.education.value(), input::NAME),
        ])
    }
}
