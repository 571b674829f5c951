//! Root fields of loan customers.

use async_graphql::{Context, MaybeUndefined, Object};

use super::{
    COMMENT, LoanCustomer, LoanCustomerCommentSetPayload, LoanCustomerCreateInput, LoanCustomerCreatePayload,
    LoanCustomerDeletePayload, LoanCustomerFilter, LoanCustomerUpdateInput, LoanCustomerUpdatePayload,
};
use crate::{
    auth::{Realm, Staff, Viewer},
    db::{Conn, Id},
    domains::{
        engagement::WechatFriendship,
        identity::{AuditEntry, LoanOfficer},
    },
    error::{AppError, AppResult, Code},
    graphql::{Connection, ContextExt, Entity, Page, PageInput, input, page},
};

#[derive(Default)]
pub struct LoanCustomerQuery;

#[Object]
impl LoanCustomerQuery {
    /// One loan customer
    #[graphql(guard = "Staff(Realm::Loan)")]
    async fn loan_customer(&self, ctx: &Context<'_>, id: Id<LoanCustomer>) -> AppResult<Option<LoanCustomer>> {
        ctx.load(id).await
    }

    /// Loan customers, last changed first: an officer's own, for managers all
    #[graphql(guard = "Staff(Realm::Loan)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn loan_customers(
        &self,
        ctx: &Context<'_>,
        filter: Option<LoanCustomerFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<LoanCustomer>> {
        let filter = filter.unwrap_or_default();
        if filter.stages.as_ref().is_some_and(|stages| stages.len() > 10) {
            return Err(AppError::bad_input("filter.stages", "At most 10 stages"));
        }
        let named = LoanOfficer::named(ctx, filter.employee_code.as_deref()).await?;
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted(named)).await
    }
}

#[derive(Default)]
pub struct LoanCustomerMutation;

#[Object]
impl LoanCustomerMutation {
    /// Enters a loan customer
    #[graphql(guard = "Staff(Realm::Loan)")]
    async fn loan_customer_create(
        &self,
        ctx: &Context<'_>,
        input: LoanCustomerCreateInput,
    ) -> AppResult<LoanCustomerCreatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let officer = responsible(&mut tx, ctx.viewer()?, input.officer_id).await?;
        let loan_customer = LoanCustomer::create(&mut tx, officer, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&loan_customer)).await?;
        tx.commit().await?;
        Ok(LoanCustomerCreatePayload { loan_customer })
    }

    /// Changes a loan customer
    #[graphql(guard = "Staff(Realm::Loan)")]
    async fn loan_customer_update(
        &self,
        ctx: &Context<'_>,
        id: Id<LoanCustomer>,
        input: LoanCustomerUpdateInput,
    ) -> AppResult<LoanCustomerUpdatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = LoanCustomer::find(&mut tx, viewer, id).await?;
        if let Some(officer) = input.officer_id
            && officer != before.officer_id
        {
            let officer = responsible(&mut tx, viewer, Some(officer)).await?;
            // To rongzi the friendship is a property of the customer: it goes along with him.
            WechatFriendship::hand_over(&mut tx, id, officer).await?;
        }
        let loan_customer = LoanCustomer::update(&mut tx, id, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&loan_customer)).await?;
        tx.commit().await?;
        Ok(LoanCustomerUpdatePayload { loan_customer })
    }

    /// Replaces the comment on the customer with this code
    #[graphql(guard = "Staff(Realm::Loan)")]
    async fn loan_customer_comment_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Customer code, \"AAC13031400024\"")] code: String,
        #[graphql(desc = "The new comment, at most 500 characters")] comment: String,
    ) -> AppResult<LoanCustomerCommentSetPayload> {
        input::text("comment", &comment, COMMENT)
            .map_err(|error| AppError { field: Some("comment".to_owned()), ..error })?;
        let change = LoanCustomerUpdateInput { comment: MaybeUndefined::Value(comment), ..Default::default() };
        let mut tx = ctx.begin().await?;
        let before = LoanCustomer::find_code(&mut tx, ctx.viewer()?, &code).await?;
        let loan_customer = LoanCustomer::update(&mut tx, before.id, change).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&loan_customer)).await?;
        tx.commit().await?;
        Ok(LoanCustomerCommentSetPayload { loan_customer })
    }

    /// Deletes a loan customer and his WeChat friendship; his SMS and calls stay with the officer
    #[graphql(guard = "Staff(Realm::Loan)")]
    async fn loan_customer_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<LoanCustomer>,
    ) -> AppResult<LoanCustomerDeletePayload> {
        let mut tx = ctx.begin().await?;
        let loan_customer = LoanCustomer::find(&mut tx, ctx.viewer()?, id).await?;
        LoanCustomer::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&loan_customer), None).await?;
        tx.commit().await?;
        Ok(LoanCustomerDeletePayload { loan_customer })
    }
}

/// Who is to look after a customer: the viewer himself, or whom a manager names
async fn responsible(conn: &mut Conn, viewer: &Viewer, named: Option<Id<LoanOfficer>>) -> AppResult<Id<LoanOfficer>> {
    let Some(named) = named else {
        let own = viewer.profile_id.map(Id::new);
        return own.ok_or_else(|| input::refuse("officerId", "Name the officer who is to look after the customer"));
    };
    if !viewer.manages(Realm::Loan) && viewer.profile_id != Some(named.number) {
        return Err(AppError::forbidden("Only managers hand customers to others"));
    }
    match LoanOfficer::find(conn, viewer, named).await {
        Err(error) if error.code == Code::NotFound => Err(input::refuse("officerId", "No such officer")),
        found => Ok(found?.id),
    }
}
