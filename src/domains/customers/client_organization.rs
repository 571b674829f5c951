//! Organisation that the contacts of the realm SERVICE belong to (eartip 客户单位).
//!
//! Table `client_organizations`. A deleted organisation (删除的单位) keeps its row, because records refer to it; it can
//! be brought back, but nothing new may name it meanwhile.

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::ServiceContact;
use crate::{
    auth::{Realm, Staff, Viewer},
    db::{Cols as _, Conn, Id, Run as _, Time, Where, sql::contains, tables::client_organizations},
    domains::{
        engagement::{DemandChange, FollowUp, ServiceContract},
        identity::AuditEntry,
    },
    entity,
    error::{AppError, AppResult},
    graphql::{
        Connection, ContextExt, Entity, Page, PageInput,
        entity::Visible,
        input::{self, patch},
        page,
        scalars::Long,
    },
    payload,
};

/// Organisation that contacts of the service team belong to
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = client_organizations)]
#[graphql(complex)]
pub struct ClientOrganization {
    /// Opaque global id
    pub id: Id<ClientOrganization>,
    /// Kind of organisation (legacy type; codes not documented)
    pub kind: Option<i32>,
    /// Name (legacy groupName)
    pub name: String,
    /// Description (legacy groupDetail)
    pub detail: Option<String>,
    /// Whether it was deleted (legacy status: 0 deleted, 1 not)
    pub is_deleted: bool,
    /// When it was entered (legacy createTime)
    pub created_at: Time,
    /// When it was last changed (legacy updateTime)
    pub updated_at: Time,
}

/// Which organisations
#[derive(Clone, Debug, Default, InputObject)]
pub struct ClientOrganizationFilter {
    /// With this text in the name
    name: Option<String>,
    /// Deleted (true) or not (false)
    is_deleted: Option<bool>,
}

/// A new organisation
#[derive(Clone, Debug, InputObject, Insertable)]
#[diesel(table_name = client_organizations)]
pub struct ClientOrganizationCreateInput {
    /// Kind of organisation (codes not documented)
    kind: Option<i32>,
    /// Name
    name: String,
    /// Description
    detail: Option<String>,
}

/// Changes of an organisation; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct ClientOrganizationUpdateInput {
    /// Kind of organisation (codes not documented)
    kind: MaybeUndefined<i32>,
    /// Name
    name: Option<String>,
    /// Description
    detail: MaybeUndefined<String>,
    /// False brings a deleted organisation back
    is_deleted: Option<bool>,
}

payload! {
    /// The new organisation
    ClientOrganizationCreatePayload { client_organization: ClientOrganization }
    /// The changed organisation
    ClientOrganizationUpdatePayload { client_organization: ClientOrganization }
    /// The organisation, now marked as deleted
    ClientOrganizationDeletePayload { client_organization: ClientOrganization }
}

entity!(ClientOrganization, client_organizations, desc);

impl Visible for ClientOrganization {
    type Table = client_organizations::table;

    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Service))
    }
}

impl ClientOrganizationFilter {
    fn wanted(&self) -> Where<client_organizations::table> {
        Where::default()
            .maybe(self.name.as_ref(), |name| contains(client_organizations::name, name))
            .maybe(self.is_deleted, |deleted| client_organizations::is_deleted.eq(deleted))
    }
}

impl ClientOrganizationCreateInput {
    fn check(&self) -> AppResult<()> {
        input::name("name", &self.name, input::NAME)?;
        input::texts([("detail", self.detail.as_ref(), input::TEXT)])
    }
}

impl ClientOrganizationUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, input::NAME))?;
        input::texts([("detail", self.detail.value(), input::TEXT)])
    }
}

impl ClientOrganization {
    /// Whether something new may name this organisation in `input.organizationId`
    pub async fn usable(conn: &mut Conn, viewer: &Viewer, id: Id<ClientOrganization>) -> AppResult<()> {
        match ClientOrganization::named(conn, viewer, "organizationId", id).await?.is_deleted {
            true => Err(input::refuse("organizationId", "This organisation was deleted")),
            false => Ok(()),
        }
    }

    /// A list that asks for organisations by id names 200 at the most
    pub fn check_list(field: &str, ids: &[Id<ClientOrganization>]) -> AppResult<()> {
        match ids.len() > 200 {
            true => Err(AppError::bad_input(field, "At most 200 ids")),
            false => Ok(()),
        }
    }

