//! The core system's word on customers' balances: who brings it, and what it changes.

use std::collections::{BTreeMap, HashMap};

use async_graphql::{Context, InputObject, Object, SimpleObject};
use diesel::{prelude::*, upsert::excluded};

use super::{BalanceSummary, Balances};
use crate::{
    auth::{Area, BankSight, May},
    db::{Cols as _, Conn, Day, Id, Run as _, Time, sql::Many, tables::balance_summaries},
    domains::{
        credit::{BalanceChange, balance_change::Balance, bank_product::BalanceKind},
        customers::BankCustomer,
        identity::AuditEntry,
    },
    error::{AppError, AppResult},
    graphql::{
        ContextExt,
        input::{id_number_key, refuse},
    },
};

/// Most customers of one feed
const MOST: usize = 500;

/// Balances of many customers at the end of a day
#[derive(Clone, Debug, InputObject)]
pub struct BalanceFeedInput {
    /// The day, today at the latest
    day: Day,
    /// Each customer once, 500 at the most
    customers: Vec<BalanceFeedRow>,
}

/// Balances of one customer
#[derive(Clone, Debug, InputObject)]
pub struct BalanceFeedRow {
    /// Id number of the customer
    id_number: String,
    /// What he has and owes
    balances: Balances,
}

/// What a feed brought
#[derive(Clone, Debug, SimpleObject)]
pub struct BalanceFeedPayload {
    /// Balances that are new or other than before; none where the same feed came already
    #[graphql(complexity = "MOST * child_complexity")]
    pub balance_summaries: Vec<BalanceSummary>,
    /// Id numbers of which the bank has no customer
    #[graphql(complexity = "MOST")]
    pub unknown: Vec<String>,
}

impl BalanceFeedInput {
    /// The rows by id number, as it is kept
    fn check(self, today: Day) -> AppResult<HashMap<String, Balances>> {
        if self.day > today || self.day.0 < chrono::NaiveDate::default() {
            return Err(refuse("day", "Must be 1970-01-01 to today"));
        }
        if self.customers.len() > MOST {
            return Err(refuse("customers", format!("At most {MOST} customers")));
        }
        let mut rows = HashMap::with_capacity(self.customers.len());
        for (place, row) in self.customers.into_iter().enumerate() {
            row.balances.check(&format!("customers[{place}].balances"))?;
            if rows.insert(id_number_key(&row.id_number), row.balances).is_some() {
                return Err(refuse(&format!("customers[{place}].idNumber"), "Each customer once"));
            }
        }
        Ok(rows)
    }
}

impl Balances {
    fn totals(&self, customer: Id<BankCustomer>) -> [Balance; 2] {
        [(BalanceKind::Deposit, self.deposit_total), (BalanceKind::Loan, self.loan_total)]
            .map(|(kind, amount)| Balance { customer, kind, amount })
    }
}

impl BalanceSummary {
    /// What is known of these customers
    async fn of_customers(conn: &mut Conn, ids: Vec<Id<BankCustomer>>) -> QueryResult<Vec<BalanceSummary>> {
        balance_summaries::table
            .filter(balance_summaries::customer_id.eq_any(ids))
            .select(BalanceSummary::cols())
            .all(conn)
            .await
    }

