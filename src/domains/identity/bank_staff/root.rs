//! Root fields about bank staff.

use async_graphql::{Context, Object};

use super::{
    BankStaff, BankStaffCreateInput, BankStaffCreatePayload, BankStaffDeletePayload, BankStaffFilter,
    BankStaffPasswordPayload, BankStaffUpdateInput, BankStaffUpdatePayload, sql::Checked,
};
use crate::{
    auth::{Area, May, Realm, Staff, Viewer},
    db::{Conn, Id},
    domains::identity::{Account, AuditEntry, Branch, NewAccount, Role, Session},
    error::{AppError, AppResult},
    graphql::{Connection, ContextExt, Entity, Page, PageInput, input::refuse, page},
};

/// Most roles of one employee
const MOST: usize = 20;

#[derive(Default)]
pub struct BankStaffQuery;

#[Object]
impl BankStaffQuery {
    /// One employee of the bank
    #[graphql(guard = "May(Area::Staff)")]
    async fn bank_staff_member(&self, ctx: &Context<'_>, id: Id<BankStaff>) -> AppResult<Option<BankStaff>> {
        ctx.load(id).await
    }

    /// Employees of the bank by number
    #[graphql(guard = "May(Area::Staff)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn bank_staff(
        &self,
        ctx: &Context<'_>,
        filter: Option<BankStaffFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<BankStaff>> {
        let filter = filter.unwrap_or_default();
        let (id, code) = (filter.branch_id, filter.branch_code.as_deref());
        let branch = match (id, code) {
            (None, None) => None,
            _ => {
                let branch = Branch::wanted(&mut ctx.read().await?, ctx.viewer()?, id, code).await;
                branch.map_err(|error| error.of_argument("filter"))?
            }
        };
        let path = branch.map(|branch| branch.path);
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted(path.as_deref())).await
    }
}

#[derive(Default)]
pub struct BankStaffMutation;

