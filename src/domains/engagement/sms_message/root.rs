//! Root fields of SMS.

use async_graphql::{Context, Object};

use super::{
    SmsMessage, SmsMessageFilter,
    add::{self, SmsMessageInput, SmsMessagesAddPayload},
};
use crate::{
    auth::{Realm, Staff},
    db::Id,
    domains::identity::LoanOfficer,
    error::AppResult,
    graphql::{Connection, ContextExt, Page, PageInput, page},
};

#[derive(Default)]
pub struct SmsMessageQuery;

#[Object]
impl SmsMessageQuery {
    /// One SMS
    #[graphql(guard = "Staff(Realm::Loan)")]
    async fn sms_message(&self, ctx: &Context<'_>, id: Id<SmsMessage>) -> AppResult<Option<SmsMessage>> {
        ctx.load(id).await
    }

    /// SMS, newest first: an officer's own, for managers all
    #[graphql(guard = "Staff(Realm::Loan)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn sms_messages(
        &self,
        ctx: &Context<'_>,
        filter: Option<SmsMessageFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<SmsMessage>> {
        let mut filter = filter.unwrap_or_default();
        filter.check()?;
        let named = LoanOfficer::named(ctx, filter.employee_code.as_deref()).await?;
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted(named)).await
    }
}

#[derive(Default)]
pub struct SmsMessageMutation;

#[Object]
impl SmsMessageMutation {
    /// Uploads an officer's SMS; those that are stored already are passed over. Managers may upload for others.
    #[graphql(guard = "Staff(Realm::Loan)")]
    async fn sms_messages_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The messages, at most 10000; the officer's side must bear the viewer's own employee code")]
        messages: Vec<SmsMessageInput>,
    ) -> AppResult<SmsMessagesAddPayload> {
        add::add(ctx, messages).await
    }
}
