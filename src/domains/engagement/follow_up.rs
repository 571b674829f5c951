//! What employees of the realm SERVICE did for a contact (eartip 跟进记录): a visit, a call, a contract signed and so on.
//!
//! Tables `follow_ups` and `follow_up_staff` (跟进者, those who took part). The operator (操作者) is who wrote it down.

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::{followers, interaction_added};
use crate::{
    auth::{Realm, Staff, Viewer},
    codes,
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        tables::{follow_up_staff, follow_ups},
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

codes! {
    /// What a follow-up was
    pub enum FollowUpEvent {
        /// Taken on as a customer (legacy 1 接入)
        Intake = 1,
        /// Visited (legacy 2 走访拜访)
        Visit = 2,
        /// Called by telephone (legacy 3 电话拜访)
        Call = 3,
        /// Signed a contract (legacy 4 签约)
        Signing = 4,
        /// Helped after the sale (legacy 5 售后)
        AfterSales = 5,
    }
}

/// What employees of the service team did for a contact
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = follow_ups)]
#[graphql(complex)]
pub struct FollowUp {
    /// Opaque global id
    pub id: Id<FollowUp>,
    /// Contact whom it was done for (legacy customers_id)
    pub contact_id: Id<ServiceContact>,
    /// Organisation that it was done for (legacy organization_id)
    pub organization_id: Option<Id<ClientOrganization>>,
    /// Employee who wrote it down (legacy operator_id)
    pub operator_id: Option<Id<ServiceStaff>>,
    /// What was done (legacy event)
    pub event: FollowUpEvent,
    /// When it was done (legacy recordTime, record_time)
    pub recorded_at: Time,
    /// What came of it (legacy gain)
    pub gain: Option<String>,
    /// Address of an attachment, say a screenshot (legacy attach, event_attach)
    pub attachment: Option<String>,
    /// Remark (legacy note, event_note)
    pub note: Option<String>,
    /// When it was written down (legacy createTime)
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which follow-ups
#[derive(Clone, Debug, Default, InputObject)]
pub struct FollowUpFilter {
    /// With this id (legacy follow_id)
    id: Option<Id<FollowUp>>,
    /// Done for this contact
    contact_id: Option<Id<ServiceContact>>,
    /// Done for this organisation
    organization_id: Option<Id<ClientOrganization>>,
    /// Written down by this employee
    operator_id: Option<Id<ServiceStaff>>,
    /// That this employee took part in
    follower_id: Option<Id<ServiceStaff>>,
    /// Of this kind
    event: Option<FollowUpEvent>,
    /// Done at this moment or later
    from: Option<Time>,
    /// Done at this moment or before
    to: Option<Time>,
}

/// A new follow-up, written down by the employee who asks
#[derive(Clone, Debug, InputObject, Insertable)]
#[diesel(table_name = follow_ups)]
pub struct FollowUpCreateInput {
    /// Contact whom it was done for
    pub contact_id: Id<ServiceContact>,
    /// Organisation that it was done for; left out: the contact's
    pub organization_id: Option<Id<ClientOrganization>>,
    /// Employees who took part, 100 at the most
    #[graphql(default)]
    #[diesel(skip_insertion)]
    pub follower_ids: Vec<Id<ServiceStaff>>,
    /// What was done
    pub event: FollowUpEvent,
    /// When it was done
    pub recorded_at: Time,
    /// What came of it
    pub gain: Option<String>,
    /// Address of an attachment
    pub attachment: Option<String>,
    /// Remark
    pub note: Option<String>,
}

/// Changes of a follow-up; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct FollowUpUpdateInput {
    /// Contact whom it was done for
    contact_id: Option<Id<ServiceContact>>,
    /// Organisation that it was done for; left out with a new contact: the contact's
    organization_id: MaybeUndefined<Id<ClientOrganization>>,
    /// All employees who took part, 100 at the most
    follower_ids: Option<Vec<Id<ServiceStaff>>>,
    /// What was done
    event: Option<FollowUpEvent>,
    /// When it was done
    recorded_at: Option<Time>,
    /// What came of it
    gain: MaybeUndefined<String>,
    /// Address of an attachment
    attachment: MaybeUndefined<String>,
    /// Remark
    note: MaybeUndefined<String>,
}

payload! {
    /// The new follow-up
    FollowUpCreatePayload { follow_up: FollowUp }
    /// The changed follow-up
    FollowUpUpdatePayload { follow_up: FollowUp }
    /// The deleted follow-up
    FollowUpDeletePayload { follow_up: FollowUp }
}

