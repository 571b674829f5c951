//! What is read and written of the bank's customers.

use diesel::{
    dsl::{Filter, Select},
    prelude::*,
    sql_types::BigInt,
};

use super::{BankCustomer, BankCustomerFilter, BankCustomerStatus, rules::Registrar};
use crate::{
    auth::{BankSight, Viewer},
    db::{
        Cols as _, Conn, Id, Inside, Run as _, Time, Where,
        sql::begins,
        tables::{accounts, bank_customers, bank_staff, branches, customer_tags, grids},
    },
    domains::{
        credit::{CreditInterview, Grid, grid, scope::Scope},
        identity::BankStaff,
    },
    error::{AppError, AppResult},
    graphql::{
        Entity, Relation,
        entity::Visible,
        input::{id_number_key, phone_key, refuse},
    },
};

/// Numbers of customers, as a sub-query
pub type Numbers = Select<Filter<bank_customers::table, Inside<bank_customers::table>>, bank_customers::id>;

impl BankCustomer {
    pub const OF_GRID: Relation<BankCustomer> =
        Relation { column: bank_customers::grid_id::NAME, parent: |row| row.grid_id.map(|grid| grid.number) };

    pub const OF_KEEPER: Relation<BankCustomer> =
        Relation { column: bank_customers::keeper_id::NAME, parent: |row| row.keeper_id.map(|staff| staff.number) };

    /// Of these grids, and the drafts without a grid that this employee keeps. One index of the column serves both; an
    /// OR over two columns would be looked at row by row.
    pub(super) fn placed(keeper: Option<Id<BankStaff>>, grids: grid::sql::Numbers) -> Where<bank_customers::table> {
        let kept = diesel::select((-keeper.map_or(0, |staff| staff.number)).into_sql::<BigInt>());
        Where::default().and(bank_customers::place.assume_not_null().eq_any(grids.union_all(kept)))
    }

    /// Row rule of what belongs to customers: `rows` makes it of the numbers of those that the viewer sees
    pub fn seen<T>(viewer: &Viewer, rows: impl FnOnce(Numbers) -> Where<T>) -> Where<T> {
        match viewer.bank_sight() {
            BankSight::All => Where::default(),
            BankSight::Nothing => Where::nothing(),
            _ => rows(BankCustomer::numbers(BankCustomer::visible(viewer))),
        }
    }

    pub fn numbers(wanted: Where<bank_customers::table>) -> Numbers {
        bank_customers::table.filter(wanted.inside()).select(bank_customers::id)
    }

    pub async fn by_id_number(conn: &mut Conn, viewer: &Viewer, number: &str) -> QueryResult<Option<BankCustomer>> {
        let wanted = BankCustomer::visible(viewer).and(bank_customers::id_number.eq(id_number_key(number)));
        Ok(BankCustomer::fetch(conn, wanted, BankCustomer::ORDER.first(1)).await?.into_iter().next())
    }

    /// Those with these id numbers, as they are kept, that the viewer sees
    pub async fn by_id_numbers(
        conn: &mut Conn,
        viewer: &Viewer,
        numbers: Vec<String>,
    ) -> QueryResult<Vec<BankCustomer>> {
        let wanted = BankCustomer::visible(viewer).and(bank_customers::id_number.eq_any(numbers));
        BankCustomer::fetch(conn, wanted, BankCustomer::ORDER.unsorted()).await
    }

    /// The customer that arguments name, by id or id number
    pub async fn of_argument(
        conn: &mut Conn,
        viewer: &Viewer,
        id: Option<Id<BankCustomer>>,
        id_number: Option<&str>,
    ) -> AppResult<BankCustomer> {
        match (id, id_number) {
            (Some(id), None) => BankCustomer::find(conn, viewer, id).await,
            (None, Some(number)) => {
                let found = BankCustomer::by_id_number(conn, viewer, number).await?;
                found.ok_or_else(|| AppError::not_found(BankCustomer::NAME))
            }
            _ => Err(AppError::bad_input("customerId", "Give either the customer's id or his id number")),
        }
    }

