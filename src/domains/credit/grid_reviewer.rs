//! Member of a grid's review group (评议小组): somebody of the place who says what he thinks of a customer's credit.
//!
//! Table `grid_reviewers`; a person is once in a grid, by id number.

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::Grid;
use crate::{
    auth::{Area, May, Viewer},
    codes,
    db::{Cols as _, Conn, Id, Run as _, Time, Where, sql::contains, tables::grid_reviewers},
    domains::identity::AuditEntry,
    entity,
    error::{AppError, AppResult},
    graphql::{
        Connection, ContextExt, Entity, Page, PageInput, Relation,
        entity::Visible,
        input::{self, id_number_key, patch, refuse},
        page,
        scalars::Long,
    },
    payload,
};

codes! {
    /// How somebody belongs to a review group
    pub enum ReviewerKind {
        /// Member (legacy type 1, 正式)
        Formal = 1,
        /// Candidate (legacy type 2, 候选)
        Candidate = 2,
    }
}

/// Member of a grid's review group
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = grid_reviewers)]
#[graphql(complex)]
pub struct GridReviewer {
    /// Opaque global id
    pub id: Id<GridReviewer>,
    /// Grid whose customers he reviews
    pub grid_id: Id<Grid>,
    /// Name (legacy gridReviewName)
    pub name: String,
    /// Id number, without blanks
    pub id_number: String,
    /// Duties
    pub duties: Option<String>,
    /// Description
    pub description: Option<String>,
    /// Address
    pub address: Option<String>,
    /// Whether he is a member or a candidate (legacy type)
    pub kind: ReviewerKind,
    /// When he was entered
    pub created_at: Time,
    /// When he was last changed
    pub updated_at: Time,
}

/// Which members of review groups
#[derive(Clone, Debug, Default, InputObject)]
pub struct GridReviewerFilter {
    /// Of this grid
    grid_id: Option<Id<Grid>>,
    /// With this text in the name
    name: Option<String>,
    /// With exactly this id number
    id_number: Option<String>,
    /// Members, or candidates
    kind: Option<ReviewerKind>,
}

/// Somebody of a review group, as a grid is entered with him
#[derive(Clone, Debug, InputObject)]
pub struct GridReviewerInput {
    /// Name, 50 characters at the most
    name: String,
    /// Id number, 20 characters at the most
    id_number: String,
    /// Duties, 20 characters at the most
    duties: Option<String>,
    /// Description, 255 characters at the most
    description: Option<String>,
    /// Address, 255 characters at the most
    address: Option<String>,
    /// Whether he is a member or a candidate
    kind: ReviewerKind,
}

/// A new member of a review group
#[derive(Clone, Debug, InputObject)]
pub struct GridReviewerCreateInput {
    /// Grid whose customers he reviews
    grid_id: Id<Grid>,
    /// Who it is
    reviewer: GridReviewerInput,
}

/// Changes of a member of a review group; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct GridReviewerUpdateInput {
    /// Name, 50 characters at the most
    name: Option<String>,
    /// Id number, 20 characters at the most
    id_number: Option<String>,
    /// Duties, 20 characters at the most
    duties: MaybeUndefined<String>,
    /// Description, 255 characters at the most
    description: MaybeUndefined<String>,
    /// Address, 255 characters at the most
    address: MaybeUndefined<String>,
    /// Whether he is a member or a candidate
    kind: Option<ReviewerKind>,
}

payload! {
    /// The new member of the review group
    GridReviewerCreatePayload { grid_reviewer: GridReviewer }
    /// The changed member of the review group
    GridReviewerUpdatePayload { grid_reviewer: GridReviewer }
    /// The deleted member of the review group
    GridReviewerDeletePayload { grid_reviewer: GridReviewer }
}

entity!(GridReviewer, grid_reviewers, asc);

impl Visible for GridReviewer {
    type Table = grid_reviewers::table;
    const AREA: Option<Area> = Some(Area::Grids);

    /// Whoever sees the grid
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Grid::seen(viewer, |grids| Where::default().and(grid_reviewers::grid_id.eq_any(grids)))
    }
}

impl GridReviewerFilter {
    fn wanted(&self) -> Where<grid_reviewers::table> {
        Where::default()
            .maybe(self.grid_id, |grid| grid_reviewers::grid_id.eq(grid))
            .maybe(self.name.as_deref(), |name| contains(grid_reviewers::name, name))
            .maybe(self.id_number.as_deref().map(id_number_key), |number| grid_reviewers::id_number.eq(number))
            .maybe(self.kind, |kind| grid_reviewers::kind.eq(kind))
    }
}

