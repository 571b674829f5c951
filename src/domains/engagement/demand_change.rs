//! What a contact of the realm SERVICE wants done or done otherwise (eartip 需求变更记录).
//!
//! Tables `demand_changes` and `demand_change_staff` (跟进者, those who took part). The operator (操作者) is who wrote it
//! down.

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::{followers, interaction_added};
use crate::{
    auth::{Realm, Staff, Viewer},
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        tables::{demand_change_staff, demand_changes},
    },
    domains::{
        customers::{ClientOrganization, ServiceContact},
        engagement::InteractionKind,
        identity::{AuditEntry, ServiceStaff, StaffMember},
    },
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

/// What a contact wants done or done otherwise
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = demand_changes)]
#[graphql(complex)]
pub struct DemandChange {
    /// Opaque global id
    pub id: Id<DemandChange>,
    /// Contact who wants it (legacy customers_id)
    pub contact_id: Id<ServiceContact>,
    /// Organisation that wants it (legacy organization_id)
    pub organization_id: Option<Id<ClientOrganization>>,
    /// Employee who wrote it down (legacy operator_id)
    pub operator_id: Option<Id<ServiceStaff>>,
    /// What is wanted (legacy content)
    pub content: String,
    /// When it was said (legacy recordTime, record_time)
    pub recorded_at: Time,
    /// Address of an attachment, say a screenshot (legacy attach, content_attach, demand_attach)
    pub attachment: Option<String>,
    /// Remark (legacy note, content_note, demand_note)
    pub note: Option<String>,
    /// When it was written down (legacy createTime)
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which demand changes
#[derive(Clone, Debug, Default, InputObject)]
pub struct DemandChangeFilter {
    /// With this id (legacy demand_id)
    id: Option<Id<DemandChange>>,
    /// Of this contact
    contact_id: Option<Id<ServiceContact>>,
    /// Of this organisation
    organization_id: Option<Id<ClientOrganization>>,
    /// Written down by this employee
    operator_id: Option<Id<ServiceStaff>>,
    /// That this employee took part in
    follower_id: Option<Id<ServiceStaff>>,
    /// Said at this moment or later
    from: Option<Time>,
    /// Said at this moment or before
    to: Option<Time>,
    /// Of the contact with the newest among the wanted demand changes
    #[graphql(default)]
    latest_contact: bool,
}

/// A new demand change, written down by the employee who asks
#[derive(Clone, Debug, InputObject, Insertable)]
#[diesel(table_name = demand_changes)]
pub struct DemandChangeCreateInput {
    /// Contact who wants it
    pub contact_id: Id<ServiceContact>,
    /// Organisation that wants it; left out: the contact's
    pub organization_id: Option<Id<ClientOrganization>>,
    /// Employees who took part, 100 at the most
    #[graphql(default)]
    #[diesel(skip_insertion)]
    pub follower_ids: Vec<Id<ServiceStaff>>,
    /// What is wanted
    pub content: String,
    /// When it was said
    pub recorded_at: Time,
    /// Address of an attachment
    pub attachment: Option<String>,
    /// Remark
    pub note: Option<String>,
}

/// Changes of a demand change; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct DemandChangeUpdateInput {
    /// Contact who wants it
    contact_id: Option<Id<ServiceContact>>,
    /// Organisation that wants it; left out with a new contact: the contact's
    organization_id: MaybeUndefined<Id<ClientOrganization>>,
    /// All employees who took part, 100 at the most
    follower_ids: Option<Vec<Id<ServiceStaff>>>,
    /// What is wanted
    content: Option<String>,
    /// When it was said
    recorded_at: Option<Time>,
    /// Address of an attachment
    attachment: MaybeUndefined<String>,
    /// Remark
    note: MaybeUndefined<String>,
}

payload! {
    /// The new demand change
    DemandChangeCreatePayload { demand_change: DemandChange }
    /// The changed demand change
    DemandChangeUpdatePayload { demand_change: DemandChange }
    /// The deleted demand change
    DemandChangeDeletePayload { demand_change: DemandChange }
}

entity!(DemandChange, demand_changes, recorded_at desc);
followers::followers!(DemandChange, demand_changes, demand_change_staff, demand_change_id);

impl Visible for DemandChange {
    type Table = demand_changes::table;

    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Service))
    }
}

