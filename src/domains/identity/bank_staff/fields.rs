//! Fields of bank staff that are looked up.

use async_graphql::{ComplexObject, Context};

use super::BankStaff;
use crate::{
    auth::{Area, Areas, Realm},
    db::{Day, Time},
    domains::{
        credit::Grid,
        customers::BankCustomer,
        engagement::WorkItem,
        identity::{
            Account, Branch, Permission, Role,
            service_staff::sql::{Presence, PresenceOf},
        },
    },
    error::{AppError, AppResult},
    graphql::{Connection, ContextExt, Page, context::Loader, id_number::IdNumber, page, scalars::Long},
};

impl BankStaff {
    async fn presence(&self, ctx: &Context<'_>) -> AppResult<Presence> {
        let presence = ctx.data_unchecked::<Loader>().load_one(PresenceOf(self.account_id)).await?;
        presence.ok_or_else(|| AppError::internal("an employee without an account"))
    }
}

#[ComplexObject]
impl BankStaff {
    /// Number of the row in its table (legacy accountId)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that the employee works in
    pub async fn realm(&self) -> Realm {
        Realm::Bank
    }

    /// Phone number for work
    pub async fn work_phone(&self) -> Option<String> {
        Some(self.phone.clone())
    }

    /// Birthday, as the id number says
    pub async fn birthday(&self) -> Option<Day> {
        IdNumber::parse(&self.id_number).map(|number| number.birthday)
    }

    /// Account that the employee signs in with, as far as the viewer may see it
    pub async fn account(&self, ctx: &Context<'_>) -> AppResult<Option<Account>> {
        ctx.load(self.account_id).await
    }

    /// What the employee signs in with (legacy accountName)
    pub async fn login(&self, ctx: &Context<'_>) -> AppResult<String> {
        Ok(self.presence(ctx).await?.login)
    }

    /// Whether the employee may sign in (legacy status: 0 frozen, 1 normal)
    pub async fn is_enabled(&self, ctx: &Context<'_>) -> AppResult<bool> {
        Ok(self.presence(ctx).await?.is_enabled)
    }

    /// Last time the employee signed in
    pub async fn last_login_at(&self, ctx: &Context<'_>) -> AppResult<Option<Time>> {
        Ok(self.presence(ctx).await?.last_login_at)
    }

    /// Branch that the employee works at
    pub async fn branch(&self, ctx: &Context<'_>) -> AppResult<Option<Branch>> {
        ctx.load(self.branch_id).await
    }

    /// Roles of the employee
    #[graphql(complexity = "3 * child_complexity")]
    pub async fn roles(&self, ctx: &Context<'_>) -> AppResult<Vec<Role>> {
        ctx.linked(Role::OF_STAFF, self.id.number).await
    }

    /// Grids that the employee manages
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn grids(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<Grid>> {
        ctx.children(Grid::OF_MANAGER, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }

    /// Customers whom the employee entered, last changed first, as far as the viewer may see them
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn customers(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<BankCustomer>> {
        ctx.children(BankCustomer::OF_KEEPER, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }

    /// What the employee has to do, as far as the viewer may see it, the last to begin first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn work_items(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<WorkItem>> {
        ctx.children(WorkItem::OF_STAFF, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }

    /// Areas that the roles open
    #[graphql(complexity = 20)]
    pub async fn areas(&self, ctx: &Context<'_>) -> AppResult<Vec<Area>> {
        let mut areas = Areas::default();
        for role in ctx.numbers(Role::OF_STAFF, self.id.number).await? {
            for permission in ctx.linked(Permission::OF_ROLE, role).await? {
                areas = areas.and(Areas::below(&permission.url));
            }
        }
        Ok(areas.list())
    }
}
