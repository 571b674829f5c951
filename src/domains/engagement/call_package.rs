//! Batch of phone numbers to call for a project (ihk 信息包).
//!
//! Table `call_packages`; its numbers are [`PackagePhone`]s.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use diesel::{dsl::auto_type, prelude::*};
use serde::Serialize;

use super::{CallFeedback, EstateProject, PackagePhone};
use crate::{
    auth::{Manager, Realm, Sight, Staff, Viewer},
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        sql::contains,
        tables::{call_packages, estate_project_agents, estate_projects},
    },
    domains::identity::AuditEntry,
    entity,
    error::{AppError, AppResult},
    graphql::{Connection, ContextExt, Entity, Page, PageInput, Relation, entity::Visible, input, page, scalars::Long},
    payload,
};

/// Batch of phone numbers to call for a project
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = call_packages)]
#[graphql(complex)]
pub struct CallPackage {
    /// Opaque global id; its `databaseId` is the legacy package_id
    pub id: Id<CallPackage>,
    /// Project that its numbers are called for
    pub project_id: Id<EstateProject>,
    /// Name (legacy package_name)
    pub name: String,
    /// When it was created
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which packages
#[derive(Clone, Debug, Default, InputObject)]
pub struct CallPackageFilter {
    /// Of this project
    project_id: Option<Id<EstateProject>>,
    /// With this text in the name
    name: Option<String>,
}

/// A new package, still without numbers
#[derive(Clone, Debug, InputObject)]
pub struct CallPackageCreateInput {
    /// Project that its numbers are called for
    project_id: Id<EstateProject>,
    /// Name
    name: String,
}

/// Changes of a package; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct CallPackageUpdateInput {
    /// Name
    name: Option<String>,
}

payload! {
    /// The new package
    CallPackageCreatePayload { call_package: CallPackage }
    /// The changed package
    CallPackageUpdatePayload { call_package: CallPackage }
    /// The deleted package
    CallPackageDeletePayload { call_package: CallPackage }
}

entity!(CallPackage, call_packages, asc);

impl Visible for CallPackage {
    type Table = call_packages::table;

    /// Agents see the packages of their projects
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.sight(Realm::Estate) {
            Sight::All => Where::default(),
            Sight::Own(agent) => Where::default().and(call_packages::project_id.eq_any(assigned(agent))),
            Sight::Nothing => Where::nothing(),
        }
    }
}

/// Numbers of the projects that an agent is assigned to and sees
#[auto_type]
fn assigned(agent: i64) -> _ {
    estate_project_agents::table
        .inner_join(estate_projects::table)
        .filter(estate_project_agents::agent_id.eq(agent))
        .filter(estate_projects::is_deleted.eq(false))
        .select(estate_project_agents::project_id)
}

impl CallPackageFilter {
    fn wanted(&self) -> Where<call_packages::table> {
        Where::default()
            .maybe(self.project_id, |project| call_packages::project_id.eq(project))
            .maybe(self.name.as_deref(), |name| contains(call_packages::name, name))
    }
}

impl CallPackage {
    pub const OF_PROJECT: Relation<CallPackage> =
        Relation { column: call_packages::project_id::NAME, parent: |package| Some(package.project_id.number) };

    async fn create(conn: &mut Conn, new: CallPackageCreateInput) -> QueryResult<CallPackage> {
        let now = Time::now();
        let row = (
            call_packages::project_id.eq(new.project_id),
            call_packages::name.eq(new.name),
            call_packages::created_at.eq(now),
            call_packages::updated_at.eq(now),
        );
        diesel::insert_into(call_packages::table).values(row).returning(CallPackage::cols()).one(conn).await
    }

    async fn update(conn: &mut Conn, id: Id<CallPackage>, change: CallPackageUpdateInput) -> QueryResult<CallPackage> {
        diesel::update(call_packages::table.filter(call_packages::id.eq(id)))
            .set((change.name.map(|value| call_packages::name.eq(value)), call_packages::updated_at.eq(Time::now())))
            .returning(CallPackage::cols())
            .one(conn)
            .await
    }