impl GridReviewerInput {
    fn checked(self) -> AppResult<GridReviewerInput> {
        input::name("name", &self.name, 50)?;
        input::name("idNumber", &self.id_number, 20)?;
        input::texts([
            ("duties", self.duties.as_ref(), 20),
            ("description", self.description.as_ref(), 255),
            ("address", self.address.as_ref(), 255),
        ])?;
        Ok(GridReviewerInput { id_number: id_number_key(&self.id_number), ..self })
    }

    fn is(&self, known: &GridReviewer) -> bool {
        (&self.name, &self.duties, &self.description, &self.address, self.kind)
            == (&known.name, &known.duties, &known.description, &known.address, known.kind)
    }

    fn change(self) -> GridReviewerUpdateInput {
        let patch = |text: Option<String>| text.map_or(MaybeUndefined::Null, MaybeUndefined::Value);
        GridReviewerUpdateInput {
            name: Some(self.name),
            id_number: None,
            duties: patch(self.duties),
            description: patch(self.description),
            address: patch(self.address),
            kind: Some(self.kind),
        }
    }
}

impl GridReviewerUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, 50))?;
        self.id_number.as_ref().map_or(Ok(()), |number| input::name("idNumber", number, 20))?;
        input::texts([
            ("duties", self.duties.value(), 20),
            ("description", self.description.value(), 255),
            ("address", self.address.value(), 255),
        ])
    }
}

/// Most members of one review group
const MOST: usize = 200;

impl GridReviewer {
    pub const OF_GRID: Relation<GridReviewer> =
        Relation { column: grid_reviewers::grid_id::NAME, parent: |reviewer| Some(reviewer.grid_id.number) };

    /// A review group as an input gives it, by id number
    pub(super) fn checked(group: Vec<GridReviewerInput>) -> AppResult<HashMap<String, GridReviewerInput>> {
        if group.len() > MOST {
            return Err(refuse("reviewers", format!("At most {MOST} members")));
        }
        let mut checked = HashMap::with_capacity(group.len());
        for (index, reviewer) in group.into_iter().enumerate() {
            let at = |mut error: AppError| {
                error.field = error.field.map(|field| field.replacen("input", &format!("input.reviewers[{index}]"), 1));
                error
            };
            let reviewer = reviewer.checked().map_err(at)?;
            if let Some(twice) = checked.insert(reviewer.id_number.clone(), reviewer) {
                return Err(at(refuse("idNumber", format!("{} stands in the list twice", twice.id_number))));
            }
        }
        Ok(checked)
    }

    /// Makes this the review group of a grid; who is in it already stays, with what is new about him
    pub(super) async fn replace(
        conn: &mut Conn,
        ctx: &Context<'_>,
        grid: Id<Grid>,
        mut wanted: HashMap<String, GridReviewerInput>,
    ) -> AppResult<()> {
        let own = Where::default().and(grid_reviewers::grid_id.eq(grid));
        let mut before = GridReviewer::fetch(conn, own, GridReviewer::ORDER.all()).await?;
        let mut changes = Vec::new();
        let mut gone = Vec::new();
        for known in before.drain(..) {
            match wanted.remove(&known.id_number) {
                Some(same) if same.is(&known) => {}
                Some(change) => {
                    let after = GridReviewer::update(conn, known.id, change.change()).await?;
                    changes.push((Some(known), Some(after)));
                }
                None => {
                    gone.push(known.id);
                    changes.push((Some(known), None));
                }
            }
        }
        if !gone.is_empty() {
            diesel::delete(grid_reviewers::table.filter(grid_reviewers::id.eq_any(gone))).run(conn).await?;
        }
        let mut new: Vec<_> = wanted.into_values().collect();
        new.sort_by(|one, other| one.id_number.cmp(&other.id_number));
        for new in new {
            changes.push((None, Some(GridReviewer::create(conn, grid, new).await?)));
        }
        let changes = changes.iter().map(|(before, after)| (before.as_ref(), after.as_ref()));
        AuditEntry::record_all::<GridReviewer>(conn, ctx, changes).await
    }

