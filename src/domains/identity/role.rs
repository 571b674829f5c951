//! What a bank employee is in the bank (角色): 客户经理 (customer manager), 会计 (accountant), 支行长 (branch president),
//! and whatever a bank adds. Its permissions say what he may do.
//!
//! Tables `roles`, `role_permissions`, `bank_staff_roles`. The credit workflow knows the first three by their numbers.

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::{Account, AuditEntry, Permission, Session};
use crate::{
    auth::{Area, Areas, May, Realm, Viewer, bank::PRESIDENT},
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        sql::{Many, contains},
        tables::{bank_staff, bank_staff_roles, permissions, role_permissions, roles},
    },
    entity,
    error::{AppError, AppResult},
    graphql::{
        Connection, ContextExt, Entity, Link, Page, PageInput,
        entity::Visible,
        input::{self, patch},
        page,
        scalars::Long,
    },
    payload,
};

/// Role of bank staff; who has it, `bankStaff(filter: {roleId: …})` lists
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = roles)]
#[graphql(complex)]
pub struct Role {
    /// Opaque global id
    pub id: Id<Role>,
    /// Name (legacy roleName)
    pub name: String,
    /// English name (legacy roleScope)
    pub scope: Option<String>,
    /// Description
    pub description: Option<String>,
    /// When it was entered
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which roles
#[derive(Clone, Debug, Default, InputObject)]
pub struct RoleFilter {
    /// With this text in the name
    name: Option<String>,
    /// With this text in the English name
    scope: Option<String>,
}

/// A new role
#[derive(Clone, Debug, InputObject)]
pub struct RoleCreateInput {
    /// Name
    name: String,
    /// English name
    scope: Option<String>,
    /// Description
    description: Option<String>,
    /// What it permits, 500 at the most; nothing that the caller may not do himself
    #[graphql(default)]
    permission_ids: Vec<Id<Permission>>,
}

/// Changes of a role; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct RoleUpdateInput {
    /// Name
    name: Option<String>,
    /// English name
    scope: MaybeUndefined<String>,
    /// Description
    description: MaybeUndefined<String>,
    /// All that it permits, 500 at the most; nothing that the caller may not do himself
    permission_ids: Option<Vec<Id<Permission>>>,
}

payload! {
    /// The new role
    RoleCreatePayload { role: Role }
    /// The changed role
    RoleUpdatePayload { role: Role }
    /// The deleted role
    RoleDeletePayload { role: Role }
}

entity!(Role, roles, asc);

impl Visible for Role {
    type Table = roles::table;
    const AREA: Option<Area> = Some(Area::Roles);

    /// Staff know what their colleagues are
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Bank))
    }
}

impl RoleFilter {
    fn wanted(&self) -> Where<roles::table> {
        Where::default()
            .maybe(self.name.as_deref(), |name| contains(roles::name, name))
            .maybe(self.scope.as_deref(), |scope| contains(roles::scope, scope))
    }
}

impl RoleCreateInput {
    fn check(&self) -> AppResult<()> {
        input::name("name", &self.name, 20)?;
        input::texts([("scope", self.scope.as_ref(), 20), ("description", self.description.as_ref(), 255)])
    }
}

impl RoleUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, 20))?;
        input::texts([("scope", self.scope.value(), 20), ("description", self.description.value(), 255)])
    }
}

/// Most permissions of a role
const MOST: usize = 500;

impl Role {
    pub const OF_STAFF: Link<Role> = Link::new("bank_staff_roles", |staff| {
        let pair = (bank_staff_roles::staff_id, bank_staff_roles::role_id);
        Box::new(bank_staff_roles::table.filter(bank_staff_roles::staff_id.eq_any(staff)).select(pair).order(pair))
    });

    pub const OF_PERMISSION: Link<Role> = Link::new("role_permissions_back", |permissions| {
        let pair = (role_permissions::permission_id, role_permissions::role_id);
        let held = role_permissions::table.filter(role_permissions::permission_id.eq_any(permissions));
        Box::new(held.select(pair).order(pair))
    });

