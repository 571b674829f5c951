//! Root fields of telephone calls.

use async_graphql::{Context, Object};

use super::{
    PhoneCall, PhoneCallFilter,
    add::{self, PhoneCallInput, PhoneCallsAddPayload},
};
use crate::{
    auth::{Realm, Staff},
    db::Id,
    domains::identity::LoanOfficer,
    error::AppResult,
    graphql::{Connection, ContextExt, Page, PageInput, page},
};

#[derive(Default)]
pub struct PhoneCallQuery;

#[Object]
impl PhoneCallQuery {
    /// One telephone call
    #[graphql(guard = "Staff(Realm::Loan)")]
    async fn phone_call(&self, ctx: &Context<'_>, id: Id<PhoneCall>) -> AppResult<Option<PhoneCall>> {
        ctx.load(id).await
    }

    /// Telephone calls, newest first: an officer's own, for managers all
    #[graphql(guard = "Staff(Realm::Loan)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn phone_calls(
        &self,
        ctx: &Context<'_>,
        filter: Option<PhoneCallFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<PhoneCall>> {
        let filter = filter.unwrap_or_default();
        let named = LoanOfficer::named(ctx, filter.employee_code.as_deref()).await?;
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted(named)).await
    }
}

#[derive(Default)]
pub struct PhoneCallMutation;

#[Object]
impl PhoneCallMutation {
    /// Uploads an officer's calls; those that are stored already are passed over. Managers may upload for others.
    #[graphql(guard = "Staff(Realm::Loan)")]
    async fn phone_calls_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The calls, at most 10000, with the viewer's own employee code")] calls: Vec<PhoneCallInput>,
    ) -> AppResult<PhoneCallsAddPayload> {
        add::add(ctx, calls).await
    }
}
