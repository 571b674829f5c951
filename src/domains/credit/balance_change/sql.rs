//! How balances are recorded, and added up.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike as _, NaiveDate};
use chrono_tz::Tz;
use diesel::{prelude::*, upsert::excluded};

use super::BalanceChange;
use crate::{
    db::{
        Cols as _, Conn, Day, Id, Money, Run as _, Time,
        sql::Many,
        tables::{balance_changes, balance_totals, bank_customers},
    },
    domains::{
        credit::{Grid, bank_product::BalanceKind},
        customers::BankCustomer,
    },
    graphql::Relation,
};

/// Rows of one INSERT
const CHUNK: usize = 1_000;

/// What a customer has or owes
#[derive(Clone, Copy, Debug)]
pub struct Balance {
    pub customer: Id<BankCustomer>,
    pub kind: BalanceKind,
    pub amount: Money,
}

#[derive(Insertable)]
#[diesel(table_name = balance_changes)]
struct NewChange {
    customer_id: Id<BankCustomer>,
    kind: BalanceKind,
    day: Day,
    as_of: Time,
    balance: Money,
    change: Money,
    magnitude: Money,
}

impl NewChange {
    fn new(balance: Balance, day: Day, as_of: Time, before: Money) -> NewChange {
        let Balance { customer: customer_id, kind, amount } = balance;
        let change = Money(amount.0 - before.0);
        NewChange { customer_id, kind, day, as_of, balance: amount, change, magnitude: Money(change.0.abs()) }
    }
}

/// What is known of a customer's balance around a day
#[derive(Clone, Copy)]
struct Known {
    grid: Option<Id<Grid>>,
    before: Option<Money>,
    that_day: Option<Money>,
    next_day: Option<Day>,
}

/// The month that a day lies in, 202612
pub fn month(day: NaiveDate) -> i32 {
    day.year() * 100 + i32::try_from(day.month()).unwrap_or_default()
}

impl BalanceChange {
    pub const OF_CUSTOMER: Relation<BalanceChange> =
        Relation { column: balance_changes::customer_id::NAME, parent: |change| Some(change.customer_id.number) };

    /// Records what customers have or owe at the end of a day, each at most once per kind. Days may come in any order;
    /// one on which nothing changed leaves no row.
    pub async fn record(conn: &mut Conn, zone: Tz, day: Day, balances: &[Balance]) -> QueryResult<()> {
        // What is recorded follows from what was: one transaction at a time.
        conn.lock("balance_changes").await?;
        let as_of = Time::now().min(day.end(zone));
        let (mut rows, mut totals) = (Vec::new(), Totals::default());
        for kind in [BalanceKind::Deposit, BalanceKind::Loan] {
            let balances: Vec<_> = balances.iter().filter(|balance| balance.kind == kind).copied().collect();
            let known = known(conn, kind, day, balances.iter().map(|balance| balance.customer).collect()).await?;
            let mut next = next(conn, kind, day, &known).await?;
            for balance in balances {
                let Some(known) = known.get(&balance.customer) else { continue };
                let before = known.before.unwrap_or_default();
                let base = known.that_day.unwrap_or(before);
                if balance.amount == base {
                    continue;
                }
                rows.push(NewChange::new(balance, day, as_of, before));
                totals.add(known.grid, kind, month(day.0), base, balance.amount);
                if let Some(next) = next.remove(&balance.customer) {
                    totals.add(known.grid, kind, month(next.day.0), balance.amount, base);
                    let later = Balance { amount: next.balance, ..balance };
                    rows.push(NewChange::new(later, next.day, next.as_of, balance.amount));
                }
            }
        }
        write(conn, rows).await?;
        totals.write(conn).await
    }

    /// What a customer has and owes is counted with another grid from now on, or with none
    pub async fn moved(
        conn: &mut Conn,
        zone: Tz,
        customer: Id<BankCustomer>,
        from: Option<Id<Grid>>,
        to: Option<Id<Grid>>,
    ) -> QueryResult<()> {
        if from == to {
            return Ok(());
        }
        conn.lock("balance_changes").await?;
        let mut totals = Totals::default();
        let today = Day::today(zone);
        let tomorrow = Day(today.0 + chrono::Days::new(1));
        for kind in [BalanceKind::Deposit, BalanceKind::Loan] {
            let known = known(conn, kind, tomorrow, vec![customer]).await?;
            let balance = known.get(&customer).and_then(|known| known.before).unwrap_or_default();
            totals.add(from, kind, month(today.0), balance, Money(0));
            totals.add(to, kind, month(today.0), Money(0), balance);
        }
        totals.write(conn).await
    }
}

