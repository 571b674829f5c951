//! Account of the bank with the credit bureau (征信查询账号), with which staff ask for credit reports or approve that
//! somebody asks.
//!
//! Table `report_accounts`. The password must be sent to the bureau, so it is kept encrypted and not hashed; nobody is ever
//! shown it. An account that is deleted (status 2) stays as a row, and is found no more; its user name is free again.

use async_graphql::{ComplexObject, Context, InputObject, MaybeUndefined, Object, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

use crate::{
    app::App,
    auth::{Area, BankSight, May, Viewer},
    codes,
    db::{
        Cols as _, Conn, Id, Run as _, Secret, Time, Where,
        sql::begins,
        tables::{branches, report_accounts},
    },
    domains::identity::{AuditEntry, Branch},
    entity,
    error::AppResult,
    graphql::{
        Connection, ContextExt, Entity, Page, PageInput, Relation,
        entity::Visible,
        input::{self, patch, refuse},
        page,
        scalars::Long,
    },
    payload,
};

codes! {
    /// Whether an account with the credit bureau is used (legacy status)
    pub enum ReportAccountStatus {
        /// In use (legacy 0 启用)
        Active = 0 "启用",
        /// Not to be used now (legacy 1 冻结)
        Frozen = 1 "冻结",
        /// Gone for good (legacy 2 删除)
        Deleted = 2 "删除",
    }
}

codes! {
    /// What an account with the credit bureau is for (legacy type, 账户类型)
    pub enum ReportAccountKind {
        /// Asks for reports (legacy 0 查询账号)
        Query = 0 "查询账号",
        /// Approves that somebody asks (legacy 1 审批账号)
        Approval = 1 "审批账号",
    }
}

/// Account of the bank with the credit bureau; its password is never shown
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = report_accounts)]
#[graphql(complex)]
pub struct ReportAccount {
    /// Opaque global id
    pub id: Id<ReportAccount>,
    /// Branch that uses it; null for one of the whole bank
    pub branch_id: Option<Id<Branch>>,
    /// Name that it signs in with, unique
    pub user_name: String,
    #[graphql(skip)]
    pub password: Secret,
    /// Whether it is used
    pub status: ReportAccountStatus,
    /// What it is for (legacy type)
    pub kind: ReportAccountKind,
    /// Remark
    pub comment: Option<String>,
    /// What its users shall think of (legacy remind)
    pub reminder: Option<String>,
    /// When it was entered
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which accounts
#[derive(Clone, Debug, Default, InputObject)]
pub struct ReportAccountFilter {
    /// Whose user name begins with this text
    user_name: Option<String>,
    /// Of this branch itself
    branch_id: Option<Id<Branch>>,
}

/// A new account
#[derive(Clone, InputObject)]
pub struct ReportAccountCreateInput {
    /// Branch that uses it; left out: that of whoever enters it
    branch_id: Option<Id<Branch>>,
    /// Its code, instead of the id
    branch_code: Option<String>,
    /// Name that it signs in with, 20 characters at the most, unique
    user_name: String,
    /// Password, 50 characters at the most
    #[graphql(secret)]
    password: String,
    /// Whether it is used: ACTIVE or FROZEN
    #[graphql(default_with = "ReportAccountStatus::Active")]
    status: ReportAccountStatus,
    /// What it is for
    #[graphql(default_with = "ReportAccountKind::Query")]
    kind: ReportAccountKind,
    /// Remark, 255 characters at the most
    comment: Option<String>,
    /// What its users shall think of, 255 characters at the most
    reminder: Option<String>,
}

/// Changes of an account; what is left out stays
#[derive(Clone, InputObject)]
pub struct ReportAccountUpdateInput {
    /// Branch that uses it
    branch_id: Option<Id<Branch>>,
    /// Its code, instead of the id
    branch_code: Option<String>,
    /// Name that it signs in with, 20 characters at the most, unique
    user_name: Option<String>,
    /// Password, 50 characters at the most
    #[graphql(secret)]
    password: Option<String>,
    /// Whether it is used; DELETED is for good
    status: Option<ReportAccountStatus>,
    /// What it is for
    kind: Option<ReportAccountKind>,
    /// Remark, 255 characters at the most
    comment: MaybeUndefined<String>,
    /// What its users shall think of, 255 characters at the most
    reminder: MaybeUndefined<String>,
}

payload! {
    /// The new account
    ReportAccountCreatePayload { report_account: ReportAccount }
    /// The changed account
    ReportAccountUpdatePayload { report_account: ReportAccount }
    /// The deleted account
    ReportAccountDeletePayload { report_account: ReportAccount }
}

entity!(ReportAccount, report_accounts, asc);

impl Visible for ReportAccount {
    type Table = report_accounts::table;
    const AREA: Option<Area> = Some(Area::ReportAccounts);

