//! Relations and computed fields of a project.

use async_graphql::{ComplexObject, Context};

use super::EstateProject;
use crate::{
    db::Day,
    domains::{
        engagement::{CallFeedback, CallPackage},
        identity::EstateAgent,
    },
    error::AppResult,
    graphql::{Connection, ContextExt, Page, page, scalars::Long},
};

#[ComplexObject]
impl EstateProject {
    /// Number of the row in its table (legacy pro_id)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Whether calls are made today: not deleted, and the window includes today
    async fn is_current(&self, ctx: &Context<'_>) -> bool {
        let today = Day::today(ctx.app().config.time_zone);
        !self.is_deleted && (self.starts_on..=self.ends_on).contains(&today)
    }

    /// Agents who call for it
    #[graphql(complexity = "page::cost(None, None, None, child_complexity)")]
    async fn agents(&self, ctx: &Context<'_>) -> AppResult<Vec<EstateAgent>> {
        ctx.linked(Self::AGENTS, self.id.number).await
    }

    /// Packages of phone numbers to call
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    async fn packages(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CallPackage>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CallPackage::OF_PROJECT, self.id.number, page).await
    }

    /// What calls for it came to, newest first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CallFeedback>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CallFeedback::OF_PROJECT, self.id.number, page).await
    }
}