/// A look into an index for each customer, however long his history is
async fn known(
    conn: &mut Conn,
    kind: BalanceKind,
    day: Day,
    customers: Vec<Id<BankCustomer>>,
) -> QueryResult<HashMap<Id<BankCustomer>, Known>> {
    type Row = (Id<BankCustomer>, Option<Id<Grid>>, Option<Money>, Option<Money>, Option<Day>);
    let of_customer = || {
        balance_changes::table
            .filter(balance_changes::customer_id.eq(bank_customers::id))
            .filter(balance_changes::kind.eq(kind))
    };
    let before = of_customer().filter(balance_changes::day.lt(day)).order(balance_changes::day.desc()).limit(1);
    let that_day = of_customer().filter(balance_changes::day.eq(day)).limit(1);
    let next_day = of_customer().filter(balance_changes::day.gt(day)).order(balance_changes::day).limit(1);
    let rows: Vec<Row> = bank_customers::table
        .filter(bank_customers::id.eq_any(customers))
        .select((
            bank_customers::id,
            bank_customers::grid_id,
            before.select(balance_changes::balance).single_value(),
            that_day.select(balance_changes::balance).single_value(),
            next_day.select(balance_changes::day).single_value(),
        ))
        .all(conn)
        .await?;
    let known = |(id, grid, before, that_day, next_day)| (id, Known { grid, before, that_day, next_day });
    Ok(rows.into_iter().map(known).collect())
}

/// The first row after the day, of the few customers who have one
async fn next(
    conn: &mut Conn,
    kind: BalanceKind,
    day: Day,
    known: &HashMap<Id<BankCustomer>, Known>,
) -> QueryResult<HashMap<Id<BankCustomer>, BalanceChange>> {
    let late: Vec<_> = known.iter().filter(|(_, known)| known.next_day.is_some()).map(|(id, _)| *id).collect();
    if late.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<BalanceChange> = balance_changes::table
        .filter(balance_changes::customer_id.eq_any(late))
        .filter(balance_changes::kind.eq(kind))
        .filter(balance_changes::day.gt(day))
        .select(BalanceChange::cols())
        .order(balance_changes::day.desc())
        .all(conn)
        .await?;
    // Of each customer the last one stays, which is the earliest.
    Ok(rows.into_iter().map(|row| (row.customer_id, row)).collect())
}

async fn write(conn: &mut Conn, rows: Vec<NewChange>) -> QueryResult<()> {
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        diesel::insert_into(balance_changes::table)
            .values(Many(rows.by_ref().take(CHUNK).collect()))
            .on_conflict((balance_changes::customer_id, balance_changes::kind, balance_changes::day))
            .do_update()
            .set((
                balance_changes::as_of.eq(excluded(balance_changes::as_of)),
                balance_changes::balance.eq(excluded(balance_changes::balance)),
                balance_changes::change.eq(excluded(balance_changes::change)),
                balance_changes::magnitude.eq(excluded(balance_changes::magnitude)),
            ))
            .run(conn)
            .await?;
    }
    Ok(())
}

/// What changes in `balance_totals`: amount and people, by grid, kind and month
#[derive(Default)]
struct Totals(BTreeMap<(Id<Grid>, i32, i32), (i64, i64)>);

impl Totals {
    fn add(&mut self, grid: Option<Id<Grid>>, kind: BalanceKind, month: i32, before: Money, after: Money) {
        let Some(grid) = grid else { return };
        let (amount, people) = self.0.entry((grid, kind.code(), month)).or_default();
        *amount += after.0 - before.0;
        *people += i64::from(after.0 != 0) - i64::from(before.0 != 0);
    }

    async fn write(self, conn: &mut Conn) -> QueryResult<()> {
        let mut rows = self.0.into_iter().filter(|(_, change)| *change != (0, 0)).peekable();
        while rows.peek().is_some() {
            let row = |((grid, kind, month), (amount, people))| {
                (
                    balance_totals::grid_id.eq(grid),
                    balance_totals::kind.eq(kind),
                    balance_totals::month.eq(month),
                    balance_totals::amount.eq(amount),
                    balance_totals::people.eq(people),
                )
            };
            diesel::insert_into(balance_totals::table)
                .values(Many(rows.by_ref().take(CHUNK).map(row).collect()))
                .on_conflict((balance_totals::grid_id, balance_totals::kind, balance_totals::month))
                .do_update()
                .set((
                    balance_totals::amount.eq(balance_totals::amount + excluded(balance_totals::amount)),
                    balance_totals::people.eq(balance_totals::people + excluded(balance_totals::people)),
                ))
                .run(conn)
                .await?;
        }
        Ok(())
    }
}