entity!(FollowUp, follow_ups, recorded_at desc);
followers::followers!(FollowUp, follow_ups, follow_up_staff, follow_up_id);

impl Visible for FollowUp {
    type Table = follow_ups::table;

    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Service))
    }
}

impl FollowUpFilter {
    fn wanted(&self) -> Where<follow_ups::table> {
        Where::default()
            .maybe(self.id, |id| follow_ups::id.eq(id))
            .maybe(self.contact_id, |id| follow_ups::contact_id.eq(id))
            .maybe(self.organization_id, |id| follow_ups::organization_id.eq(id))
            .maybe(self.operator_id, |id| follow_ups::operator_id.eq(id))
            .maybe(self.follower_id, FollowUp::followed_by)
            .maybe(self.event, |event| follow_ups::event.eq(event))
            .maybe(self.from, |from| follow_ups::recorded_at.ge(from))
            .maybe(self.to, |to| follow_ups::recorded_at.le(to))
    }
}

fn check(gain: Option<&String>, attachment: Option<&String>, note: Option<&String>) -> AppResult<()> {
    input::texts([("gain", gain, input::TEXT), ("attachment", attachment, input::URL), ("note", note, input::TEXT)])
}

impl FollowUp {
    pub const OF_CONTACT: Relation<FollowUp> =
        Relation { column: follow_ups::contact_id::NAME, parent: |row| Some(row.contact_id.number) };
    pub const OF_ORGANIZATION: Relation<FollowUp> =
        Relation { column: follow_ups::organization_id::NAME, parent: |row| row.organization_id.map(|id| id.number) };
    pub const OF_OPERATOR: Relation<FollowUp> =
        Relation { column: follow_ups::operator_id::NAME, parent: |row| row.operator_id.map(|id| id.number) };

    /// Stores a follow-up in the transaction of a mutation
    pub async fn add(conn: &mut Conn, ctx: &Context<'_>, new: FollowUpCreateInput) -> AppResult<FollowUp> {
        let viewer = ctx.viewer()?;
        let followers = followers::named(conn, viewer, new.follower_ids.clone()).await?;
        let organization =
            ServiceContact::organization_of_record(conn, viewer, new.contact_id, new.organization_id).await?;
        let new = FollowUpCreateInput { organization_id: organization, ..new };
        let row = FollowUp::create(conn, ServiceStaff::asking(viewer), new).await?;
        FollowUp::set_followers(conn, row.id, &followers).await?;
        AuditEntry::record_linked(conn, ctx, "followerIds", None, Some((&row, &followers))).await?;
        interaction_added::announce(conn, std::slice::from_ref(&row)).await?;
        Ok(row)
    }

    async fn create(
        conn: &mut Conn,
        operator: Option<Id<ServiceStaff>>,
        new: FollowUpCreateInput,
    ) -> QueryResult<FollowUp> {
        let now = Time::now();
        diesel::insert_into(follow_ups::table)
            .values((
                new,
                follow_ups::operator_id.eq(operator),
                follow_ups::created_at.eq(now),
                follow_ups::updated_at.eq(now),
            ))
            .returning(FollowUp::cols())
            .one(conn)
            .await
    }

    async fn update(conn: &mut Conn, id: Id<FollowUp>, change: FollowUpUpdateInput) -> QueryResult<FollowUp> {
        diesel::update(follow_ups::table.filter(follow_ups::id.eq(id)))
            .set((
                change.contact_id.map(|value| follow_ups::contact_id.eq(value)),
                patch(change.organization_id).map(|value| follow_ups::organization_id.eq(value)),
                change.event.map(|value| follow_ups::event.eq(value)),
                change.recorded_at.map(|value| follow_ups::recorded_at.eq(value)),
                patch(change.gain).map(|value| follow_ups::gain.eq(value)),
                patch(change.attachment).map(|value| follow_ups::attachment.eq(value)),
                patch(change.note).map(|value| follow_ups::note.eq(value)),
                follow_ups::updated_at.eq(Time::now()),
            ))
            .returning(FollowUp::cols())
            .one(conn)
            .await
    }

    async fn delete(conn: &mut Conn, id: Id<FollowUp>) -> QueryResult<usize> {
        diesel::delete(follow_ups::table.filter(follow_ups::id.eq(id))).run(conn).await
    }
}

