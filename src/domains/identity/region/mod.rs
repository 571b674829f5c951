//! Administrative region (行政区域): a tree from the country over provinces, cities, counties, towns and villages down to
//! village groups.
//!
//! Table `regions`. `path` holds the ids from the root to the region itself, as with branches. The server hands out the
//! codes (see [`code`]); a region keeps its code when it moves.

pub mod code;
pub mod root;
pub mod sql;

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use self::root::{RegionMutation, RegionQuery};
use crate::{
    auth::{Area, Realm, Viewer},
    codes,
    db::{Id, Time, Where, sql::contains, tables::regions},
    entity,
    error::AppResult,
    graphql::{Connection, ContextExt, Page, Tree, entity::Visible, input, page, scalars::Long},
    payload,
};

codes! {
    /// What kind of region
    pub enum RegionLevel {
        /// Country (legacy 0, 国家)
        Country = 0,
        /// Province or municipality (legacy 1, 省/直辖市)
        Province = 1,
        /// City of a province, district of a municipality (legacy 2, 地级市/区)
        City = 2,
        /// County or city of a county's rank (legacy 3, 县/县级市)
        County = 3,
        /// Town (legacy 4, 乡/镇)
        Town = 4,
        /// Village (legacy 5, 村)
        Village = 5,
        /// Group of a village (legacy 6, 村组)
        Group = 6,
    }
}

/// Administrative region
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = regions)]
#[graphql(complex)]
pub struct Region {
    /// Opaque global id
    pub id: Id<Region>,
    /// Code, 5 to 20 digits, given by the server (legacy regionCode)
    pub code: String,
    /// Name (legacy regionName)
    pub name: String,
    /// Region above; null for a country
    pub parent_id: Option<Id<Region>>,
    #[graphql(skip)]
    pub path: String,
    /// What kind of region (legacy regionLevel)
    pub level: RegionLevel,
    /// Description
    pub description: Option<String>,
    /// When it was entered
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which regions
#[derive(Clone, Debug, Default, InputObject)]
pub struct RegionFilter {
    /// With this text in the name
    name: Option<String>,
    /// With exactly this code
    code: Option<String>,
    /// Directly below this region
    parent_id: Option<Id<Region>>,
    /// Of this kind
    level: Option<RegionLevel>,
}

/// A new region
#[derive(Clone, Debug, InputObject)]
pub struct RegionCreateInput {
    /// Name
    name: String,
    /// Region above, or
    parent_id: Option<Id<Region>>,
    /// its code; both left out for a country
    parent_code: Option<String>,
    /// What kind of region: further down than the one above
    level: RegionLevel,
    /// Description
    description: Option<String>,
}

/// Changes of a region; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct RegionUpdateInput {
    /// Name
    name: Option<String>,
    /// Region above, which takes all below along, or
    parent_id: MaybeUndefined<Id<Region>>,
    /// its code; null for the top
    parent_code: MaybeUndefined<String>,
    /// What kind of region: further down than the one above
    level: Option<RegionLevel>,
    /// Description
    description: MaybeUndefined<String>,
}

payload! {
    /// The new region
    RegionCreatePayload { region: Region }
    /// The changed region
    RegionUpdatePayload { region: Region }
    /// The deleted region
    RegionDeletePayload { region: Region }
}

entity!(Region, regions, asc);

impl Visible for Region {
    type Table = regions::table;
    const AREA: Option<Area> = Some(Area::Regions);

    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Bank))
    }
}

impl Tree for Region {
    fn path(&self) -> &str {
        &self.path
    }

    fn level(&self) -> i32 {
        self.level.code()
    }
}

impl RegionFilter {
    fn wanted(&self) -> Where<regions::table> {
        Where::default()
            .maybe(self.name.as_deref(), |name| contains(regions::name, name))
            .maybe(self.code.clone(), |code| regions::code.eq(code))
            .maybe(self.parent_id, |parent| regions::parent_id.eq(parent))
            .maybe(self.level, |level| regions::level.eq(level))
    }
}

impl RegionCreateInput {
    fn check(&self) -> AppResult<()> {
        input::name("name", &self.name, 100)?;
        input::texts([("description", self.description.as_ref(), 30)])
    }
}

impl RegionUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, 100))?;
        input::texts([("description", self.description.value(), 30)])
    }
}

#[ComplexObject]
impl Region {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Region above (legacy preRegionCode)
    pub async fn parent(&self, ctx: &Context<'_>) -> AppResult<Option<Region>> {
        ctx.load_named(self.parent_id).await
    }

    /// Regions directly below (legacy childList)
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn children(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<Region>> {
        ctx.children(Region::OF_PARENT, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }
}