    /// Whoever asks, as the customers that he enters name him
    pub async fn registering(conn: &mut Conn, viewer: &Viewer) -> QueryResult<Registrar> {
        let staff = BankStaff::asking(viewer);
        if let Some(number) = staff {
            let (name, branch, code): (_, String, String) = bank_staff::table
                .inner_join(branches::table)
                .filter(bank_staff::id.eq(number))
                .select((bank_staff::name, branches::name, branches::code))
                .one(conn)
                .await?;
            return Ok(Registrar { staff, name, branch: Some(branch), branch_code: Some(code) });
        }
        let account = accounts::table.filter(accounts::id.eq(viewer.account_id.unwrap_or_default()));
        let name = account.select(accounts::name).one(conn).await?;
        Ok(Registrar { staff, name, branch: None, branch_code: None })
    }

    pub(super) async fn create(conn: &mut Conn, row: BankCustomer) -> QueryResult<BankCustomer> {
        diesel::insert_into(bank_customers::table).values(row).returning(BankCustomer::cols()).one(conn).await
    }

    pub(super) async fn update(conn: &mut Conn, row: BankCustomer) -> QueryResult<BankCustomer> {
        let changed = BankCustomer { updated_at: Time::now(), ..row };
        diesel::update(bank_customers::table.filter(bank_customers::id.eq(changed.id)))
            .set(changed)
            .returning(BankCustomer::cols())
            .one(conn)
            .await
    }

    pub(super) async fn set_status(
        conn: &mut Conn,
        ids: Vec<Id<BankCustomer>>,
        status: BankCustomerStatus,
    ) -> QueryResult<Vec<BankCustomer>> {
        diesel::update(bank_customers::table.filter(bank_customers::id.eq_any(ids)))
            .set((bank_customers::status.eq(status), bank_customers::updated_at.eq(Time::now())))
            .returning(BankCustomer::cols())
            .all(conn)
            .await
    }

    /// Refuses a customer whom rows name that do not go with him
    pub(super) async fn unused(&self, conn: &mut Conn) -> AppResult<()> {
        CreditInterview::OF_CUSTOMER.none(conn, self.id.number, "He was interviewed").await
    }

    pub(super) async fn delete(conn: &mut Conn, id: Id<BankCustomer>) -> QueryResult<usize> {
        diesel::delete(bank_customers::table.filter(bank_customers::id.eq(id))).run(conn).await
    }
}

impl BankCustomerFilter {
    pub(super) fn check(&self) -> AppResult<()> {
        match (self.grid_id, &self.grid_code) {
            (Some(_), Some(_)) => Err(refuse("gridCode", "Give either gridId or gridCode").of_argument("filter")),
            _ => Ok(()),
        }
    }

    pub(super) fn wanted(&self, viewer: &Viewer, scope: &Scope) -> Where<bank_customers::table> {
        scope
            .customers(viewer)
            .maybe(self.status, |status| bank_customers::status.eq(status))
            .maybe(self.grid_id, |grid| bank_customers::grid_id.eq(grid))
            .maybe(self.grid_code.clone(), |code| {
                bank_customers::grid_id.eq_any(grids::table.filter(grids::code.eq(code)).select(grids::id.nullable()))
            })
            .maybe(self.name.as_deref(), |name| begins(bank_customers::name, name))
            .maybe(self.phone.as_deref().map(phone_key), |phone| bank_customers::phone.eq(phone))
            .maybe(self.id_number.as_deref().map(id_number_key), |number| bank_customers::id_number.eq(number))
            .maybe(self.household_number.clone(), |number| bank_customers::household_number.eq(number))
            .maybe(self.tag_id, |tag| {
                let tagged = customer_tags::table.filter(customer_tags::tag_id.eq(tag));
                bank_customers::id.eq_any(tagged.select(customer_tags::customer_id))
            })
    }
}

impl Scope {
    /// Of its grids; what somebody keeps himself is within his own scope
    pub fn customers(&self, viewer: &Viewer) -> Where<bank_customers::table> {
        let keeper = BankStaff::asking(viewer).filter(|staff| self.is_of(Some(*staff)));
        match self.is_narrow() {
            true => BankCustomer::placed(keeper, Grid::numbers(self.grids())),
            false => Where::default(),
        }
    }
}