    /// Those of his branch and below, unless they are deleted
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        let kept = Where::default().and(report_accounts::status.ne(ReportAccountStatus::Deleted));
        match viewer.branch_sight() {
            BankSight::All => kept,
            BankSight::Branch(path) => {
                let below = branches::table.filter(begins(branches::path, &path)).select(branches::id.nullable());
                kept.and(report_accounts::branch_id.eq_any(below))
            }
            BankSight::Staff(_) | BankSight::Nothing => Where::nothing(),
        }
    }
}

impl ReportAccountFilter {
    fn wanted(&self) -> Where<report_accounts::table> {
        Where::default()
            .maybe(self.user_name.as_deref(), |name| begins(report_accounts::user_name, name))
            .maybe(self.branch_id, |branch| report_accounts::branch_id.eq(branch))
    }
}

impl ReportAccountUpdateInput {
    fn check(&self) -> AppResult<()> {
        self.user_name.as_ref().map_or(Ok(()), |name| input::name("userName", name, 20))?;
        self.password.as_ref().map_or(Ok(()), |password| input::name("password", password, 50))?;
        input::texts([("comment", self.comment.value(), 255), ("reminder", self.reminder.value(), 255)])
    }
}

impl ReportAccountCreateInput {
    fn check(&self) -> AppResult<()> {
        if self.status == ReportAccountStatus::Deleted {
            return Err(refuse("status", "A new account is ACTIVE or FROZEN"));
        }
        input::name("userName", &self.user_name, 20)?;
        input::name("password", &self.password, 50)?;
        input::texts([("comment", self.comment.as_ref(), 255), ("reminder", self.reminder.as_ref(), 255)])
    }
}

impl ReportAccount {
    pub const OF_BRANCH: Relation<ReportAccount> =
        Relation { column: report_accounts::branch_id::NAME, parent: |row| row.branch_id.map(|branch| branch.number) };

    /// The password in plain text, for a request to the credit bureau
    pub fn password(&self, app: &App) -> AppResult<String> {
        app.vault.open(&self.password)
    }

    /// The account in use that asks for reports, of the last branch of a path that has one, else of the whole bank
    pub async fn for_queries(conn: &mut Conn, path: &str) -> QueryResult<Option<ReportAccount>> {
        let branches: Vec<i64> = path.split('/').filter_map(|number| number.parse().ok()).collect();
        let wanted = Where::default()
            .and(report_accounts::status.eq(ReportAccountStatus::Active))
            .and(report_accounts::kind.eq(ReportAccountKind::Query))
            .and(report_accounts::branch_id.is_null().or(report_accounts::branch_id.eq_any(branches.clone())));
        let found = ReportAccount::fetch(conn, wanted, ReportAccount::ORDER.all()).await?;
        let depth =
            |row: &ReportAccount| branches.iter().position(|at| row.branch_id.is_some_and(|id| id.number == *at));
        // Of several at one branch the first one.
        Ok(found.into_iter().rev().max_by_key(depth))
    }

    async fn create(
        conn: &mut Conn,
        branch: Option<Id<Branch>>,
        password: Secret,
        new: ReportAccountCreateInput,
    ) -> QueryResult<ReportAccount> {
        let now = Time::now();
        let row = (
            report_accounts::branch_id.eq(branch),
            report_accounts::user_name.eq(new.user_name),
            report_accounts::password.eq(password),
            report_accounts::status.eq(new.status),
            report_accounts::kind.eq(new.kind),
            report_accounts::comment.eq(new.comment),
            report_accounts::reminder.eq(new.reminder),
            report_accounts::created_at.eq(now),
            report_accounts::updated_at.eq(now),
        );
        diesel::insert_into(report_accounts::table).values(row).returning(ReportAccount::cols()).one(conn).await
    }

