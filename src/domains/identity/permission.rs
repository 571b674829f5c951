//! What a role may permit (权限): a legacy URL, which opens every area of the bank's business at or below it.
//!
//! Table `permissions`; which roles have it stands in `role_permissions`.

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::{AuditEntry, Role, Session};
use crate::{
    auth::{Area, Areas, May, Realm, Viewer},
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        sql::contains,
        tables::{permissions, role_permissions},
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

/// Permission that roles may have
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = permissions)]
#[graphql(complex)]
pub struct Permission {
    /// Opaque global id
    pub id: Id<Permission>,
    /// Code of the system (legacy sysCode)
    pub system_code: Option<String>,
    /// Name (legacy permissionName)
    pub name: String,
    /// Kind, a number (legacy permissionType; codes not documented)
    pub kind: String,
    /// Legacy URL; it opens every area at or below it (legacy permissionUrl)
    pub url: String,
    /// When it was entered
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which permissions
#[derive(Clone, Debug, Default, InputObject)]
pub struct PermissionFilter {
    /// With this text in the name
    name: Option<String>,
}

/// A new permission
#[derive(Clone, Debug, InputObject, Insertable)]
#[diesel(table_name = permissions)]
pub struct PermissionCreateInput {
    /// Code of the system
    system_code: Option<String>,
    /// Name
    name: String,
    /// Kind, a number of 1 to 20 digits
    kind: String,
    /// Legacy URL; nothing that the caller may not do himself
    url: String,
}

/// Changes of a permission; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct PermissionUpdateInput {
    /// Code of the system
    system_code: MaybeUndefined<String>,
    /// Name
    name: Option<String>,
    /// Kind, a number of 1 to 20 digits
    kind: Option<String>,
    /// Legacy URL; nothing that the caller may not do himself
    url: Option<String>,
}

payload! {
    /// The new permission
    PermissionCreatePayload { permission: Permission }
    /// The changed permission
    PermissionUpdatePayload { permission: Permission }
    /// The deleted permission
    PermissionDeletePayload { permission: Permission }
}

entity!(Permission, permissions, asc);

impl Visible for Permission {
    type Table = permissions::table;
    const AREA: Option<Area> = Some(Area::Permissions);

    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Bank))
    }
}

impl PermissionFilter {
    fn wanted(&self) -> Where<permissions::table> {
        Where::default().maybe(self.name.as_deref(), |name| contains(permissions::name, name))
    }
}

impl PermissionCreateInput {
    fn check(&self) -> AppResult<()> {
        input::texts([("systemCode", self.system_code.as_ref(), 20)])?;
        input::name("name", &self.name, 20)?;
        kind(&self.kind)?;
        input::name("url", &self.url, 50)
    }
}

impl PermissionUpdateInput {
    fn check(&self) -> AppResult<()> {
        input::texts([("systemCode", self.system_code.value(), 20)])?;
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, 20))?;
        self.kind.as_deref().map_or(Ok(()), kind)?;
        self.url.as_ref().map_or(Ok(()), |url| input::name("url", url, 50))
    }
}

/// Documented as a text here and as a number there: it must look like both
fn kind(value: &str) -> AppResult<()> {
    if value == "0" { Ok(()) } else { input::digits("kind", value) }
}

/// Refuses somebody who would hand out more than he may do himself
fn outranked(viewer: &Viewer, url: &str) -> AppResult<()> {
    match viewer.outranks(Areas::below(url)) {
        true => Ok(()),
        false => Err(AppError::forbidden("This permits more than your roles do")),
    }
}

impl Permission {
    pub const OF_ROLE: Link<Permission> = Link::new("role_permissions", |roles| {
        let pair = (role_permissions::role_id, role_permissions::permission_id);
        Box::new(role_permissions::table.filter(role_permissions::role_id.eq_any(roles)).select(pair).order(pair))
    });

    async fn create(conn: &mut Conn, new: PermissionCreateInput) -> QueryResult<Permission> {
        let now = Time::now();
        diesel::insert_into(permissions::table)
            .values((new, permissions::created_at.eq(now), permissions::updated_at.eq(now)))
            .returning(Permission::cols())
            .one(conn)
            .await
    }

