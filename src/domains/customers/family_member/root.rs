//! Root fields about members of customers' families.

use async_graphql::{Context, Object};
use chrono::NaiveDate;
use diesel::prelude::*;

use super::{
    FamilyMember, FamilyMemberCreateInput, FamilyMemberCreatePayload, FamilyMemberDeletePayload, FamilyMemberFilter,
    FamilyMemberUpdateInput, FamilyMemberUpdatePayload,
};
use crate::{
    auth::{Area, May},
    db::{Day, Id, Run as _, Time, tables::family_members},
    domains::{customers::BankCustomer, engagement::CustomerEvent},
    error::AppResult,
    graphql::{Connection, ContextExt, Entity, Page, PageInput, page},
};

#[derive(Default)]
pub struct FamilyMemberQuery;

#[Object]
impl FamilyMemberQuery {
    /// One member of a customer's family
    #[graphql(guard = "May(Area::FamilyMembers)")]
    async fn family_member(&self, ctx: &Context<'_>, id: Id<FamilyMember>) -> AppResult<Option<FamilyMember>> {
        ctx.load(id).await
    }

    /// Members of customers' families by number
    #[graphql(guard = "May(Area::FamilyMembers)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn family_members(
        &self,
        ctx: &Context<'_>,
        filter: Option<FamilyMemberFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<FamilyMember>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct FamilyMemberMutation;

#[Object]
impl FamilyMemberMutation {
    /// Enters a member of a customer's family
    #[graphql(guard = "May(Area::FamilyMembers)")]
    async fn family_member_create(
        &self,
        ctx: &Context<'_>,
        input: FamilyMemberCreateInput,
    ) -> AppResult<FamilyMemberCreatePayload> {
        let now = Time::now();
        let new = FamilyMember {
            id: Id::new(0),
            customer_id: input.customer_id,
            name: input.name,
            relation: input.relation,
            ethnicity: input.ethnicity,
            birthday: input.birthday.unwrap_or(Day(NaiveDate::default())),
            id_kind: input.id_kind,
            id_number: input.id_number,
            address: input.address,
            is_household_head: input.is_household_head,
            phone: input.phone,
            remark: input.remark,
            status: input.status,
            created_at: now,
            updated_at: now,
        };
        let new = new.checked(input.birthday)?;
        let mut tx = ctx.begin().await?;
        BankCustomer::named(&mut tx, ctx.viewer()?, "customerId", input.customer_id).await?;
        FamilyMember::make_room(&mut tx, input.customer_id).await?;
        let family_member = FamilyMember::create(&mut tx, new).await?;
        CustomerEvent::record(&mut tx, ctx, None, Some(&family_member)).await?;
        tx.commit().await?;
        Ok(FamilyMemberCreatePayload { family_member })
    }

    /// Changes a member of a customer's family
    #[graphql(guard = "May(Area::FamilyMembers)")]
    async fn family_member_update(
        &self,
        ctx: &Context<'_>,
        id: Id<FamilyMember>,
        input: FamilyMemberUpdateInput,
    ) -> AppResult<FamilyMemberUpdatePayload> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = FamilyMember::find(&mut tx, viewer, id).await?;
        let old = before.clone();
        // Where the id number is a new one, so may the birthday be.
        let birthday =
            input.birthday.or((input.id_number.is_none() && input.id_kind.is_none()).then_some(old.birthday));
        let after = FamilyMember {
            customer_id: input.customer_id.unwrap_or(old.customer_id),
            name: input.name.unwrap_or(old.name),
            relation: input.relation.unwrap_or(old.relation),
            ethnicity: input.ethnicity.unwrap_or(old.ethnicity),
            id_kind: input.id_kind.unwrap_or(old.id_kind),
            id_number: input.id_number.unwrap_or(old.id_number),
            address: input.address.unwrap_or(old.address),
            is_household_head: input.is_household_head.unwrap_or(old.is_household_head),
            phone: input.phone.unwrap_or(old.phone),
            remark: input.remark.unwrap_or(old.remark),
            status: input.status.unwrap_or(old.status),
            ..old
        };
        if after.customer_id != before.customer_id {
            BankCustomer::named(&mut tx, viewer, "customerId", after.customer_id).await?;
            FamilyMember::make_room(&mut tx, after.customer_id).await?;
        }
        let family_member = FamilyMember::update(&mut tx, after.checked(birthday)?).await?;
        CustomerEvent::record(&mut tx, ctx, Some(&before), Some(&family_member)).await?;
        tx.commit().await?;
        Ok(FamilyMemberUpdatePayload { family_member })
    }

    /// Deletes a member of a customer's family
    #[graphql(guard = "May(Area::FamilyMembers)")]
    async fn family_member_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<FamilyMember>,
    ) -> AppResult<FamilyMemberDeletePayload> {
        let mut tx = ctx.begin().await?;
        let family_member = FamilyMember::find(&mut tx, ctx.viewer()?, id).await?;
        diesel::delete(family_members::table.filter(family_members::id.eq(id))).run(&mut tx).await?;
        CustomerEvent::record(&mut tx, ctx, Some(&family_member), None).await?;
        tx.commit().await?;
        Ok(FamilyMemberDeletePayload { family_member })
    }
}
