//! Root fields about employees.

use async_graphql::{Context, Object};

use super::{
    ServiceStaff, ServiceStaffCreateInput, ServiceStaffCreatePayload, ServiceStaffFilter,
    ServiceStaffMenuItemsSetPayload, ServiceStaffUpdateInput, ServiceStaffUpdatePayload,
};
use crate::{
    auth::{Manager, Realm, Staff},
    db::Id,
    domains::identity::{Account, AuditEntry, MenuItem, NewAccount},
    error::AppResult,
    graphql::{Connection, ContextExt, Entity, Page, PageInput, page},
};

#[derive(Default)]
pub struct ServiceStaffQuery;

#[Object]
impl ServiceStaffQuery {
    /// One employee of the service team
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn service_staff_member(&self, ctx: &Context<'_>, id: Id<ServiceStaff>) -> AppResult<Option<ServiceStaff>> {
        ctx.load(id).await
    }

    /// Employees of the service team by number
    #[graphql(guard = "Staff(Realm::Service)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn service_staff(
        &self,
        ctx: &Context<'_>,
        filter: Option<ServiceStaffFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<ServiceStaff>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct ServiceStaffMutation;

#[Object]
impl ServiceStaffMutation {
    /// Enters an employee and opens his account; for managers
    #[graphql(guard = "Manager(Realm::Service)")]
    async fn service_staff_create(
        &self,
        ctx: &Context<'_>,
        input: ServiceStaffCreateInput,
    ) -> AppResult<ServiceStaffCreatePayload> {
        input.check()?;
        let account =
            NewAccount::new(Some(Realm::Service), &input.phone, &input.name, &input.password, input.is_manager).await?;
        let mut tx = ctx.begin().await?;
        let account = Account::create(&mut tx, account).await?;
        let service_staff = ServiceStaff::create(&mut tx, account.id, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&account)).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&service_staff)).await?;
        tx.commit().await?;
        Ok(ServiceStaffCreatePayload { service_staff })
    }

    /// Changes an employee; a new phone number is the new login too. For managers
    #[graphql(guard = "Manager(Realm::Service)")]
    async fn service_staff_update(
        &self,
        ctx: &Context<'_>,
        id: Id<ServiceStaff>,
        input: ServiceStaffUpdateInput,
    ) -> AppResult<ServiceStaffUpdatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = ServiceStaff::find(&mut tx, viewer, id).await?;
        if input.phone.is_some() || input.name.is_some() {
            let old = Account::find(&mut tx, viewer, before.account_id).await?;
            let new = Account::rename(&mut tx, old.id, input.phone.clone(), input.name.clone()).await?;
            AuditEntry::record(&mut tx, ctx, Some(&old), Some(&new)).await?;
        }
        let service_staff = ServiceStaff::update(&mut tx, id, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&service_staff)).await?;
        tx.commit().await?;
        Ok(ServiceStaffUpdatePayload { service_staff })
    }

    /// Grants an employee these menu items and no others; for managers
    #[graphql(guard = "Manager(Realm::Service)")]
    async fn service_staff_menu_items_set(
        &self,
        ctx: &Context<'_>,
        id: Id<ServiceStaff>,
        #[graphql(desc = "All menu items that the employee is to have, 200 at the most")] menu_item_ids: Vec<
            Id<MenuItem>,
        >,
    ) -> AppResult<ServiceStaffMenuItemsSetPayload> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let service_staff = ServiceStaff::find(&mut tx, viewer, id).await?;
        let granted = MenuItem::named_all(&mut tx, viewer, "menuItemIds", menu_item_ids, MenuItem::MOST).await?;
        let before = MenuItem::ids_of_staff(&mut tx, id).await?;
        let after: Vec<i64> = granted.iter().map(|item| item.number).collect();
        MenuItem::grant(&mut tx, id, granted).await?;
        let (before, after) = ((&service_staff, &*before), (&service_staff, &*after));
        AuditEntry::record_linked(&mut tx, ctx, "menuItemIds", Some(before), Some(after)).await?;
        tx.commit().await?;
        Ok(ServiceStaffMenuItemsSetPayload { service_staff })
    }
}
