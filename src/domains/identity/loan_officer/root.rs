//! Root fields of loan officers.

use async_graphql::{Context, Object};

use super::{
    LoanOfficer, LoanOfficerCreateInput, LoanOfficerCreatePayload, LoanOfficerFilter, LoanOfficerUpdateInput,
    LoanOfficerUpdatePayload,
};
use crate::{
    auth::{Manager, Realm, Staff},
    db::Id,
    domains::identity::{Account, AuditEntry, NewAccount},
    error::AppResult,
    graphql::{Connection, ContextExt, Entity, Page, PageInput, page},
};

#[derive(Default)]
pub struct LoanOfficerQuery;

#[Object]
impl LoanOfficerQuery {
    /// One loan officer
    #[graphql(guard = "Staff(Realm::Loan)")]
    async fn loan_officer(&self, ctx: &Context<'_>, id: Id<LoanOfficer>) -> AppResult<Option<LoanOfficer>> {
        ctx.load(id).await
    }

    /// Loan officers by number
    #[graphql(guard = "Staff(Realm::Loan)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn loan_officers(
        &self,
        ctx: &Context<'_>,
        filter: Option<LoanOfficerFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<LoanOfficer>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct LoanOfficerMutation;

#[Object]
impl LoanOfficerMutation {
    /// Enters a loan officer and opens his account; for managers
    #[graphql(guard = "Manager(Realm::Loan)")]
    async fn loan_officer_create(
        &self,
        ctx: &Context<'_>,
        input: LoanOfficerCreateInput,
    ) -> AppResult<LoanOfficerCreatePayload> {
        input.check()?;
        let account =
            NewAccount::new(Some(Realm::Loan), &input.login, &input.name, &input.password, input.is_manager).await?;
        let mut tx = ctx.begin().await?;
        let account = Account::create(&mut tx, account).await?;
        let loan_officer = LoanOfficer::create(&mut tx, account.id, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&account)).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&loan_officer)).await?;
        tx.commit().await?;
        Ok(LoanOfficerCreatePayload { loan_officer })
    }

    /// Changes a loan officer; for managers
    #[graphql(guard = "Manager(Realm::Loan)")]
    async fn loan_officer_update(
        &self,
        ctx: &Context<'_>,
        id: Id<LoanOfficer>,
        input: LoanOfficerUpdateInput,
    ) -> AppResult<LoanOfficerUpdatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let before = LoanOfficer::find(&mut tx, ctx.viewer()?, id).await?;
        let loan_officer = LoanOfficer::update(&mut tx, id, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&loan_officer)).await?;
        tx.commit().await?;
        Ok(LoanOfficerUpdatePayload { loan_officer })
    }
}
