//! Person whom the service team looks after (eartip 客户), mostly on behalf of an organisation (客户单位).
//!
//! Table `service_contacts`. Contacts come from WeChat: the nickname (昵称) is often all that is known, the real name
//! (姓名) is then empty.

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::ClientOrganization;
use crate::{
    auth::{Realm, Sight, Staff, Viewer},
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        sql::contains,
        tables::{client_organizations, service_contacts},
    },
    domains::identity::{AuditEntry, StaffMember},
    entity,
    error::AppResult,
    graphql::{
        Connection, ContextExt, Entity, Page, PageInput, Relation,
        entity::Visible,
        input::{self, patch},
        page,
        scalars::Long,
    },
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
        match viewer.open(Realm::Service) {
            Sight::Nothing => Where::nothing(),
            _ => Where::default(),
        }
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

impl ServiceContact {
    pub const OF_ORGANIZATION: Relation<ServiceContact> = Relation {
        column: service_contacts::organization_id::NAME,
        parent: |contact| contact.organization_id.map(|id| id.number),
    };

    async fn create(conn: &mut Conn, new: ServiceContactCreateInput) -> QueryResult<ServiceContact> {
        let now = Time::now();
        let phone_key = new.phone.as_deref().map(input::phone_key);
        diesel::insert_into(service_contacts::table)
            .values((
                new,
                service_contacts::phone_key.eq(phone_key),
                service_contacts::created_at.eq(now),
                service_contacts::updated_at.eq(now),
            ))
            .returning(ServiceContact::cols())
            .one(conn)
            .await
    }

    async fn update(
        conn: &mut Conn,
        id: Id<ServiceContact>,
        change: ServiceContactUpdateInput,
    ) -> QueryResult<ServiceContact> {
        let phone = patch(change.phone);
        let phone_key = phone.as_ref().map(|phone| phone.as_deref().map(input::phone_key));
        diesel::update(service_contacts::table.filter(service_contacts::id.eq(id)))
            .set((
                patch(change.organization_id).map(|value| service_contacts::organization_id.eq(value)),
                patch(change.kind).map(|value| service_contacts::kind.eq(value)),
                patch(change.nickname).map(|value| service_contacts::nickname.eq(value)),
                change.real_name.map(|value| service_contacts::name.eq(value)),
                patch(change.avatar_url).map(|value| service_contacts::avatar_url.eq(value)),
                phone.map(|value| service_contacts::phone.eq(value)),
                phone_key.map(|value| service_contacts::phone_key.eq(value)),
                patch(change.job).map(|value| service_contacts::job.eq(value)),
                patch(change.sex).map(|value| service_contacts::sex.eq(value)),
                change.status.map(|value| service_contacts::status.eq(value)),
                service_contacts::updated_at.eq(Time::now()),
            ))
            .returning(ServiceContact::cols())
            .one(conn)
            .await
    }

    async fn delete(conn: &mut Conn, id: Id<ServiceContact>) -> QueryResult<usize> {
        diesel::delete(service_contacts::table.filter(service_contacts::id.eq(id))).run(conn).await
    }
}

#[ComplexObject]
impl ServiceContact {
    /// Number of the row in its table (legacy id, customers_id)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that the contact belongs to
    pub async fn realm(&self) -> Realm {
        Realm::Service
    }

    /// Real name, else the nickname, else the phone number
    pub async fn name(&self) -> String {
        let names = [Some(&self.real_name), self.nickname.as_ref(), self.phone.as_ref()];
        match names.into_iter().flatten().find(|name| !name.trim().is_empty()) {
            Some(name) => name.clone(),
            None => format!("Contact {}", self.id.number),
        }
    }

    /// Mobile phone
    pub async fn mobile(&self) -> Option<String> {
        self.phone.clone()
    }

    /// Id number; the service team does not ask for it
    pub async fn id_number(&self) -> Option<String> {
        None
    }

    /// Employee responsible for the contact: nobody, the whole team looks after all contacts
    pub async fn owner(&self, _ctx: &Context<'_>) -> AppResult<Option<StaffMember>> {
        Ok(None)
    }

    /// Organisation that the person belongs to
    pub async fn organization(&self, ctx: &Context<'_>) -> AppResult<Option<ClientOrganization>> {
        match self.organization_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

#[derive(Default)]
pub struct ServiceContactQuery;

#[Object]
impl ServiceContactQuery {
    /// One contact of the service team
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn service_contact(&self, ctx: &Context<'_>, id: Id<ServiceContact>) -> AppResult<Option<ServiceContact>> {
        ctx.load(id).await
    }

    /// Contacts of the service team, last changed first
    #[graphql(guard = "Staff(Realm::Service)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn service_contacts(
        &self,
        ctx: &Context<'_>,
        filter: Option<ServiceContactFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<ServiceContact>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct ServiceContactMutation;

#[Object]
impl ServiceContactMutation {
    /// Enters a contact
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn service_contact_create(
        &self,
        ctx: &Context<'_>,
        input: ServiceContactCreateInput,
    ) -> AppResult<ServiceContactCreatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        if let Some(organization) = input.organization_id {
            ClientOrganization::usable(&mut tx, ctx.viewer()?, organization).await?;
        }
        let service_contact = ServiceContact::create(&mut tx, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&service_contact)).await?;
        tx.commit().await?;
        Ok(ServiceContactCreatePayload { service_contact })
    }

    /// Changes a contact
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn service_contact_update(
        &self,
        ctx: &Context<'_>,
        id: Id<ServiceContact>,
        input: ServiceContactUpdateInput,
    ) -> AppResult<ServiceContactUpdatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = ServiceContact::find(&mut tx, viewer, id).await?;
        if let Some(organization) = input.organization_id.value().filter(|id| before.organization_id != Some(**id)) {
            ClientOrganization::usable(&mut tx, viewer, *organization).await?;
        }
        let service_contact = ServiceContact::update(&mut tx, id, input).await?;
        named(&service_contact.real_name, service_contact.nickname.as_ref())?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&service_contact)).await?;
        tx.commit().await?;
        Ok(ServiceContactUpdatePayload { service_contact })
    }

    /// Deletes a contact that no record names
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn service_contact_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<ServiceContact>,
    ) -> AppResult<ServiceContactDeletePayload> {
        let mut tx = ctx.begin().await?;
        let service_contact = ServiceContact::find(&mut tx, ctx.viewer()?, id).await?;
        ServiceContact::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&service_contact), None).await?;
        tx.commit().await?;
        Ok(ServiceContactDeletePayload { service_contact })
    }
}
