//! Item of the menu that employees of the realm SERVICE work with (eartip 菜单配置项); each is granted to some of them.
//!
//! Tables `menu_items` and `service_staff_menu_items`.

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use super::{AuditEntry, ServiceStaff};
use crate::{
    auth::{Manager, Realm, Staff, Viewer},
    db::{
        Cols as _, Conn, Id, Run as _, Time, Where,
        sql::Many,
        tables::{menu_items, service_staff_menu_items},
    },
    entity,
    error::AppResult,
    graphql::{
        Connection, ContextExt, Entity, Link, Page, PageInput,
        entity::Visible,
        input::{self, patch},
        page,
        scalars::Long,
    },
    payload,
};

/// Item of the menu that employees of the service team work with
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = menu_items)]
#[graphql(complex)]
pub struct MenuItem {
    /// Opaque global id
    pub id: Id<MenuItem>,
    /// Label of the item (legacy name)
    pub name: String,
    /// What the item is for (legacy content)
    pub content: Option<String>,
    /// Remark (legacy note)
    pub note: Option<String>,
    /// When it was created
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// A new menu item
#[derive(Clone, Debug, InputObject, Insertable)]
#[diesel(table_name = menu_items)]
pub struct MenuItemCreateInput {
    /// Label of the item
    name: String,
    /// What the item is for
    content: Option<String>,
    /// Remark
    note: Option<String>,
}

/// Changes of a menu item; what is left out stays
#[derive(Clone, Debug, InputObject)]
pub struct MenuItemUpdateInput {
    /// Label of the item
    name: Option<String>,
    /// What the item is for
    content: MaybeUndefined<String>,
    /// Remark
    note: MaybeUndefined<String>,
}

payload! {
    /// The new menu item
    MenuItemCreatePayload { menu_item: MenuItem }
    /// The changed menu item
    MenuItemUpdatePayload { menu_item: MenuItem }
    /// The deleted menu item, which nobody has any more
    MenuItemDeletePayload { menu_item: MenuItem }
}

entity!(MenuItem, menu_items, asc);

impl Visible for MenuItem {
    type Table = menu_items::table;

    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        Where::when(viewer.works_in(Realm::Service))
    }
}

impl MenuItemCreateInput {
    fn check(&self) -> AppResult<()> {
        input::name("name", &self.name, input::NAME)?;
        input::texts([("content", self.content.as_ref(), input::TEXT), ("note", self.note.as_ref(), input::TEXT)])
    }
}

impl MenuItemUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.name.as_ref().map_or(Ok(()), |name| input::name("name", name, input::NAME))?;
        input::texts([("content", self.content.value(), input::TEXT), ("note", self.note.value(), input::TEXT)])
    }
}

impl MenuItem {
    /// Menu items that an employee may have
    pub const MOST: usize = 200;

    pub const OF_STAFF: Link<MenuItem> = Link::new("service_staff_menu_items", |staff| {
        let pair = (service_staff_menu_items::staff_id, service_staff_menu_items::menu_item_id);
        let granted = service_staff_menu_items::table.filter(service_staff_menu_items::staff_id.eq_any(staff));
        Box::new(granted.select(pair).order(pair))
    });

    pub const STAFF: Link<ServiceStaff> = Link::new("service_staff_menu_items_back", |items| {
        let pair = (service_staff_menu_items::menu_item_id, service_staff_menu_items::staff_id);
        let granted = service_staff_menu_items::table.filter(service_staff_menu_items::menu_item_id.eq_any(items));
        Box::new(granted.select(pair).order(pair))
    });

    pub async fn ids_of_staff(conn: &mut Conn, staff: Id<ServiceStaff>) -> QueryResult<Vec<i64>> {
        service_staff_menu_items::table
            .filter(service_staff_menu_items::staff_id.eq(staff))
            .select(service_staff_menu_items::menu_item_id)
            .order(service_staff_menu_items::menu_item_id)
            .all(conn)
            .await
    }

