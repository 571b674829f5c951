//! Tag on a customer (客户标签), with the reason why he carries it.
//!
//! Table `customer_tags`. Who sees the customer sees his tags. The tags of the lists (1 黑名单, 2 白名单, 3 灰名单) follow from
//! the lists: whoever sets tags by hand leaves them as they are.

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::{BankCustomer, Tag};
use crate::{
    auth::{Area, May, Viewer},
    db::{Conn, Id, Run as _, Time, Where, sql::Many, tables::customer_tags},
    domains::{credit::list_entry::ListKind, identity::AuditEntry},
    entity,
    error::{AppError, AppResult},
    graphql::{ContextExt, Entity, Relation, entity::Visible, input, scalars::Long},
    payload,
};

/// Most tags of one customer
const MOST: usize = 100;

/// Tag on a customer
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = customer_tags)]
#[graphql(complex)]
pub struct CustomerTag {
    /// Opaque global id
    pub id: Id<CustomerTag>,
    /// Who carries it
    pub customer_id: Id<BankCustomer>,
    /// What he carries
    pub tag_id: Id<Tag>,
    /// Why he carries it
    pub reason: Option<String>,
    /// Since when he carries it
    pub created_at: Time,
    /// When the reason was last changed
    pub updated_at: Time,
}

payload! {
    /// The customer with his tags as they are now
    CustomerTagsSetPayload { bank_customer: BankCustomer }
    /// The customer with no tags but those of lists
    CustomerTagsClearPayload { bank_customer: BankCustomer }
    /// The customer without the tag
    CustomerTagDeletePayload { bank_customer: BankCustomer }
}

entity!(CustomerTag, customer_tags, asc);

impl Visible for CustomerTag {
    type Table = customer_tags::table;
    const AREA: Option<Area> = Some(Area::Customers);

    /// Whoever sees the customer
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        BankCustomer::seen(viewer, |customers| Where::default().and(customer_tags::customer_id.eq_any(customers)))
    }
}

impl CustomerTag {
    pub const OF_CUSTOMER: Relation<CustomerTag> =
        Relation { column: customer_tags::customer_id::NAME, parent: |row| Some(row.customer_id.number) };

    pub const OF_TAG: Relation<CustomerTag> =
        Relation { column: customer_tags::tag_id::NAME, parent: |row| Some(row.tag_id.number) };

    async fn tag_ids(conn: &mut Conn, customer: Id<BankCustomer>) -> QueryResult<Vec<i64>> {
        let own = customer_tags::table.filter(customer_tags::customer_id.eq(customer));
        own.select(customer_tags::tag_id).order(customer_tags::tag_id).all(conn).await
    }

    /// Takes tags off a customer
    pub async fn take(conn: &mut Conn, customer: Id<BankCustomer>, tags: &[i64]) -> QueryResult<usize> {
        let own = customer_tags::table.filter(customer_tags::customer_id.eq(customer));
        diesel::delete(own.filter(customer_tags::tag_id.eq_any(tags.to_vec()))).run(conn).await
    }

    /// Puts tags on a customer who does not carry them yet
    pub async fn put(
        conn: &mut Conn,
        customer: Id<BankCustomer>,
        tags: &[i64],
        reason: Option<String>,
    ) -> QueryResult<usize> {
        let now = Time::now();
        let row = |tag: &i64| {
            (
                customer_tags::customer_id.eq(customer),
                customer_tags::tag_id.eq(*tag),
                customer_tags::reason.eq(reason.clone()),
                customer_tags::created_at.eq(now),
                customer_tags::updated_at.eq(now),
            )
        };
        match tags.is_empty() {
            true => Ok(0),
            false => {
                let rows = Many(tags.iter().map(row).collect());
                diesel::insert_into(customer_tags::table).values(rows).run(conn).await
            }
        }
    }
}

#[ComplexObject]
impl CustomerTag {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Who carries it
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        ctx.load(self.customer_id).await
    }

    /// What he carries
    pub async fn tag(&self, ctx: &Context<'_>) -> AppResult<Option<Tag>> {
        ctx.load(self.tag_id).await
    }
}

#[derive(Default)]
pub struct CustomerTagMutation;

