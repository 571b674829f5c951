//! Root fields about residents.

use async_graphql::{Context, Object};

use super::{
    Resident, ResidentCreateInput, ResidentCreatePayload, ResidentFilter, ResidentUpdateInput, ResidentUpdatePayload,
};
use crate::{
    auth::{Area, May},
    db::Id,
    domains::{
        credit::{Grid, scope::BankScopeInput},
        engagement::CustomerEvent,
    },
    error::AppResult,
    files::{import::ImportPayload, sheet::Sheet},
    graphql::{Connection, ContextExt, Entity, Page, PageInput, page, scalars::File},
};

#[derive(Default)]
pub struct ResidentQuery;

#[Object]
impl ResidentQuery {
    /// One resident
    #[graphql(guard = "May(Area::Residents)")]
    async fn resident(&self, ctx: &Context<'_>, id: Id<Resident>) -> AppResult<Option<Resident>> {
        ctx.load(id).await
    }

    /// The resident with this id number
    #[graphql(guard = "May(Area::Residents)")]
    async fn resident_by_id_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole id number")] id_number: String,
    ) -> AppResult<Option<Resident>> {
        Ok(Resident::by_id_number(&mut ctx.read().await?, ctx.viewer()?, &id_number).await?)
    }

    /// Residents by number
    #[graphql(guard = "May(Area::Residents)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn residents(
        &self,
        ctx: &Context<'_>,
        filter: Option<ResidentFilter>,
        #[graphql(desc = "As whom; only narrows")] scope: Option<BankScopeInput>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<Resident>> {
        let (filter, scope) = (filter.unwrap_or_default(), scope.unwrap_or_default());
        let scope = scope.resolve(&mut ctx.read().await?, ctx.viewer()?).await?;
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted(&scope)).await
    }
}

#[derive(Default)]
pub struct ResidentMutation;

#[Object]
impl ResidentMutation {
    /// Enters a resident
    #[graphql(guard = "May(Area::Residents)")]
    async fn resident_create(&self, ctx: &Context<'_>, input: ResidentCreateInput) -> AppResult<ResidentCreatePayload> {
        let input = ResidentUpdateInput::from(input);
        let mut tx = ctx.begin().await?;
        let grid = Grid::of_input(&mut tx, ctx.viewer()?, input.grid_id, input.grid_code.as_deref()).await?;
        let resident = Resident::create(&mut tx, Resident::new(grid.id, input)?).await?;
        CustomerEvent::record(&mut tx, ctx, None, Some(&resident)).await?;
        tx.commit().await?;
        Ok(ResidentCreatePayload { resident })
    }

    /// Changes a resident, deletes him or makes him normal again
    #[graphql(guard = "May(Area::Residents)")]
    async fn resident_update(
        &self,
        ctx: &Context<'_>,
        id: Id<Resident>,
        input: ResidentUpdateInput,
    ) -> AppResult<ResidentUpdatePayload> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = Resident::find(&mut tx, viewer, id).await?;
        let mut after = before.clone();
        if input.grid_id.is_some() || input.grid_code.is_some() {
            after.grid_id = Grid::of_input(&mut tx, viewer, input.grid_id, input.grid_code.as_deref()).await?.id;
        }
        let resident = Resident::update(&mut tx, after.changed(input)?).await?;
        CustomerEvent::record(&mut tx, ctx, Some(&before), Some(&resident)).await?;
        tx.commit().await?;
        Ok(ResidentUpdatePayload { resident })
    }

    /// Enters the residents of a sheet (.xlsx or .xls, 20 MB and 50,000 rows at the most) with the columns of the
    /// template 户籍导入模板.xls. Rows with a fault, or whose id number is known already, are left out and answered with
    /// the reason; the others are entered 500 at a time, and what is entered stays if the import ends early
    #[graphql(guard = "May(Area::Residents)", complexity = "500 + child_complexity")]
    async fn resident_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Grid of all the rows, or")] grid_id: Option<Id<Grid>>,
        #[graphql(desc = "its code")] grid_code: Option<String>,
        #[graphql(desc = "The sheet, by the GraphQL multipart request specification")] file: File,
    ) -> AppResult<ImportPayload> {
        let upload = file.open(ctx)?;
        let grid = Grid::of_input(&mut ctx.read().await?, ctx.viewer()?, grid_id, grid_code.as_deref()).await;
        Resident::import(ctx, grid.map_err(|error| error.of_arguments())?.id, Sheet::open(upload).await?).await
    }
}
