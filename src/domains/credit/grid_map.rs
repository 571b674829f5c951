//! Where a grid lies on the map (网格地图坐标): its outline as the clients draw it.
//!
//! Table `grid_maps`, one row for a grid. The coordinates are the clients' text; nothing here reads them.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::{Grid, scope::BankScopeInput};
use crate::{
    auth::{Area, May, Viewer},
    db::{Cols as _, Conn, Id, Run as _, Time, Where, tables::grid_maps},
    domains::identity::AuditEntry,
    entity,
    error::AppResult,
    graphql::{Connection, ContextExt, Entity, Page, PageInput, Relation, entity::Visible, input, page, scalars::Long},
    payload,
};

/// Letters in the coordinates of one grid
const COORDINATES: usize = 200_000;

/// Where a grid lies on the map
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = grid_maps)]
#[graphql(complex)]
pub struct GridMap {
    /// Opaque global id
    pub id: Id<GridMap>,
    /// The grid
    pub grid_id: Id<Grid>,
    /// Name that the map shows (legacy gridName)
    pub name: String,
    /// Kind of map, in the clients' words (legacy type)
    pub kind: Option<String>,
    /// First mark of the place, two levels above (legacy grandId, 地图一级标记)
    pub grandparent: Option<String>,
    /// Second mark of the place, one level above (legacy parentId, 地图二级标记)
    pub parent: Option<String>,
    /// Coordinates, as the clients write them (legacy coordinate); long, and as dear as 40 fields
    #[graphql(complexity = 40)]
    pub coordinates: String,
    /// When it was entered
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Where a grid lies; all of what was there before goes
#[derive(Clone, Debug, InputObject)]
pub struct GridMapSaveInput {
    /// The grid, or
    grid_id: Option<Id<Grid>>,
    /// its code
    grid_code: Option<String>,
    /// Name that the map shows, 100 characters at the most; left out: that of the grid
    name: Option<String>,
    /// Kind of map, 50 characters at the most
    kind: Option<String>,
    /// First mark of the place, 100 characters at the most
    grandparent: Option<String>,
    /// Second mark of the place, 100 characters at the most
    parent: Option<String>,
    /// Coordinates, 200,000 characters at the most
    coordinates: String,
}

payload! {
    /// The map that was entered or changed
    GridMapSavePayload { grid_map: GridMap }
    /// The deleted map
    GridMapDeletePayload { grid_map: GridMap }
}

entity!(GridMap, grid_maps, asc);

impl Visible for GridMap {
    type Table = grid_maps::table;
    const AREA: Option<Area> = Some(Area::Grids);

    /// Whoever sees the grid
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Grid::seen(viewer, |grids| Where::default().and(grid_maps::grid_id.eq_any(grids)))
    }
}

impl GridMapSaveInput {
    fn check(&self) -> AppResult<()> {
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, 100))?;
        input::texts([
            ("kind", self.kind.as_ref(), 50),
            ("grandparent", self.grandparent.as_ref(), 100),
            ("parent", self.parent.as_ref(), 100),
        ])?;
        input::name("coordinates", &self.coordinates, COORDINATES)
    }
}

impl GridMap {
    pub const OF_GRID: Relation<GridMap> =
        Relation { column: grid_maps::grid_id::NAME, parent: |map| Some(map.grid_id.number) };

    /// Enters the map of a grid or changes the one that it has; also answers what it was
    async fn save(conn: &mut Conn, grid: &Grid, new: GridMapSaveInput) -> QueryResult<(Option<GridMap>, GridMap)> {
        let own = Where::default().and(grid_maps::grid_id.eq(grid.id));
        let before = GridMap::fetch(conn, own, GridMap::ORDER.first(1)).await?.into_iter().next();
        let now = Time::now();
        let content = (
            grid_maps::name.eq(new.name.unwrap_or_else(|| grid.name.clone())),
            grid_maps::kind.eq(new.kind),
            grid_maps::grandparent.eq(new.grandparent),
            grid_maps::parent.eq(new.parent),
            grid_maps::coordinates.eq(new.coordinates),
            grid_maps::updated_at.eq(now),
        );
        let after = match &before {
            Some(map) => {
                let known = grid_maps::table.filter(grid_maps::id.eq(map.id));
                diesel::update(known).set(content).returning(GridMap::cols()).one(conn).await?
            }
            None => {
                let row = (grid_maps::grid_id.eq(grid.id), grid_maps::created_at.eq(now), content);
                diesel::insert_into(grid_maps::table).values(row).returning(GridMap::cols()).one(conn).await?
            }
        };
        Ok((before, after))
    }
}

#[ComplexObject]
impl GridMap {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// The grid
    pub async fn grid(&self, ctx: &Context<'_>) -> AppResult<Option<Grid>> {
        ctx.load(self.grid_id).await
    }
}

#[derive(Default)]
pub struct GridMapQuery;

#[Object]
impl GridMapQuery {
    /// One map
    #[graphql(guard = "May(Area::Grids)")]
    async fn grid_map(&self, ctx: &Context<'_>, id: Id<GridMap>) -> AppResult<Option<GridMap>> {
        ctx.load(id).await
    }

    /// Maps of grids by number
    #[graphql(guard = "May(Area::Grids)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn grid_maps(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<GridMap>> {
        ctx.list(Page::new(ctx, first, after, last, before, page)?, Where::default).await
    }

    /// Maps of all grids that the viewer sees, by number, unless there are more than 1,000
    #[graphql(guard = "May(Area::Grids)", complexity = "page::whole(child_complexity)")]
    async fn all_grid_maps(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "As whom; only narrows")] scope: Option<BankScopeInput>,
    ) -> AppResult<Vec<GridMap>> {
        let scope = scope.unwrap_or_default().resolve(&mut ctx.read().await?, ctx.viewer()?).await?;
        ctx.whole("scope", Where::default().and(grid_maps::grid_id.eq_any(Grid::numbers(scope.grids())))).await
    }
}

#[derive(Default)]
pub struct GridMapMutation;

#[Object]
impl GridMapMutation {
    /// Enters where a grid lies, or changes it
    #[graphql(guard = "May(Area::Grids)")]
    async fn grid_map_save(&self, ctx: &Context<'_>, input: GridMapSaveInput) -> AppResult<GridMapSavePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let grid = Grid::of_input(&mut tx, ctx.viewer()?, input.grid_id, input.grid_code.as_deref()).await?;
        let (before, grid_map) = GridMap::save(&mut tx, &grid, input).await?;
        AuditEntry::record(&mut tx, ctx, before.as_ref(), Some(&grid_map)).await?;
        tx.commit().await?;
        Ok(GridMapSavePayload { grid_map })
    }

    /// Deletes the map of a grid
    #[graphql(guard = "May(Area::Grids)")]
    async fn grid_map_delete(&self, ctx: &Context<'_>, id: Id<GridMap>) -> AppResult<GridMapDeletePayload> {
        let mut tx = ctx.begin().await?;
        let grid_map = GridMap::find(&mut tx, ctx.viewer()?, id).await?;
        diesel::delete(grid_maps::table.filter(grid_maps::id.eq(id))).run(&mut tx).await?;
        AuditEntry::record(&mut tx, ctx, Some(&grid_map), None).await?;
        tx.commit().await?;
        Ok(GridMapDeletePayload { grid_map })
    }
}