    async fn create(conn: &mut Conn, grid: Id<Grid>, new: GridReviewerInput) -> QueryResult<GridReviewer> {
        let now = Time::now();
        let row = (
            grid_reviewers::grid_id.eq(grid),
            grid_reviewers::name.eq(new.name),
            grid_reviewers::id_number.eq(new.id_number),
            grid_reviewers::duties.eq(new.duties),
            grid_reviewers::description.eq(new.description),
            grid_reviewers::address.eq(new.address),
            grid_reviewers::kind.eq(new.kind),
            grid_reviewers::created_at.eq(now),
            grid_reviewers::updated_at.eq(now),
        );
        diesel::insert_into(grid_reviewers::table).values(row).returning(GridReviewer::cols()).one(conn).await
    }

    async fn update(
        conn: &mut Conn,
        id: Id<GridReviewer>,
        change: GridReviewerUpdateInput,
    ) -> QueryResult<GridReviewer> {
        diesel::update(grid_reviewers::table.filter(grid_reviewers::id.eq(id)))
            .set((
                change.name.map(|value| grid_reviewers::name.eq(value)),
                change.id_number.map(|value| grid_reviewers::id_number.eq(id_number_key(&value))),
                patch(change.duties).map(|value| grid_reviewers::duties.eq(value)),
                patch(change.description).map(|value| grid_reviewers::description.eq(value)),
                patch(change.address).map(|value| grid_reviewers::address.eq(value)),
                change.kind.map(|value| grid_reviewers::kind.eq(value)),
                grid_reviewers::updated_at.eq(Time::now()),
            ))
            .returning(GridReviewer::cols())
            .one(conn)
            .await
    }
}

#[ComplexObject]
impl GridReviewer {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Grid whose customers he reviews
    pub async fn grid(&self, ctx: &Context<'_>) -> AppResult<Option<Grid>> {
        ctx.load(self.grid_id).await
    }
}

#[derive(Default)]
pub struct GridReviewerQuery;

#[Object]
impl GridReviewerQuery {
    /// One member of a review group
    #[graphql(guard = "May(Area::Grids)")]
    async fn grid_reviewer(&self, ctx: &Context<'_>, id: Id<GridReviewer>) -> AppResult<Option<GridReviewer>> {
        ctx.load(id).await
    }

    /// Members of review groups by number
    #[graphql(guard = "May(Area::Grids)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn grid_reviewers(
        &self,
        ctx: &Context<'_>,
        filter: Option<GridReviewerFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<GridReviewer>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct GridReviewerMutation;

#[Object]
impl GridReviewerMutation {
    /// Takes somebody into a grid's review group
    #[graphql(guard = "May(Area::Grids)")]
    async fn grid_reviewer_create(
        &self,
        ctx: &Context<'_>,
        input: GridReviewerCreateInput,
    ) -> AppResult<GridReviewerCreatePayload> {
        let new = input.reviewer.checked()?;
        let mut tx = ctx.begin().await?;
        let grid = Grid::named(&mut tx, ctx.viewer()?, "gridId", input.grid_id).await?;
        let group = Where::default().and(grid_reviewers::grid_id.eq(grid.id));
        if usize::try_from(GridReviewer::count(&mut tx, group).await?).is_ok_and(|members| members >= MOST) {
            return Err(AppError::conflict(format!("A review group has at most {MOST} members")));
        }
        let grid_reviewer = GridReviewer::create(&mut tx, grid.id, new).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&grid_reviewer)).await?;
        tx.commit().await?;
        Ok(GridReviewerCreatePayload { grid_reviewer })
    }

    /// Changes a member of a review group
    #[graphql(guard = "May(Area::Grids)")]
    async fn grid_reviewer_update(
        &self,
        ctx: &Context<'_>,
        id: Id<GridReviewer>,
        input: GridReviewerUpdateInput,
    ) -> AppResult<GridReviewerUpdatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let before = GridReviewer::find(&mut tx, ctx.viewer()?, id).await?;
        let grid_reviewer = GridReviewer::update(&mut tx, id, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&grid_reviewer)).await?;
        tx.commit().await?;
        Ok(GridReviewerUpdatePayload { grid_reviewer })
    }

    /// Takes somebody out of a review group
    #[graphql(guard = "May(Area::Grids)")]
    async fn grid_reviewer_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<GridReviewer>,
    ) -> AppResult<GridReviewerDeletePayload> {
        let mut tx = ctx.begin().await?;
        let grid_reviewer = GridReviewer::find(&mut tx, ctx.viewer()?, id).await?;
        diesel::delete(grid_reviewers::table.filter(grid_reviewers::id.eq(id))).run(&mut tx).await?;
        AuditEntry::record(&mut tx, ctx, Some(&grid_reviewer), None).await?;
        tx.commit().await?;
        Ok(GridReviewerDeletePayload { grid_reviewer })
    }
}
