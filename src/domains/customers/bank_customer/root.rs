//! Root fields about the bank's customers.

use async_graphql::{Context, Object};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    BankCustomer, BankCustomerCreatePayload, BankCustomerDraftDeletePayload, BankCustomerFilter, BankCustomerInput,
    BankCustomerStatus, BankCustomerStatusInput, BankCustomerUpdatePayload, BankCustomersStatusSetPayload, export,
    status,
};
use crate::{
    auth::{Area, May, Viewer},
    db::{Conn, Id},
    domains::credit::{Grid, scope::BankScopeInput},
    error::{AppError, AppResult},
    files::{import::ImportPayload, sheet::Sheet},
    graphql::{Connection, ContextExt, Entity, Page, PageInput, page, scalars::File},
};

#[derive(Default)]
pub struct BankCustomerQuery;

#[Object]
impl BankCustomerQuery {
    /// One customer of the bank
    #[graphql(guard = "May(Area::Customers)")]
    async fn bank_customer(&self, ctx: &Context<'_>, id: Id<BankCustomer>) -> AppResult<Option<BankCustomer>> {
        ctx.load(id).await
    }

    /// The customer of the bank with this id number
    #[graphql(guard = "May(Area::Customers)")]
    async fn bank_customer_by_id_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole id number")] id_number: String,
    ) -> AppResult<Option<BankCustomer>> {
        Ok(BankCustomer::by_id_number(&mut ctx.read().await?, ctx.viewer()?, &id_number).await?)
    }

    /// Where the sheet of all customers of a grid, or of all that the viewer sees, is fetched with the same credential. It is
    /// made while it is fetched, and the audit log tells so
    #[graphql(guard = "May(Area::Customers)")]
    async fn bank_customers_sheet_url(
        &self,
        #[graphql(desc = "Code of the grid; all grids where left out")] grid_code: Option<String>,
    ) -> String {
        let code = grid_code.as_deref().unwrap_or(export::ALL);
        format!("/files/bank-customers/{}", utf8_percent_encode(code, NON_ALPHANUMERIC))
    }

    /// Customers of the bank, last changed first
    #[graphql(guard = "May(Area::Customers)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn bank_customers(
        &self,
        ctx: &Context<'_>,
        filter: Option<BankCustomerFilter>,
        #[graphql(desc = "As whom; only narrows")] scope: Option<BankScopeInput>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<BankCustomer>> {
        let (filter, viewer) = (filter.unwrap_or_default(), ctx.viewer()?);
        filter.check()?;
        let scope = scope.unwrap_or_default().resolve(&mut ctx.read().await?, viewer).await?;
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted(viewer, &scope)).await
    }
}

#[derive(Default)]
pub struct BankCustomerMutation;

#[Object]
impl BankCustomerMutation {
    /// Enters a customer, complete
    #[graphql(guard = "May(Area::Customers)")]
    async fn bank_customer_create(
        &self,
        ctx: &Context<'_>,
        input: BankCustomerInput,
    ) -> AppResult<BankCustomerCreatePayload> {
        Ok(BankCustomerCreatePayload { bank_customer: create(ctx, input, BankCustomerStatus::Normal).await? })
    }

    /// Enters the draft of a customer
    #[graphql(guard = "May(Area::Customers)")]
    async fn bank_customer_draft_create(
        &self,
        ctx: &Context<'_>,
        input: BankCustomerInput,
    ) -> AppResult<BankCustomerCreatePayload> {
        Ok(BankCustomerCreatePayload { bank_customer: create(ctx, input, BankCustomerStatus::Draft).await? })
    }

    /// Changes a customer; a draft becomes normal by it, unless the status says that it stays one
    #[graphql(guard = "May(Area::Customers)")]
    async fn bank_customer_update(
        &self,
        ctx: &Context<'_>,
        id: Id<BankCustomer>,
        input: BankCustomerInput,
        #[graphql(desc = "The new status; left out, it stays, but for a draft")] status: Option<BankCustomerStatus>,
    ) -> AppResult<BankCustomerUpdatePayload> {
        let bank_customer = update(ctx, id, input, |row| {
            let status = status.unwrap_or(match row.status {
                BankCustomerStatus::Draft => BankCustomerStatus::Normal,
                status => status,
            });
            row.may_become(status, "status").map(|()| status)
        });
        Ok(BankCustomerUpdatePayload { bank_customer: bank_customer.await? })
    }

    /// Changes a draft, which stays one
    #[graphql(guard = "May(Area::Customers)")]
    async fn bank_customer_draft_update(
        &self,
        ctx: &Context<'_>,
        id: Id<BankCustomer>,
        input: BankCustomerInput,
    ) -> AppResult<BankCustomerUpdatePayload> {
        let bank_customer = update(ctx, id, input, |row| row.draft().map(|()| row.status)).await?;
        Ok(BankCustomerUpdatePayload { bank_customer })
    }

    /// Makes a complete draft a normal customer, freezes a customer or thaws him
    #[graphql(guard = "May(Area::Customers)")]
    async fn bank_customer_status_set(
        &self,
        ctx: &Context<'_>,
        id: Id<BankCustomer>,
        #[graphql(desc = "The new status")] status: BankCustomerStatus,
    ) -> AppResult<BankCustomerUpdatePayload> {
        let changed = status::set(ctx, vec![BankCustomerStatusInput { id, status }], |_| "status".into()).await?;
        let bank_customer = changed.into_iter().next().ok_or_else(|| AppError::not_found(BankCustomer::NAME))?;
        Ok(BankCustomerUpdatePayload { bank_customer })
    }

