//! Root fields about grids.

use std::collections::HashMap;

use async_graphql::{Context, MaybeUndefined, Object};

use super::{
    Grid, GridCreateInput, GridCreatePayload, GridDeletePayload, GridFilter, GridUpdateInput, GridUpdatePayload,
};
use crate::{
    auth::{Area, BankSight, May},
    db::Id,
    domains::{
        credit::{GridPicture, GridReviewer, scope::BankScopeInput},
        identity::{AuditEntry, BankStaff, Branch},
    },
    error::AppResult,
    files,
    graphql::{Connection, ContextExt, Entity, Page, PageInput, input::refuse, page},
};

#[derive(Default)]
pub struct GridQuery;

#[Object]
impl GridQuery {
    /// One grid
    #[graphql(guard = "May(Area::Grids)")]
    async fn grid(&self, ctx: &Context<'_>, id: Id<Grid>) -> AppResult<Option<Grid>> {
        ctx.load(id).await
    }

    /// The grid with this code
    #[graphql(guard = "May(Area::Grids)")]
    async fn grid_by_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code, to the letter")] code: String,
    ) -> AppResult<Option<Grid>> {
        Ok(Grid::by_code(&mut ctx.read().await?, ctx.viewer()?, &code).await?)
    }

    /// Grids by number
    #[graphql(guard = "May(Area::Grids)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn grids(
        &self,
        ctx: &Context<'_>,
        filter: Option<GridFilter>,
        #[graphql(desc = "As whom; only narrows")] scope: Option<BankScopeInput>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<Grid>> {
        let (filter, scope) = (filter.unwrap_or_default(), scope.unwrap_or_default());
        let scope = scope.resolve(&mut ctx.read().await?, ctx.viewer()?).await?;
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted(&scope)).await
    }

    /// All grids that the viewer sees, by number, unless there are more than 1,000
    #[graphql(guard = "May(Area::Grids)", complexity = "page::whole(child_complexity)")]
    async fn all_grids(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "As whom; only narrows")] scope: Option<BankScopeInput>,
    ) -> AppResult<Vec<Grid>> {
        let scope = scope.unwrap_or_default().resolve(&mut ctx.read().await?, ctx.viewer()?).await?;
        ctx.whole("scope", scope.grids()).await
    }
}

#[derive(Default)]
pub struct GridMutation;

#[Object]
impl GridMutation {
    /// Enters a grid with its review group
    #[graphql(guard = "May(Area::Grids)")]
    async fn grid_create(&self, ctx: &Context<'_>, mut input: GridCreateInput) -> AppResult<GridCreatePayload> {
        input.check()?;
        let reviewers = GridReviewer::checked(std::mem::take(&mut input.reviewers))?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let branch = Branch::wanted(&mut tx, viewer, input.branch_id, input.branch_code.as_deref()).await?;
        let branch = branch.ok_or_else(|| refuse("branchId", "Name the branch"))?;
        let manager = match (input.manager_id, viewer.bank_sight()) {
            (Some(manager), _) => Some(BankStaff::named(&mut tx, viewer, "managerId", manager).await?.id),
            (None, BankSight::Staff(own)) => Some(Id::new(own)),
            (None, _) => None,
        };
        let grid = Grid::create(&mut tx, branch.id, manager, input).await?;
        grid.keep_in_sight(&mut tx, viewer).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&grid)).await?;
        GridReviewer::replace(&mut tx, ctx, grid.id, reviewers).await?;
        tx.commit().await?;
        Ok(GridCreatePayload { grid })
    }

    /// Changes a grid; a review group that is given replaces the one that it had
    #[graphql(guard = "May(Area::Grids)")]
    async fn grid_update(
        &self,
        ctx: &Context<'_>,
        id: Option<Id<Grid>>,
        #[graphql(desc = "Instead of the id: the code or, where no grid has it, the number")] code: Option<String>,
        mut input: GridUpdateInput,
    ) -> AppResult<GridUpdatePayload> {
        input.check()?;
        let reviewers = input.reviewers.take().map(GridReviewer::checked).transpose()?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = Grid::of_argument(&mut tx, viewer, id, code.as_deref()).await?;
        let branch = Branch::wanted(&mut tx, viewer, input.branch_id, input.branch_code.as_deref()).await?;
        if let MaybeUndefined::Value(manager) = input.manager_id
            && before.manager_id != Some(manager)
        {
            BankStaff::named(&mut tx, viewer, "managerId", manager).await?;
        }
        let grid = Grid::update(&mut tx, before.id, branch.map(|branch| branch.id), input).await?;
        grid.keep_in_sight(&mut tx, viewer).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&grid)).await?;
        if let Some(reviewers) = reviewers {
            GridReviewer::replace(&mut tx, ctx, grid.id, reviewers).await?;
        }
        tx.commit().await?;
        Ok(GridUpdatePayload { grid })
    }

    /// Deletes a grid that nothing is left of, with its review group, its map and its picture
    #[graphql(guard = "May(Area::Grids)")]
    async fn grid_delete(&self, ctx: &Context<'_>, id: Id<Grid>) -> AppResult<GridDeletePayload> {
        let mut tx = ctx.begin().await?;
        let grid = Grid::find(&mut tx, ctx.viewer()?, id).await?;
        grid.unused(&mut tx).await?;
        let picture = GridPicture::of_grid(&mut tx, id).await?;
        GridReviewer::replace(&mut tx, ctx, id, HashMap::new()).await?;
        Grid::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&grid), None).await?;
        tx.commit().await?;
        if let Some(picture) = picture {
            files::remove(ctx.app(), &picture.location).await;
        }
        Ok(GridDeletePayload { grid })
    }
}
