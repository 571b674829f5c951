//! Relations and computed fields of loan officers.

use async_graphql::{ComplexObject, Context};

use super::LoanOfficer;
use crate::{
    auth::Realm,
    domains::{
        customers::LoanCustomer,
        engagement::{PhoneCall, SmsMessage, WechatFriendship},
        identity::Account,
    },
    error::AppResult,
    graphql::{Connection, ContextExt, Page, page, scalars::Long},
};

#[ComplexObject]
impl LoanOfficer {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that the officer works in
    pub async fn realm(&self) -> Realm {
        Realm::Loan
    }

    /// Phone number for work
    pub async fn work_phone(&self) -> Option<String> {
        self.work_mobile.clone()
    }

    /// Account that the officer signs in with, as far as the viewer may see it
    pub async fn account(&self, ctx: &Context<'_>) -> AppResult<Option<Account>> {
        ctx.load(self.account_id).await
    }

    /// Name with the employee code, `陈晓明[AA1611]` (legacy empName)
    pub async fn label(&self) -> String {
        self.labelled()
    }

    /// Customers whom the officer looks after, last changed first, as far as the viewer may see them
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn customers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<LoanCustomer>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(LoanCustomer::OF_OFFICER, self.id.number, page).await
    }

    /// SMS that the officer sent and got, newest first, as far as the viewer may see them
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn sms_messages(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<SmsMessage>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(SmsMessage::OF_OFFICER, self.id.number, page).await
    }

    /// Telephone calls of the officer, newest first, as far as the viewer may see them
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn phone_calls(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<PhoneCall>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(PhoneCall::OF_OFFICER, self.id.number, page).await
    }

    /// The officer's WeChat friendships, last changed first, as far as the viewer may see them
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn wechat_friendships(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<WechatFriendship>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(WechatFriendship::OF_OFFICER, self.id.number, page).await
    }
}
