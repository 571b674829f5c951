//! Fields of a picture that are looked up.

use async_graphql::{ComplexObject, Context};

use super::CustomerImage;
use crate::{
    auth::Area,
    domains::{
        credit::{CreditInterview, Grid},
        customers::BankCustomer,
        identity::BankStaff,
    },
    error::AppResult,
    files,
    graphql::{ContextExt, id_number, scalars::Long},
};

#[ComplexObject]
impl CustomerImage {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Id number of the customer; masked for whoever may not work with pictures
    pub async fn id_number(&self, ctx: &Context<'_>) -> AppResult<String> {
        id_number::shown(ctx, Area::Images, &self.id_number)
    }

    /// Number of bytes
    pub async fn size(&self) -> Long {
        Long(self.size)
    }

    /// The picture itself in base64 (legacy baseCode); up to 14 MB, and as dear as 1,000 fields
    #[graphql(complexity = 1_000)]
    pub async fn base64(&self, ctx: &Context<'_>) -> AppResult<String> {
        files::base64(ctx, &self.location, self.size).await
    }

    /// The customer, by id number, as far as the viewer may see him
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        Ok(ctx.linked(CustomerImage::CUSTOMER, self.id.number).await?.into_iter().next())
    }

    /// Interview that it belongs to, as far as the viewer may see it
    pub async fn interview(&self, ctx: &Context<'_>) -> AppResult<Option<CreditInterview>> {
        ctx.load_named(self.interview_id).await
    }

    /// Grid of the customer, or of the interview
    pub async fn grid(&self, ctx: &Context<'_>) -> AppResult<Option<Grid>> {
        ctx.load(self.grid_id).await
    }

    /// Employee who uploaded it, as far as the viewer may see him
    pub async fn uploader(&self, ctx: &Context<'_>) -> AppResult<Option<BankStaff>> {
        ctx.load_named(self.uploader_id).await
    }
}