    /// Enters the draft of a customer out of the household register
    #[graphql(guard = "May(Area::Customers)")]
    async fn bank_customer_create_from_resident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id number of the resident")] id_number: String,
    ) -> AppResult<BankCustomerCreatePayload> {
        Ok(BankCustomerCreatePayload { bank_customer: BankCustomer::of_resident(ctx, &id_number).await? })
    }

    /// Enters the customers of a sheet (.xlsx or .xls, 20 MB and 50,000 rows at the most) with the columns of the template
    /// 客户信息导入模板.xls, those that are complete as normal ones and the others as drafts. Rows with a fault, or whose
    /// id number is known already, are left out and answered with the reason; the others are entered 500 at a time, and
    /// what is entered stays if the import ends early
    #[graphql(guard = "May(Area::Customers)", complexity = "500 + child_complexity")]
    async fn bank_customers_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Grid of all the rows, or")] grid_id: Option<Id<Grid>>,
        #[graphql(desc = "its code")] grid_code: Option<String>,
        #[graphql(desc = "The sheet, by the GraphQL multipart request specification")] file: File,
    ) -> AppResult<ImportPayload> {
        let upload = file.open(ctx)?;
        let grid = Grid::of_input(&mut ctx.read().await?, ctx.viewer()?, grid_id, grid_code.as_deref()).await;
        BankCustomer::import(ctx, grid.map_err(AppError::of_arguments)?, Sheet::open(upload).await?).await
    }

    /// Sets the status of up to 1000 customers: of all of them, or of none
    #[graphql(guard = "May(Area::Customers)")]
    async fn bank_customers_status_set(
        &self,
        ctx: &Context<'_>,
        input: Vec<BankCustomerStatusInput>,
    ) -> AppResult<BankCustomersStatusSetPayload> {
        let bank_customers = status::set(ctx, input, |place| format!("input[{place}].status")).await?;
        Ok(BankCustomersStatusSetPayload { bank_customers })
    }

    /// Deletes a draft; a customer who is none stays
    #[graphql(guard = "May(Area::Customers)")]
    async fn bank_customer_draft_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<BankCustomer>,
    ) -> AppResult<BankCustomerDraftDeletePayload> {
        let mut tx = ctx.begin().await?;
        let bank_customer = BankCustomer::find(&mut tx, ctx.viewer()?, id).await?;
        bank_customer.draft()?;
        bank_customer.unused(&mut tx).await?;
        BankCustomer::record(&mut tx, ctx, Some(&bank_customer), None).await?;
        BankCustomer::delete(&mut tx, id).await?;
        tx.commit().await?;
        Ok(BankCustomerDraftDeletePayload { bank_customer })
    }
}

impl BankCustomer {
    /// Refuses a customer who is no draft
    fn draft(&self) -> AppResult<()> {
        match self.status {
            BankCustomerStatus::Draft => Ok(()),
            _ => Err(AppError::conflict("The customer is no draft any more")),
        }
    }
}

/// The grid that an input names, if it names one
async fn grid(conn: &mut Conn, viewer: &Viewer, input: &BankCustomerInput) -> AppResult<Option<Id<Grid>>> {
    match (input.grid_id, input.grid_code.as_deref()) {
        (None, None) => Ok(None),
        (id, code) => Ok(Some(Grid::of_input(conn, viewer, id, code).await?.id)),
    }
}

async fn create(ctx: &Context<'_>, input: BankCustomerInput, status: BankCustomerStatus) -> AppResult<BankCustomer> {
    let viewer = ctx.viewer()?;
    let mut tx = ctx.begin().await?;
    let by = BankCustomer::registering(&mut tx, viewer).await?;
    let grid_id = grid(&mut tx, viewer, &input).await?;
    let row = BankCustomer { grid_id, ..input.row(status, &by)? };
    row.check()?;
    let customer = BankCustomer::create(&mut tx, row).await?;
    BankCustomer::record(&mut tx, ctx, None, Some(&customer)).await?;
    tx.commit().await?;
    Ok(customer)
}

/// `status` tells what the customer becomes
async fn update(
    ctx: &Context<'_>,
    id: Id<BankCustomer>,
    input: BankCustomerInput,
    status: impl FnOnce(&BankCustomer) -> AppResult<BankCustomerStatus>,
) -> AppResult<BankCustomer> {
    let viewer = ctx.viewer()?;
    let mut tx = ctx.begin().await?;
    let before = BankCustomer::find(&mut tx, viewer, id).await?;
    let grid_id = grid(&mut tx, viewer, &input).await?.or(before.grid_id);
    let mut row = BankCustomer { grid_id, status: status(&before)?, ..before.clone() };
    input.apply(&mut row)?;
    row.check()?;
    let customer = BankCustomer::update(&mut tx, row).await?;
    BankCustomer::record(&mut tx, ctx, Some(&before), Some(&customer)).await?;
    tx.commit().await?;
    Ok(customer)
}
