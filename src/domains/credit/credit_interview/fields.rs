//! Fields of an interview that are looked up or computed.

use async_graphql::{ComplexObject, Context};

use super::{CreditInterview, InterviewPapers};
use crate::{
    auth::{Area, Realm},
    db::Time,
    domains::{
        credit::{CreditApproval, CustomerImage, Grid},
        customers::BankCustomer,
        engagement::interaction::InteractionKind,
        identity::{BankStaff, StaffMember},
    },
    error::AppResult,
    graphql::{Connection, ContextExt, Page, codes::Coded as _, id_number, page, scalars::Long},
};

#[ComplexObject]
impl CreditInterview {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that it belongs to
    pub async fn realm(&self) -> Realm {
        Realm::Bank
    }

    /// What it was
    pub async fn kind(&self) -> InteractionKind {
        InteractionKind::CreditInterview
    }

    /// When it happened
    pub async fn at(&self) -> Time {
        self.created_at
    }

    /// In one line
    pub async fn summary(&self) -> String {
        let limit = self.credit_limit.map(|limit| format!(" for a loan of {} yuan", limit.text(2)));
        let held = self.held_on.map(|day| format!(", held on {}", day.0));
        format!(
            "Interview{}{}: {}",
            limit.unwrap_or_default(),
            held.unwrap_or_default(),
            self.stage.label().unwrap_or_default()
        )
    }

    /// Who entered it
    pub async fn staff(&self, ctx: &Context<'_>) -> AppResult<Option<StaffMember>> {
        Ok(ctx.load_named(self.keeper_id).await?.map(StaffMember::BankStaff))
    }

    /// Id number of 18 characters; masked for whoever may not work with interviews
    pub async fn id_number(&self, ctx: &Context<'_>) -> AppResult<String> {
        id_number::shown(ctx, Area::Interviews, &self.id_number)
    }

    /// Id number of the husband or wife, 无 for none; masked for whoever may not work with interviews
    pub async fn spouse_id_number(&self, ctx: &Context<'_>) -> AppResult<Option<String>> {
        self.spouse_id_number.as_ref().map(|number| id_number::shown(ctx, Area::Interviews, number)).transpose()
    }

    /// Which signed papers are uploaded (legacy attachFlag)
    pub async fn papers(&self) -> InterviewPapers {
        match (self.has_contract, self.has_form) {
            (false, false) => InterviewPapers::None,
            (false, true) => InterviewPapers::Form,
            (true, false) => InterviewPapers::Contract,
            (true, true) => InterviewPapers::Both,
        }
    }

    /// Customer who is interviewed, as far as the viewer may see him
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        ctx.load_named(self.customer_id).await
    }

    /// Grid that the person lives in
    pub async fn grid(&self, ctx: &Context<'_>) -> AppResult<Option<Grid>> {
        ctx.load(self.grid_id).await
    }

    /// Employee who entered it, as far as the viewer may see him
    pub async fn keeper(&self, ctx: &Context<'_>) -> AppResult<Option<BankStaff>> {
        ctx.load_named(self.keeper_id).await
    }

    /// What was decided about it, the last first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn approvals(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CreditApproval>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CreditApproval::OF_INTERVIEW, self.id.number, page).await
    }

    /// Pictures that belong to it: the contract, the signed form and others
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn images(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CustomerImage>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CustomerImage::OF_INTERVIEW, self.id.number, page).await
    }
}
