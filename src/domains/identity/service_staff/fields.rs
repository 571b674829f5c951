//! Fields of an employee that are looked up.

use async_graphql::{ComplexObject, Context};

use super::{
    ServiceStaff,
    sql::{Presence, PresenceOf},
};
use crate::{
    auth::Realm,
    db::Time,
    domains::{
        engagement::{DemandChange, FollowUp, SatisfactionRating, ServiceContract},
        identity::{Account, MenuItem},
    },
    error::{AppError, AppResult},
    graphql::{Connection, ContextExt, Page, context::Loader, page, scalars::Long},
};

impl ServiceStaff {
    async fn presence(&self, ctx: &Context<'_>) -> AppResult<Presence> {
        let presence = ctx.data_unchecked::<Loader>().load_one(PresenceOf(self.account_id)).await?;
        presence.ok_or_else(|| AppError::internal("an employee without an account"))
    }
}

#[ComplexObject]
impl ServiceStaff {
    /// Number of the row in its table (legacy id, user_id)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that the employee works in
    pub async fn realm(&self) -> Realm {
        Realm::Service
    }

    /// Phone number for work
    pub async fn work_phone(&self) -> Option<String> {
        Some(self.phone.clone())
    }

    /// Account that the employee signs in with, as far as the viewer may see it
    pub async fn account(&self, ctx: &Context<'_>) -> AppResult<Option<Account>> {
        ctx.load(self.account_id).await
    }

    /// Whether the employee may sign in (legacy status: 0 no, 1 yes)
    pub async fn is_enabled(&self, ctx: &Context<'_>) -> AppResult<bool> {
        Ok(self.presence(ctx).await?.is_enabled)
    }

    /// Whether the employee is signed in now (legacy isLogin: 0 no, 1 yes)
    pub async fn is_online(&self, ctx: &Context<'_>) -> AppResult<bool> {
        Ok(self.presence(ctx).await?.is_online)
    }

    /// Last time the employee signed in (legacy lastLoginTime)
    pub async fn last_login_at(&self, ctx: &Context<'_>) -> AppResult<Option<Time>> {
        Ok(self.presence(ctx).await?.last_login_at)
    }

    /// Menu items granted to the employee (legacy menu)
    #[graphql(complexity = "10 * child_complexity")]
    pub async fn menu_items(&self, ctx: &Context<'_>) -> AppResult<Vec<MenuItem>> {
        ctx.linked(MenuItem::OF_STAFF, self.id.number).await
    }

    /// Follow-ups that the employee wrote down, newest first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn follow_ups(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<FollowUp>> {
        ctx.children(FollowUp::OF_OPERATOR, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }

    /// Demand changes that the employee wrote down, newest first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn demand_changes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<DemandChange>> {
        ctx.children(DemandChange::OF_OPERATOR, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }

    /// Ratings that the employee wrote down, newest first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn satisfaction_ratings(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<SatisfactionRating>> {
        ctx.children(SatisfactionRating::OF_OPERATOR, self.id.number, Page::new(ctx, first, after, last, before, None)?)
            .await
    }

    /// Contracts that the employee entered, newest first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn service_contracts(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<ServiceContract>> {
        ctx.children(ServiceContract::OF_CREATOR, self.id.number, Page::new(ctx, first, after, last, before, None)?)
            .await
    }
}
