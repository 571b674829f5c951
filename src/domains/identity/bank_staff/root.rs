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
            _ => Branch::wanted(&mut ctx.read().await?, ctx.viewer()?, id, code).await?,
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
        let bank_staff = judged(&mut tx, viewer, id).await?;
        not_oneself(viewer, id)?;
        let held = BankStaff::role_ids(&mut tx, id).await?;
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

/// The roles that an input names: none that permits more than the viewer may do himself
async fn roles(conn: &mut Conn, viewer: &Viewer, wanted: Vec<Id<Role>>) -> AppResult<Vec<Id<Role>>> {
    let roles = Role::named_all(conn, viewer, "roleIds", wanted, MOST).await?;
    Role::outranked(conn, viewer, &roles).await?;
    Ok(roles)
}

/// An employee whom the viewer may change: one who may not do more than he
async fn judged(conn: &mut Conn, viewer: &Viewer, id: Id<BankStaff>) -> AppResult<BankStaff> {
    let staff = BankStaff::find(conn, viewer, id).await?;
    let held = BankStaff::role_ids(conn, id).await?;
    Role::outranked(conn, viewer, &held).await?;
    Ok(staff)
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
    let before = judged(&mut tx, viewer, id).await?;
    let account = Account::of_profile(&mut tx, before.account_id).await?;
    if input.is_frozen == Some(true) {
        not_oneself(viewer, id)?;
    }
    checked.branch = working_at(&mut tx, viewer, input.branch_id, input.branch_code.as_deref()).await?;
    let held = BankStaff::role_ids(&mut tx, id).await?;
    let mut roles_now = held.clone();
    if let Some(wanted) = input.role_ids.clone() {
        roles_now = roles(&mut tx, viewer, wanted).await?;
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
        changed = Account::set_password(&mut tx, account.id, hash).await?;
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
    let mut conn = ctx.read().await?;
    let staff = match &current {
        Some(_) => BankStaff::find(&mut conn, viewer, id).await?,
        None => judged(&mut conn, viewer, id).await?,
    };
    let account = Account::of_profile(&mut conn, staff.account_id).await?;
    drop(conn);
    if let Some(current) = current {
        account.check_password("oldPassword", &current).await?;
    }
    let mut tx = ctx.begin().await?;
    let changed = Account::set_password(&mut tx, account.id, hash).await?;
    AuditEntry::record(&mut tx, ctx, Some(&account), Some(&changed)).await?;
    tx.commit().await?;
    ctx.app().sessions.forget(account.id.number);
    Ok(staff)
}
