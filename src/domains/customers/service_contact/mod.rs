//! Person whom the service team looks after (eartip 客户), mostly on behalf of an organisation (客户单位).
//!
//! Table `service_contacts`. Contacts come from WeChat: the nickname (昵称) is often all that is known, the real name
//! (姓名) is then empty.

pub mod fields;
pub mod root;
pub mod sql;

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use self::root::{ServiceContactMutation, ServiceContactQuery};
use super::ClientOrganization;
use crate::{
    auth::{Realm, Viewer},
    db::{
        Id, Time, Where,
        sql::contains,
        tables::{client_organizations, service_contacts},
    },
    entity,
    error::AppResult,
    graphql::{entity::Visible, input},
    payload,
};

/// Person whom the service team looks after
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = service_contacts)]
#[graphql(complex)]
pub struct ServiceContact {
    /// Opaque global id
    pub id: Id<ServiceContact>,
    /// Organisation that the person belongs to (legacy organization_id)
    pub organization_id: Option<Id<ClientOrganization>>,
    /// Kind of contact (legacy type; codes not documented)
    pub kind: Option<i32>,
    /// Name in WeChat (legacy nickName)
    pub nickname: Option<String>,
    /// Real name, empty where it is not known (legacy realName)
    #[diesel(column_name = name)]
    pub real_name: String,
    /// Address of the portrait (legacy avatar)
    pub avatar_url: Option<String>,
    /// Phone number (legacy phoneNumber)
    pub phone: Option<String>,
    /// Occupation (legacy job)
    pub job: Option<String>,
    /// Sex (legacy sex; codes not documented)
    pub sex: Option<i32>,
    /// State (legacy status; codes not documented, 1 = normal)
    pub status: i32,
    /// When the contact was entered (legacy createTime)
    pub created_at: Time,
    /// When the contact was last changed (legacy updateTime)
    pub updated_at: Time,
}

/// Which contacts
#[derive(Clone, Debug, Default, InputObject)]
pub struct ServiceContactFilter {
    /// With this text in nickname, real name or the organisation's name
    name: Option<String>,
    /// Of this organisation
    organization_id: Option<Id<ClientOrganization>>,
    /// With this phone number, however it is written
    phone: Option<String>,
}

/// A new contact: with a real name, a nickname or both
#[derive(Clone, Debug, InputObject, Insertable)]
#[diesel(table_name = service_contacts)]
pub struct ServiceContactCreateInput {
    /// Organisation that the person belongs to
    organization_id: Option<Id<ClientOrganization>>,
    /// Kind of contact (codes not documented)
    kind: Option<i32>,
    /// Name in WeChat
    nickname: Option<String>,
    /// Real name
    #[graphql(default)]
    #[diesel(column_name = name)]
    real_name: String,
    /// Address of the portrait
    avatar_url: Option<String>,
    /// Phone number
    phone: Option<String>,
    /// Occupation
    job: Option<String>,
    /// Sex (codes not documented)
    sex: Option<i32>,
    /// State (codes not documented, 1 = normal)
    #[graphql(default = 1)]
    status: i32,
}

/// Changes of a contact; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct ServiceContactUpdateInput {
    /// Organisation that the person belongs to
    organization_id: MaybeUndefined<Id<ClientOrganization>>,
    /// Kind of contact (codes not documented)
    kind: MaybeUndefined<i32>,
    /// Name in WeChat
    nickname: MaybeUndefined<String>,
    /// Real name, empty where it is not known
    real_name: Option<String>,
    /// Address of the portrait
    avatar_url: MaybeUndefined<String>,
    /// Phone number
    phone: MaybeUndefined<String>,
    /// Occupation
    job: MaybeUndefined<String>,
    /// Sex (codes not documented)
    sex: MaybeUndefined<i32>,
    /// State (codes not documented, 1 = normal)
    status: Option<i32>,
}

payload! {
    /// The new contact
    ServiceContactCreatePayload { service_contact: ServiceContact }
    /// The changed contact
    ServiceContactUpdatePayload { service_contact: ServiceContact }
    /// The deleted contact
    ServiceContactDeletePayload { service_contact: ServiceContact }
}

entity!(ServiceContact, service_contacts, updated_at desc);

impl Visible for ServiceContact {
    type Table = service_contacts::table;

    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Service))
    }
}

impl ServiceContactFilter {
    fn wanted(&self) -> Where<service_contacts::table> {
        let filled = |text: &&String| !text.trim().is_empty();
        Where::default()
            .maybe(self.name.as_ref().filter(filled), |name| {
                let organizations = client_organizations::table
                    .filter(contains(client_organizations::name, name))
                    .select(client_organizations::id.nullable());
                contains(service_contacts::nickname, name)
                    .or(contains(service_contacts::name, name))
                    .or(service_contacts::organization_id.eq_any(organizations))
            })
            .maybe(self.organization_id, |id| service_contacts::organization_id.eq(id))
            .maybe(self.phone.as_ref().filter(filled), |phone| service_contacts::phone_key.eq(input::phone_key(phone)))
    }
}

impl ServiceContactCreateInput {
    fn check(&self) -> AppResult<()> {
        self.phone.as_ref().map_or(Ok(()), |phone| input::phone("phone", phone))?;
        named(&self.real_name, self.nickname.as_ref())?;
        input::texts([
            ("realName", Some(&self.real_name), input::NAME),
            ("nickname", self.nickname.as_ref(), input::NAME),
            ("avatarUrl", self.avatar_url.as_ref(), input::URL),
            ("job", self.job.as_ref(), input::NAME),
        ])
    }
}

impl ServiceContactUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.phone.value().map_or(Ok(()), |phone| input::phone("phone", phone))?;
        input::texts([
            ("realName", self.real_name.as_ref(), input::NAME),
            ("nickname", self.nickname.value(), input::NAME),
            ("avatarUrl", self.avatar_url.value(), input::URL),
            ("job", self.job.value(), input::NAME),
        ])
    }
}

/// At least one of the names says something
fn named(real_name: &str, nickname: Option<&String>) -> AppResult<()> {
    match real_name.trim().is_empty() && nickname.is_none_or(|name| name.trim().is_empty()) {
        true => Err(input::refuse("realName", "Give a real name or a nickname")),
        false => Ok(()),
    }
}
