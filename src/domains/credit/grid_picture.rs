//! Picture of a grid's map (网格地图图片).
//!
//! Table `grid_pictures`, one row for a grid; the bytes lie in the object store. A picture is JPEG or PNG by its
//! content, whatever its name says.

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::Grid;
use crate::{
    auth::{Area, May, Viewer},
    db::{Cols as _, Conn, Id, Run as _, Time, Where, tables::grid_pictures},
    domains::identity::AuditEntry,
    entity,
    error::{AppError, AppResult},
    files::{self, Checked, Placed},
    graphql::{
        Connection, ContextExt, Entity, Page, PageInput, Relation,
        entity::Visible,
        page,
        scalars::{File, Long},
    },
    payload,
};

/// Picture of a grid's map
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = grid_pictures)]
#[graphql(complex)]
pub struct GridPicture {
    /// Opaque global id
    pub id: Id<GridPicture>,
    /// The grid
    pub grid_id: Id<Grid>,
    /// What it is, as its content tells: "image/jpeg" or "image/png"
    pub content_type: String,
    #[graphql(skip)]
    pub size: i64,
    #[graphql(skip)]
    pub location: String,
    /// When it was uploaded
    pub created_at: Time,
}

payload! {
    /// The uploaded picture
    GridPictureUploadPayload { grid_picture: GridPicture }
    /// The deleted picture
    GridPictureDeletePayload { grid_picture: GridPicture }
}

entity!(GridPicture, grid_pictures, asc);

impl Visible for GridPicture {
    type Table = grid_pictures::table;
    const AREA: Option<Area> = Some(Area::Grids);

    /// Whoever sees the grid
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Grid::seen(viewer, |grids| Where::default().and(grid_pictures::grid_id.eq_any(grids)))
    }
}

impl GridPicture {
    pub const OF_GRID: Relation<GridPicture> =
        Relation { column: grid_pictures::grid_id::NAME, parent: |picture| Some(picture.grid_id.number) };

    pub(super) async fn of_grid(conn: &mut Conn, grid: Id<Grid>) -> QueryResult<Option<GridPicture>> {
        let own = Where::default().and(grid_pictures::grid_id.eq(grid));
        Ok(GridPicture::fetch(conn, own, GridPicture::ORDER.first(1)).await?.into_iter().next())
    }

    async fn create(conn: &mut Conn, grid: Id<Grid>, file: &Checked, location: &str) -> QueryResult<GridPicture> {
        let row = (
            grid_pictures::grid_id.eq(grid),
            grid_pictures::content_type.eq(file.content_type),
            grid_pictures::size.eq(i64::try_from(file.content.len()).unwrap_or(i64::MAX)),
            grid_pictures::location.eq(location.to_owned()),
            grid_pictures::created_at.eq(Time::now()),
        );
        diesel::insert_into(grid_pictures::table).values(row).returning(GridPicture::cols()).one(conn).await
    }

    async fn delete(conn: &mut Conn, id: Id<GridPicture>) -> QueryResult<usize> {
        diesel::delete(grid_pictures::table.filter(grid_pictures::id.eq(id))).run(conn).await
    }
}

#[ComplexObject]
impl GridPicture {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Number of bytes
    pub async fn size(&self) -> Long {
        Long(self.size)
    }

    /// The picture itself in base64; up to 14 MB, and as dear as 10,000 fields
    #[graphql(complexity = 10_000)]
    pub async fn base64(&self, ctx: &Context<'_>) -> AppResult<String> {
        files::base64(ctx, &self.location, self.size).await
    }

    /// The grid
    pub async fn grid(&self, ctx: &Context<'_>) -> AppResult<Option<Grid>> {
        ctx.load(self.grid_id).await
    }
}

#[derive(Default)]
pub struct GridPictureQuery;

#[Object]
impl GridPictureQuery {
    /// One picture of a grid
    #[graphql(guard = "May(Area::Grids)")]
    async fn grid_picture(&self, ctx: &Context<'_>, id: Id<GridPicture>) -> AppResult<Option<GridPicture>> {
        ctx.load(id).await
    }

    /// Pictures of grids by number
    #[graphql(guard = "May(Area::Grids)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn grid_pictures(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<GridPicture>> {
        ctx.list(Page::new(ctx, first, after, last, before, page)?, Where::default).await
    }
}

#[derive(Default)]
pub struct GridPictureMutation;

#[Object]
impl GridPictureMutation {
    /// Uploads the picture of a grid's map, JPEG or PNG of at most 10 MB; the one that it had goes
    #[graphql(guard = "May(Area::Grids)")]
    async fn grid_picture_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The grid")] grid_id: Id<Grid>,
        #[graphql(desc = "The file, by the GraphQL multipart request specification")] file: File,
    ) -> AppResult<GridPictureUploadPayload> {
        let upload = file.open(ctx)?;
        let viewer = ctx.viewer()?;
        Grid::find(&mut ctx.read().await?, viewer, grid_id).await?;
        let file = tokio::task::spawn_blocking(|| Checked::picture(upload)).await.map_err(AppError::internal)??;
        let placed = Placed::new(ctx.app(), "grids", file.content.clone()).await?;
        let mut tx = ctx.begin().await?;
        // The grid may have gone meanwhile.
        let grid = Grid::find(&mut tx, viewer, grid_id).await?;
        let before = GridPicture::of_grid(&mut tx, grid.id).await?;
        if let Some(before) = &before {
            GridPicture::delete(&mut tx, before.id).await?;
        }
        let grid_picture = GridPicture::create(&mut tx, grid.id, &file, placed.location()).await?;
        let changes = [(before.as_ref(), None), (None, Some(&grid_picture))];
        AuditEntry::record_all(&mut tx, ctx, changes).await?;
        placed.keep();
        tx.commit().await?;
        if let Some(before) = before {
            files::remove(ctx.app(), &before.location).await;
        }
        Ok(GridPictureUploadPayload { grid_picture })
    }

    /// Deletes the picture of a grid
    #[graphql(guard = "May(Area::Grids)")]
    async fn grid_picture_delete(&self, ctx: &Context<'_>, id: Id<GridPicture>) -> AppResult<GridPictureDeletePayload> {
        let mut tx = ctx.begin().await?;
        let grid_picture = GridPicture::find(&mut tx, ctx.viewer()?, id).await?;
        GridPicture::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&grid_picture), None).await?;
        tx.commit().await?;
        files::remove(ctx.app(), &grid_picture.location).await;
        Ok(GridPictureDeletePayload { grid_picture })
    }
}
