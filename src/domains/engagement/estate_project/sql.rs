//! Statements on `estate_projects` and `estate_project_agents`.

use diesel::prelude::*;

use super::{EstateProject, EstateProjectCreateInput, EstateProjectUpdateInput};
use crate::{
    auth::Viewer,
    db::{
        Cols as _, Conn, Day, Id, Run as _, Time, Where,
        sql::Many,
        tables::{estate_project_agents, estate_projects},
    },
    domains::identity::EstateAgent,
    error::{AppError, AppResult},
    graphql::{Entity, Link, entity::Visible},
};

impl EstateProject {
    pub const AGENTS: Link<EstateAgent> = Link::new("estate_project_agents", |ids| {
        Box::new(
            estate_project_agents::table
                .filter(estate_project_agents::project_id.eq_any(ids))
                .select((estate_project_agents::project_id, estate_project_agents::agent_id))
                .order((estate_project_agents::project_id, estate_project_agents::agent_id)),
        )
    });
    pub const OF_AGENT: Link<EstateProject> = Link::new("estate_agent_projects", |ids| {
        Box::new(
            estate_project_agents::table
                .filter(estate_project_agents::agent_id.eq_any(ids))
                .select((estate_project_agents::agent_id, estate_project_agents::project_id))
                .order((estate_project_agents::agent_id, estate_project_agents::project_id)),
        )
    });

    /// Not deleted, and the window includes today
    pub(super) fn current(today: Day) -> Where<estate_projects::table> {
        Where::default()
            .and(estate_projects::is_deleted.eq(false))
            .and(estate_projects::starts_on.le(today))
            .and(estate_projects::ends_on.ge(today))
    }

    /// The project, if the viewer may see it and calls are made for it today
    pub async fn find_current(
        conn: &mut Conn,
        viewer: &Viewer,
        id: Id<EstateProject>,
        today: Day,
    ) -> AppResult<EstateProject> {
        let wanted = EstateProject::visible(viewer).both(EstateProject::with_ids(vec![id])).both(Self::current(today));
        let found = EstateProject::fetch(conn, wanted, EstateProject::ORDER.first(1)).await?.into_iter().next();
        found.ok_or_else(|| AppError::not_found("Current EstateProject"))
    }

    /// Numbers of its agents
    pub(super) async fn agent_ids(conn: &mut Conn, id: Id<EstateProject>) -> QueryResult<Vec<i64>> {
        estate_project_agents::table
            .filter(estate_project_agents::project_id.eq(id))
            .select(estate_project_agents::agent_id)
            .order(estate_project_agents::agent_id)
            .all(conn)
            .await
    }

    pub async fn has_agent(conn: &mut Conn, id: Id<EstateProject>, agent: Id<EstateAgent>) -> QueryResult<bool> {
        let assigned = estate_project_agents::table
            .filter(estate_project_agents::project_id.eq(id))
            .filter(estate_project_agents::agent_id.eq(agent))
            .select(estate_project_agents::agent_id);
        Ok(assigned.opt::<i64>(conn).await?.is_some())
    }

    pub(super) async fn create(conn: &mut Conn, new: EstateProjectCreateInput) -> QueryResult<EstateProject> {
        let now = Time::now();
        diesel::insert_into(estate_projects::table)
            .values((new, estate_projects::created_at.eq(now), estate_projects::updated_at.eq(now)))
            .returning(EstateProject::cols())
            .one(conn)
            .await
    }

    pub(super) async fn update(
        conn: &mut Conn,
        id: Id<EstateProject>,
        change: EstateProjectUpdateInput,
    ) -> QueryResult<EstateProject> {
        diesel::update(estate_projects::table.filter(estate_projects::id.eq(id)))
            .set((
                change.name.map(|value| estate_projects::name.eq(value)),
                change.starts_on.map(|value| estate_projects::starts_on.eq(value)),
                change.ends_on.map(|value| estate_projects::ends_on.eq(value)),
                change.is_deleted.map(|value| estate_projects::is_deleted.eq(value)),
                estate_projects::updated_at.eq(Time::now()),
            ))
            .returning(EstateProject::cols())
            .one(conn)
            .await
    }

    pub(super) async fn set_agents(conn: &mut Conn, id: Id<EstateProject>, agents: &[i64]) -> QueryResult<()> {
        diesel::delete(estate_project_agents::table.filter(estate_project_agents::project_id.eq(id))).run(conn).await?;
        let row = |agent: &i64| (estate_project_agents::project_id.eq(id), estate_project_agents::agent_id.eq(*agent));
        if !agents.is_empty() {
            diesel::insert_into(estate_project_agents::table)
                .values(Many(agents.iter().map(row).collect()))
                .run(conn)
                .await?;
        }
        Ok(())
    }
}