#[ComplexObject]
impl FollowUp {
    /// Number of the row in its table (legacy id, follow_id)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that the follow-up belongs to
    pub async fn realm(&self) -> Realm {
        Realm::Service
    }

    /// What it was
    pub async fn kind(&self) -> InteractionKind {
        InteractionKind::FollowUp
    }

    /// Contact whom it happened with
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<ServiceContact>> {
        ctx.load(self.contact_id).await
    }

    /// When it was done
    pub async fn at(&self) -> Time {
        self.recorded_at
    }

    /// What was done, in one line
    pub async fn summary(&self) -> String {
        let event = match self.event {
            FollowUpEvent::Intake => "Intake",
            FollowUpEvent::Visit => "Visit",
            FollowUpEvent::Call => "Telephone call",
            FollowUpEvent::Signing => "Signing",
            FollowUpEvent::AfterSales => "After-sales service",
        };
        match self.gain.as_deref().or(self.note.as_deref()).filter(|text| !text.is_empty()) {
            Some(text) => format!("{event}: {}", followers::brief(text)),
            None => event.to_owned(),
        }
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
        ctx.linked(FollowUp::FOLLOWERS, self.id.number).await
    }

    /// Contact whom it was done for (legacy customers)
    pub async fn contact(&self, ctx: &Context<'_>) -> AppResult<Option<ServiceContact>> {
        ctx.load(self.contact_id).await
    }

    /// Organisation that it was done for
    pub async fn organization(&self, ctx: &Context<'_>) -> AppResult<Option<ClientOrganization>> {
        ctx.load_named(self.organization_id).await
    }
}

#[derive(Default)]
pub struct FollowUpQuery;

#[Object]
impl FollowUpQuery {
    /// One follow-up
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn follow_up(&self, ctx: &Context<'_>, id: Id<FollowUp>) -> AppResult<Option<FollowUp>> {
        ctx.load(id).await
    }

    /// Follow-ups, newest first
    #[graphql(guard = "Staff(Realm::Service)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn follow_ups(
        &self,
        ctx: &Context<'_>,
        filter: Option<FollowUpFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<FollowUp>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct FollowUpMutation;

#[Object]
impl FollowUpMutation {
    /// Writes down a follow-up
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn follow_up_create(
        &self,
        ctx: &Context<'_>,
        input: FollowUpCreateInput,
    ) -> AppResult<FollowUpCreatePayload> {
        check(input.gain.as_ref(), input.attachment.as_ref(), input.note.as_ref())?;
        let mut tx = ctx.begin().await?;
        let follow_up = FollowUp::add(&mut tx, ctx, input).await?;
        tx.commit().await?;
        Ok(FollowUpCreatePayload { follow_up })
    }

    /// Changes a follow-up
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn follow_up_update(
        &self,
        ctx: &Context<'_>,
        id: Id<FollowUp>,
        mut input: FollowUpUpdateInput,
    ) -> AppResult<FollowUpUpdatePayload> {
        check(input.gain.value(), input.attachment.value(), input.note.value())?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = FollowUp::find(&mut tx, viewer, id).await?;
        let contact = input.contact_id.filter(|id| *id != before.contact_id);
        input.organization_id =
            ServiceContact::organization_of_change(&mut tx, viewer, contact, input.organization_id).await?;
        let (old, new) = FollowUp::change_followers(&mut tx, viewer, id, input.follower_ids.take()).await?;
        let follow_up = FollowUp::update(&mut tx, id, input).await?;
        let (before, after) = ((&before, &*old), (&follow_up, &*new));
        AuditEntry::record_linked(&mut tx, ctx, "followerIds", Some(before), Some(after)).await?;
        tx.commit().await?;
        Ok(FollowUpUpdatePayload { follow_up })
    }

    /// Deletes a follow-up
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn follow_up_delete(&self, ctx: &Context<'_>, id: Id<FollowUp>) -> AppResult<FollowUpDeletePayload> {
        let mut tx = ctx.begin().await?;
        let follow_up = FollowUp::find(&mut tx, ctx.viewer()?, id).await?;
        let followers = FollowUp::follower_ids(&mut tx, id).await?;
        FollowUp::delete(&mut tx, id).await?;
        AuditEntry::record_linked(&mut tx, ctx, "followerIds", Some((&follow_up, &followers)), None).await?;
        tx.commit().await?;
        Ok(FollowUpDeletePayload { follow_up })
    }
}
