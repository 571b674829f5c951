//! How content a contact of the realm SERVICE is with employees (eartip 满意度): praise (点赞) or blame (批评), -10 to 10.
//!
//! Tables `satisfaction_ratings` and `satisfaction_rating_staff` (those whom the rating is about). The operator (操作者)
//! is who wrote it down.

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::{followers, interaction_added};
use crate::{
    auth::{Realm, Staff, Viewer},
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        tables::{satisfaction_rating_staff, satisfaction_ratings, service_contacts},
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

/// How content a contact is with employees of the service team
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = satisfaction_ratings)]
#[graphql(complex)]
pub struct SatisfactionRating {
    /// Opaque global id
    pub id: Id<SatisfactionRating>,
    /// Contact who says so (legacy customers_id)
    pub contact_id: Id<ServiceContact>,
    /// Employee who wrote it down (legacy operator_id)
    pub operator_id: Option<Id<ServiceStaff>>,
    /// From -10, very discontent, to 10, very content (legacy value)
    pub score: i32,
    /// When it was said (legacy recordTime, record_time)
    pub recorded_at: Time,
    /// Address of an attachment, say a screenshot (legacy attach)
    pub attachment: Option<String>,
    /// Remark (legacy note)
    pub note: Option<String>,
    /// When it was written down (legacy createTime)
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which ratings
#[derive(Clone, Debug, Default, InputObject)]
pub struct SatisfactionRatingFilter {
    /// With this id (legacy satisfy_id)
    id: Option<Id<SatisfactionRating>>,
    /// Of this contact
    contact_id: Option<Id<ServiceContact>>,
    /// Of a contact that belongs to this organisation now
    organization_id: Option<Id<ClientOrganization>>,
    /// Written down by this employee
    operator_id: Option<Id<ServiceStaff>>,
    /// About this employee
    follower_id: Option<Id<ServiceStaff>>,
    /// Said at this moment or later
    from: Option<Time>,
    /// Said at this moment or before
    to: Option<Time>,
}

/// A new rating, written down by the employee who asks
#[derive(Clone, Debug, InputObject, Insertable)]
#[diesel(table_name = satisfaction_ratings)]
pub struct SatisfactionRatingCreateInput {
    /// Contact who says so
    contact_id: Id<ServiceContact>,
    /// Employees whom it is about, 100 at the most
    #[graphql(default)]
    #[diesel(skip_insertion)]
    follower_ids: Vec<Id<ServiceStaff>>,
    /// From -10, very discontent, to 10, very content
    score: i32,
    /// When it was said
    recorded_at: Time,
    /// Address of an attachment
    attachment: Option<String>,
    /// Remark
    note: Option<String>,
}

/// Changes of a rating; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct SatisfactionRatingUpdateInput {
    /// Contact who says so
    contact_id: Option<Id<ServiceContact>>,
    /// All employees whom it is about, 100 at the most
    follower_ids: Option<Vec<Id<ServiceStaff>>>,
    /// From -10, very discontent, to 10, very content
    score: Option<i32>,
    /// When it was said
    recorded_at: Option<Time>,
    /// Address of an attachment
    attachment: MaybeUndefined<String>,
    /// Remark
    note: MaybeUndefined<String>,
}

payload! {
    /// The new rating
    SatisfactionRatingCreatePayload { satisfaction_rating: SatisfactionRating }
    /// The changed rating
    SatisfactionRatingUpdatePayload { satisfaction_rating: SatisfactionRating }
    /// The deleted rating
    SatisfactionRatingDeletePayload { satisfaction_rating: SatisfactionRating }
}

entity!(SatisfactionRating, satisfaction_ratings, recorded_at desc);
followers::followers!(SatisfactionRating, satisfaction_ratings, satisfaction_rating_staff, satisfaction_rating_id);

impl Visible for SatisfactionRating {
    type Table = satisfaction_ratings::table;

    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Service))
    }
}