#[Object]
impl CustomerTagMutation {
    /// Gives a customer these tags and no others but those of the lists that he stands in (1, 2, 3), which stay as they are;
    /// those that he keeps keep their reasons
    #[graphql(guard = "May(Area::Customers)")]
    async fn customer_tags_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The customer, or")] customer_id: Option<Id<BankCustomer>>,
        #[graphql(desc = "his id number")] id_number: Option<String>,
        #[graphql(desc = "All his tags, 100 at the most")] tag_ids: Vec<Id<Tag>>,
        #[graphql(desc = "Why he carries those that are new, 200 characters at the most")] reason: Option<String>,
    ) -> AppResult<CustomerTagsSetPayload> {
        let named = (customer_id, id_number.as_deref());
        input::texts([("reason", reason.as_ref(), 200)])
            .map_err(|refused| AppError { field: Some("reason".into()), ..refused })?;
        Ok(CustomerTagsSetPayload { bank_customer: set(ctx, named, tag_ids, reason).await? })
    }

    /// Takes all tags off a customer but those of the lists that he stands in
    #[graphql(guard = "May(Area::Customers)")]
    async fn customer_tags_clear(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The customer, or")] customer_id: Option<Id<BankCustomer>>,
        #[graphql(desc = "his id number")] id_number: Option<String>,
    ) -> AppResult<CustomerTagsClearPayload> {
        let named = (customer_id, id_number.as_deref());
        Ok(CustomerTagsClearPayload { bank_customer: set(ctx, named, Vec::new(), None).await? })
    }

    /// Takes one tag off a customer who carries it; one of a list goes when he leaves the list
    #[graphql(guard = "May(Area::Customers)")]
    async fn customer_tag_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The customer, or")] customer_id: Option<Id<BankCustomer>>,
        #[graphql(desc = "his id number")] id_number: Option<String>,
        #[graphql(desc = "The tag")] tag_id: Id<Tag>,
    ) -> AppResult<CustomerTagDeletePayload> {
        let mut tx = ctx.begin().await?;
        let customer = BankCustomer::of_argument(&mut tx, ctx.viewer()?, customer_id, id_number.as_deref()).await?;
        let before = CustomerTag::tag_ids(&mut tx, customer.id).await?;
        if CustomerTag::take(&mut tx, customer.id, &[tag_id.number]).await? == 0 {
            return Err(AppError::not_found(CustomerTag::NAME));
        }
        if ListKind::is_tag(tag_id.number) {
            return Err(AppError::conflict("The tag follows from a list: take the customer out of the list"));
        }
        let after: Vec<i64> = before.iter().copied().filter(|tag| *tag != tag_id.number).collect();
        let (old, new) = ((&customer, &*before), (&customer, &*after));
        AuditEntry::record_linked(&mut tx, ctx, "tagIds", Some(old), Some(new)).await?;
        tx.commit().await?;
        Ok(CustomerTagDeletePayload { bank_customer: customer })
    }
}

async fn set(
    ctx: &Context<'_>,
    (id, id_number): (Option<Id<BankCustomer>>, Option<&str>),
    tags: Vec<Id<Tag>>,
    reason: Option<String>,
) -> AppResult<BankCustomer> {
    let viewer = ctx.viewer()?;
    let mut tx = ctx.begin().await?;
    let customer = BankCustomer::of_argument(&mut tx, viewer, id, id_number).await?;
    let named = Tag::named_all(&mut tx, viewer, "tagIds", tags, MOST).await;
    let mut after: Vec<i64> = named
        .map_err(|refused| AppError { field: Some("tagIds".into()), ..refused })?
        .iter()
        .map(|tag| tag.number)
        .collect();
    let before = CustomerTag::tag_ids(&mut tx, customer.id).await?;
    if after.iter().any(|tag| ListKind::is_tag(*tag) && !before.contains(tag)) {
        let message = "The tags 1 to 3 follow from the lists: enter the customer in a list";
        return Err(AppError::bad_input("tagIds", message));
    }
    let listed: Vec<i64> =
        before.iter().copied().filter(|tag| ListKind::is_tag(*tag) && !after.contains(tag)).collect();
    after.extend(listed);
    let gone: Vec<i64> = before.iter().copied().filter(|tag| !after.contains(tag)).collect();
    let new: Vec<i64> = after.iter().copied().filter(|tag| !before.contains(tag)).collect();
    CustomerTag::take(&mut tx, customer.id, &gone).await?;
    CustomerTag::put(&mut tx, customer.id, &new, reason).await?;
    let (old, new) = ((&customer, &*before), (&customer, &*after));
    AuditEntry::record_linked(&mut tx, ctx, "tagIds", Some(old), Some(new)).await?;
    tx.commit().await?;
    Ok(customer)
}
