//! Fields of a change that are looked up.

use async_graphql::{ComplexObject, Context};

use super::BalanceChange;
use crate::{
    domains::{credit::Grid, customers::BankCustomer, identity::Branch},
    error::AppResult,
    graphql::{ContextExt, codes::Coded as _, scalars::Long},
};

#[ComplexObject]
impl BalanceChange {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Customer whose money it is
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        ctx.load(self.customer_id).await
    }

    /// Branch that looks after the customer, as far as the viewer may see it
    #[graphql(complexity = "3 + child_complexity")]
    pub async fn branch(&self, ctx: &Context<'_>) -> AppResult<Option<Branch>> {
        let grid = ctx.load(self.customer_id).await?.and_then(|customer: BankCustomer| customer.grid_id);
        let grid: Option<Grid> = ctx.load_named(grid).await?;
        ctx.load_named(grid.map(|grid| grid.branch_id)).await
    }

    /// The change as a sentence in Chinese
    #[graphql(complexity = 2)]
    pub async fn message(&self, ctx: &Context<'_>) -> AppResult<String> {
        let name = ctx.load(self.customer_id).await?.map_or_else(String::new, |customer: BankCustomer| customer.name);
        let kind = self.kind.label().unwrap_or_default();
        let direction = if self.change.0 < 0 { "减少" } else { "增加" };
        let (amount, balance) = (self.magnitude.text(2), self.balance.text(2));
        Ok(format!("客户{name}于{}{kind}{direction}{amount}元，余额{balance}元", self.day.0.format("%Y年%-m月%-d日")))
    }
}