impl SatisfactionRatingFilter {
    fn wanted(&self) -> Where<satisfaction_ratings::table> {
        Where::default()
            .maybe(self.id, |id| satisfaction_ratings::id.eq(id))
            .maybe(self.contact_id, |id| satisfaction_ratings::contact_id.eq(id))
            .maybe(self.organization_id, |id| {
                let contacts = service_contacts::table.filter(service_contacts::organization_id.eq(id));
                satisfaction_ratings::contact_id.eq_any(contacts.select(service_contacts::id))
            })
            .maybe(self.operator_id, |id| satisfaction_ratings::operator_id.eq(id))
            .maybe(self.follower_id, SatisfactionRating::followed_by)
            .maybe(self.from, |from| satisfaction_ratings::recorded_at.ge(from))
            .maybe(self.to, |to| satisfaction_ratings::recorded_at.le(to))
    }
}

fn check(score: Option<i32>, attachment: Option<&String>, note: Option<&String>) -> AppResult<()> {
    score.map_or(Ok(()), |score| input::range("score", score.into(), -10, 10))?;
    input::texts([("attachment", attachment, input::URL), ("note", note, input::TEXT)])
}

impl SatisfactionRating {
    pub const OF_CONTACT: Relation<SatisfactionRating> =
        Relation { column: satisfaction_ratings::contact_id::NAME, parent: |row| Some(row.contact_id.number) };
    pub const OF_OPERATOR: Relation<SatisfactionRating> =
        Relation { column: satisfaction_ratings::operator_id::NAME, parent: |row| row.operator_id.map(|id| id.number) };

    async fn create(
        conn: &mut Conn,
        operator: Option<Id<ServiceStaff>>,
        new: SatisfactionRatingCreateInput,
    ) -> QueryResult<SatisfactionRating> {
        let now = Time::now();
        diesel::insert_into(satisfaction_ratings::table)
            .values((
                new,
                satisfaction_ratings::operator_id.eq(operator),
                satisfaction_ratings::created_at.eq(now),
                satisfaction_ratings::updated_at.eq(now),
            ))
            .returning(SatisfactionRating::cols())
            .one(conn)
            .await
    }

    async fn update(
        conn: &mut Conn,
        id: Id<SatisfactionRating>,
        change: SatisfactionRatingUpdateInput,
    ) -> QueryResult<SatisfactionRating> {
        diesel::update(satisfaction_ratings::table.filter(satisfaction_ratings::id.eq(id)))
            .set((
                change.contact_id.map(|value| satisfaction_ratings::contact_id.eq(value)),
                change.score.map(|value| satisfaction_ratings::score.eq(value)),
                change.recorded_at.map(|value| satisfaction_ratings::recorded_at.eq(value)),
                patch(change.attachment).map(|value| satisfaction_ratings::attachment.eq(value)),
                patch(change.note).map(|value| satisfaction_ratings::note.eq(value)),
                satisfaction_ratings::updated_at.eq(Time::now()),
            ))
            .returning(SatisfactionRating::cols())
            .one(conn)
            .await
    }

    async fn delete(conn: &mut Conn, id: Id<SatisfactionRating>) -> QueryResult<usize> {
        diesel::delete(satisfaction_ratings::table.filter(satisfaction_ratings::id.eq(id))).run(conn).await
    }
}

#[ComplexObject]
impl SatisfactionRating {
    /// Number of the row in its table (legacy id, satisfy_id)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that the rating belongs to
    pub async fn realm(&self) -> Realm {
        Realm::Service
    }

    /// What it was
    pub async fn kind(&self) -> InteractionKind {
        InteractionKind::SatisfactionRating
    }

    /// Contact whom it happened with
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<ServiceContact>> {
        ctx.load(self.contact_id).await
    }

    /// When it was said
    pub async fn at(&self) -> Time {
        self.recorded_at
    }

