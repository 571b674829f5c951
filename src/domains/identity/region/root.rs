//! Root fields about regions.

use async_graphql::{Context, Object};

use super::{
    Region, RegionCreateInput, RegionCreatePayload, RegionDeletePayload, RegionFilter, RegionUpdateInput,
    RegionUpdatePayload,
};
use crate::{
    auth::{Area, May},
    db::Id,
    domains::identity::AuditEntry,
    error::AppResult,
    graphql::{Connection, ContextExt, Page, PageInput, Tree, page},
};

#[derive(Default)]
pub struct RegionQuery;

#[Object]
impl RegionQuery {
    /// One region
    #[graphql(guard = "May(Area::Regions)")]
    async fn region(&self, ctx: &Context<'_>, id: Id<Region>) -> AppResult<Option<Region>> {
        ctx.load(id).await
    }

    /// Regions by number
    #[graphql(guard = "May(Area::Regions)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn regions(
        &self,
        ctx: &Context<'_>,
        filter: Option<RegionFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<Region>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }

    /// A region and all below it, to any depth, by number, unless they are more than 1,000; nothing where there is no such region
    #[graphql(guard = "May(Area::Regions)", complexity = "page::whole(child_complexity)")]
    async fn region_tree(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of the region")] code: String,
    ) -> AppResult<Vec<Region>> {
        let region = Region::with_code(&mut ctx.read().await?, ctx.viewer()?, &code).await?;
        match region {
            Some(region) => ctx.whole("code", region.below()).await,
            None => Ok(Vec::new()),
        }
    }
}

#[derive(Default)]
pub struct RegionMutation;

#[Object]
impl RegionMutation {
    /// Enters a region; the server gives it its code
    #[graphql(guard = "May(Area::Regions)")]
    async fn region_create(&self, ctx: &Context<'_>, input: RegionCreateInput) -> AppResult<RegionCreatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        tx.lock("regions").await?;
        let above = (input.parent_id, input.parent_code.as_deref());
        let parent = Region::above(&mut tx, ctx.viewer()?, above, input.level, None).await?;
        let region = Region::create(&mut tx, parent.as_ref(), input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&region)).await?;
        tx.commit().await?;
        Ok(RegionCreatePayload { region })
    }

    /// Changes a region, named by id or code; below another one it moves with all below it and keeps its code
    #[graphql(guard = "May(Area::Regions)")]
    async fn region_update(
        &self,
        ctx: &Context<'_>,
        id: Option<Id<Region>>,
        #[graphql(desc = "Code of the region, in place of its id")] code: Option<String>,
        input: RegionUpdateInput,
    ) -> AppResult<RegionUpdatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        tx.lock("regions").await?;
        let before = Region::asked(&mut tx, viewer, id, code.as_deref()).await?;
        let level = input.level.unwrap_or(before.level);
        let above = match (&input.parent_id, &input.parent_code) {
            (by_id, by_code) if by_id.is_undefined() && by_code.is_undefined() => (before.parent_id, None),
            (by_id, by_code) => (by_id.value().copied(), by_code.value().map(String::as_str)),
        };
        let parent = Region::above(&mut tx, viewer, above, level, Some(&before.path)).await?;
        let mut region = Region::update(&mut tx, before.id, parent.as_ref().map(|parent| parent.id), input).await?;
        if region.parent_id != before.parent_id {
            region.path = format!("{}{}/", parent.map_or("/".to_owned(), |parent| parent.path), before.id.number);
            Region::replant(&mut tx, &before.path, &region.path).await?;
        }
        region.stays_above(&mut tx).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&region)).await?;
        tx.commit().await?;
        Ok(RegionUpdatePayload { region })
    }

    /// Deletes a region, named by id or code, that has none below it
    #[graphql(guard = "May(Area::Regions)")]
    async fn region_delete(
        &self,
        ctx: &Context<'_>,
        id: Option<Id<Region>>,
        #[graphql(desc = "Code of the region, in place of its id")] code: Option<String>,
    ) -> AppResult<RegionDeletePayload> {
        let mut tx = ctx.begin().await?;
        tx.lock("regions").await?;
        let region = Region::asked(&mut tx, ctx.viewer()?, id, code.as_deref()).await?;
        Region::OF_PARENT.none(&mut tx, region.id.number, "There are regions below it").await?;
        Region::delete(&mut tx, region.id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&region), None).await?;
        tx.commit().await?;
        Ok(RegionDeletePayload { region })
    }
}
