//! What is read and written of regions.

use diesel::prelude::*;

use super::{Region, RegionCreateInput, RegionLevel, RegionUpdateInput, code};
use crate::{
    auth::Viewer,
    db::{Cols as _, Conn, Id, Run as _, Time, tables::regions},
    error::{AppError, AppResult},
    graphql::{
        Entity, Relation, Tree,
        entity::Visible,
        input::{patch, refuse},
    },
};

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
        parent.bears(level.code(), path)?;
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

    pub(super) async fn delete(conn: &mut Conn, id: Id<Region>) -> QueryResult<usize> {
        diesel::delete(regions::table.filter(regions::id.eq(id))).run(conn).await
    }
}