impl DemandChangeFilter {
    fn wanted(&self) -> Where<demand_changes::table> {
        Where::default()
            .maybe(self.id, |id| demand_changes::id.eq(id))
            .maybe(self.contact_id, |id| demand_changes::contact_id.eq(id))
            .maybe(self.organization_id, |id| demand_changes::organization_id.eq(id))
            .maybe(self.operator_id, |id| demand_changes::operator_id.eq(id))
            .maybe(self.follower_id, DemandChange::followed_by)
            .maybe(self.from, |from| demand_changes::recorded_at.ge(from))
            .maybe(self.to, |to| demand_changes::recorded_at.le(to))
    }
}

fn check(content: Option<&String>, attachment: Option<&String>, note: Option<&String>) -> AppResult<()> {
    content.map_or(Ok(()), |content| input::name("content", content, input::TEXT))?;
    input::texts([("attachment", attachment, input::URL), ("note", note, input::TEXT)])
}

impl DemandChange {
    pub const OF_CONTACT: Relation<DemandChange> =
        Relation { column: demand_changes::contact_id::NAME, parent: |row| Some(row.contact_id.number) };
    pub const OF_ORGANIZATION: Relation<DemandChange> = Relation {
        column: demand_changes::organization_id::NAME,
        parent: |row| row.organization_id.map(|id| id.number),
    };
    pub const OF_OPERATOR: Relation<DemandChange> =
        Relation { column: demand_changes::operator_id::NAME, parent: |row| row.operator_id.map(|id| id.number) };

    /// Contact of the newest of these rows
    async fn latest_contact(
        conn: &mut Conn,
        viewer: &Viewer,
        filter: &DemandChangeFilter,
    ) -> QueryResult<Option<Id<ServiceContact>>> {
        let wanted = DemandChange::visible(viewer).both(filter.wanted());
        let newest = DemandChange::fetch(conn, wanted, DemandChange::ORDER.first(1)).await?;
        Ok(newest.first().map(|row| row.contact_id))
    }

    /// Stores a demand change in the transaction of a mutation
    pub async fn add(conn: &mut Conn, ctx: &Context<'_>, new: DemandChangeCreateInput) -> AppResult<DemandChange> {
        let viewer = ctx.viewer()?;
        let followers = followers::named(conn, viewer, new.follower_ids.clone()).await?;
        let organization =
            ServiceContact::organization_of_record(conn, viewer, new.contact_id, new.organization_id).await?;
        let new = DemandChangeCreateInput { organization_id: organization, ..new };
        let row = DemandChange::create(conn, ServiceStaff::asking(viewer), new).await?;
        DemandChange::set_followers(conn, row.id, &followers).await?;
        AuditEntry::record_linked(conn, ctx, "followerIds", None, Some((&row, &followers))).await?;
        interaction_added::announce(conn, std::slice::from_ref(&row)).await?;
        Ok(row)
    }

    async fn create(
        conn: &mut Conn,
        operator: Option<Id<ServiceStaff>>,
        new: DemandChangeCreateInput,
    ) -> QueryResult<DemandChange> {
        let now = Time::now();
        diesel::insert_into(demand_changes::table)
            .values((
                new,
                demand_changes::operator_id.eq(operator),
                demand_changes::created_at.eq(now),
                demand_changes::updated_at.eq(now),
            ))
            .returning(DemandChange::cols())
            .one(conn)
            .await
    }

    async fn update(
        conn: &mut Conn,
        id: Id<DemandChange>,
        change: DemandChangeUpdateInput,
    ) -> QueryResult<DemandChange> {
        diesel::update(demand_changes::table.filter(demand_changes::id.eq(id)))
            .set((
                change.contact_id.map(|value| demand_changes::contact_id.eq(value)),
                patch(change.organization_id).map(|value| demand_changes::organization_id.eq(value)),
                change.content.map(|value| demand_changes::content.eq(value)),
                change.recorded_at.map(|value| demand_changes::recorded_at.eq(value)),
                patch(change.attachment).map(|value| demand_changes::attachment.eq(value)),
                patch(change.note).map(|value| demand_changes::note.eq(value)),
                demand_changes::updated_at.eq(Time::now()),
            ))
            .returning(DemandChange::cols())
            .one(conn)
            .await
    }

    async fn delete(conn: &mut Conn, id: Id<DemandChange>) -> QueryResult<usize> {
        diesel::delete(demand_changes::table.filter(demand_changes::id.eq(id))).run(conn).await
    }
}

#[ComplexObject]
impl DemandChange {
    /// Number of the row in its table (legacy id, demand_id)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that the demand change belongs to
    pub async fn realm(&self) -> Realm {
        Realm::Service
    }

    /// What it was
    pub async fn kind(&self) -> InteractionKind {
        InteractionKind::DemandChange
    }

    /// Contact whom it happened with
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<ServiceContact>> {
        ctx.load(self.contact_id).await
    }

