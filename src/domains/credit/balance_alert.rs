//! Alert (存贷异动): a large change of what a customer has at the bank or owes it, for those who lead: presidents of the
//! bank (董事长) look at 5,000,000 yuan and more, the middle (中层) at 1,000,000, the base (基层) at 100,000.
//!
//! No table of its own: alerts are the rows of `balance_changes` from an amount on. Those of 100,000 yuan and more have
//! an index to themselves, in the order of the list; smaller ones are frequent, and found in the index of all.

use async_graphql::{Context, Object};
use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use super::{BalanceChange, bank_product::BalanceKind, grid::Grid, scope};
use crate::{
    auth::{Area, May},
    db::{
        Money, Where,
        tables::{balance_changes, bank_customers},
    },
    domains::customers::BankCustomer,
    error::{AppError, AppResult},
    graphql::{Connection, ContextExt, Page, PageInput, page},
};

/// Least amount that the base looks at, and that the index begins with
const LARGE: Money = Money(100_000 * 10_000);

struct Wanted {
    kind: BalanceKind,
    amount: Money,
    /// Path of the branch that the customers are at or below
    path: Option<String>,
}

impl Wanted {
    fn rows(&self) -> Where<balance_changes::table> {
        // Not a parameter: only what stands in the statement itself tells a database that the index will do.
        let is_large = || sql::<Bool>("balance_changes.magnitude >= 1000000000");
        Where::default()
            .and(balance_changes::kind.eq(self.kind))
            .and(balance_changes::magnitude.ge(self.amount))
            .maybe((self.amount >= LARGE).then(is_large), |is_large| is_large)
            .maybe(self.path.as_deref(), |path| {
                let grids = Grid::numbers(Grid::below(path));
                let customers = Where::default().and(bank_customers::grid_id.assume_not_null().eq_any(grids));
                balance_changes::customer_id.eq_any(BankCustomer::numbers(customers))
            })
    }
}

#[derive(Default)]
pub struct BalanceAlertQuery;

#[Object]
impl BalanceAlertQuery {
    /// Large changes of what customers have or owe, newest first
    #[graphql(guard = "May(Area::Alerts)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn balance_alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Deposits, or loans")] kind: BalanceKind,
        #[graphql(desc = "Of this amount at least; left out: 100,000 yuan")] amount: Option<Money>,
        #[graphql(desc = "Of the branch with this code and all below; one that the viewer sees")] branch_code: Option<
            String,
        >,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<BalanceChange>> {
        let amount = amount.unwrap_or(LARGE);
        if amount.0 < 0 {
            return Err(AppError::bad_input("amount", "Must not be less than 0"));
        }
        let path = match branch_code {
            Some(code) => Some(scope::branch(&mut ctx.read().await?, ctx.viewer()?, &code).await?.path),
            None => None,
        };
        let wanted = Wanted { kind, amount, path };
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || wanted.rows()).await
    }
}
