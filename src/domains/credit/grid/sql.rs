//! What is read and written of grids.

use std::collections::HashMap;

use diesel::{
    dsl::{Filter, Select},
    prelude::*,
};

use super::{Grid, GridCreateInput, GridUpdateInput};
use crate::{
    auth::{BankSight, Viewer},
    db::{
        Cols as _, Conn, Id, Inside, Run as _, Time, Where,
        tables::{balance_totals, grids},
    },
    domains::{
        credit::{AdviserOpinion, CreditInterview, CustomerImage, ListEntry},
        customers::{BankCustomer, Resident},
        identity::{BankStaff, Branch},
    },
    error::{AppError, AppResult},
    graphql::{
        Entity, Relation,
        entity::Visible,
        input::{patch, refuse},
        relation::none,
    },
};

/// Numbers of grids, as a sub-query
pub type Numbers = Select<Filter<grids::table, Inside<grids::table>>, grids::id>;

impl Grid {
    pub const OF_BRANCH: Relation<Grid> =
        Relation { column: grids::branch_id::NAME, parent: |grid| Some(grid.branch_id.number) };

    pub const OF_MANAGER: Relation<Grid> =
        Relation { column: grids::manager_id::NAME, parent: |grid| grid.manager_id.map(|staff| staff.number) };

    /// Row rule of what belongs to grids: `rows` makes it of the numbers of those that the viewer sees
    pub fn seen<T>(viewer: &Viewer, rows: impl FnOnce(Numbers) -> Where<T>) -> Where<T> {
        match viewer.bank_sight() {
            BankSight::All => Where::default(),
            BankSight::Nothing => Where::nothing(),
            _ => rows(Grid::numbers(Grid::visible(viewer))),
        }
    }

    pub fn numbers(wanted: Where<grids::table>) -> Numbers {
        grids::table.filter(wanted.inside()).select(grids::id)
    }

    pub async fn by_code(conn: &mut Conn, viewer: &Viewer, code: &str) -> QueryResult<Option<Grid>> {
        let wanted = Grid::visible(viewer).and(grids::code.eq(code.to_owned()));
        Ok(Grid::fetch(conn, wanted, Grid::ORDER.first(1)).await?.into_iter().next())
    }

    /// The grid that an input names by id or code
    pub async fn of_input(
        conn: &mut Conn,
        viewer: &Viewer,
        id: Option<Id<Grid>>,
        code: Option<&str>,
    ) -> AppResult<Grid> {
        match (id, code) {
            (Some(id), None) => Grid::named(conn, viewer, "gridId", id).await,
            (None, Some(code)) => {
                Grid::by_code(conn, viewer, code).await?.ok_or_else(|| refuse("gridCode", "No such Grid"))
            }
            _ => Err(refuse("gridId", "Give either gridId or gridCode")),
        }
    }

    /// The grid that an argument names: by id, or by code; old clients put a number in the place of the code too
    pub(super) async fn of_argument(
        conn: &mut Conn,
        viewer: &Viewer,
        id: Option<Id<Grid>>,
        code: Option<&str>,
    ) -> AppResult<Grid> {
        match (id, code) {
            (Some(id), None) => Grid::find(conn, viewer, id).await,
            (None, Some(code)) => match (Grid::by_code(conn, viewer, code).await?, code.parse()) {
                (Some(grid), _) => Ok(grid),
                (None, Ok(number)) => Grid::find(conn, viewer, Id::new(number)).await,
                (None, Err(_)) => Err(AppError::not_found(Grid::NAME)),
            },
            _ => Err(AppError::bad_input("id", "Give either id or code")),
        }
    }

    /// Refuses a change that takes the grid out of the sight of whoever makes it
    pub(super) async fn keep_in_sight(&self, conn: &mut Conn, viewer: &Viewer) -> AppResult<()> {
        let seen = Grid::visible(viewer).both(Grid::with_ids(vec![self.id]));
        match Grid::count(conn, seen).await? {
            0 => Err(refuse("managerId", "Only for grids that you see: of another manager this would be none")),
            _ => Ok(()),
        }
    }

