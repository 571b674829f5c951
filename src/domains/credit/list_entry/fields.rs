//! Fields of an entry of a list that are looked up.

use async_graphql::{ComplexObject, Context};

use super::ListEntry;
use crate::{
    domains::{credit::Grid, customers::BankCustomer},
    error::AppResult,
    graphql::{ContextExt, scalars::Long},
};

#[ComplexObject]
impl ListEntry {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Grid that he lives in
    pub async fn grid(&self, ctx: &Context<'_>) -> AppResult<Option<Grid>> {
        ctx.load(self.grid_id).await
    }

    /// The same person as a customer of the bank, by id number, as far as the viewer may see him
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        Ok(ctx.linked(ListEntry::CUSTOMER, self.id.number).await?.into_iter().next())
    }
}
