//! What is read and written of regions.

use diesel::prelude::*;

use super::{Region, RegionCreateInput, RegionLevel, RegionUpdateInput, code};
use crate::{
    auth::Viewer,
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        sql::{begins, replanted},
        tables::regions,
    },
    error::{AppError, AppResult},
    graphql::{
        Entity, Relation,
        entity::Visible,
        input::{patch, refuse},
    },
};

/// Most regions of one tree
const MOST: i64 = 20_000;

impl Region {
    pub const OF_PARENT: Relation<Region> =
        Relation { column: regions::parent_id::NAME, parent: |region| region.parent_id.map(|parent| parent.number) };

    /// The region with this code, if there is one that the viewer may see
    pub async fn with_code(conn: &mut Conn, viewer: &Viewer, code: &str) -> QueryResult<Option<Region>> {
        let wanted = Region::visible(viewer).and(regions::code.eq(code.to_owned()));
        Ok(Region::fetch(conn, wanted, Region::ORDER.first(1)).await?.into_iter().next())
    }

    /// The region that arguments name by id or code
    pub(super) async fn asked(
        conn: &mut Conn,
        viewer: &Viewer,
        id: Option<Id<Region>>,
        code: Option<&str>,
    ) -> AppResult<Region> {
        match (id, code) {
            (Some(id), None) => Region::find(conn, viewer, id).await,
            (None, Some(code)) => {
                Region::with_code(conn, viewer, code).await?.ok_or_else(|| AppError::not_found(Region::NAME))
            }
            _ => Err(AppError::bad_input("code", "Give either id or code")),
        }
    }

    /// Itself and all below
    pub(super) async fn tree(&self, conn: &mut Conn) -> AppResult<Vec<Region>> {
        let below = Where::default().and(begins(regions::path, &self.path));
        let rows = Region::fetch(conn, below, Region::ORDER.first(MOST + 1)).await?;
        match i64::try_from(rows.len()).is_ok_and(|rows| rows <= MOST) {
            true => Ok(rows),
            false => Err(AppError::bad_input("code", format!("More than {MOST} regions: ask for one further down"))),
        }
    }

    /// The region above where it may be: one of a higher kind, not below the region itself
    pub(super) async fn above(
        conn: &mut Conn,
        viewer: &Viewer,
        (id, code): (Option<Id<Region>>, Option<&str>),
        level: RegionLevel,
        path: Option<&str>,
    ) -> AppResult<Option<Region>> {
        let parent = match (id, code) {
            (None, None) => return Ok(None),
            (Some(id), None) => Region::named(conn, viewer, "parentId", id).await?,
            (None, Some(code)) => {
                let found = Region::with_code(conn, viewer, code).await?;
                found.ok_or_else(|| refuse("parentCode", "No such Region"))?
            }
            (Some(_), Some(_)) => return Err(refuse("parentCode", "Give either parentId or parentCode")),
        };
        if path.is_some_and(|path| parent.path.starts_with(path)) {
            return Err(refuse("parentId", "A region can not stand below itself"));
        }
        if level.code() <= parent.level.code() {
            return Err(refuse("level", "Must be further down than the region above"));
        }
        Ok(Some(parent))
    }

    /// The first code below this region that no region has
    async fn free_code(conn: &mut Conn, parent: Option<&Region>) -> AppResult<String> {
        let codes = code::below(parent.map(|parent| parent.code.as_str()));
        for some in codes.chunks(100) {
            let taken = regions::table.filter(regions::code.eq_any(some.to_vec())).select(regions::code);
            let taken: Vec<String> = taken.all(conn).await?;
            if let Some(code) = some.iter().find(|code| !taken.contains(code)) {
                return Ok(code.clone());
            }
        }
        Err(AppError::conflict("There is no code left below this region"))
    }

    pub(super) async fn create(conn: &mut Conn, parent: Option<&Region>, new: RegionCreateInput) -> AppResult<Region> {
        let now = Time::now();
        let row = (
            regions::code.eq(Region::free_code(conn, parent).await?),
            regions::name.eq(new.name),
            regions::parent_id.eq(parent.map(|parent| parent.id)),
            regions::path.eq(""),
            regions::level.eq(new.level),
            regions::description.eq(new.description),
            regions::created_at.eq(now),
            regions::updated_at.eq(now),
        );
        let id: i64 = diesel::insert_into(regions::table).values(row).returning(regions::id).one(conn).await?;
        let above = parent.map_or("/", |parent| &parent.path);
        let placed = diesel::update(regions::table.filter(regions::id.eq(id)))
            .set(regions::path.eq(format!("{above}{id}/")))
            .returning(Region::cols());
        Ok(placed.one(conn).await?)
    }

    pub(super) async fn update(
        conn: &mut Conn,
        id: Id<Region>,
        parent: Option<Id<Region>>,
        change: RegionUpdateInput,
    ) -> QueryResult<Region> {
        diesel::update(regions::table.filter(regions::id.eq(id)))
            .set((
                regions::parent_id.eq(parent),
                change.name.map(|value| regions::name.eq(value)),
                change.level.map(|value| regions::level.eq(value)),
                patch(change.description).map(|value| regions::description.eq(value)),
                regions::updated_at.eq(Time::now()),
            ))
            .returning(Region::cols())
            .one(conn)
            .await
    }

    /// Itself and all below get the new path
    pub(super) async fn replant(conn: &mut Conn, from: &str, to: &str) -> QueryResult<usize> {
        diesel::update(regions::table.filter(begins(regions::path, from)))
            .set(regions::path.eq(replanted(regions::path, from, to)))
            .run(conn)
            .await
    }

    /// The highest kind of the regions directly below
    pub(super) async fn highest_below(conn: &mut Conn, id: Id<Region>) -> QueryResult<Option<RegionLevel>> {
        let below = regions::table.filter(regions::parent_id.eq(id));
        below.select(regions::level).order(regions::level).limit(1).opt(conn).await
    }

    pub(super) async fn delete(conn: &mut Conn, id: Id<Region>) -> QueryResult<usize> {
        diesel::delete(regions::table.filter(regions::id.eq(id))).run(conn).await
    }
}
