//! Fields of a resident that are looked up.

use async_graphql::{ComplexObject, Context};

use super::Resident;
use crate::{
    auth::Area,
    domains::{
        credit::Grid,
        customers::{BankCustomer, Family},
    },
    error::AppResult,
    graphql::{ContextExt, id_number, scalars::Long},
};

#[ComplexObject]
impl Resident {
    /// Number of the row in its table (legacy residentId)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Id number of 18 characters; masked for whoever may not work with residents
    pub async fn id_number(&self, ctx: &Context<'_>) -> AppResult<String> {
        id_number::shown(ctx, Area::Residents, &self.id_number)
    }

    /// Grid that the household belongs to
    pub async fn grid(&self, ctx: &Context<'_>) -> AppResult<Option<Grid>> {
        ctx.load(self.grid_id).await
    }

    /// What the bank knows of the household, as far as the viewer may see it
    pub async fn family(&self, ctx: &Context<'_>) -> AppResult<Option<Family>> {
        Ok(ctx.linked(Resident::FAMILY, self.id.number).await?.into_iter().next())
    }

    /// The same person as a customer of the bank, by id number, as far as the viewer may see him
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        Ok(ctx.linked(Resident::CUSTOMER, self.id.number).await?.into_iter().next())
    }
}