#[Object]
impl BankStaffMutation {
    /// Enters an employee and opens his account
    #[graphql(guard = "May(Area::Staff)")]
    async fn bank_staff_create(
        &self,
        ctx: &Context<'_>,
        input: BankStaffCreateInput,
    ) -> AppResult<BankStaffCreatePayload> {
        input.check()?;
        let mut checked = Checked::new(None, Some(&input.id_number), Some(&input.phone))?;
        let viewer = ctx.viewer()?;
        let account = NewAccount::new(Some(Realm::Bank), &input.login, &input.name, &input.password, false).await?;
        let mut tx = ctx.begin().await?;
        let branch = working_at(&mut tx, viewer, input.branch_id, input.branch_code.as_deref()).await?;
        checked.branch = Some(branch.ok_or_else(|| refuse("branchId", "Name the branch"))?);
        let roles = roles(&mut tx, viewer, input.role_ids.clone()).await?;
        let frozen = input.is_frozen;
        let mut account = Account::create(&mut tx, account).await?;
        if frozen {
            account = Account::set_frozen(&mut tx, account.id, true).await?;
        }
        let bank_staff = BankStaff::create(&mut tx, account.id, input, checked).await?;
        BankStaff::set_roles(&mut tx, bank_staff.id, &roles).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&account)).await?;
        let after = (&bank_staff, &*numbers(&roles));
        AuditEntry::record_linked(&mut tx, ctx, "roleIds", None, Some(after)).await?;
        tx.commit().await?;
        Ok(BankStaffCreatePayload { bank_staff })
    }

    /// Changes an employee and his account; what he may do and see changes at once
    #[graphql(guard = "May(Area::Staff)")]
    async fn bank_staff_update(
        &self,
        ctx: &Context<'_>,
        id: Id<BankStaff>,
        input: BankStaffUpdateInput,
    ) -> AppResult<BankStaffUpdatePayload> {
        Ok(BankStaffUpdatePayload { bank_staff: update(ctx, id, input).await? })
    }

    /// Keeps an employee from signing in and ends his sessions
    #[graphql(guard = "May(Area::Staff)")]
    async fn bank_staff_freeze(&self, ctx: &Context<'_>, id: Id<BankStaff>) -> AppResult<BankStaffUpdatePayload> {
        let input = BankStaffUpdateInput { is_frozen: Some(true), ..BankStaffUpdateInput::default() };
        Ok(BankStaffUpdatePayload { bank_staff: update(ctx, id, input).await? })
    }

    /// Lets an employee sign in again
    #[graphql(guard = "May(Area::Staff)")]
    async fn bank_staff_thaw(&self, ctx: &Context<'_>, id: Id<BankStaff>) -> AppResult<BankStaffUpdatePayload> {
        let input = BankStaffUpdateInput { is_frozen: Some(false), ..BankStaffUpdateInput::default() };
        Ok(BankStaffUpdatePayload { bank_staff: update(ctx, id, input).await? })
    }

    /// Sets the password of whoever asks; his sessions end
    #[graphql(guard = "Staff(Realm::Bank)")]
    async fn bank_staff_password_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whoever asks; nobody else")] id: Id<BankStaff>,
        #[graphql(desc = "The current password", secret)] old_password: String,
        #[graphql(desc = "The new password, 6 to 20 characters", secret)] new_password: String,
    ) -> AppResult<BankStaffPasswordPayload> {
        if BankStaff::asking(ctx.viewer()?) != Some(id) {
            return Err(AppError::forbidden("Only for one's own password"));
        }
        Ok(BankStaffPasswordPayload { bank_staff: set_password(ctx, id, Some(old_password), new_password).await? })
    }

    /// Sets the password of an employee, as an administrator; his sessions end
    #[graphql(guard = "May(Area::Staff)")]
    async fn bank_staff_password_reset(
        &self,
        ctx: &Context<'_>,
        id: Id<BankStaff>,
        #[graphql(desc = "The new password, 6 to 20 characters", secret)] password: String,
    ) -> AppResult<BankStaffPasswordPayload> {
        Ok(BankStaffPasswordPayload { bank_staff: set_password(ctx, id, None, password).await? })
    }

    /// Deletes an employee and his account, as long as nothing in the business refers to him
    #[graphql(guard = "May(Area::Staff)")]
    async fn bank_staff_delete(&self, ctx: &Context<'_>, id: Id<BankStaff>) -> AppResult<BankStaffDeletePayload> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let (bank_staff, held) = judged(&mut tx, viewer, id).await?;
        not_oneself(viewer, id)?;
        bank_staff.unused(&mut tx).await?;
        Account::delete(&mut tx, bank_staff.account_id).await?;
        let before = (&bank_staff, &*numbers(&held));
        AuditEntry::record_linked(&mut tx, ctx, "roleIds", Some(before), None).await?;
        tx.commit().await?;
        ctx.app().sessions.forget(bank_staff.account_id.number);
        Ok(BankStaffDeletePayload { bank_staff })
    }
}

fn numbers(roles: &[Id<Role>]) -> Vec<i64> {
    roles.iter().map(|role| role.number).collect()
}

/// The branch that an input names: one that the viewer sees and that is in use
async fn working_at(
    conn: &mut Conn,
    viewer: &Viewer,
    id: Option<Id<Branch>>,
    code: Option<&str>,
) -> AppResult<Option<Id<Branch>>> {
    let branch = Branch::wanted(conn, viewer, id, code).await?;
    match branch {
        Some(branch) if !branch.is_active => Err(refuse("branchId", "The branch is not in use")),
        branch => Ok(branch.map(|branch| branch.id)),
    }
}

/// The roles that an input names: none that gives more than the viewer has himself
async fn roles(conn: &mut Conn, viewer: &Viewer, wanted: Vec<Id<Role>>) -> AppResult<Vec<Id<Role>>> {
    let roles = Role::named_all(conn, viewer, "roleIds", wanted, MOST).await?;
    outranked(conn, viewer, &roles).await?;
    Ok(roles)
}

/// An employee whom the viewer may change: one who has no more than he. Nobody gets other roles until the transaction
/// ends.
async fn judged(conn: &mut Conn, viewer: &Viewer, id: Id<BankStaff>) -> AppResult<(BankStaff, Vec<Id<Role>>)> {
    conn.lock("bank_staff").await?;
    let staff = BankStaff::find(conn, viewer, id).await?;
    let held = BankStaff::role_ids(conn, id).await?;
    outranked(conn, viewer, &held).await?;
    Ok((staff, held))
}