    pub async fn of_account(conn: &mut Conn, account: Id<Account>) -> QueryResult<Vec<Role>> {
        let staff = bank_staff::table.filter(bank_staff::account_id.eq(account)).select(bank_staff::id);
        let held = bank_staff_roles::table.filter(bank_staff_roles::staff_id.eq_any(staff));
        let held = Where::default().and(roles::id.eq_any(held.select(bank_staff_roles::role_id)));
        Role::fetch(conn, held, Role::ORDER.all()).await
    }

    /// What these roles open together
    pub async fn opened_by(conn: &mut Conn, of: &[Id<Role>]) -> QueryResult<Areas> {
        let urls: Vec<String> = role_permissions::table
            .inner_join(permissions::table)
            .filter(role_permissions::role_id.eq_any(of.to_vec()))
            .select(permissions::url)
            .all(conn)
            .await?;
        Ok(Areas::opened(urls.iter().map(String::as_str)))
    }

    /// Refuses somebody who would hand out, or judge, more than he may do himself
    pub async fn outranked(conn: &mut Conn, viewer: &Viewer, of: &[Id<Role>]) -> AppResult<()> {
        match viewer.outranks(Role::opened_by(conn, of).await?) {
            true => Ok(()),
            false => Err(AppError::forbidden("These roles permit more than yours do")),
        }
    }

    async fn permission_ids(conn: &mut Conn, role: Id<Role>) -> QueryResult<Vec<i64>> {
        role_permissions::table
            .filter(role_permissions::role_id.eq(role))
            .select(role_permissions::permission_id)
            .order(role_permissions::permission_id)
            .all(conn)
            .await
    }

    /// Replaces what the role permitted before
    async fn permit(conn: &mut Conn, role: Id<Role>, what: &[Id<Permission>]) -> QueryResult<()> {
        diesel::delete(role_permissions::table.filter(role_permissions::role_id.eq(role))).run(conn).await?;
        if !what.is_empty() {
            let row =
                |id: &Id<Permission>| (role_permissions::role_id.eq(role), role_permissions::permission_id.eq(*id));
            let rows = Many(what.iter().map(row).collect());
            diesel::insert_into(role_permissions::table).values(rows).run(conn).await?;
        }
        Ok(())
    }

    async fn create(conn: &mut Conn, new: RoleCreateInput) -> QueryResult<Role> {
        let now = Time::now();
        let row = (
            roles::name.eq(new.name),
            roles::scope.eq(new.scope),
            roles::description.eq(new.description),
            roles::created_at.eq(now),
            roles::updated_at.eq(now),
        );
        diesel::insert_into(roles::table).values(row).returning(Role::cols()).one(conn).await
    }

    async fn update(conn: &mut Conn, id: Id<Role>, change: RoleUpdateInput) -> QueryResult<Role> {
        diesel::update(roles::table.filter(roles::id.eq(id)))
            .set((
                change.name.map(|value| roles::name.eq(value)),
                patch(change.scope).map(|value| roles::scope.eq(value)),
                patch(change.description).map(|value| roles::description.eq(value)),
                roles::updated_at.eq(Time::now()),
            ))
            .returning(Role::cols())
            .one(conn)
            .await
    }

    async fn is_held(conn: &mut Conn, id: Id<Role>) -> QueryResult<bool> {
        let holders = bank_staff_roles::table.filter(bank_staff_roles::role_id.eq(id));
        Ok(holders.select(bank_staff_roles::staff_id).limit(1).opt::<i64>(conn).await?.is_some())
    }
}

#[ComplexObject]
impl Role {
    /// Number of the row in its table (legacy roleId): 1 客户经理, 2 会计, 3 支行长
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// What it permits (legacy permissionList)
    #[graphql(complexity = "20 * child_complexity")]
    pub async fn permissions(&self, ctx: &Context<'_>) -> AppResult<Vec<Permission>> {
        ctx.linked(Permission::OF_ROLE, self.id.number).await
    }

