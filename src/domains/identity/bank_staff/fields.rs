//! Fields of bank staff that are looked up.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context};
use futures_util::future::try_join_all;

use super::BankStaff;
use crate::{
    auth::{Area, Areas, Realm, Viewer},
    db::{Day, Time},
    domains::{
        credit::{CreditApproval, CreditInterview, CustomerImage, Grid},
        customers::{BankCustomer, Family},
        engagement::{CustomerEvent, WorkItem},
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

    /// For himself, and for whoever keeps the staff; in the answer to sessionCreate the request is still nobody's
    fn personal<T>(&self, ctx: &Context<'_>, value: T) -> Option<T> {
        let allowed = |viewer: &Arc<Viewer>| viewer.may(Area::Staff) || BankStaff::asking(viewer) == Some(self.id);
        ctx.viewer().ok().is_none_or(allowed).then_some(value)
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

    /// Id number of 18 characters (legacy idNumber); only for himself and in the area STAFF, else null
    pub async fn id_number(&self, ctx: &Context<'_>) -> Option<String> {
        self.personal(ctx, self.id_number.clone())
    }

    /// Mobile number of 11 digits (legacy phoneNumber); only for himself and in the area STAFF, else null
    pub async fn phone(&self, ctx: &Context<'_>) -> Option<String> {
        self.personal(ctx, self.phone.clone())
    }

    /// Mail address; only for himself and in the area STAFF, else null
    pub async fn email(&self, ctx: &Context<'_>) -> Option<String> {
        self.personal(ctx, self.email.clone())?
    }

    /// Phone number for work, the same as `phone`
    pub async fn work_phone(&self, ctx: &Context<'_>) -> Option<String> {
        self.personal(ctx, self.phone.clone())
    }

    /// Birthday, as the id number says; only for himself and in the area STAFF, else null
    pub async fn birthday(&self, ctx: &Context<'_>) -> Option<Day> {
        self.personal(ctx, IdNumber::parse(&self.id_number)?.birthday)
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

    /// Grids that the employee manages, for who may look for grids
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

    /// Families that the employee looks after, as far as the viewer may see them
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn families(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<Family>> {
        ctx.children(Family::OF_MANAGER, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }

    /// Pictures of customers that the employee uploaded, as far as the viewer may see them
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn customer_images(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CustomerImage>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CustomerImage::OF_UPLOADER, self.id.number, page).await
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

    /// Interviews before loans that the employee entered, the last first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn credit_interviews(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CreditInterview>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CreditInterview::OF_KEEPER, self.id.number, page).await
    }

    /// What the employee decided about loans, the last first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn credit_approvals(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CreditApproval>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CreditApproval::OF_STAFF, self.id.number, page).await
    }

    /// Steps in customers' lives that the employee took, the last first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn customer_events(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CustomerEvent>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CustomerEvent::OF_STAFF, self.id.number, page).await
    }

    /// Areas that the roles open
    #[graphql(complexity = 20)]
    pub async fn areas(&self, ctx: &Context<'_>) -> AppResult<Vec<Area>> {
        let roles = ctx.numbers(Role::OF_STAFF, self.id.number).await?;
        let held = roles.into_iter().map(|role| ctx.linked(Permission::OF_ROLE, role));
        let held = try_join_all(held).await?;
        Ok(Areas::opened(held.iter().flatten().map(|permission| &*permission.url)).list())
    }
}
