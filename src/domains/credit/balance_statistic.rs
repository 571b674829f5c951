//! Statistic (存贷款统计): what the customers of a branch (机构) have at the bank or owe it, at the end of a year, and how
//! that came month by month or quarter (季) by quarter.
//!
//! Added up from `balance_totals`, which is small: a row per grid and month, not one per customer and day.

use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use chrono::Datelike as _;
use diesel::prelude::*;

use super::{bank_product::BalanceKind, scope};
use crate::{
    auth::{Area, May},
    codes,
    db::{
        Conn, Day, Id, Money, Run as _, Where,
        sql::{Total, begins},
        tables::{balance_totals, branches, grids},
    },
    domains::identity::Branch,
    error::{AppError, AppResult},
    graphql::{ContextExt, Entity, scalars::Long},
};

codes! {
    /// Part of a year
    pub enum Period {
        /// Month (legacy timeType 1, 月)
        Month = 1,
        /// Quarter (legacy timeType 2, 季)
        Quarter = 2,
        /// Whole year (legacy timeType 3, 年)
        Year = 3,
    }
}

impl Period {
    const fn months(self) -> i32 {
        match self {
            Period::Month => 1,
            Period::Quarter => 3,
            Period::Year => 12,
        }
    }

    fn name(self, year: i32, number: i32) -> String {
        match self {
            Period::Month => format!("{year}-{number:02}"),
            Period::Quarter => format!("{year}-Q{number}"),
            Period::Year => year.to_string(),
        }
    }
}

/// What the customers of a branch and of all below it have or owe
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct BalanceStatistic {
    /// The branch
    pub branch_id: Id<Branch>,
    /// Deposits, or loans (legacy amountType)
    pub kind: BalanceKind,
    /// The year (legacy time)
    pub year: i32,
    /// The parts that `points` has (legacy timeType)
    pub period: Period,
    /// Sum at the end of the year, or now
    pub amount: Money,
    /// Number of customers who have or owe anything then (legacy peopleNum)
    pub people: Long,
    /// Each part of the year that has begun, in order
    #[graphql(complexity = "12 * child_complexity")]
    pub points: Vec<BalancePoint>,
}

/// How things stood at the end of a part of a year, or now
#[derive(Clone, Debug, SimpleObject)]
pub struct BalancePoint {
    /// The part: "2026-03", "2026-Q1" or "2026"
    pub time: String,
    /// Sum
    pub amount: Money,
    /// By how much the sum grew since the part before
    pub change: Money,
    /// Number of customers who have or owe anything
    pub people: Long,
}

#[ComplexObject]
impl BalanceStatistic {
    /// The branch
    pub async fn branch(&self, ctx: &Context<'_>) -> AppResult<Option<Branch>> {
        ctx.load(self.branch_id).await
    }
}

/// Amount and people
type Sum = (i64, i64);

/// What is asked
struct Question {
    kind: BalanceKind,
    year: i32,
    period: Period,
    /// Months of the year that have begun
    months: i32,
}

impl Question {
    /// A row for the branch, then one for each branch directly below
    async fn answer(self, conn: &mut Conn, branch: Branch) -> QueryResult<Vec<BalanceStatistic>> {
        let below = Where::default().and(branches::parent_id.eq(branch.id));
        let children = Branch::fetch(conn, below, Branch::ORDER.all()).await?;
        let january = self.year * 100 + 1;
        let totals = || {
            balance_totals::table
                .inner_join(grids::table.inner_join(branches::table))
                .filter(begins(branches::path, &branch.path))
                .filter(balance_totals::kind.eq(self.kind))
        };
        let opening: Vec<(String, i64, i64)> = totals()
            .filter(balance_totals::month.lt(january))
            .group_by(branches::path)
            .select((branches::path, Total(balance_totals::amount), Total(balance_totals::people)))
            .all(conn)
            .await?;
        let year: Vec<(String, i32, i64, i64)> = totals()
            .filter(balance_totals::month.between(january, self.year * 100 + self.months))
            .group_by((branches::path, balance_totals::month))
            .select((
                branches::path,
                balance_totals::month,
                Total(balance_totals::amount),
                Total(balance_totals::people),
            ))
            .all(conn)
            .await?;
        let mut sums: HashMap<(&str, i32), Sum> = HashMap::new();
        let rows = opening.iter().map(|(path, amount, people)| (path, 0, amount, people));
        let rows = rows.chain(year.iter().map(|(path, month, amount, people)| (path, month % 100, amount, people)));
        for (path, month, amount, people) in rows {
            let child = children.iter().find(|child| path.starts_with(&child.path));
            for of in std::iter::once(&branch).chain(child) {
                let sum = sums.entry((&of.path, month)).or_default();
                *sum = (sum.0 + amount, sum.1 + people);
            }
        }
        let sum = |of: &Branch, month| sums.get(&(&*of.path, month)).copied().unwrap_or_default();
        Ok(std::iter::once(&branch).chain(&children).map(|of| self.row(of, |month| sum(of, month))).collect())
    }

    /// `change`: by how much the sum grew in a month; in month 0, before the year
    fn row(&self, branch: &Branch, change: impl Fn(i32) -> Sum) -> BalanceStatistic {
        let Question { kind, year, period, months } = *self;
        let mut sum = change(0);
        let mut points = Vec::new();
        for month in (1..=months).step_by(usize::try_from(period.months()).unwrap_or(1)) {
            let before = sum;
            for (amount, people) in (month..month + period.months()).map(&change) {
                sum = (sum.0 + amount, sum.1 + people);
            }
            points.push(BalancePoint {
                time: period.name(year, (month - 1) / period.months() + 1),
                amount: Money(sum.0),
                change: Money(sum.0 - before.0),
                people: Long(sum.1),
            });
        }
        let (amount, people) = (Money(sum.0), Long(sum.1));
        BalanceStatistic { branch_id: branch.id, kind, year, period, amount, people, points }
    }
}

// Rows are told apart by columns of both tables.
diesel::allow_columns_to_appear_in_same_group_by_clause!(branches::path, balance_totals::month,);

#[derive(Default)]
pub struct BalanceStatisticQuery;

#[Object]
impl BalanceStatisticQuery {
    /// What the customers of a branch, and of each branch directly below, have or owe at the end of a year, or now:
    /// first the branch itself, then the others by number; none for a year to come
    #[graphql(guard = "May(Area::Statistics)", complexity = "20 * child_complexity")]
    async fn balance_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of the branch; one that the viewer sees")] branch_code: String,
        #[graphql(desc = "Level that the branch must have, for clients that name it")] branch_level: Option<i32>,
        #[graphql(desc = "Deposits, or loans")] kind: BalanceKind,
        #[graphql(desc = "The year, 1900 to 9999")] year: i32,
        #[graphql(desc = "Which parts of the year to tell apart")] period: Period,
    ) -> AppResult<Vec<BalanceStatistic>> {
        if !(1900..=9999).contains(&year) {
            return Err(AppError::bad_input("year", "Must be 1900 to 9999"));
        }
        let mut conn = ctx.read().await?;
        let branch = scope::branch(&mut conn, ctx.viewer()?, &branch_code).await?;
        if branch_level.is_some_and(|level| level != branch.level) {
            return Err(AppError::bad_input("branchLevel", "The branch has another level"));
        }
        let today = Day::today(ctx.app().config.time_zone).0;
        let months = match year - today.year() {
            1.. => return Ok(Vec::new()),
            0 => i32::try_from(today.month()).unwrap_or(12),
            _ => 12,
        };
        Ok(Question { kind, year, period, months }.answer(&mut conn, branch).await?)
    }
}
