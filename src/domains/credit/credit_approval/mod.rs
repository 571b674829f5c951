//! Approval of an interview (审批记录): what a customer manager, an accountant or a president of a branch decided about it
//! when it was his turn.
//!
//! Table `credit_approvals`, append only. Who may take which step, and where it takes the interview, is said in
//! [`rules`](super::credit_interview::rules); [`give`] is how it comes about.

pub mod changed;
pub mod give;

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use self::give::{CreditApprovalCreatePayload, CreditApprovalInput, CreditApprovalsCreatePayload};
use super::credit_interview::rules::{ApprovalResult, ApprovalStep};
use crate::{
    auth::{Area, May, Realm, Viewer},
    db::{
        Id, Time, Where,
        tables::{credit_approvals, credit_interviews},
    },
    domains::{
        credit::{CreditInterview, Grid},
        customers::BankCustomer,
        engagement::interaction::InteractionKind,
        identity::{BankStaff, StaffMember},
    },
    entity,
    error::{AppError, AppResult},
    graphql::{
        Connection, ContextExt, Page, PageInput, Relation, codes::Coded as _, entity::Visible, page, scalars::Long,
    },
};

/// What somebody decided about an interview
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = credit_approvals)]
#[graphql(complex)]
pub struct CreditApproval {
    /// Opaque global id
    pub id: Id<CreditApproval>,
    /// Interview that it is about
    pub interview_id: Id<CreditInterview>,
    /// Customer who was interviewed; null for somebody who is none yet
    pub customer_id: Option<Id<BankCustomer>>,
    /// Employee who decided (legacy approvalAccountId)
    pub staff_id: Option<Id<BankStaff>>,
    /// Name of who decided (legacy approvalName)
    pub approver_name: String,
    /// Whose turn it was (legacy approvalNode)
    pub step: ApprovalStep,
    /// What he decided (legacy approvalResult)
    pub result: ApprovalResult,
    /// Why (legacy approvalOpinion)
    pub opinion: Option<String>,
    /// Address of the picture of his signature (legacy signatureurl)
    pub signature_url: Option<String>,
    /// When he decided
    pub created_at: Time,
}

/// Which approvals
#[derive(Clone, Debug, Default, InputObject)]
pub struct CreditApprovalFilter {
    /// Of this interview
    interview_id: Option<Id<CreditInterview>>,
    /// Of interviews with this customer
    customer_id: Option<Id<BankCustomer>>,
    /// By this employee
    staff_id: Option<Id<BankStaff>>,
}

entity!(CreditApproval, credit_approvals, created_at desc);

impl Visible for CreditApproval {
    type Table = credit_approvals::table;
    const AREA: Option<Area> = Some(Area::Approvals);

    /// Whoever sees the grid of the interview, a deleted one too: what was decided stays decided
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Grid::seen(viewer, |grids| {
            let interviews = credit_interviews::table.filter(credit_interviews::grid_id.eq_any(grids));
            Where::default().and(credit_approvals::interview_id.eq_any(interviews.select(credit_interviews::id)))
        })
    }
}

impl CreditApprovalFilter {
    fn wanted(&self) -> Where<credit_approvals::table> {
        Where::default()
            .maybe(self.interview_id, |interview| credit_approvals::interview_id.eq(interview))
            .maybe(self.customer_id, |customer| credit_approvals::customer_id.eq(customer))
            .maybe(self.staff_id, |staff| credit_approvals::staff_id.eq(staff))
    }
}

impl CreditApproval {
    pub const OF_INTERVIEW: Relation<CreditApproval> =
        Relation { column: credit_approvals::interview_id::NAME, parent: |row| Some(row.interview_id.number) };

    pub const OF_CUSTOMER: Relation<CreditApproval> = Relation {
        column: credit_approvals::customer_id::NAME,
        parent: |row| row.customer_id.map(|customer| customer.number),
    };

    pub const OF_STAFF: Relation<CreditApproval> =
        Relation { column: credit_approvals::staff_id::NAME, parent: |row| row.staff_id.map(|staff| staff.number) };
}

#[ComplexObject]
impl CreditApproval {
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
        InteractionKind::CreditApproval
    }

    /// When it happened
    pub async fn at(&self) -> Time {
        self.created_at
    }

    /// In one line
    pub async fn summary(&self) -> String {
        let label = |label: Option<&'static str>| label.unwrap_or_default();
        let head = format!("Approval by {}: {}", label(self.step.label()), label(self.result.label()));
        match self.opinion.as_deref().map(str::trim) {
            None | Some("") => head,
            Some(opinion) => format!("{head}, {opinion}"),
        }
    }

    /// Who decided
    pub async fn staff(&self, ctx: &Context<'_>) -> AppResult<Option<StaffMember>> {
        Ok(ctx.load_named(self.staff_id).await?.map(StaffMember::BankStaff))
    }

    /// Employee who decided, as far as the viewer may see him
    pub async fn approver(&self, ctx: &Context<'_>) -> AppResult<Option<BankStaff>> {
        ctx.load_named(self.staff_id).await
    }

    /// Interview that it is about; null where it was deleted since
    pub async fn interview(&self, ctx: &Context<'_>) -> AppResult<Option<CreditInterview>> {
        ctx.load(self.interview_id).await
    }

    /// Customer who was interviewed, as far as the viewer may see him
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        ctx.load_named(self.customer_id).await
    }
}

#[derive(Default)]
pub struct CreditApprovalQuery;

#[Object]
impl CreditApprovalQuery {
    /// One approval
    #[graphql(guard = "May(Area::Approvals)")]
    async fn credit_approval(&self, ctx: &Context<'_>, id: Id<CreditApproval>) -> AppResult<Option<CreditApproval>> {
        ctx.load(id).await
    }

    /// Approvals, the last given first
    #[graphql(guard = "May(Area::Approvals)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn credit_approvals(
        &self,
        ctx: &Context<'_>,
        filter: Option<CreditApprovalFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<CreditApproval>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct CreditApprovalMutation;

#[Object]
impl CreditApprovalMutation {
    /// Decides about an interview: the customer manager submits it or gives it up, the accountant agrees or sends it back,
    /// the president agrees or refuses. Only employees with the role whose turn it is
    #[graphql(guard = "May(Area::Approvals)")]
    async fn credit_approval_create(
        &self,
        ctx: &Context<'_>,
        input: CreditApprovalInput,
    ) -> AppResult<CreditApprovalCreatePayload> {
        let given = give::give(ctx, vec![input]).await.map_err(|error| AppError {
            field: error.field.map(|field| field.replacen("input[0]", "input", 1)),
            ..error
        })?;
        let credit_approval = given.credit_approvals.into_iter().next();
        let credit_approval = credit_approval.ok_or_else(|| AppError::internal("an approval is gone"))?;
        Ok(CreditApprovalCreatePayload { credit_approval })
    }

    /// Decides about up to 200 interviews. An input at fault, an interview that the viewer does not see, or a step that his
    /// roles do not let him take refuses all of them. Those whose turn it is not, or about which somebody else decides at
    /// the same time, are left out and told; the others are decided together. Where none is left it is a CONFLICT
    #[graphql(guard = "May(Area::Approvals)", complexity = "100 + child_complexity")]
    async fn credit_approvals_create(
        &self,
        ctx: &Context<'_>,
        input: Vec<CreditApprovalInput>,
    ) -> AppResult<CreditApprovalsCreatePayload> {
        give::give(ctx, input).await
    }
}
