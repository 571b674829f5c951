//! Root fields of projects.

use async_graphql::{Context, Object};

use super::{
    EstateProject, EstateProjectAgentsSetPayload, EstateProjectCreateInput, EstateProjectCreatePayload,
    EstateProjectDeletePayload, EstateProjectFilter, EstateProjectUpdateInput, EstateProjectUpdatePayload, MOST_AGENTS,
    check,
};
use crate::{
    auth::{Manager, Realm, Staff},
    db::{Day, Id},
    domains::identity::{AuditEntry, EstateAgent},
    error::{AppError, AppResult},
    graphql::{Connection, ContextExt, Entity, Page, PageInput, entity::Visible, page},
};

#[derive(Default)]
pub struct EstateProjectQuery;

#[Object]
impl EstateProjectQuery {
    /// One project
    #[graphql(guard = "Staff(Realm::Estate)")]
    async fn estate_project(&self, ctx: &Context<'_>, id: Id<EstateProject>) -> AppResult<Option<EstateProject>> {
        ctx.load(id).await
    }

    /// One project that calls are made for today; an error where there is none
    #[graphql(guard = "Staff(Realm::Estate)")]
    async fn current_estate_project(&self, ctx: &Context<'_>, id: Id<EstateProject>) -> AppResult<EstateProject> {
        let today = Day::today(ctx.app().config.time_zone);
        EstateProject::find_current(&mut ctx.read().await?, ctx.viewer()?, id, today).await
    }

    /// Projects by number
    #[graphql(guard = "Staff(Realm::Estate)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn estate_projects(
        &self,
        ctx: &Context<'_>,
        filter: Option<EstateProjectFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<EstateProject>> {
        let filter = filter.unwrap_or_default();
        let today = Day::today(ctx.app().config.time_zone);
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted(today)).await
    }
}

#[derive(Default)]
pub struct EstateProjectMutation;

#[Object]
impl EstateProjectMutation {
    /// Creates a project; for managers
    #[graphql(guard = "Manager(Realm::Estate)")]
    async fn estate_project_create(
        &self,
        ctx: &Context<'_>,
        input: EstateProjectCreateInput,
    ) -> AppResult<EstateProjectCreatePayload> {
        check(&input.name, input.starts_on, input.ends_on)?;
        let mut tx = ctx.begin().await?;
        let estate_project = EstateProject::create(&mut tx, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&estate_project)).await?;
        tx.commit().await?;
        Ok(EstateProjectCreatePayload { estate_project })
    }

    /// Changes a project; for managers
    #[graphql(guard = "Manager(Realm::Estate)")]
    async fn estate_project_update(
        &self,
        ctx: &Context<'_>,
        id: Id<EstateProject>,
        input: EstateProjectUpdateInput,
    ) -> AppResult<EstateProjectUpdatePayload> {
        Ok(EstateProjectUpdatePayload { estate_project: update(ctx, id, input).await? })
    }

    /// Deletes a project: nobody calls for it any more, its history stays. For managers
    #[graphql(guard = "Manager(Realm::Estate)")]
    async fn estate_project_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<EstateProject>,
    ) -> AppResult<EstateProjectDeletePayload> {
        let change = EstateProjectUpdateInput { name: None, starts_on: None, ends_on: None, is_deleted: Some(true) };
        Ok(EstateProjectDeletePayload { estate_project: update(ctx, id, change).await? })
    }

    /// Says who calls for a project, and takes it from everybody else; for managers
    #[graphql(guard = "Manager(Realm::Estate)")]
    async fn estate_project_agents_set(
        &self,
        ctx: &Context<'_>,
        id: Id<EstateProject>,
        #[graphql(desc = "All agents of the project, at most 500")] agent_ids: Vec<Id<EstateAgent>>,
    ) -> AppResult<EstateProjectAgentsSetPayload> {
        if agent_ids.len() > MOST_AGENTS {
            return Err(AppError::bad_input("agentIds", format!("At most {MOST_AGENTS} agents")));
        }
        let mut wanted: Vec<i64> = agent_ids.iter().map(|agent| agent.number).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let estate_project = EstateProject::find(&mut tx, viewer, id).await?;
        let known = EstateAgent::visible(viewer).both(EstateAgent::with_ids(agent_ids));
        if usize::try_from(EstateAgent::count(&mut tx, known).await?) != Ok(wanted.len()) {
            return Err(AppError::bad_input("agentIds", "One of the agents does not exist"));
        }
        let before = EstateProject::agent_ids(&mut tx, id).await?;
        EstateProject::set_agents(&mut tx, id, &wanted).await?;
        let (before, after) = (Some((&estate_project, &*before)), Some((&estate_project, &*wanted)));
        AuditEntry::record_linked(&mut tx, ctx, "agents", before, after).await?;
        tx.commit().await?;
        Ok(EstateProjectAgentsSetPayload { estate_project })
    }
}

async fn update(
    ctx: &Context<'_>,
    id: Id<EstateProject>,
    change: EstateProjectUpdateInput,
) -> AppResult<EstateProject> {
    let mut tx = ctx.begin().await?;
    let before = EstateProject::find(&mut tx, ctx.viewer()?, id).await?;
    check(
        change.name.as_ref().unwrap_or(&before.name),
        change.starts_on.unwrap_or(before.starts_on),
        change.ends_on.unwrap_or(before.ends_on),
    )?;
    let estate_project = EstateProject::update(&mut tx, id, change).await?;
    AuditEntry::record(&mut tx, ctx, Some(&before), Some(&estate_project)).await?;
    tx.commit().await?;
    Ok(estate_project)
}
