//! Fields of a branch that are looked up.

use async_graphql::{ComplexObject, Context};

use super::Branch;
use crate::{
    domains::{
        credit::{Adviser, Grid},
        identity::BankStaff,
    },
    error::AppResult,
    graphql::{Connection, ContextExt, Page, page, scalars::Long},
};

#[ComplexObject]
impl Branch {
    /// Number of the row in its table (legacy orgId)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Branch above, as far as the viewer may see it
    pub async fn parent(&self, ctx: &Context<'_>) -> AppResult<Option<Branch>> {
        ctx.load_named(self.parent_id).await
    }

    /// Branches directly below (legacy childList), for who may look for branches
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn children(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<Branch>> {
        ctx.children(Branch::OF_PARENT, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }

    /// Staff of the branch itself, for who may look for staff
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn staff(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<BankStaff>> {
        ctx.children(BankStaff::OF_BRANCH, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }

    /// Grids that the branch itself looks after, for who may look for grids
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn grids(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<Grid>> {
        ctx.children(Grid::OF_BRANCH, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }

    /// Advisers of the branch itself, for who may look for advisers
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn advisers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<Adviser>> {
        ctx.children(Adviser::OF_BRANCH, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }
}
