//! Tag (标签): a label that staff pin to customers.
//!
//! Table `tags`; who carries one stands in `customer_tags`. The first four are built in, because the lists of the credit
//! business know them by number: 1 黑名单 (black list), 2 白名单 (white list), 3 灰名单 (grey list), 4 贫困户 (poor household).

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject, dataloader::Loader};
use async_trait::async_trait;
use diesel::prelude::*;
use serde::Serialize;

use super::CustomerTag;
use crate::{
    auth::{Area, May, Realm, Sight, Viewer},
    codes,
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        sql::contains,
        tables::{customer_tags, tags},
    },
    domains::identity::AuditEntry,
    entity,
    error::{AppError, AppResult},
    graphql::{
        Connection, ContextExt, Entity, Link, Page, PageInput, context,
        entity::{Loads, Visible},
        input::{self, patch},
        page,
        scalars::Long,
    },
    payload,
};

/// Number of the tag 贫困户, whose carriers have a record of their poverty
pub const POOR: i64 = 4;

codes! {
    /// What a tag is about
    pub enum TagKind {
        /// Black, white and grey list (legacy type 1, 黑白灰名单)
        List = 1,
        /// Farming household or not (legacy type 2, 农户/非农户)
        Farming = 2,
        /// Company (legacy type 3, 企业)
        Company = 3,
        /// Product (legacy type 4, 产品)
        Product = 4,
        /// Portrait (legacy type 5, 画像)
        Portrait = 5,
        /// Stars (legacy type 6, 星级)
        Stars = 6,
        /// Age (legacy type 7, 年龄)
        Age = 7,
        /// Other (legacy type 8, 其他)
        Other = 8,
    }
}

/// Label that staff pin to customers
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = tags)]
#[graphql(complex)]
pub struct Tag {
    /// Opaque global id (legacy tagId)
    pub id: Id<Tag>,
    /// Name, unique (legacy tagName)
    pub name: String,
    /// Description
    pub description: String,
    /// What it is about (legacy type)
    pub kind: TagKind,
    /// Remark
    pub remark: Option<String>,
    /// Whether it is one of the first four, which keep their names and are not deleted
    pub is_built_in: bool,
    /// When it was entered
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which tags
#[derive(Clone, Debug, Default, InputObject)]
pub struct TagFilter {
    /// With this text in the name
    name: Option<String>,
    /// About this
    kind: Option<TagKind>,
}

/// A new tag
#[derive(Clone, Debug, InputObject)]
pub struct TagCreateInput {
    /// Name, unique, 20 characters at the most
    name: String,
    /// Description, 20 characters at the most
    description: String,
    /// What it is about
    kind: TagKind,
    /// Remark, 100 characters at the most
    remark: Option<String>,
}

/// Changes of a tag; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct TagUpdateInput {
    /// Name, unique, 20 characters at the most
    name: Option<String>,
    /// Description, 20 characters at the most
    description: Option<String>,
    /// What it is about
    kind: Option<TagKind>,
    /// Remark, 100 characters at the most
    remark: MaybeUndefined<String>,
}

payload! {
    /// The new tag
    TagCreatePayload { tag: Tag }
    /// The changed tag
    TagUpdatePayload { tag: Tag }
    /// The deleted tag
    TagDeletePayload { tag: Tag }
}

entity!(Tag, tags, asc);

impl Visible for Tag {
    type Table = tags::table;
    const AREA: Option<Area> = Some(Area::Tags);

    /// The whole bank has the same tags
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.open(Realm::Bank) {
            Sight::Nothing => Where::nothing(),
            _ => Where::default(),
        }
    }
}

impl TagFilter {
    fn wanted(&self) -> Where<tags::table> {
        Where::default()
            .maybe(self.name.as_deref(), |name| contains(tags::name, name))
            .maybe(self.kind, |kind| tags::kind.eq(kind))
    }
}

fn check(name: Option<&String>, description: Option<&String>, remark: Option<&String>) -> AppResult<()> {
    name.map_or(Ok(()), |name| input::name("name", name, 20))?;
    description.map_or(Ok(()), |text| input::name("description", text, 20))?;
    input::texts([("remark", remark, 100)])
}

impl Tag {
    pub const OF_CUSTOMER: Link<Tag> = Link::new("customer_tags", |customers| {
        let pair = (customer_tags::customer_id, customer_tags::tag_id);
        Box::new(customer_tags::table.filter(customer_tags::customer_id.eq_any(customers)).select(pair).order(pair))
    });

    async fn create(conn: &mut Conn, new: TagCreateInput) -> QueryResult<Tag> {
        let now = Time::now();
        let row = (
            tags::name.eq(new.name),
            tags::description.eq(new.description),
            tags::kind.eq(new.kind),
            tags::remark.eq(new.remark),
            tags::is_built_in.eq(false),
            tags::created_at.eq(now),
            tags::updated_at.eq(now),
        );
        diesel::insert_into(tags::table).values(row).returning(Tag::cols()).one(conn).await
    }