    pub(super) async fn create(
        conn: &mut Conn,
        branch: Id<Branch>,
        manager: Option<Id<BankStaff>>,
        new: GridCreateInput,
    ) -> QueryResult<Grid> {
        let now = Time::now();
        let row = (
            grids::code.eq(new.code),
            grids::name.eq(new.name),
            grids::branch_id.eq(branch),
            grids::kind.eq(new.kind),
            grids::description.eq(new.description),
            grids::manager_id.eq(manager),
            grids::assistant.eq(new.assistant),
            grids::supervisor.eq(new.supervisor),
            grids::qr_code.eq(new.qr_code),
            grids::map_reference.eq(new.map_reference),
            grids::created_at.eq(now),
            grids::updated_at.eq(now),
        );
        diesel::insert_into(grids::table).values(row).returning(Grid::cols()).one(conn).await
    }

    pub(super) async fn update(
        conn: &mut Conn,
        id: Id<Grid>,
        branch: Option<Id<Branch>>,
        change: GridUpdateInput,
    ) -> QueryResult<Grid> {
        diesel::update(grids::table.filter(grids::id.eq(id)))
            .set((
                change.code.map(|value| grids::code.eq(value)),
                change.name.map(|value| grids::name.eq(value)),
                branch.map(|value| grids::branch_id.eq(value)),
                change.kind.map(|value| grids::kind.eq(value)),
                patch(change.description).map(|value| grids::description.eq(value)),
                patch(change.manager_id).map(|value| grids::manager_id.eq(value)),
                patch(change.assistant).map(|value| grids::assistant.eq(value)),
                patch(change.supervisor).map(|value| grids::supervisor.eq(value)),
                patch(change.qr_code).map(|value| grids::qr_code.eq(value)),
                patch(change.map_reference).map(|value| grids::map_reference.eq(value)),
                grids::updated_at.eq(Time::now()),
            ))
            .returning(Grid::cols())
            .one(conn)
            .await
    }

    /// Who manages these grids, where somebody does
    pub async fn managers(conn: &mut Conn, grids: Vec<Id<Grid>>) -> QueryResult<HashMap<Id<Grid>, Id<BankStaff>>> {
        if grids.is_empty() {
            return Ok(HashMap::new());
        }
        let rows: Vec<(Id<Grid>, Option<Id<BankStaff>>)> =
            grids::table.filter(grids::id.eq_any(grids)).select((grids::id, grids::manager_id)).all(conn).await?;
        Ok(rows.into_iter().filter_map(|(grid, manager)| Some((grid, manager?))).collect())
    }

    /// Refuses a grid that somebody or something still belongs to
    pub(super) async fn unused(&self, conn: &mut Conn) -> AppResult<()> {
        let own = self.id.number;
        Resident::OF_GRID.none(conn, own, "It has residents").await?;
        BankCustomer::OF_GRID.none(conn, own, "It has customers").await?;
        ListEntry::OF_GRID.none(conn, own, "People of it stand in a list").await?;
        AdviserOpinion::OF_GRID.none(conn, own, "Advisers spoke of people of it").await?;
        CreditInterview::OF_GRID.none(conn, own, "People of it were interviewed").await?;
        CustomerImage::OF_GRID.none(conn, own, "There are pictures of people of it").await?;
        let history = balance_totals::table.filter(balance_totals::grid_id.eq(own));
        none(conn, history.select(balance_totals::grid_id).limit(1), "The statistics of past months count it").await
    }

    pub(super) async fn delete(conn: &mut Conn, id: Id<Grid>) -> QueryResult<usize> {
        diesel::delete(grids::table.filter(grids::id.eq(id))).run(conn).await
    }
}
