//! Root fields about interviews.

use async_graphql::{Context, Object};

use super::{
    CreditInterview, CreditInterviewCreatePayload, CreditInterviewDeletePayload, CreditInterviewFilter,
    CreditInterviewUpdatePayload, InterviewStage, InterviewStatus,
    enter::NO_GRID,
    form::CreditInterviewInput,
    record,
    white_list::{self, CreditInterviewsAddFromWhiteListPayload, WhiteListedInput},
};
use crate::{
    auth::{Area, May, Viewer},
    db::{Conn, Id},
    domains::{
        credit::{CustomerImage, Grid, credit_report::CreditReport, scope::BankScopeInput},
        customers::BankCustomer,
        engagement::CustomerEvent,
    },
    error::{AppError, AppResult},
    files::{import::ImportPayload, sheet::Sheet},
    graphql::{
        Connection, ContextExt, Entity, Page, PageInput, id_number::IdNumber, input::refuse, page, scalars::File,
    },
};

#[derive(Default)]
pub struct CreditInterviewQuery;

#[Object]
impl CreditInterviewQuery {
    /// One interview
    #[graphql(guard = "May(Area::Interviews)")]
    async fn credit_interview(&self, ctx: &Context<'_>, id: Id<CreditInterview>) -> AppResult<Option<CreditInterview>> {
        ctx.load(id).await
    }

    /// Interviews, the last entered first
    #[graphql(guard = "May(Area::Interviews)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn credit_interviews(
        &self,
        ctx: &Context<'_>,
        filter: Option<CreditInterviewFilter>,
        #[graphql(desc = "As whom; only narrows")] scope: Option<BankScopeInput>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<CreditInterview>> {
        let filter = filter.unwrap_or_default();
        let scope = scope.unwrap_or_default().resolve(&mut ctx.read().await?, ctx.viewer()?).await?;
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted(&scope)).await
    }
}

#[derive(Default)]
pub struct CreditInterviewMutation;

#[Object]
impl CreditInterviewMutation {
    /// Enters an interview, a draft with what the bank knows of the person. Nobody of the black list can have one, and
    /// nobody a second one while the first is under way
    #[graphql(guard = "May(Area::Interviews)")]
    async fn credit_interview_create(
        &self,
        ctx: &Context<'_>,
        input: CreditInterviewInput,
    ) -> AppResult<CreditInterviewCreatePayload> {
        let viewer = ctx.viewer()?;
        let number = IdNumber::read("idNumber", input.id_number.as_deref().unwrap_or_default())?;
        let mut tx = ctx.begin().await?;
        let by = BankCustomer::registering(&mut tx, viewer).await?;
        let grid = input.grid(&mut tx, viewer).await?.unwrap_or(Id::new(NO_GRID));
        let mut row = CreditInterview::blank(number, grid, &by);
        input.apply(&mut row)?;
        let (added, refused) = CreditInterview::enter(&mut tx, ctx, vec![row]).await?;
        let credit_interview = match (added.into_iter().next(), refused.into_values().next()) {
            (Some(added), _) => added,
            (None, refused) => return Err(refused.unwrap_or_else(CreditInterview::busy)),
        };
        tx.commit().await?;
        Ok(CreditInterviewCreatePayload { credit_interview })
    }

