//! Property project that agents call people for (ihk 联动项目).
//!
//! Table `estate_projects`, its agents in `estate_project_agents`. Calls are made within its window (在推, "on the
//! market"), first and last day included, as the days are counted in the configured time zone. A deleted project stays
//! for the sake of its history, but only managers see it.

mod fields;
mod root;
mod sql;

use async_graphql::{InputObject, SimpleObject};
use diesel::{dsl::auto_type, prelude::*};
use serde::Serialize;

pub use root::{EstateProjectMutation, EstateProjectQuery};

use crate::{
    auth::{Realm, Sight, Viewer},
    db::{
        Day, Id, Time, Where,
        sql::contains,
        tables::{estate_project_agents, estate_projects},
    },
    entity,
    error::AppResult,
    graphql::{entity::Visible, input},
    payload,
};

/// Agents that one mutation takes
const MOST_AGENTS: usize = 500;

/// Property project that agents call people for
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = estate_projects)]
#[graphql(complex)]
pub struct EstateProject {
    /// Opaque global id; its `databaseId` is the legacy pro_id
    pub id: Id<EstateProject>,
    /// Name (legacy pro_name)
    pub name: String,
    /// First day of calls (legacy start_date)
    pub starts_on: Day,
    /// Last day of calls (legacy end_date)
    pub ends_on: Day,
    /// Whether it was deleted; managers only see such projects
    pub is_deleted: bool,
    /// When it was created
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which projects
#[derive(Clone, Debug, Default, InputObject)]
pub struct EstateProjectFilter {
    /// With this text in the name
    name: Option<String>,
    /// Only those that are not deleted and whose window includes today
    #[graphql(default)]
    current_only: bool,
    /// Deleted (true) or not (false)
    is_deleted: Option<bool>,
}

/// A new project
#[derive(Clone, Debug, InputObject, Insertable)]
#[diesel(table_name = estate_projects)]
pub struct EstateProjectCreateInput {
    /// Name
    name: String,
    /// First day of calls
    starts_on: Day,
    /// Last day of calls
    ends_on: Day,
}

/// Changes of a project; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct EstateProjectUpdateInput {
    /// Name
    name: Option<String>,
    /// First day of calls
    starts_on: Option<Day>,
    /// Last day of calls
    ends_on: Option<Day>,
    /// False brings a deleted project back
    is_deleted: Option<bool>,
}

payload! {
    /// The new project
    EstateProjectCreatePayload { estate_project: EstateProject }
    /// The changed project
    EstateProjectUpdatePayload { estate_project: EstateProject }
    /// The deleted project
    EstateProjectDeletePayload { estate_project: EstateProject }
    /// The project with its agents
    EstateProjectAgentsSetPayload { estate_project: EstateProject }
}

entity!(EstateProject, estate_projects, asc);

impl Visible for EstateProject {
    type Table = estate_projects::table;

    /// Agents see the projects that they are assigned to
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.sight(Realm::Estate) {
            Sight::All => Where::default(),
            Sight::Own(agent) => Where::default()
                .and(estate_projects::is_deleted.eq(false))
                .and(estate_projects::id.eq_any(assigned(agent))),
            Sight::Nothing => Where::nothing(),
        }
    }
}

/// Numbers of the projects that an agent is assigned to
#[auto_type]
fn assigned(agent: i64) -> _ {
    estate_project_agents::table
        .filter(estate_project_agents::agent_id.eq(agent))
        .select(estate_project_agents::project_id)
}

impl EstateProjectFilter {
    fn wanted(&self, today: Day) -> Where<estate_projects::table> {
        let wanted = Where::default()
            .maybe(self.name.as_deref(), |name| contains(estate_projects::name, name))
            .maybe(self.is_deleted, |deleted| estate_projects::is_deleted.eq(deleted));
        match self.current_only {
            true => wanted.both(EstateProject::current(today)),
            false => wanted,
        }
    }
}

/// Checks the window that a project has or is to have
fn check(name: &str, starts_on: Day, ends_on: Day) -> AppResult<()> {
    input::name("name", name, input::NAME)?;
    match starts_on <= ends_on {
        true => Ok(()),
        false => Err(input::refuse("endsOn", "The last day must not lie before the first")),
    }
}