    async fn update(
        conn: &mut Conn,
        id: Id<ReportAccount>,
        branch: Option<Id<Branch>>,
        password: Option<Secret>,
        change: ReportAccountUpdateInput,
    ) -> QueryResult<ReportAccount> {
        diesel::update(report_accounts::table.filter(report_accounts::id.eq(id)))
            .set((
                branch.map(|value| report_accounts::branch_id.eq(value)),
                change.user_name.map(|value| report_accounts::user_name.eq(value)),
                password.map(|value| report_accounts::password.eq(value)),
                change.status.map(|value| report_accounts::status.eq(value)),
                change.kind.map(|value| report_accounts::kind.eq(value)),
                patch(change.comment).map(|value| report_accounts::comment.eq(value)),
                patch(change.reminder).map(|value| report_accounts::reminder.eq(value)),
                report_accounts::updated_at.eq(Time::now()),
            ))
            .returning(ReportAccount::cols())
            .one(conn)
            .await
    }

    async fn delete(conn: &mut Conn, id: Id<ReportAccount>) -> QueryResult<ReportAccount> {
        diesel::update(report_accounts::table.filter(report_accounts::id.eq(id)))
            .set((
                report_accounts::status.eq(ReportAccountStatus::Deleted),
                report_accounts::updated_at.eq(Time::now()),
            ))
            .returning(ReportAccount::cols())
            .one(conn)
            .await
    }
}

#[ComplexObject]
impl ReportAccount {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Branch that uses it, as far as the viewer may see it
    pub async fn branch(&self, ctx: &Context<'_>) -> AppResult<Option<Branch>> {
        ctx.load_named(self.branch_id).await
    }
}

#[derive(Default)]
pub struct ReportAccountQuery;

#[Object]
impl ReportAccountQuery {
    /// One account with the credit bureau
    #[graphql(guard = "May(Area::ReportAccounts)")]
    async fn report_account(&self, ctx: &Context<'_>, id: Id<ReportAccount>) -> AppResult<Option<ReportAccount>> {
        ctx.load(id).await
    }

    /// Accounts with the credit bureau by number
    #[graphql(guard = "May(Area::ReportAccounts)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn report_accounts(
        &self,
        ctx: &Context<'_>,
        filter: Option<ReportAccountFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<ReportAccount>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct ReportAccountMutation;

#[Object]
impl ReportAccountMutation {
    /// Enters an account with the credit bureau
    #[graphql(guard = "May(Area::ReportAccounts)")]
    async fn report_account_create(
        &self,
        ctx: &Context<'_>,
        input: ReportAccountCreateInput,
    ) -> AppResult<ReportAccountCreatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let password = ctx.app().vault.seal(&input.password)?;
        let mut tx = ctx.begin().await?;
        let branch = match Branch::wanted(&mut tx, viewer, input.branch_id, input.branch_code.as_deref()).await? {
            Some(branch) => Some(branch.id),
            None => viewer.bank.as_ref().map(|bank| Id::new(bank.branch_id)),
        };
        let report_account = ReportAccount::create(&mut tx, branch, password, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&report_account)).await?;
        tx.commit().await?;
        Ok(ReportAccountCreatePayload { report_account })
    }

    /// Changes an account with the credit bureau
    #[graphql(guard = "May(Area::ReportAccounts)")]
    async fn report_account_update(
        &self,
        ctx: &Context<'_>,
        id: Id<ReportAccount>,
        input: ReportAccountUpdateInput,
    ) -> AppResult<ReportAccountUpdatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let password = input.password.as_ref().map(|password| ctx.app().vault.seal(password)).transpose()?;
        let mut tx = ctx.begin().await?;
        let before = ReportAccount::find(&mut tx, viewer, id).await?;
        let branch = Branch::wanted(&mut tx, viewer, input.branch_id, input.branch_code.as_deref()).await?;
        let branch = branch.map(|branch| branch.id);
        let report_account = ReportAccount::update(&mut tx, id, branch, password, input).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&report_account)).await?;
        tx.commit().await?;
        Ok(ReportAccountUpdatePayload { report_account })
    }

    /// Deletes an account with the credit bureau
    #[graphql(guard = "May(Area::ReportAccounts)")]
    async fn report_account_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<ReportAccount>,
    ) -> AppResult<ReportAccountDeletePayload> {
        let mut tx = ctx.begin().await?;
        let before = ReportAccount::find(&mut tx, ctx.viewer()?, id).await?;
        let report_account = ReportAccount::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&report_account)).await?;
        tx.commit().await?;
        Ok(ReportAccountDeletePayload { report_account })
    }
}