    async fn update(conn: &mut Conn, id: Id<Permission>, change: PermissionUpdateInput) -> QueryResult<Permission> {
        diesel::update(permissions::table.filter(permissions::id.eq(id)))
            .set((
                patch(change.system_code).map(|value| permissions::system_code.eq(value)),
                change.name.map(|value| permissions::name.eq(value)),
                change.kind.map(|value| permissions::kind.eq(value)),
                change.url.map(|value| permissions::url.eq(value)),
                permissions::updated_at.eq(Time::now()),
            ))
            .returning(Permission::cols())
            .one(conn)
            .await
    }

    async fn is_held(conn: &mut Conn, id: Id<Permission>) -> QueryResult<bool> {
        let holders = role_permissions::table.filter(role_permissions::permission_id.eq(id));
        Ok(holders.select(role_permissions::role_id).limit(1).opt::<i64>(conn).await?.is_some())
    }
}

#[ComplexObject]
impl Permission {
    /// Number of the row in its table (legacy permissionId)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Areas that it opens
    #[graphql(complexity = 5)]
    pub async fn areas(&self) -> Vec<Area> {
        Areas::below(&self.url).list()
    }

    /// Roles that have it, for who may look for roles
    #[graphql(complexity = "20 * child_complexity")]
    pub async fn roles(&self, ctx: &Context<'_>) -> AppResult<Vec<Role>> {
        match ctx.viewer()?.may(Area::Roles) {
            true => ctx.linked(Role::OF_PERMISSION, self.id.number).await,
            false => Ok(Vec::new()),
        }
    }
}

#[derive(Default)]
pub struct PermissionQuery;

#[Object]
impl PermissionQuery {
    /// One permission of bank staff
    #[graphql(guard = "May(Area::Permissions)")]
    async fn permission(&self, ctx: &Context<'_>, id: Id<Permission>) -> AppResult<Option<Permission>> {
        ctx.load(id).await
    }

    /// Permissions of bank staff by number
    #[graphql(guard = "May(Area::Permissions)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn permissions(
        &self,
        ctx: &Context<'_>,
        filter: Option<PermissionFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<Permission>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct PermissionMutation;

#[Object]
impl PermissionMutation {
    /// Enters a permission
    #[graphql(guard = "May(Area::Permissions)")]
    async fn permission_create(
        &self,
        ctx: &Context<'_>,
        input: PermissionCreateInput,
    ) -> AppResult<PermissionCreatePayload> {
        input.check()?;
        outranked(ctx.viewer()?, &input.url)?;
        let mut tx = ctx.begin().await?;
        let permission = Permission::create(&mut tx, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&permission)).await?;
        tx.commit().await?;
        Ok(PermissionCreatePayload { permission })
    }

    /// Changes a permission; what the holders of its roles may do changes at once
    #[graphql(guard = "May(Area::Permissions)")]
    async fn permission_update(
        &self,
        ctx: &Context<'_>,
        id: Id<Permission>,
        input: PermissionUpdateInput,
    ) -> AppResult<PermissionUpdatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = Permission::find(&mut tx, viewer, id).await?;
        outranked(viewer, &before.url)?;
        let permission = Permission::update(&mut tx, id, input).await?;
        outranked(viewer, &permission.url)?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&permission)).await?;
        Session::refresh_all(&mut tx).await?;
        tx.commit().await?;
        ctx.app().sessions.forget_all();
        Ok(PermissionUpdatePayload { permission })
    }

    /// Deletes a permission that no role has
    #[graphql(guard = "May(Area::Permissions)")]
    async fn permission_delete(&self, ctx: &Context<'_>, id: Id<Permission>) -> AppResult<PermissionDeletePayload> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let permission = Permission::find(&mut tx, viewer, id).await?;
        outranked(viewer, &permission.url)?;
        if Permission::is_held(&mut tx, id).await? {
            return Err(AppError::conflict("A role has it"));
        }
        diesel::delete(permissions::table.filter(permissions::id.eq(id))).run(&mut tx).await?;
        AuditEntry::record(&mut tx, ctx, Some(&permission), None).await?;
        tx.commit().await?;
        Ok(PermissionDeletePayload { permission })
    }
}
