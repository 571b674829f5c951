//! Relations and computed fields of telephone calls.

use async_graphql::{ComplexObject, Context};

use super::{CallStatus, PhoneCall};
use crate::{
    auth::Realm,
    db::Time,
    domains::{
        customers::LoanCustomer,
        identity::{LoanOfficer, StaffMember},
    },
    error::AppResult,
    graphql::{ContextExt, scalars::Long},
};

#[ComplexObject]
impl PhoneCall {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that it belongs to
    pub async fn realm(&self) -> Realm {
        Realm::Loan
    }

    /// When the call was made
    pub async fn at(&self) -> Time {
        self.started_at
    }

    /// What it was, in one line
    pub async fn summary(&self) -> String {
        let Self { mobile, seconds, .. } = self;
        match self.status {
            CallStatus::NotCalled => format!("No call to {mobile} yet"),
            CallStatus::OutgoingAnswered => format!("Call to {mobile}, {seconds} s"),
            CallStatus::OutgoingUnanswered => format!("Call to {mobile}, not answered"),
            CallStatus::IncomingUnanswered => format!("Call from {mobile}, missed"),
            CallStatus::IncomingAnswered => format!("Call from {mobile}, {seconds} s"),
        }
    }

    /// Staff member who called or was called
    pub async fn staff(&self, ctx: &Context<'_>) -> AppResult<Option<StaffMember>> {
        Ok(ctx.load(self.officer_id).await?.map(StaffMember::LoanOfficer))
    }

    /// Officer who called or was called
    pub async fn officer(&self, ctx: &Context<'_>) -> AppResult<Option<LoanOfficer>> {
        ctx.load(self.officer_id).await
    }

    /// Customer who was called or called, as far as the viewer may see him
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<LoanCustomer>> {
        match self.customer_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}