    /// When it was said
    pub async fn at(&self) -> Time {
        self.recorded_at
    }

    /// What is wanted, in one line
    pub async fn summary(&self) -> String {
        format!("Demand: {}", followers::brief(&self.content))
    }

    /// Employee who wrote it down
    pub async fn staff(&self, ctx: &Context<'_>) -> AppResult<Option<StaffMember>> {
        Ok(ctx.load_named(self.operator_id).await?.map(StaffMember::ServiceStaff))
    }

    /// Employee who wrote it down (legacy operator)
    pub async fn operator(&self, ctx: &Context<'_>) -> AppResult<Option<ServiceStaff>> {
        ctx.load_named(self.operator_id).await
    }

    /// Employees who took part (legacy follower)
    #[graphql(complexity = "5 * child_complexity")]
    pub async fn followers(&self, ctx: &Context<'_>) -> AppResult<Vec<ServiceStaff>> {
        ctx.linked(DemandChange::FOLLOWERS, self.id.number).await
    }

    /// Contact who wants it (legacy customers)
    pub async fn contact(&self, ctx: &Context<'_>) -> AppResult<Option<ServiceContact>> {
        ctx.load(self.contact_id).await
    }

    /// Organisation that wants it
    pub async fn organization(&self, ctx: &Context<'_>) -> AppResult<Option<ClientOrganization>> {
        ctx.load_named(self.organization_id).await
    }
}

#[derive(Default)]
pub struct DemandChangeQuery;

#[Object]
impl DemandChangeQuery {
    /// One demand change
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn demand_change(&self, ctx: &Context<'_>, id: Id<DemandChange>) -> AppResult<Option<DemandChange>> {
        ctx.load(id).await
    }

    /// Demand changes, newest first
    #[graphql(guard = "Staff(Realm::Service)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn demand_changes(
        &self,
        ctx: &Context<'_>,
        filter: Option<DemandChangeFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<DemandChange>> {
        let mut filter = filter.unwrap_or_default();
        if filter.latest_contact && filter.contact_id.is_none() {
            let latest = DemandChange::latest_contact(&mut ctx.read().await?, ctx.viewer()?, &filter).await?;
            // No contact has the number 0: where no demand change is found, the list is empty.
            filter.contact_id = Some(latest.unwrap_or(Id::new(0)));
        }
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct DemandChangeMutation;

#[Object]
impl DemandChangeMutation {
    /// Writes down a demand change
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn demand_change_create(
        &self,
        ctx: &Context<'_>,
        input: DemandChangeCreateInput,
    ) -> AppResult<DemandChangeCreatePayload> {
        check(Some(&input.content), input.attachment.as_ref(), input.note.as_ref())?;
        let mut tx = ctx.begin().await?;
        let demand_change = DemandChange::add(&mut tx, ctx, input).await?;
        tx.commit().await?;
        Ok(DemandChangeCreatePayload { demand_change })
    }

    /// Changes a demand change
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn demand_change_update(
        &self,
        ctx: &Context<'_>,
        id: Id<DemandChange>,
        mut input: DemandChangeUpdateInput,
    ) -> AppResult<DemandChangeUpdatePayload> {
        check(input.content.as_ref(), input.attachment.value(), input.note.value())?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = DemandChange::find(&mut tx, viewer, id).await?;
        let contact = input.contact_id.filter(|id| *id != before.contact_id);
        input.organization_id =
            ServiceContact::organization_of_change(&mut tx, viewer, contact, input.organization_id).await?;
        let (old, new) = DemandChange::change_followers(&mut tx, viewer, id, input.follower_ids.take()).await?;
        let demand_change = DemandChange::update(&mut tx, id, input).await?;
        let (before, after) = ((&before, &*old), (&demand_change, &*new));
        AuditEntry::record_linked(&mut tx, ctx, "followerIds", Some(before), Some(after)).await?;
        tx.commit().await?;
        Ok(DemandChangeUpdatePayload { demand_change })
    }

    /// Deletes a demand change
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn demand_change_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<DemandChange>,
    ) -> AppResult<DemandChangeDeletePayload> {
        let mut tx = ctx.begin().await?;
        let demand_change = DemandChange::find(&mut tx, ctx.viewer()?, id).await?;
        let followers = DemandChange::follower_ids(&mut tx, id).await?;
        DemandChange::delete(&mut tx, id).await?;
        AuditEntry::record_linked(&mut tx, ctx, "followerIds", Some((&demand_change, &followers)), None).await?;
        tx.commit().await?;
        Ok(DemandChangeDeletePayload { demand_change })
    }
}
