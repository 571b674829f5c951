//! Root fields about branches.

use async_graphql::{Context, Object};

use super::{
    Branch, BranchCreateInput, BranchCreatePayload, BranchDeletePayload, BranchFilter, BranchUpdateInput,
    BranchUpdatePayload,
};
use crate::{
    auth::{Area, May},
    db::Id,
    domains::{
        credit::{Adviser, Grid, ReportAccount},
        identity::{AuditEntry, BankStaff, Session},
    },
    error::{AppError, AppResult},
    graphql::{Connection, ContextExt, Entity, Page, PageInput, Tree, page},
};

#[derive(Default)]
pub struct BranchQuery;

#[Object]
impl BranchQuery {
    /// One branch of the bank
    #[graphql(guard = "May(Area::Branches)")]
    async fn branch(&self, ctx: &Context<'_>, id: Id<Branch>) -> AppResult<Option<Branch>> {
        ctx.load(id).await
    }

    /// Branches of the bank by number
    #[graphql(guard = "May(Area::Branches)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn branches(
        &self,
        ctx: &Context<'_>,
        filter: Option<BranchFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<Branch>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }

    /// A branch and all below it, to any depth, by number, unless they are more than 1,000; nothing where there is no such branch
    #[graphql(guard = "May(Area::Branches)", complexity = "page::whole(child_complexity)")]
    async fn branch_tree(&self, ctx: &Context<'_>, id: Id<Branch>) -> AppResult<Vec<Branch>> {
        match ctx.load(id).await? {
            Some(branch) => ctx.whole("id", branch.below()).await,
            None => Ok(Vec::new()),
        }
    }
}

#[derive(Default)]
pub struct BranchMutation;

#[Object]
impl BranchMutation {
    /// Enters a branch
    #[graphql(guard = "May(Area::Branches)")]
    async fn branch_create(&self, ctx: &Context<'_>, input: BranchCreateInput) -> AppResult<BranchCreatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        tx.lock("branches").await?;
        let above = Branch::above(&mut tx, ctx.viewer()?, input.parent_id, input.level, None).await?;
        let branch = Branch::create(&mut tx, &above, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&branch)).await?;
        tx.commit().await?;
        Ok(BranchCreatePayload { branch })
    }

    /// Changes a branch; below another one it moves with all below it
    #[graphql(guard = "May(Area::Branches)")]
    async fn branch_update(
        &self,
        ctx: &Context<'_>,
        id: Id<Branch>,
        input: BranchUpdateInput,
    ) -> AppResult<BranchUpdatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        tx.lock("branches").await?;
        let before = Branch::find(&mut tx, viewer, id).await?;
        let level = input.level.unwrap_or(before.level);
        let parent = input.parent_id.as_opt_ref().map_or(before.parent_id, |parent| parent.copied());
        let (moves, sinks) = (parent != before.parent_id, level != before.level);
        let mut branch = Branch::update(&mut tx, id, input).await?;
        if moves || sinks {
            let above = Branch::above(&mut tx, viewer, parent, level, Some(&before.path)).await?;
            branch.path = format!("{above}{}/", id.number);
            Branch::replant(&mut tx, &before.path, &branch.path).await?;
        }
        if sinks {
            branch.stays_above(&mut tx).await?;
        }
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&branch)).await?;
        if moves || sinks {
            Session::refresh_all(&mut tx).await?;
        }
        tx.commit().await?;
        if moves || sinks {
            ctx.app().sessions.forget_all();
        }
        Ok(BranchUpdatePayload { branch })
    }

    /// Deletes a branch that has neither staff, grids, advisers nor branches below it
    #[graphql(guard = "May(Area::Branches)")]
    async fn branch_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<Branch>,
        #[graphql(desc = "Code that the branch must have, for clients that name it")] code: Option<String>,
    ) -> AppResult<BranchDeletePayload> {
        let mut tx = ctx.begin().await?;
        tx.lock("branches").await?;
        let branch = Branch::find(&mut tx, ctx.viewer()?, id).await?;
        if code.is_some_and(|code| code != branch.code) {
            return Err(AppError::bad_input("code", "The branch has another code"));
        }
        Branch::OF_PARENT.none(&mut tx, id.number, "There are branches below it").await?;
        BankStaff::OF_BRANCH.none(&mut tx, id.number, "It has staff").await?;
        Grid::OF_BRANCH.none(&mut tx, id.number, "It looks after grids").await?;
        Adviser::OF_BRANCH.none(&mut tx, id.number, "It has advisers").await?;
        ReportAccount::OF_BRANCH.none(&mut tx, id.number, "It has accounts with the credit bureau").await?;
        Branch::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&branch), None).await?;
        tx.commit().await?;
        Ok(BranchDeletePayload { branch })
    }
}