    /// Areas that its permissions open
    #[graphql(complexity = 20)]
    pub async fn areas(&self, ctx: &Context<'_>) -> AppResult<Vec<Area>> {
        let held = ctx.linked(Permission::OF_ROLE, self.id.number).await?;
        Ok(Areas::opened(held.iter().map(|permission| &*permission.url)).list())
    }
}

#[derive(Default)]
pub struct RoleQuery;

#[Object]
impl RoleQuery {
    /// One role of bank staff
    #[graphql(guard = "May(Area::Roles)")]
    async fn role(&self, ctx: &Context<'_>, id: Id<Role>) -> AppResult<Option<Role>> {
        ctx.load(id).await
    }

    /// Roles of bank staff by number
    #[graphql(guard = "May(Area::Roles)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn roles(
        &self,
        ctx: &Context<'_>,
        filter: Option<RoleFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<Role>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct RoleMutation;

#[Object]
impl RoleMutation {
    /// Enters a role
    #[graphql(guard = "May(Area::Roles)")]
    async fn role_create(&self, ctx: &Context<'_>, input: RoleCreateInput) -> AppResult<RoleCreatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let held = input.permission_ids.clone();
        let held = Permission::named_all(&mut tx, viewer, "permissionIds", held, MOST).await?;
        let role = Role::create(&mut tx, input).await?;
        Role::permit(&mut tx, role.id, &held).await?;
        Role::outranked(&mut tx, viewer, &[role.id]).await?;
        let held: Vec<i64> = held.iter().map(|id| id.number).collect();
        AuditEntry::record_linked(&mut tx, ctx, "permissionIds", None, Some((&role, &held))).await?;
        tx.commit().await?;
        Ok(RoleCreatePayload { role })
    }

    /// Changes a role; what its holders may do changes at once
    #[graphql(guard = "May(Area::Roles)")]
    async fn role_update(
        &self,
        ctx: &Context<'_>,
        id: Id<Role>,
        input: RoleUpdateInput,
    ) -> AppResult<RoleUpdatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = Role::find(&mut tx, viewer, id).await?;
        Role::outranked(&mut tx, viewer, &[id]).await?;
        let held = Role::permission_ids(&mut tx, id).await?;
        if let Some(wanted) = input.permission_ids.clone() {
            let wanted = Permission::named_all(&mut tx, viewer, "permissionIds", wanted, MOST).await?;
            Role::permit(&mut tx, id, &wanted).await?;
            Role::outranked(&mut tx, viewer, &[id]).await?;
        }
        let role = Role::update(&mut tx, id, input).await?;
        let now = Role::permission_ids(&mut tx, id).await?;
        let (before, after) = ((&before, &*held), (&role, &*now));
        AuditEntry::record_linked(&mut tx, ctx, "permissionIds", Some(before), Some(after)).await?;
        Session::refresh_all(&mut tx).await?;
        tx.commit().await?;
        ctx.app().sessions.forget_all();
        Ok(RoleUpdatePayload { role })
    }

    /// Deletes a role that nobody has; not one of the three that the credit workflow knows
    #[graphql(guard = "May(Area::Roles)")]
    async fn role_delete(&self, ctx: &Context<'_>, id: Id<Role>) -> AppResult<RoleDeletePayload> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let role = Role::find(&mut tx, viewer, id).await?;
        Role::outranked(&mut tx, viewer, &[id]).await?;
        if id.number <= PRESIDENT {
            return Err(AppError::conflict("The credit workflow needs this role"));
        }
        if Role::is_held(&mut tx, id).await? {
            return Err(AppError::conflict("Somebody has it"));
        }
        let held = Role::permission_ids(&mut tx, id).await?;
        diesel::delete(roles::table.filter(roles::id.eq(id))).run(&mut tx).await?;
        AuditEntry::record_linked(&mut tx, ctx, "permissionIds", Some((&role, &held)), None).await?;
        tx.commit().await?;
        Ok(RoleDeletePayload { role })
    }
}
