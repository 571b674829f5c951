//! What a customer has at the bank and owes it, as the core system last said (客户业务信息): all deposits (存款), of them
//! current (活期) and fixed (定期) ones, each as a balance, as a daily average (日均) over the month, the quarter and the
//! year, and at the point of reckoning (时点).
//!
//! Table `balance_summaries`, filled by the core system's feed alone. What it says of a customer counts: his product
//! accounts add to statistics only as long as it has never spoken of him.

pub mod feed;

use async_graphql::{ComplexObject, Context, InputObject, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use self::feed::BalanceFeedMutation;
use crate::{
    auth::{Area, Viewer},
    db::{Day, Id, Money, Time, Where, tables::balance_summaries},
    domains::customers::BankCustomer,
    entity,
    error::AppResult,
    graphql::{ContextExt, Relation, entity::Visible, id_number, input, scalars::Long},
};

/// What a customer has at the bank and owes it
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = balance_summaries)]
#[graphql(complex)]
pub struct BalanceSummary {
    /// Opaque global id
    pub id: Id<BalanceSummary>,
    /// The customer
    pub customer_id: Id<BankCustomer>,
    /// Day at whose end it was so
    pub day: Day,
    #[diesel(embed)]
    #[graphql(flatten)]
    #[serde(flatten)]
    pub balances: Balances,
    /// When the core system first spoke of the customer
    pub created_at: Time,
    /// When it last did
    pub updated_at: Time,
}

/// Balances of a customer in yuan
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, InputObject, SimpleObject, Serialize)]
#[diesel(table_name = balance_summaries)]
#[graphql(input_name = "BalancesInput")]
pub struct Balances {
    /// All deposits (legacy depositTotal)
    pub deposit_total: Money,
    /// All deposits, daily average of the month (legacy depositMonth)
    pub deposit_month_average: Money,
    /// All deposits, daily average of the quarter (legacy depositSeason)
    pub deposit_quarter_average: Money,
    /// All deposits, daily average of the year (legacy depositYear)
    pub deposit_year_average: Money,
    /// All deposits at the point of reckoning (legacy depositTimePoit)
    pub deposit_point: Money,
    /// Current deposits (legacy currentTotal)
    pub current_total: Money,
    /// Current deposits, daily average of the month (legacy currentMonth)
    pub current_month_average: Money,
    /// Current deposits, daily average of the quarter (legacy currentSeason)
    pub current_quarter_average: Money,
    /// Current deposits, daily average of the year (legacy currentYear)
    pub current_year_average: Money,
    /// Current deposits at the point of reckoning (legacy currentTimePoit)
    pub current_point: Money,
    /// Fixed deposits (legacy fixedTotal)
    pub fixed_total: Money,
    /// Fixed deposits, daily average of the month (legacy fixedMonth)
    pub fixed_month_average: Money,
    /// Fixed deposits, daily average of the quarter (legacy fixedSeason)
    pub fixed_quarter_average: Money,
    /// Fixed deposits, daily average of the year (legacy fixedYear)
    pub fixed_year_average: Money,
    /// Fixed deposits at the point of reckoning (legacy fixedTimePoit)
    pub fixed_point: Money,
    /// All loans, 贷款
    pub loan_total: Money,
}

entity!(BalanceSummary, balance_summaries, asc);

impl Visible for BalanceSummary {
    type Table = balance_summaries::table;
    const AREA: Option<Area> = Some(Area::Holdings);

    /// Those of the customers that he sees
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        BankCustomer::seen(viewer, |customers| Where::default().and(balance_summaries::customer_id.eq_any(customers)))
    }
}

/// A balance that can be added up over millions of customers: 0 to 100,000,000,000 yuan
pub fn check(field: &str, balance: Money) -> AppResult<()> {
    const MOST: i64 = 100_000_000_000 * 10_000;
    match (0..=MOST).contains(&balance.0) {
        true => Ok(()),
        false => Err(input::refuse(field, "Must be 0 to 100000000000")),
    }
}

impl Balances {
    fn check(&self, field: &str) -> AppResult<()> {
        for (name, balance) in [
            ("depositTotal", self.deposit_total),
            ("depositMonthAverage", self.deposit_month_average),
            ("depositQuarterAverage", self.deposit_quarter_average),
            ("depositYearAverage", self.deposit_year_average),
            ("depositPoint", self.deposit_point),
            ("currentTotal", self.current_total),
            ("currentMonthAverage", self.current_month_average),
            ("currentQuarterAverage", self.current_quarter_average),
            ("currentYearAverage", self.current_year_average),
            ("currentPoint", self.current_point),
            ("fixedTotal", self.fixed_total),
            ("fixedMonthAverage", self.fixed_month_average),
            ("fixedQuarterAverage", self.fixed_quarter_average),
            ("fixedYearAverage", self.fixed_year_average),
            ("fixedPoint", self.fixed_point),
            ("loanTotal", self.loan_total),
        ] {
            check(&format!("{field}.{name}"), balance)?;
        }
        Ok(())
    }
}

impl BalanceSummary {
    pub const OF_CUSTOMER: Relation<BalanceSummary> =
        Relation { column: balance_summaries::customer_id::NAME, parent: |summary| Some(summary.customer_id.number) };
}

#[ComplexObject]
impl BalanceSummary {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// The customer
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        ctx.load(self.customer_id).await
    }

    /// Id number of the customer; masked for those who may not ask for balances
    #[graphql(complexity = 2)]
    pub async fn id_number(&self, ctx: &Context<'_>) -> AppResult<Option<String>> {
        let customer = ctx.load(self.customer_id).await?;
        customer.map(|customer: BankCustomer| id_number::shown(ctx, Area::Holdings, &customer.id_number)).transpose()
    }
}