    /// The score, in one line
    pub async fn summary(&self) -> String {
        match self.note.as_deref().filter(|text| !text.is_empty()) {
            Some(text) => format!("Satisfaction {:+}: {}", self.score, followers::brief(text)),
            None => format!("Satisfaction {:+}", self.score),
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

    /// Employees whom it is about (legacy follower_id)
    #[graphql(complexity = "5 * child_complexity")]
    pub async fn followers(&self, ctx: &Context<'_>) -> AppResult<Vec<ServiceStaff>> {
        ctx.linked(SatisfactionRating::FOLLOWERS, self.id.number).await
    }

    /// Contact who says so (legacy customers)
    pub async fn contact(&self, ctx: &Context<'_>) -> AppResult<Option<ServiceContact>> {
        ctx.load(self.contact_id).await
    }
}

#[derive(Default)]
pub struct SatisfactionRatingQuery;

#[Object]
impl SatisfactionRatingQuery {
    /// One rating
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn satisfaction_rating(
        &self,
        ctx: &Context<'_>,
        id: Id<SatisfactionRating>,
    ) -> AppResult<Option<SatisfactionRating>> {
        ctx.load(id).await
    }

    /// Satisfaction ratings, newest first
    #[graphql(guard = "Staff(Realm::Service)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn satisfaction_ratings(
        &self,
        ctx: &Context<'_>,
        filter: Option<SatisfactionRatingFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<SatisfactionRating>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct SatisfactionRatingMutation;

#[Object]
impl SatisfactionRatingMutation {
    /// Writes down a rating
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn satisfaction_rating_create(
        &self,
        ctx: &Context<'_>,
        input: SatisfactionRatingCreateInput,
    ) -> AppResult<SatisfactionRatingCreatePayload> {
        check(Some(input.score), input.attachment.as_ref(), input.note.as_ref())?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        ServiceContact::named(&mut tx, viewer, "contactId", input.contact_id).await?;
        let followers = followers::named(&mut tx, viewer, input.follower_ids.clone()).await?;
        let satisfaction_rating = SatisfactionRating::create(&mut tx, ServiceStaff::asking(viewer), input).await?;
        SatisfactionRating::set_followers(&mut tx, satisfaction_rating.id, &followers).await?;
        let after = (&satisfaction_rating, &*followers);
        AuditEntry::record_linked(&mut tx, ctx, "followerIds", None, Some(after)).await?;
        interaction_added::announce(&mut tx, std::slice::from_ref(&satisfaction_rating)).await?;
        tx.commit().await?;
        Ok(SatisfactionRatingCreatePayload { satisfaction_rating })
    }

    /// Changes a rating
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn satisfaction_rating_update(
        &self,
        ctx: &Context<'_>,
        id: Id<SatisfactionRating>,
        mut input: SatisfactionRatingUpdateInput,
    ) -> AppResult<SatisfactionRatingUpdatePayload> {
        check(input.score, input.attachment.value(), input.note.value())?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = SatisfactionRating::find(&mut tx, viewer, id).await?;
        if let Some(contact) = input.contact_id {
            ServiceContact::named(&mut tx, viewer, "contactId", contact).await?;
        }
        let (old, new) = SatisfactionRating::change_followers(&mut tx, viewer, id, input.follower_ids.take()).await?;
        let satisfaction_rating = SatisfactionRating::update(&mut tx, id, input).await?;
        let (before, after) = ((&before, &*old), (&satisfaction_rating, &*new));
        AuditEntry::record_linked(&mut tx, ctx, "followerIds", Some(before), Some(after)).await?;
        tx.commit().await?;
        Ok(SatisfactionRatingUpdatePayload { satisfaction_rating })
    }

    /// Deletes a rating
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn satisfaction_rating_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<SatisfactionRating>,
    ) -> AppResult<SatisfactionRatingDeletePayload> {
        let mut tx = ctx.begin().await?;
        let satisfaction_rating = SatisfactionRating::find(&mut tx, ctx.viewer()?, id).await?;
        let followers = SatisfactionRating::follower_ids(&mut tx, id).await?;
        SatisfactionRating::delete(&mut tx, id).await?;
        AuditEntry::record_linked(&mut tx, ctx, "followerIds", Some((&satisfaction_rating, &followers)), None).await?;
        tx.commit().await?;
        Ok(SatisfactionRatingDeletePayload { satisfaction_rating })
    }
}
