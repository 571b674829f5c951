//! What is read and written of bank staff.

use diesel::{
    dsl::{Filter, Select},
    prelude::*,
};

use super::{BankStaff, BankStaffCreateInput, BankStaffUpdateInput};
use crate::{
    auth::{BankSight, Realm, Viewer},
    db::{
        Cols as _, Conn, Id, Inside, Run as _, Time, Where,
        sql::Many,
        tables::{accounts, background_jobs, bank_staff, bank_staff_roles},
    },
    domains::{
        credit::{CreditApproval, CreditInterview, CustomerImage, Grid},
        customers::{BankCustomer, Family},
        identity::{Account, Branch, Role},
    },
    error::{AppError, AppResult},
    graphql::{
        Entity as _, Relation,
        entity::Visible as _,
        id_number::IdNumber,
        input::{self, patch},
        relation::none,
    },
};

/// The parts of an input that are kept in another way of writing than they came in
pub(super) struct Checked {
    pub branch: Option<Id<Branch>>,
    pub id_number: Option<IdNumber>,
    pub phone: Option<String>,
}

impl Checked {
    pub fn new(branch: Option<Id<Branch>>, id_number: Option<&str>, phone: Option<&str>) -> AppResult<Checked> {
        Ok(Checked {
            branch,
            id_number: id_number.map(|text| IdNumber::read("idNumber", text)).transpose()?,
            phone: phone.map(|text| input::mobile("phone", text)).transpose()?,
        })
    }
}

/// Numbers of employees, as a sub-query
pub type Numbers = Select<Filter<bank_staff::table, Inside<bank_staff::table>>, bank_staff::id>;

impl BankStaff {
    pub fn numbers(wanted: Where<bank_staff::table>) -> Numbers {
        bank_staff::table.filter(wanted.inside()).select(bank_staff::id)
    }

    pub const OF_ACCOUNT: Relation<BankStaff> =
        Relation { column: bank_staff::account_id::NAME, parent: |staff| Some(staff.account_id.number) };

    pub const OF_BRANCH: Relation<BankStaff> =
        Relation { column: bank_staff::branch_id::NAME, parent: |staff| Some(staff.branch_id.number) };

    /// Refuses an employee whom rows still name: frozen, he stays
    pub(super) async fn unused(&self, conn: &mut Conn) -> AppResult<()> {
        let own = self.id.number;
        Grid::OF_MANAGER.none(conn, own, "He manages grids").await?;
        Family::OF_MANAGER.none(conn, own, "He manages families").await?;
        BankCustomer::OF_KEEPER.none(conn, own, "He entered customers").await?;
        CreditInterview::OF_KEEPER.none(conn, own, "He entered interviews").await?;
        CreditApproval::OF_STAFF.none(conn, own, "He approved interviews").await?;
        CustomerImage::OF_UPLOADER.none(conn, own, "He uploaded pictures").await?;
        let jobs = background_jobs::table.filter(background_jobs::account_id.eq(self.account_id));
        none(conn, jobs.select(background_jobs::id).limit(1), "He started jobs").await
    }

    /// The employee who asks, where it is one
    pub fn asking(viewer: &Viewer) -> Option<Id<BankStaff>> {
        viewer.profile_id.filter(|_| viewer.realm == Some(Realm::Bank)).map(Id::new)
    }

    /// Refuses to answer about an employee who is beyond what the viewer sees; a customer manager sees himself
    pub async fn within_sight(conn: &mut Conn, viewer: &Viewer, staff: Id<BankStaff>) -> AppResult<()> {
        if BankStaff::asking(viewer) == Some(staff) {
            return Ok(());
        }
        let seen = BankStaff::visible(viewer).both(BankStaff::with_ids(vec![staff]));
        if matches!(viewer.bank_sight(), BankSight::Staff(_)) || BankStaff::count(conn, seen).await? == 0 {
            return Err(AppError::forbidden("The accountId is beyond what your roles and your branch permit"));
        }
        Ok(())
    }

    pub async fn of_account(conn: &mut Conn, account: Id<Account>) -> QueryResult<Option<BankStaff>> {
        bank_staff::table.filter(bank_staff::account_id.eq(account)).select(BankStaff::cols()).opt(conn).await
    }

