//! Grid (网格): a village, a market, a street of shops … that a branch of the bank looks after, and in it one customer
//! manager (客户经理). Customers and residents belong to grids, and who sees a grid sees all of them.
//!
//! Table `grids`. Its review group (评议小组), map and picture are entities of their own, and go with it.

pub mod fields;
pub mod root;
pub mod sql;

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use self::root::{GridMutation, GridQuery};
use super::{grid_reviewer::GridReviewerInput, scope::Scope};
use crate::{
    auth::{Area, BankSight, Viewer},
    codes,
    db::{
        Id, Time, Where,
        sql::{begins, contains},
        tables::{bank_staff, branches, grids},
    },
    domains::identity::{BankStaff, Branch},
    entity,
    error::AppResult,
    graphql::{entity::Visible, input},
    payload,
};

codes! {
    /// What a grid is
    pub enum GridKind {
        /// Village (legacy gridType 1, 村社型)
        Village = 1,
        /// Urban neighbourhood (legacy gridType 2, 社区型)
        Neighbourhood = 2,
        /// Market of one trade (legacy gridType 3, 专业市场)
        Market = 3,
        /// Industrial park (legacy gridType 4, 工业园)
        IndustrialPark = 4,
        /// Company (legacy gridType 5, 企业)
        Company = 5,
        /// Public institution (legacy gridType 6, 事业单位)
        Institution = 6,
        /// Shops along a street (legacy gridType 7, 临街商户)
        Shops = 7,
    }
}

/// Area that a branch looks after
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = grids)]
#[graphql(complex)]
pub struct Grid {
    /// Opaque global id
    pub id: Id<Grid>,
    /// Code, unique (legacy gridCode)
    pub code: String,
    /// Name (legacy gridName)
    pub name: String,
    /// Branch that looks after it
    pub branch_id: Id<Branch>,
    /// What it is (legacy gridType)
    pub kind: GridKind,
    /// Description
    pub description: Option<String>,
    /// Customer manager in charge (legacy accountId)
    pub manager_id: Option<Id<BankStaff>>,
    /// Who helps the manager (legacy assistManager, 网格协管员)
    pub assistant: Option<String>,
    /// Who watches over the manager (legacy superviseManager, 网格监督员)
    pub supervisor: Option<String>,
    /// Address of the QR code (legacy qrCode)
    pub qr_code: Option<String>,
    /// What clients keep about its map, besides the coordinates of [`map`](Self::map) (legacy gridMap)
    pub map_reference: Option<String>,
    /// When it was entered
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which grids
#[derive(Clone, Debug, Default, InputObject)]
pub struct GridFilter {
    /// With exactly this code
    code: Option<String>,
    /// With this text in the name
    name: Option<String>,
    /// Of this kind
    kind: Option<GridKind>,
    /// Of the customer manager with this number
    manager_id: Option<Id<BankStaff>>,
    /// Of a customer manager with this text in the real name (legacy realName)
    manager_name: Option<String>,
    /// Of this branch itself
    branch_id: Option<Id<Branch>>,
}

/// A new grid
#[derive(Clone, Debug, InputObject)]
pub struct GridCreateInput {
    /// Code, unique, 100 characters at the most
    code: String,
    /// Name, 100 characters at the most
    name: String,
    /// Branch that looks after it, or
    branch_id: Option<Id<Branch>>,
    /// its code
    branch_code: Option<String>,
    /// What it is
    kind: GridKind,
    /// Description
    description: Option<String>,
    /// Customer manager in charge; left out by a customer manager: himself
    manager_id: Option<Id<BankStaff>>,
    /// Who helps the manager
    assistant: Option<String>,
    /// Who watches over the manager
    supervisor: Option<String>,
    /// Address of the QR code
    qr_code: Option<String>,
    /// What clients keep about its map
    map_reference: Option<String>,
    /// Its review group, 200 at the most
    #[graphql(default)]
    reviewers: Vec<GridReviewerInput>,
}

/// Changes of a grid; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct GridUpdateInput {
    /// Code, unique, 100 characters at the most
    code: Option<String>,
    /// Name, 100 characters at the most
    name: Option<String>,
    /// Branch that looks after it, or
    branch_id: Option<Id<Branch>>,
    /// its code
    branch_code: Option<String>,
    /// What it is
    kind: Option<GridKind>,
    /// Description
    description: MaybeUndefined<String>,
    /// Customer manager in charge
    manager_id: MaybeUndefined<Id<BankStaff>>,
    /// Who helps the manager
    assistant: MaybeUndefined<String>,
    /// Who watches over the manager
    supervisor: MaybeUndefined<String>,
    /// Address of the QR code
    qr_code: MaybeUndefined<String>,
    /// What clients keep about its map
    map_reference: MaybeUndefined<String>,
    /// All of its review group, 200 at the most
    reviewers: Option<Vec<GridReviewerInput>>,
}

payload! {
    /// The new grid
    GridCreatePayload { grid: Grid }
    /// The changed grid
    GridUpdatePayload { grid: Grid }
    /// The deleted grid
    GridDeletePayload { grid: Grid }
}

entity!(Grid, grids, asc);

impl Visible for Grid {
    type Table = grids::table;
    const AREA: Option<Area> = Some(Area::Grids);

    /// Those that he manages, or those of his branch and below
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.bank_sight() {
            BankSight::All => Where::default(),
            BankSight::Branch(path) => Grid::below(&path),
            BankSight::Staff(staff) => Where::default().and(grids::manager_id.eq(staff)),
            BankSight::Nothing => Where::nothing(),
        }
    }
}

impl Grid {
    /// Of the branch with this path and of all below it
    pub fn below(path: &str) -> Where<grids::table> {
        let below = branches::table.filter(begins(branches::path, path)).select(branches::id);
        Where::default().and(grids::branch_id.eq_any(below))
    }
}

impl GridFilter {
    fn wanted(&self, scope: &Scope) -> Where<grids::table> {
        scope
            .grids()
            .maybe(self.code.clone(), |code| grids::code.eq(code))
            .maybe(self.name.as_deref(), |name| contains(grids::name, name))
            .maybe(self.kind, |kind| grids::kind.eq(kind))
            .maybe(self.manager_id, |staff| grids::manager_id.eq(staff))
            .maybe(self.manager_name.as_deref(), |name| {
                let known =
                    bank_staff::table.filter(contains(bank_staff::name, name)).select(bank_staff::id.nullable());
                grids::manager_id.eq_any(known)
            })
            .maybe(self.branch_id, |branch| grids::branch_id.eq(branch))
    }
}

impl GridCreateInput {
    fn check(&self) -> AppResult<()> {
        input::name("code", &self.code, 100)?;
        input::name("name", &self.name, 100)?;
        input::texts([
            ("description", self.description.as_ref(), 255),
            ("assistant", self.assistant.as_ref(), 50),
            ("supervisor", self.supervisor.as_ref(), 50),
            ("qrCode", self.qr_code.as_ref(), 255),
            ("mapReference", self.map_reference.as_ref(), input::TEXT),
        ])
    }
}

impl GridUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.code.as_ref().map_or(Ok(()), |code| input::name("code", code, 100))?;
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, 100))?;
        input::texts([
            ("description", self.description.value(), 255),
            ("assistant", self.assistant.value(), 50),
            ("supervisor", self.supervisor.value(), 50),
            ("qrCode", self.qr_code.value(), 255),
            ("mapReference", self.map_reference.value(), input::TEXT),
        ])
    }
}
