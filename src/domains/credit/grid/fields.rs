//! Fields of a grid that are looked up.

use async_graphql::{ComplexObject, Context};

use super::Grid;
use crate::{
    domains::{
        credit::{CreditInterview, GridMap, GridPicture, GridReviewer},
        customers::{BankCustomer, Resident},
        identity::{BankStaff, Branch},
    },
    error::AppResult,
    graphql::{Connection, ContextExt, Page, page, scalars::Long},
};

#[ComplexObject]
impl Grid {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Branch that looks after it, as far as the viewer may see it
    pub async fn branch(&self, ctx: &Context<'_>) -> AppResult<Option<Branch>> {
        ctx.load(self.branch_id).await
    }

    /// Customer manager in charge, as far as the viewer may see him
    pub async fn manager(&self, ctx: &Context<'_>) -> AppResult<Option<BankStaff>> {
        ctx.load_named(self.manager_id).await
    }

    /// Its review group (legacy listReview), for who may look for grids
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn reviewers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<GridReviewer>> {
        ctx.children(GridReviewer::OF_GRID, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }

    /// Customers who belong to it, last changed first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn customers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<BankCustomer>> {
        ctx.children(BankCustomer::OF_GRID, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }

    /// Residents of its households, the deleted ones too
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn residents(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<Resident>> {
        ctx.children(Resident::OF_GRID, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }

    /// Its place on the map, for who may look for grids
    pub async fn map(&self, ctx: &Context<'_>) -> AppResult<Option<GridMap>> {
        ctx.child(GridMap::OF_GRID, self.id.number).await
    }

    /// Its picture, for who may look for grids
    pub async fn picture(&self, ctx: &Context<'_>) -> AppResult<Option<GridPicture>> {
        ctx.child(GridPicture::OF_GRID, self.id.number).await
    }

    /// Interviews before loans with people who live in it, the last entered first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn credit_interviews(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CreditInterview>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CreditInterview::OF_GRID, self.id.number, page).await
    }
}
