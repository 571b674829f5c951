//! Guards of root fields: may this viewer ask this at all. Which rows he gets is the business of
//! [`Visible`](crate::graphql::entity::Visible).

use async_graphql::{Context, Guard, Result};
use async_trait::async_trait;

use super::{Area, Realm};
use crate::{
    error::{AppError, AppResult},
    graphql::ContextExt,
};

/// Anybody who is signed in
pub struct SignedIn;

#[async_trait]
impl Guard for SignedIn {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        ctx.viewer()?;
        Ok(())
    }
}

/// Staff of a realm
pub struct Staff(pub Realm);

#[async_trait]
impl Guard for Staff {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        Ok(allow(ctx.viewer()?.works_in(self.0), self.0, "staff")?)
    }
}

/// Managers of a realm
pub struct Manager(pub Realm);

#[async_trait]
impl Guard for Manager {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        Ok(allow(ctx.viewer()?.manages(self.0), self.0, "managers")?)
    }
}

/// Staff of the realm BANK whose roles open this area, and the realm's managers
pub struct May(pub Area);

#[async_trait]
impl Guard for May {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        match ctx.viewer()?.may(self.0) {
            true => Ok(()),
            false => Err(AppError::forbidden("None of your roles in the realm BANK permits this").into()),
        }
    }
}

/// Administrators of the whole installation
pub struct Administrator;

#[async_trait]
impl Guard for Administrator {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        match ctx.viewer()?.administers() {
            true => Ok(()),
            false => Err(AppError::forbidden("Only for administrators of the whole installation").into()),
        }
    }
}

fn allow(allowed: bool, realm: Realm, who: &str) -> AppResult<()> {
    match allowed {
        true => Ok(()),
        false => Err(AppError::forbidden(format!("Only for {who} of the realm {}", realm.name()))),
    }
}
