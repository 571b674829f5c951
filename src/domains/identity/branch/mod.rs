//! Branch of the bank (机构): a tree from the headquarters (总机构) down to offices of the fourth level.
//!
//! Table `branches`. `path` holds the ids from the root to the branch itself ("/1/5/9/"), so that "his branch and all
//! below" is a range of an index, and a whole tree is one statement; a move rewrites the paths below in one statement.

pub mod fields;
pub mod root;
pub mod sql;

use async_graphql::{InputObject, MaybeUndefined, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use self::root::{BranchMutation, BranchQuery};
use crate::{
    auth::{Area, BankSight, Viewer},
    codes,
    db::{
        Id, Time, Where,
        sql::{begins, contains},
        tables::branches,
    },
    entity,
    error::AppResult,
    graphql::{Tree, entity::Visible, input},
    payload,
};

codes! {
    /// Whether a branch is a real one
    pub enum BranchKind {
        /// Group of staff that is no branch (legacy type 0, 非机构一般组)
        Group = 0,
        /// Branch (legacy type 1, 机构)
        Branch = 1,
    }
}

codes! {
    /// How a branch belongs to the one above
    pub enum BranchRelation {
        /// In administration (legacy relationType 0, 行政归属)
        Administrative = 0,
        /// In reporting (legacy relationType 1, 报表归属)
        Reporting = 1,
        /// Otherwise (legacy relationType 2, 其他隶属)
        Other = 2,
    }
}

/// Branch of the bank
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = branches)]
#[graphql(complex)]
pub struct Branch {
    /// Opaque global id
    pub id: Id<Branch>,
    /// Code, 1 to 20 digits (legacy orgCode)
    pub code: String,
    /// Name (legacy orgName)
    pub name: String,
    /// Branch above; null for the top (legacy preOrgId, 0 for the top)
    pub parent_id: Option<Id<Branch>>,
    #[graphql(skip)]
    pub path: String,
    /// Level, 0 for the headquarters to 4 (legacy orgLevel)
    pub level: i32,
    /// Whether it is in use (legacy status: 0 no, 1 yes)
    pub is_active: bool,
    /// Whether it exists on paper only (legacy virtualOrgFlag: 0 no, 1 yes)
    pub is_virtual: bool,
    /// Whether it is a real branch (legacy type)
    pub kind: Option<BranchKind>,
    /// How it belongs to the branch above (legacy relationType)
    pub relation: Option<BranchRelation>,
    /// Code of the corporation (legacy corpCode)
    pub corporation_code: Option<String>,
    /// Description
    pub description: Option<String>,
    /// When it was entered
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which branches
#[derive(Clone, Debug, Default, InputObject)]
pub struct BranchFilter {
    /// With this text in the name
    name: Option<String>,
    /// With exactly this code
    code: Option<String>,
    /// Directly below this branch
    parent_id: Option<Id<Branch>>,
    /// Of this level
    level: Option<i32>,
    /// In use, or not
    is_active: Option<bool>,
}

/// A new branch
#[derive(Clone, Debug, InputObject, Insertable)]
#[diesel(table_name = branches)]
pub struct BranchCreateInput {
    /// Code, 1 to 20 digits, unique
    code: String,
    /// Name
    name: String,
    /// Branch above; left out for the top
    parent_id: Option<Id<Branch>>,
    /// Level, below that of the branch above: 0 to 4
    level: i32,
    /// Whether it is in use
    #[graphql(default = true)]
    is_active: bool,
    /// Whether it exists on paper only
    #[graphql(default)]
    is_virtual: bool,
    /// Whether it is a real branch
    kind: Option<BranchKind>,
    /// How it belongs to the branch above
    relation: Option<BranchRelation>,
    /// Code of the corporation
    corporation_code: Option<String>,
    /// Description
    description: Option<String>,
}

/// Changes of a branch; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct BranchUpdateInput {
    /// Code, 1 to 20 digits, unique
    code: Option<String>,
    /// Name
    name: Option<String>,
    /// Branch above, which takes all below along; null for the top
    parent_id: MaybeUndefined<Id<Branch>>,
    /// Level, below that of the branch above: 0 to 4
    level: Option<i32>,
    /// Whether it is in use
    is_active: Option<bool>,
    /// Whether it exists on paper only
    is_virtual: Option<bool>,
    /// Whether it is a real branch
    kind: MaybeUndefined<BranchKind>,
    /// How it belongs to the branch above
    relation: MaybeUndefined<BranchRelation>,
    /// Code of the corporation
    corporation_code: MaybeUndefined<String>,
    /// Description
    description: MaybeUndefined<String>,
}

payload! {
    /// The new branch
    BranchCreatePayload { branch: Branch }
    /// The changed branch
    BranchUpdatePayload { branch: Branch }
    /// The deleted branch
    BranchDeletePayload { branch: Branch }
}

entity!(Branch, branches, asc);

impl Visible for Branch {
    type Table = branches::table;
    const AREA: Option<Area> = Some(Area::Branches);

    /// His branch and all below
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.branch_sight() {
            BankSight::All => Where::default(),
            BankSight::Branch(path) => Where::default().and(begins(branches::path, &path)),
            BankSight::Staff(_) | BankSight::Nothing => Where::nothing(),
        }
    }
}

impl Tree for Branch {
    fn path(&self) -> &str {
        &self.path
    }

    fn level(&self) -> i32 {
        self.level
    }
}

impl BranchFilter {
    fn wanted(&self) -> Where<branches::table> {
        Where::default()
            .maybe(self.name.as_deref(), |name| contains(branches::name, name))
            .maybe(self.code.clone(), |code| branches::code.eq(code))
            .maybe(self.parent_id, |parent| branches::parent_id.eq(parent))
            .maybe(self.level, |level| branches::level.eq(level))
            .maybe(self.is_active, |active| branches::is_active.eq(active))
    }
}

impl BranchCreateInput {
    fn check(&self) -> AppResult<()> {
        input::digits("code", &self.code)?;
        input::name("name", &self.name, 30)?;
        input::range("level", self.level.into(), 0, 4)?;
        let corporation = ("corporationCode", self.corporation_code.as_ref(), 20);
        input::texts([corporation, ("description", self.description.as_ref(), 30)])
    }
}

impl BranchUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.code.as_ref().map_or(Ok(()), |code| input::digits("code", code))?;
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, 30))?;
        self.level.map_or(Ok(()), |level| input::range("level", level.into(), 0, 4))?;
        let corporation = ("corporationCode", self.corporation_code.value(), 20);
        input::texts([corporation, ("description", self.description.value(), 30)])
    }
}
