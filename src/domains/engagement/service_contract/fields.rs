//! Fields of a contract that are looked up.

use async_graphql::{ComplexObject, Context};

use super::ServiceContract;
use crate::{
    auth::Realm,
    db::Time,
    domains::{
        customers::ClientOrganization,
        engagement::followers,
        identity::{ServiceStaff, StaffMember},
    },
    error::AppResult,
    graphql::{ContextExt, scalars::Long},
};

#[ComplexObject]
impl ServiceContract {
    /// Number of the row in its table (legacy id, contract_id)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that the contract belongs to
    pub async fn realm(&self) -> Realm {
        Realm::Service
    }

    /// When it was signed; while unsigned, when it was entered
    pub async fn at(&self) -> Time {
        self.dated_at
    }

    /// Name and amount, in one line
    pub async fn summary(&self) -> String {
        let name = followers::brief(&self.name);
        match self.amount {
            Some(amount) => format!("Contract {name}: {} yuan", amount.text(2)),
            None => format!("Contract {name}"),
        }
    }

    /// Employee who entered it
    pub async fn staff(&self, ctx: &Context<'_>) -> AppResult<Option<StaffMember>> {
        Ok(ctx.load_named(self.creator_id).await?.map(StaffMember::ServiceStaff))
    }

    /// Organisation that signs
    pub async fn organization(&self, ctx: &Context<'_>) -> AppResult<Option<ClientOrganization>> {
        ctx.load(self.organization_id).await
    }

    /// Employees who took part (legacy follower)
    #[graphql(complexity = "5 * child_complexity")]
    pub async fn followers(&self, ctx: &Context<'_>) -> AppResult<Vec<ServiceStaff>> {
        ctx.linked(ServiceContract::FOLLOWERS, self.id.number).await
    }

    /// Employee who entered it (legacy creator)
    pub async fn creator(&self, ctx: &Context<'_>) -> AppResult<Option<ServiceStaff>> {
        ctx.load_named(self.creator_id).await
    }

    /// Employee who last changed it (legacy editor)
    pub async fn editor(&self, ctx: &Context<'_>) -> AppResult<Option<ServiceStaff>> {
        ctx.load_named(self.editor_id).await
    }
}