    async fn update(conn: &mut Conn, id: Id<Tag>, change: TagUpdateInput) -> QueryResult<Tag> {
        diesel::update(tags::table.filter(tags::id.eq(id)))
            .set((
                change.name.map(|value| tags::name.eq(value)),
                change.description.map(|value| tags::description.eq(value)),
                change.kind.map(|value| tags::kind.eq(value)),
                patch(change.remark).map(|value| tags::remark.eq(value)),
                tags::updated_at.eq(Time::now()),
            ))
            .returning(Tag::cols())
            .one(conn)
            .await
    }
}

/// Loader key: how many customers carry a tag, of those that the viewer sees
#[derive(Clone, PartialEq, Eq, Hash)]
struct CarriersOf(i64);

#[async_trait]
impl Loader<CarriersOf> for Loads {
    type Value = i64;
    type Error = AppError;

    async fn load(&self, tags: &[CarriersOf]) -> AppResult<HashMap<CarriersOf, i64>> {
        let (order, column) = (CustomerTag::ORDER, customer_tags::tag_id::NAME);
        let numbers = tags.iter().map(|tag| tag.0).collect();
        let carried = CustomerTag::visible(&self.viewer).one_of(order, column, numbers);
        let counts = carried.count_of_each(order, column).rows::<(i64, i64)>(&mut self.db.read().await?).await?;
        Ok(counts.into_iter().map(|(tag, count)| (CarriersOf(tag), count)).collect())
    }
}

#[ComplexObject]
impl Tag {
    /// Number of the row in its table (legacy tagId): 1 黑名单, 2 白名单, 3 灰名单, 4 贫困户
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// How many customers carry it, of those that the viewer sees
    #[graphql(complexity = 20)]
    pub async fn customer_count(&self, ctx: &Context<'_>) -> AppResult<Long> {
        let count = ctx.data_unchecked::<context::Loader>().load_one(CarriersOf(self.id.number)).await?;
        Ok(Long(count.unwrap_or(0)))
    }

    /// Who carries it and why, as far as the viewer may see
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn customer_tags(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CustomerTag>> {
        ctx.children(CustomerTag::OF_TAG, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }
}

#[derive(Default)]
pub struct TagQuery;

#[Object]
impl TagQuery {
    /// One tag
    #[graphql(guard = "May(Area::Tags)")]
    async fn tag(&self, ctx: &Context<'_>, id: Id<Tag>) -> AppResult<Option<Tag>> {
        ctx.load(id).await
    }

    /// Tags by number
    #[graphql(guard = "May(Area::Tags)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn tags(
        &self,
        ctx: &Context<'_>,
        filter: Option<TagFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<Tag>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct TagMutation;

#[Object]
impl TagMutation {
    /// Enters a tag
    #[graphql(guard = "May(Area::Tags)")]
    async fn tag_create(&self, ctx: &Context<'_>, input: TagCreateInput) -> AppResult<TagCreatePayload> {
        check(Some(&input.name), Some(&input.description), input.remark.as_ref())?;
        let mut tx = ctx.begin().await?;
        let tag = Tag::create(&mut tx, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&tag)).await?;
        tx.commit().await?;
        Ok(TagCreatePayload { tag })
    }

    /// Changes a tag; one that is built in keeps its name
    #[graphql(guard = "May(Area::Tags)")]
    async fn tag_update(&self, ctx: &Context<'_>, id: Id<Tag>, input: TagUpdateInput) -> AppResult<TagUpdatePayload> {
        check(input.name.as_ref(), input.description.as_ref(), input.remark.value())?;
        let mut tx = ctx.begin().await?;
        let before = Tag::find(&mut tx, ctx.viewer()?, id).await?;
        if before.is_built_in && input.name.as_ref().is_some_and(|name| *name != before.name) {
            return Err(AppError::conflict("A tag that is built in keeps its name"));
        }
        let tag = Tag::update(&mut tx, id, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&tag)).await?;
        tx.commit().await?;
        Ok(TagUpdatePayload { tag })
    }

    /// Deletes a tag and takes it off all customers; not one that is built in
    #[graphql(guard = "May(Area::Tags)")]
    async fn tag_delete(&self, ctx: &Context<'_>, id: Id<Tag>) -> AppResult<TagDeletePayload> {
        let mut tx = ctx.begin().await?;
        let tag = Tag::find(&mut tx, ctx.viewer()?, id).await?;
        if tag.is_built_in {
            return Err(AppError::conflict("A tag that is built in stays"));
        }
        diesel::delete(tags::table.filter(tags::id.eq(id))).run(&mut tx).await?;
        AuditEntry::record(&mut tx, ctx, Some(&tag), None).await?;
        tx.commit().await?;
        Ok(TagDeletePayload { tag })
    }
}