    /// Changes an interview while the customer manager has it, and completes its form by that
    #[graphql(guard = "May(Area::Interviews)")]
    async fn credit_interview_update(
        &self,
        ctx: &Context<'_>,
        id: Id<CreditInterview>,
        input: CreditInterviewInput,
    ) -> AppResult<CreditInterviewUpdatePayload> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = CreditInterview::editable(&mut tx, viewer, id).await?;
        let grid_id = input.grid(&mut tx, viewer).await?.unwrap_or(before.grid_id);
        let mut row = CreditInterview { grid_id, status: InterviewStatus::Normal, ..before.clone() };
        input.apply(&mut row)?;
        if row.id_number != before.id_number {
            if before.stage != InterviewStage::Entered {
                return Err(refuse("idNumber", "Approvals speak of this person already"));
            }
            // Whoever adds a picture or keeps a report meanwhile looks at the person again behind us.
            tx.lock("customer_images").await?;
            tx.lock("credit_reports").await?;
            CustomerImage::none_of_interview(&mut tx, id).await?;
            CreditReport::forget(&mut tx, id).await?;
            row.customer_id = None;
            row = CreditInterview::prepared(&mut tx, viewer, row).await?;
        }
        row.complete()?;
        let credit_interview = CreditInterview::update(&mut tx, &before, row).await?;
        CustomerEvent::record(&mut tx, ctx, Some(&before), Some(&credit_interview)).await?;
        tx.commit().await?;
        Ok(CreditInterviewUpdatePayload { credit_interview })
    }

    /// Deletes an interview while the customer manager has it; its row is kept, and nobody sees it any more
    #[graphql(guard = "May(Area::Interviews)")]
    async fn credit_interview_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<CreditInterview>,
    ) -> AppResult<CreditInterviewDeletePayload> {
        let mut tx = ctx.begin().await?;
        let viewer = ctx.viewer()?;
        let before = CreditInterview::editable(&mut tx, viewer, id).await?;
        let by = BankCustomer::registering(&mut tx, viewer).await?;
        let gone = CreditInterview { status: InterviewStatus::Deleted, ..before.clone() };
        let credit_interview = CreditInterview::update(&mut tx, &before, gone).await?;
        record::moved(&mut tx, ctx, &by.name, &[(before, credit_interview.clone())]).await?;
        tx.commit().await?;
        Ok(CreditInterviewDeletePayload { credit_interview })
    }

    /// Enters interviews for up to 1000 people of the white list. Who is not in it, has one under way, or is sent with
    /// another name or grid than the list knows gets none, and is answered with the reason; the others get theirs together
    #[graphql(guard = "May(Area::Interviews).and(May(Area::WhiteList))", complexity = "100 + child_complexity")]
    async fn credit_interviews_add_from_white_list(
        &self,
        ctx: &Context<'_>,
        input: Vec<WhiteListedInput>,
    ) -> AppResult<CreditInterviewsAddFromWhiteListPayload> {
        white_list::add(ctx, input).await
    }

    /// Enters the interviews of a sheet (.xlsx or .xls, 20 MB and 50,000 rows at the most) with the columns of the template
    /// 待面谈面签模板.xls, with what the bank knows of the people. Rows with a fault, of the black-listed, or of people who
    /// have an interview under way are left out and answered with the reason; the others are entered 500 at a time, and
    /// what is entered stays if the import ends early
    #[graphql(guard = "May(Area::Interviews)", complexity = "500 + child_complexity")]
    async fn credit_interviews_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Grid of all the rows, or")] grid_id: Option<Id<Grid>>,
        #[graphql(desc = "its code")] grid_code: Option<String>,
        #[graphql(desc = "The sheet, by the GraphQL multipart request specification")] file: File,
    ) -> AppResult<ImportPayload> {
        let upload = file.open(ctx)?;
        let grid = Grid::of_input(&mut ctx.read().await?, ctx.viewer()?, grid_id, grid_code.as_deref()).await;
        let grid = grid.map_err(AppError::of_arguments)?.id;
        CreditInterview::import(ctx, grid, Sheet::open(upload).await?).await
    }
}

impl CreditInterviewInput {
    /// The grid that it names, if it names one
    async fn grid(&self, conn: &mut Conn, viewer: &Viewer) -> AppResult<Option<Id<Grid>>> {
        match (self.grid_id, self.grid_code.as_deref()) {
            (None, None) => Ok(None),
            (id, code) => Ok(Some(Grid::of_input(conn, viewer, id, code).await?.id)),
        }
    }
}

impl CreditInterview {
    /// One that the viewer sees and that the customer manager has
    async fn editable(conn: &mut Conn, viewer: &Viewer, id: Id<CreditInterview>) -> AppResult<CreditInterview> {
        let found = CreditInterview::find(conn, viewer, id).await?;
        match found.stage.is_editable() {
            true => Ok(found),
            false => Err(AppError::conflict("It is not with the customer manager, so nobody changes it")),
        }
    }
}