    async fn create(conn: &mut Conn, new: ClientOrganizationCreateInput) -> QueryResult<ClientOrganization> {
        let now = Time::now();
        diesel::insert_into(client_organizations::table)
            .values((new, client_organizations::created_at.eq(now), client_organizations::updated_at.eq(now)))
            .returning(ClientOrganization::cols())
            .one(conn)
            .await
    }

    async fn update(
        conn: &mut Conn,
        id: Id<ClientOrganization>,
        change: ClientOrganizationUpdateInput,
    ) -> QueryResult<ClientOrganization> {
        diesel::update(client_organizations::table.filter(client_organizations::id.eq(id)))
            .set((
                patch(change.kind).map(|value| client_organizations::kind.eq(value)),
                change.name.map(|value| client_organizations::name.eq(value)),
                patch(change.detail).map(|value| client_organizations::detail.eq(value)),
                change.is_deleted.map(|value| client_organizations::is_deleted.eq(value)),
                client_organizations::updated_at.eq(Time::now()),
            ))
            .returning(ClientOrganization::cols())
            .one(conn)
            .await
    }

    /// Marks the row
    async fn delete(conn: &mut Conn, id: Id<ClientOrganization>) -> QueryResult<ClientOrganization> {
        diesel::update(client_organizations::table.filter(client_organizations::id.eq(id)))
            .set((client_organizations::is_deleted.eq(true), client_organizations::updated_at.eq(Time::now())))
            .returning(ClientOrganization::cols())
            .one(conn)
            .await
    }
}

#[ComplexObject]
impl ClientOrganization {
    /// Number of the row in its table (legacy id, organization_id)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Contacts of the organisation, last changed first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn contacts(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<ServiceContact>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(ServiceContact::OF_ORGANIZATION, self.id.number, page).await
    }

    /// What was done for the organisation, newest first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn follow_ups(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<FollowUp>> {
        ctx.children(FollowUp::OF_ORGANIZATION, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }

    /// What the organisation wants, newest first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn demand_changes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<DemandChange>> {
        ctx.children(DemandChange::OF_ORGANIZATION, self.id.number, Page::new(ctx, first, after, last, before, None)?)
            .await
    }

    /// Contracts with the organisation, newest first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn contracts(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<ServiceContract>> {
        ctx.children(
            ServiceContract::OF_ORGANIZATION,
            self.id.number,
            Page::new(ctx, first, after, last, before, None)?,
        )
        .await
    }
}

#[derive(Default)]
pub struct ClientOrganizationQuery;

#[Object]
impl ClientOrganizationQuery {
    /// One organisation of the service team's customers
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn client_organization(
        &self,
        ctx: &Context<'_>,
        id: Id<ClientOrganization>,
    ) -> AppResult<Option<ClientOrganization>> {
        ctx.load(id).await
    }

    /// Organisations of the service team's customers, newest first
    #[graphql(guard = "Staff(Realm::Service)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn client_organizations(
        &self,
        ctx: &Context<'_>,
        filter: Option<ClientOrganizationFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<ClientOrganization>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct ClientOrganizationMutation;

#[Object]
impl ClientOrganizationMutation {
    /// Enters an organisation
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn client_organization_create(
        &self,
        ctx: &Context<'_>,
        input: ClientOrganizationCreateInput,
    ) -> AppResult<ClientOrganizationCreatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let client_organization = ClientOrganization::create(&mut tx, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&client_organization)).await?;
        tx.commit().await?;
        Ok(ClientOrganizationCreatePayload { client_organization })
    }

    /// Changes an organisation
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn client_organization_update(
        &self,
        ctx: &Context<'_>,
        id: Id<ClientOrganization>,
        input: ClientOrganizationUpdateInput,
    ) -> AppResult<ClientOrganizationUpdatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let before = ClientOrganization::find(&mut tx, ctx.viewer()?, id).await?;
        let client_organization = ClientOrganization::update(&mut tx, id, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&client_organization)).await?;
        tx.commit().await?;
        Ok(ClientOrganizationUpdatePayload { client_organization })
    }

    /// Marks an organisation as deleted; its contacts and records stay
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn client_organization_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<ClientOrganization>,
    ) -> AppResult<ClientOrganizationDeletePayload> {
        let mut tx = ctx.begin().await?;
        let before = ClientOrganization::find(&mut tx, ctx.viewer()?, id).await?;
        let client_organization = ClientOrganization::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&client_organization)).await?;
        tx.commit().await?;
        Ok(ClientOrganizationDeletePayload { client_organization })
    }
}