    /// Those with this role who work at one of these branches and may sign in, with the numbers of their branches
    pub async fn with_role(conn: &mut Conn, role: i64, branches: Vec<i64>) -> QueryResult<Vec<(Id<BankStaff>, i64)>> {
        let holders = bank_staff_roles::table.filter(bank_staff_roles::role_id.eq(role));
        bank_staff::table
            .inner_join(accounts::table)
            .filter(bank_staff::branch_id.eq_any(branches))
            .filter(bank_staff::id.eq_any(holders.select(bank_staff_roles::staff_id)))
            .filter(accounts::is_frozen.eq(false))
            .select((bank_staff::id, bank_staff::branch_id))
            .order(bank_staff::id)
            .all(conn)
            .await
    }

    pub(super) async fn role_ids(conn: &mut Conn, staff: Id<BankStaff>) -> QueryResult<Vec<Id<Role>>> {
        bank_staff_roles::table
            .filter(bank_staff_roles::staff_id.eq(staff))
            .select(bank_staff_roles::role_id)
            .order(bank_staff_roles::role_id)
            .all(conn)
            .await
    }

    /// Replaces the roles that he had before
    pub async fn set_roles(conn: &mut Conn, staff: Id<BankStaff>, roles: &[Id<Role>]) -> QueryResult<()> {
        diesel::delete(bank_staff_roles::table.filter(bank_staff_roles::staff_id.eq(staff))).run(conn).await?;
        if !roles.is_empty() {
            let row = |role: &Id<Role>| (bank_staff_roles::staff_id.eq(staff), bank_staff_roles::role_id.eq(*role));
            let rows = Many(roles.iter().map(row).collect());
            diesel::insert_into(bank_staff_roles::table).values(rows).run(conn).await?;
        }
        Ok(())
    }

    pub(super) async fn create(
        conn: &mut Conn,
        account: Id<Account>,
        new: BankStaffCreateInput,
        Checked { branch, id_number, phone }: Checked,
    ) -> QueryResult<BankStaff> {
        let now = Time::now();
        let sex = new.sex.or(id_number.as_ref().map(|number| number.sex));
        let row = (
            bank_staff::account_id.eq(account),
            branch.map(|value| bank_staff::branch_id.eq(value)),
            bank_staff::name.eq(new.name),
            id_number.map(|value| bank_staff::id_number.eq(value.text)),
            phone.map(|value| bank_staff::phone.eq(value)),
            sex.map(|value| bank_staff::sex.eq(value)),
            bank_staff::email.eq(new.email),
            bank_staff::avatar_url.eq(new.avatar_url),
            bank_staff::qr_code.eq(new.qr_code),
            bank_staff::corporation_code.eq(new.corporation_code),
            bank_staff::corporation_name.eq(new.corporation_name),
            bank_staff::created_at.eq(now),
            bank_staff::updated_at.eq(now),
        );
        diesel::insert_into(bank_staff::table).values(row).returning(BankStaff::cols()).one(conn).await
    }

    pub(super) async fn update(
        conn: &mut Conn,
        id: Id<BankStaff>,
        change: BankStaffUpdateInput,
        Checked { branch, id_number, phone }: Checked,
    ) -> QueryResult<BankStaff> {
        diesel::update(bank_staff::table.filter(bank_staff::id.eq(id)))
            .set((
                branch.map(|value| bank_staff::branch_id.eq(value)),
                change.name.map(|value| bank_staff::name.eq(value)),
                id_number.map(|value| bank_staff::id_number.eq(value.text)),
                phone.map(|value| bank_staff::phone.eq(value)),
                change.sex.map(|value| bank_staff::sex.eq(value)),
                patch(change.email).map(|value| bank_staff::email.eq(value)),
                patch(change.avatar_url).map(|value| bank_staff::avatar_url.eq(value)),
                patch(change.qr_code).map(|value| bank_staff::qr_code.eq(value)),
                patch(change.corporation_code).map(|value| bank_staff::corporation_code.eq(value)),
                patch(change.corporation_name).map(|value| bank_staff::corporation_name.eq(value)),
                bank_staff::updated_at.eq(Time::now()),
            ))
            .returning(BankStaff::cols())
            .one(conn)
            .await
    }
}
