//! Root fields about the lists. Each names the list that it is about, and asks for the area of that list.

use async_graphql::{Context, Object};

use super::{
    ListEntry, ListEntryCreateInput, ListEntryCreatePayload, ListEntryDeletePayload, ListEntryFilter,
    ListEntryMovePayload, ListEntryUpdateInput, ListEntryUpdatePayload, ListKind, WatchReason,
};
use crate::{
    auth::{Area, May},
    db::Id,
    domains::{credit::Grid, engagement::CustomerEvent},
    error::{AppError, AppResult},
    files::{import::ImportPayload, sheet::Sheet},
    graphql::{Connection, ContextExt, Page, PageInput, page, scalars::File},
};

#[derive(Default)]
pub struct ListEntryQuery;

#[Object]
impl ListEntryQuery {
    /// One entry of a list
    #[graphql(guard = "May(kind.area())")]
    async fn list_entry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "List that it stands in")] kind: ListKind,
        id: Id<ListEntry>,
    ) -> AppResult<Option<ListEntry>> {
        Ok(ctx.load(id).await?.filter(|entry: &ListEntry| entry.kind == kind))
    }

    /// The people of a list by number
    #[graphql(guard = "May(kind.area())", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn list_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which list")] kind: ListKind,
        filter: Option<ListEntryFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<ListEntry>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted(kind)).await
    }
}

#[derive(Default)]
pub struct ListEntryMutation;

#[Object]
impl ListEntryMutation {
    /// Enters somebody in a list, and puts its tag on him where he is a customer; nobody stands in two lists
    #[graphql(guard = "May(kind.area())")]
    async fn list_entry_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which list")] kind: ListKind,
        input: ListEntryCreateInput,
    ) -> AppResult<ListEntryCreatePayload> {
        let (viewer, input) = (ctx.viewer()?, ListEntryUpdateInput::from(input));
        let mut tx = ctx.begin().await?;
        let grid = Grid::of_input(&mut tx, viewer, input.grid_id, input.grid_code.as_deref()).await?;
        let new = ListEntry::new(kind, grid.id, input)?;
        ListEntry::free(&mut tx, viewer, &new.id_number).await?;
        let list_entry = ListEntry::create(&mut tx, new).await?;
        CustomerEvent::record(&mut tx, ctx, None, Some(&list_entry)).await?;
        tx.commit().await?;
        Ok(ListEntryCreatePayload { list_entry })
    }

    /// Changes an entry of a list
    #[graphql(guard = "May(kind.area())")]
    async fn list_entry_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "List that it stands in")] kind: ListKind,
        id: Id<ListEntry>,
        input: ListEntryUpdateInput,
    ) -> AppResult<ListEntryUpdatePayload> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = ListEntry::of_list(&mut tx, viewer, kind, id).await?;
        let mut after = before.clone();
        if input.grid_id.is_some() || input.grid_code.is_some() {
            after.grid_id = Grid::of_input(&mut tx, viewer, input.grid_id, input.grid_code.as_deref()).await?.id;
        }
        let after = after.changed(input)?;
        if after.id_number != before.id_number {
            ListEntry::free(&mut tx, viewer, &after.id_number).await?;
        }
        let list_entry = ListEntry::update(&mut tx, &before, after).await?;
        CustomerEvent::record(&mut tx, ctx, Some(&before), Some(&list_entry)).await?;
        tx.commit().await?;
        Ok(ListEntryUpdatePayload { list_entry })
    }

    /// Moves somebody from the white list to the grey list, or back
    #[graphql(guard = "May(Area::WhiteList).and(May(Area::GreyList))")]
    async fn list_entry_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "His id number")] id_number: String,
        #[graphql(desc = "List that he comes to: GREY from the white list, WHITE from the grey list")] to: ListKind,
        #[graphql(desc = "Why he is watched from now on; needed for GREY, not taken for WHITE")] reason: Option<
            WatchReason,
        >,
    ) -> AppResult<ListEntryMovePayload> {
        let refused = |message| Err(AppError::bad_input("reason", message));
        let from = match (to, reason) {
            (ListKind::Grey, Some(_)) => ListKind::White,
            (ListKind::White, None) => ListKind::Grey,
            (ListKind::Grey, None) => return refused("Needed to watch somebody"),
            (ListKind::White, Some(_)) => return refused("There is none in the white list"),
            (ListKind::Black, _) => return Err(AppError::bad_input("to", "Nobody is moved to the black list")),
        };
        let mut tx = ctx.begin().await?;
        let before = ListEntry::by_id_number(&mut tx, ctx.viewer()?, from, &id_number).await?;
        let after = ListEntry { kind: to, reason: reason.map(|reason| reason.code().to_string()), ..before.clone() };
        let list_entry = ListEntry::update(&mut tx, &before, after).await?;
        CustomerEvent::record(&mut tx, ctx, Some(&before), Some(&list_entry)).await?;
        tx.commit().await?;
        Ok(ListEntryMovePayload { list_entry })
    }

    /// Takes somebody out of a list
    #[graphql(guard = "May(kind.area())")]
    async fn list_entry_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "List that it stands in")] kind: ListKind,
        id: Id<ListEntry>,
    ) -> AppResult<ListEntryDeletePayload> {
        let mut tx = ctx.begin().await?;
        let list_entry = ListEntry::of_list(&mut tx, ctx.viewer()?, kind, id).await?;
        ListEntry::delete(&mut tx, &list_entry).await?;
        CustomerEvent::record(&mut tx, ctx, Some(&list_entry), None).await?;
        tx.commit().await?;
        Ok(ListEntryDeletePayload { list_entry })
    }

    /// Enters the people of a sheet (.xlsx or .xls, 20 MB and 50,000 rows at the most) with the columns of the list's
    /// template, 白名单模板.xls and the like. Rows with a fault, or whose id number stands in a list already, are left out
    /// and answered with the reason; the others are entered 500 at a time, and what is entered stays if the import ends
    /// early
    #[graphql(guard = "May(kind.area())", complexity = "500 + child_complexity")]
    async fn list_entry_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which list")] kind: ListKind,
        #[graphql(desc = "Grid of all the rows, or")] grid_id: Option<Id<Grid>>,
        #[graphql(desc = "its code")] grid_code: Option<String>,
        #[graphql(desc = "The sheet, by the GraphQL multipart request specification")] file: File,
    ) -> AppResult<ImportPayload> {
        let upload = file.open(ctx)?;
        let grid = Grid::of_input(&mut ctx.read().await?, ctx.viewer()?, grid_id, grid_code.as_deref()).await;
        let grid = grid.map_err(|error| error.of_arguments())?.id;
        ListEntry::import(ctx, kind, grid, Sheet::open(upload).await?).await
    }
}