/// Refuses somebody who would hand out, or judge, roles that permit or show more than his own
async fn outranked(conn: &mut Conn, viewer: &Viewer, of: &[Id<Role>]) -> AppResult<()> {
    match viewer.sees_as_far(&numbers(of)) {
        true => Role::outranked(conn, viewer, of).await,
        false => Err(AppError::forbidden("These roles show more than yours do")),
    }
}

fn not_oneself(viewer: &Viewer, id: Id<BankStaff>) -> AppResult<()> {
    match BankStaff::asking(viewer) == Some(id) {
        true => Err(AppError::conflict("Nobody locks himself out")),
        false => Ok(()),
    }
}

async fn update(ctx: &Context<'_>, id: Id<BankStaff>, input: BankStaffUpdateInput) -> AppResult<BankStaff> {
    input.check()?;
    let mut checked = Checked::new(None, input.id_number.as_deref(), input.phone.as_deref())?;
    let password = match &input.password {
        Some(password) => Some(Account::hash(Some(Realm::Bank), password).await?),
        None => None,
    };
    let viewer = ctx.viewer()?;
    let mut tx = ctx.begin().await?;
    let (before, held) = judged(&mut tx, viewer, id).await?;
    let account = Account::of_profile(&mut tx, before.account_id).await?;
    if input.is_frozen == Some(true) {
        not_oneself(viewer, id)?;
    }
    checked.branch = working_at(&mut tx, viewer, input.branch_id, input.branch_code.as_deref()).await?;
    let roles_now = match input.role_ids.clone() {
        Some(wanted) => roles(&mut tx, viewer, wanted).await?,
        None => held.clone(),
    };
    let moves = checked.branch.is_some_and(|branch| branch != before.branch_id);
    if BankStaff::asking(viewer) == Some(id) && (moves || roles_now != held) {
        return Err(AppError::forbidden("Nobody changes his own roles or his own branch"));
    }
    if roles_now != held {
        BankStaff::set_roles(&mut tx, id, &roles_now).await?;
    }

    let mut changed = account.clone();
    if input.login.is_some() || input.name.is_some() {
        changed = Account::rename(&mut tx, account.id, input.login.clone(), input.name.clone()).await?;
    }
    if let Some(frozen) = input.is_frozen.filter(|frozen| *frozen != account.is_frozen) {
        changed = Account::set_frozen(&mut tx, account.id, frozen).await?;
    }
    if let Some(hash) = password {
        changed = Account::set_password(&mut tx, &account, hash).await?;
    }
    let staff = BankStaff::update(&mut tx, id, input, checked).await?;
    AuditEntry::record(&mut tx, ctx, Some(&account), Some(&changed)).await?;
    let (before, after) = ((&before, &*numbers(&held)), (&staff, &*numbers(&roles_now)));
    AuditEntry::record_linked(&mut tx, ctx, "roleIds", Some(before), Some(after)).await?;
    Session::refresh(&mut tx, account.id).await?;
    tx.commit().await?;
    ctx.app().sessions.forget(account.id.number);
    Ok(staff)
}

/// With the current password, or as an administrator without it
async fn set_password(
    ctx: &Context<'_>,
    id: Id<BankStaff>,
    current: Option<String>,
    password: String,
) -> AppResult<BankStaff> {
    let viewer = ctx.viewer()?;
    let hash = Account::hash(Some(Realm::Bank), &password).await?;
    let mut proven = None;
    if let Some(current) = current {
        let account = Account::of_profile(&mut ctx.read().await?, Id::new(viewer.account_id.unwrap_or(0))).await?;
        account.check_password(ctx, "oldPassword", &current).await?;
        proven = Some(account);
    }
    let mut tx = ctx.begin().await?;
    let (staff, account) = match proven {
        Some(account) => (BankStaff::find(&mut tx, viewer, id).await?, account),
        None => {
            let (staff, _) = judged(&mut tx, viewer, id).await?;
            let account = Account::of_profile(&mut tx, staff.account_id).await?;
            (staff, account)
        }
    };
    let changed = Account::set_password(&mut tx, &account, hash).await?;
    AuditEntry::record(&mut tx, ctx, Some(&account), Some(&changed)).await?;
    tx.commit().await?;
    ctx.app().sessions.forget(account.id.number);
    Ok(staff)
}