    /// Replaces what is known of these customers
    pub async fn write(
        conn: &mut Conn,
        day: Day,
        rows: Vec<(Id<BankCustomer>, Balances)>,
    ) -> QueryResult<Vec<BalanceSummary>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let now = Time::now();
        let row = |(customer, balances): (Id<BankCustomer>, Balances)| {
            (
                balance_summaries::customer_id.eq(customer),
                balance_summaries::day.eq(day),
                balances,
                balance_summaries::created_at.eq(now),
                balance_summaries::updated_at.eq(now),
            )
        };
        diesel::insert_into(balance_summaries::table)
            .values(Many(rows.into_iter().map(row).collect()))
            .on_conflict(balance_summaries::customer_id)
            .do_update()
            .set((
                balance_summaries::day.eq(excluded(balance_summaries::day)),
                balance_summaries::deposit_total.eq(excluded(balance_summaries::deposit_total)),
                balance_summaries::deposit_month_average.eq(excluded(balance_summaries::deposit_month_average)),
                balance_summaries::deposit_quarter_average.eq(excluded(balance_summaries::deposit_quarter_average)),
                balance_summaries::deposit_year_average.eq(excluded(balance_summaries::deposit_year_average)),
                balance_summaries::deposit_point.eq(excluded(balance_summaries::deposit_point)),
                balance_summaries::current_total.eq(excluded(balance_summaries::current_total)),
                balance_summaries::current_month_average.eq(excluded(balance_summaries::current_month_average)),
                balance_summaries::current_quarter_average.eq(excluded(balance_summaries::current_quarter_average)),
                balance_summaries::current_year_average.eq(excluded(balance_summaries::current_year_average)),
                balance_summaries::current_point.eq(excluded(balance_summaries::current_point)),
                balance_summaries::fixed_total.eq(excluded(balance_summaries::fixed_total)),
                balance_summaries::fixed_month_average.eq(excluded(balance_summaries::fixed_month_average)),
                balance_summaries::fixed_quarter_average.eq(excluded(balance_summaries::fixed_quarter_average)),
                balance_summaries::fixed_year_average.eq(excluded(balance_summaries::fixed_year_average)),
                balance_summaries::fixed_point.eq(excluded(balance_summaries::fixed_point)),
                balance_summaries::loan_total.eq(excluded(balance_summaries::loan_total)),
                balance_summaries::updated_at.eq(excluded(balance_summaries::updated_at)),
            ))
            .returning(BalanceSummary::cols())
            .all(conn)
            .await
    }
}

#[derive(Default)]
pub struct BalanceFeedMutation;

#[Object]
impl BalanceFeedMutation {
    /// Takes in what the core system says of customers' balances at the end of a day; for the headquarters. The same
    /// feed twice changes nothing, and days may come in any order
    #[graphql(guard = "May(Area::Holdings)")]
    async fn balance_feed(&self, ctx: &Context<'_>, input: BalanceFeedInput) -> AppResult<BalanceFeedPayload> {
        let viewer = ctx.viewer()?;
        if viewer.bank_sight() != BankSight::All {
            return Err(AppError::forbidden("Only for the headquarters"));
        }
        let zone = ctx.app().config.time_zone;
        let day = input.day;
        let mut named = input.check(Day::today(zone))?;
        let mut tx = ctx.begin().await?;
        tx.lock("balance_changes").await?;
        let known = BankCustomer::by_id_numbers(&mut tx, viewer, named.keys().cloned().collect()).await?;
        let rows: Vec<_> =
            known.into_iter().filter_map(|customer| Some((customer.id, named.remove(&customer.id_number)?))).collect();
        let mut unknown: Vec<String> = named.into_keys().collect();
        unknown.sort_unstable();
        let balances: Vec<Balance> = rows.iter().flat_map(|(customer, balances)| balances.totals(*customer)).collect();
        BalanceChange::record(&mut tx, zone, day, &balances).await?;
        let before =
            BalanceSummary::of_customers(&mut tx, rows.iter().map(|(customer, _)| *customer).collect()).await?;
        let before: HashMap<_, _> = before.into_iter().map(|summary| (summary.customer_id, summary)).collect();
        // History has no row for a day without a change: what is known of a later day holds against a change before it.
        let mut later: BTreeMap<Day, Vec<Balance>> = BTreeMap::new();
        for known in before.values().filter(|known| known.day > day) {
            later.entry(known.day).or_default().extend(known.balances.totals(known.customer_id));
        }
        for (day, balances) in later {
            BalanceChange::record(&mut tx, zone, day, &balances).await?;
        }
        let is_news = |(customer, balances): &(Id<BankCustomer>, Balances)| {
            before.get(customer).is_none_or(|known| known.day < day || known.day == day && known.balances != *balances)
        };
        let news = rows.into_iter().filter(is_news).collect();
        let balance_summaries = BalanceSummary::write(&mut tx, day, news).await?;
        let changes = balance_summaries.iter().map(|summary| (before.get(&summary.customer_id), Some(summary)));
        AuditEntry::record_all(&mut tx, ctx, changes).await?;
        tx.commit().await?;
        Ok(BalanceFeedPayload { balance_summaries, unknown })
    }
}