    /// With its phone numbers
    async fn delete(conn: &mut Conn, id: Id<CallPackage>) -> QueryResult<usize> {
        diesel::delete(call_packages::table.filter(call_packages::id.eq(id))).run(conn).await
    }
}

#[ComplexObject]
impl CallPackage {
    /// Number of the row in its table (legacy package_id)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Project that its numbers are called for
    async fn project(&self, ctx: &Context<'_>) -> AppResult<Option<EstateProject>> {
        ctx.load(self.project_id).await
    }

    /// Its phone numbers; an agent sees those handed out to him
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    async fn phones(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<PackagePhone>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(PackagePhone::OF_PACKAGE, self.id.number, page).await
    }

    /// What calls of its numbers came to, newest first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CallFeedback>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CallFeedback::OF_PACKAGE, self.id.number, page).await
    }
}

#[derive(Default)]
pub struct CallPackageQuery;

#[Object]
impl CallPackageQuery {
    /// One package of phone numbers
    #[graphql(guard = "Staff(Realm::Estate)")]
    async fn call_package(&self, ctx: &Context<'_>, id: Id<CallPackage>) -> AppResult<Option<CallPackage>> {
        ctx.load(id).await
    }

    /// Packages of phone numbers by number
    #[graphql(guard = "Staff(Realm::Estate)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn call_packages(
        &self,
        ctx: &Context<'_>,
        filter: Option<CallPackageFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<CallPackage>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct CallPackageMutation;

#[Object]
impl CallPackageMutation {
    /// Creates a package of phone numbers; for managers
    #[graphql(guard = "Manager(Realm::Estate)")]
    async fn call_package_create(
        &self,
        ctx: &Context<'_>,
        input: CallPackageCreateInput,
    ) -> AppResult<CallPackageCreatePayload> {
        input::name("name", &input.name, input::NAME)?;
        let mut tx = ctx.begin().await?;
        let project = EstateProject::find(&mut tx, ctx.viewer()?, input.project_id).await;
        if input::referred("projectId", project)?.is_deleted {
            return Err(input::refuse("projectId", "The project was deleted"));
        }
        let call_package = CallPackage::create(&mut tx, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&call_package)).await?;
        tx.commit().await?;
        Ok(CallPackageCreatePayload { call_package })
    }

    /// Changes a package of phone numbers; for managers
    #[graphql(guard = "Manager(Realm::Estate)")]
    async fn call_package_update(
        &self,
        ctx: &Context<'_>,
        id: Id<CallPackage>,
        input: CallPackageUpdateInput,
    ) -> AppResult<CallPackageUpdatePayload> {
        input.name.as_ref().map_or(Ok(()), |name| input::name("name", name, input::NAME))?;
        let mut tx = ctx.begin().await?;
        let before = CallPackage::find(&mut tx, ctx.viewer()?, id).await?;
        let call_package = CallPackage::update(&mut tx, id, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&call_package)).await?;
        tx.commit().await?;
        Ok(CallPackageUpdatePayload { call_package })
    }

    /// Deletes a package with its phone numbers, unless one of them was called; for managers
    #[graphql(guard = "Manager(Realm::Estate)")]
    async fn call_package_delete(&self, ctx: &Context<'_>, id: Id<CallPackage>) -> AppResult<CallPackageDeletePayload> {
        let mut tx = ctx.begin().await?;
        let call_package = CallPackage::find(&mut tx, ctx.viewer()?, id).await?;
        if CallFeedback::exists(&mut tx, CallFeedback::of_package(id)).await? {
            return Err(AppError::conflict("Numbers of the package were called: it stays for its history"));
        }
        CallPackage::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&call_package), None).await?;
        tx.commit().await?;
        Ok(CallPackageDeletePayload { call_package })
    }
}
