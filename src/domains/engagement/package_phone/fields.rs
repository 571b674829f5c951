//! Relations and computed fields of a package's phone number.

use async_graphql::{ComplexObject, Context};

use super::PackagePhone;
use crate::{
    domains::{
        engagement::{CallFeedback, CallPackage},
        identity::EstateAgent,
    },
    error::AppResult,
    graphql::{Connection, ContextExt, Page, page, scalars::Long},
};

#[ComplexObject]
impl PackagePhone {
    /// Number of the row in its table (legacy phone_id)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Package that it belongs to, as far as the viewer may see it
    async fn package(&self, ctx: &Context<'_>) -> AppResult<Option<CallPackage>> {
        ctx.load(self.package_id).await
    }

    /// Agent whom it was handed out to last
    async fn agent(&self, ctx: &Context<'_>) -> AppResult<Option<EstateAgent>> {
        match self.agent_id {
            Some(agent) => ctx.load(agent).await,
            None => Ok(None),
        }
    }

    /// What its calls came to, newest first
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
        ctx.children(CallFeedback::OF_PHONE, self.id.number, page).await
    }
}