    /// Replaces what an employee was granted before
    pub async fn grant(conn: &mut Conn, staff: Id<ServiceStaff>, items: Vec<Id<MenuItem>>) -> QueryResult<()> {
        diesel::delete(service_staff_menu_items::table.filter(service_staff_menu_items::staff_id.eq(staff)))
            .run(conn)
            .await?;
        let row =
            |item| (service_staff_menu_items::staff_id.eq(staff), service_staff_menu_items::menu_item_id.eq(item));
        if !items.is_empty() {
            let rows = Many(items.into_iter().map(row).collect());
            diesel::insert_into(service_staff_menu_items::table).values(rows).run(conn).await?;
        }
        Ok(())
    }

    async fn create(conn: &mut Conn, new: MenuItemCreateInput) -> QueryResult<MenuItem> {
        let now = Time::now();
        diesel::insert_into(menu_items::table)
            .values((new, menu_items::created_at.eq(now), menu_items::updated_at.eq(now)))
            .returning(MenuItem::cols())
            .one(conn)
            .await
    }

    async fn update(conn: &mut Conn, id: Id<MenuItem>, change: MenuItemUpdateInput) -> QueryResult<MenuItem> {
        diesel::update(menu_items::table.filter(menu_items::id.eq(id)))
            .set((
                change.name.map(|value| menu_items::name.eq(value)),
                patch(change.content).map(|value| menu_items::content.eq(value)),
                patch(change.note).map(|value| menu_items::note.eq(value)),
                menu_items::updated_at.eq(Time::now()),
            ))
            .returning(MenuItem::cols())
            .one(conn)
            .await
    }

    async fn delete(conn: &mut Conn, id: Id<MenuItem>) -> QueryResult<usize> {
        diesel::delete(menu_items::table.filter(menu_items::id.eq(id))).run(conn).await
    }
}

#[ComplexObject]
impl MenuItem {
    /// Number of the row in its table (legacy id, menu_id)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Employees that the item is granted to
    #[graphql(complexity = "20 * child_complexity")]
    pub async fn staff(&self, ctx: &Context<'_>) -> AppResult<Vec<ServiceStaff>> {
        ctx.linked(MenuItem::STAFF, self.id.number).await
    }
}

#[derive(Default)]
pub struct MenuItemQuery;

#[Object]
impl MenuItemQuery {
    /// One menu item
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn menu_item(&self, ctx: &Context<'_>, id: Id<MenuItem>) -> AppResult<Option<MenuItem>> {
        ctx.load(id).await
    }

    /// Menu items by number
    #[graphql(guard = "Staff(Realm::Service)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn menu_items(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<MenuItem>> {
        ctx.list(Page::new(ctx, first, after, last, before, page)?, Where::default).await
    }
}

#[derive(Default)]
pub struct MenuItemMutation;

#[Object]
impl MenuItemMutation {
    /// Creates a menu item; for managers
    #[graphql(guard = "Manager(Realm::Service)")]
    async fn menu_item_create(
        &self,
        ctx: &Context<'_>,
        input: MenuItemCreateInput,
    ) -> AppResult<MenuItemCreatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let menu_item = MenuItem::create(&mut tx, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&menu_item)).await?;
        tx.commit().await?;
        Ok(MenuItemCreatePayload { menu_item })
    }

    /// Changes a menu item; for managers
    #[graphql(guard = "Manager(Realm::Service)")]
    async fn menu_item_update(
        &self,
        ctx: &Context<'_>,
        id: Id<MenuItem>,
        input: MenuItemUpdateInput,
    ) -> AppResult<MenuItemUpdatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        let before = MenuItem::find(&mut tx, ctx.viewer()?, id).await?;
        let menu_item = MenuItem::update(&mut tx, id, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&menu_item)).await?;
        tx.commit().await?;
        Ok(MenuItemUpdatePayload { menu_item })
    }

    /// Deletes a menu item and takes it from everybody; for managers
    #[graphql(guard = "Manager(Realm::Service)")]
    async fn menu_item_delete(&self, ctx: &Context<'_>, id: Id<MenuItem>) -> AppResult<MenuItemDeletePayload> {
        let mut tx = ctx.begin().await?;
        let menu_item = MenuItem::find(&mut tx, ctx.viewer()?, id).await?;
        MenuItem::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&menu_item), None).await?;
        tx.commit().await?;
        Ok(MenuItemDeletePayload { menu_item })
    }
}
