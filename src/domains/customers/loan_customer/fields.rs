//! Relations and computed fields of loan customers.

use async_graphql::{ComplexObject, Context};

use super::LoanCustomer;
use crate::{
    auth::Realm,
    domains::{
        customers::Tag,
        engagement::{Interaction, PhoneCall, SmsMessage, WechatFriendship, WechatStatus},
        identity::{LoanOfficer, StaffMember},
    },
    error::AppResult,
    graphql::{
        Connection, ContextExt, Page,
        merged::{MergedConnection, Merger},
        page,
        scalars::Long,
    },
};

#[ComplexObject]
impl LoanCustomer {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that the customer belongs to
    pub async fn realm(&self) -> Realm {
        Realm::Loan
    }

    /// Tags that the customer carries; this realm has none
    #[graphql(complexity = 1)]
    pub async fn tags(&self) -> AppResult<Vec<Tag>> {
        Ok(Vec::new())
    }

    /// What happened between staff and the customer, newest first
    #[graphql(complexity = "page::cost(first, None, None, child_complexity)")]
    pub async fn interactions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> AppResult<MergedConnection<Interaction>> {
        Interaction::of_customers(ctx, &[self.clone().into()], Merger::new(ctx, first, after)?).await
    }

    /// Number of the id card, which this realm does not know
    pub async fn id_number(&self) -> AppResult<Option<String>> {
        Ok(None)
    }

    /// Staff member who looks after the customer
    pub async fn owner(&self, ctx: &Context<'_>) -> AppResult<Option<StaffMember>> {
        Ok(ctx.load(self.officer_id).await?.map(StaffMember::LoanOfficer))
    }

    /// Officer who looks after the customer
    pub async fn officer(&self, ctx: &Context<'_>) -> AppResult<Option<LoanOfficer>> {
        ctx.load(self.officer_id).await
    }

    /// WeChat friendship with the officer, as far as one was noted
    pub async fn wechat_friendship(&self, ctx: &Context<'_>) -> AppResult<Option<WechatFriendship>> {
        ctx.child(WechatFriendship::OF_CUSTOMER, self.id.number).await
    }

    /// Whether customer and officer are WeChat friends (legacy wechatFriendStatus)
    pub async fn wechat_status(&self, ctx: &Context<'_>) -> AppResult<WechatStatus> {
        let friendship = ctx.child(WechatFriendship::OF_CUSTOMER, self.id.number).await?;
        Ok(friendship.map_or(WechatStatus::NotFriend, |friendship| friendship.status))
    }

    /// SMS between officer and customer, newest first
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
        ctx.children(SmsMessage::OF_CUSTOMER, self.id.number, page).await
    }

    /// Telephone calls between officer and customer, newest first
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
        ctx.children(PhoneCall::OF_CUSTOMER, self.id.number, page).await
    }
}
