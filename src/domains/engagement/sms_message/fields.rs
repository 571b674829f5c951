//! Relations and computed fields of SMS.

use async_graphql::{ComplexObject, Context};

use super::{SenderRole, SmsMessage};
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

/// Letters of the text that a summary quotes
const QUOTED: usize = 60;

#[ComplexObject]
impl SmsMessage {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that it belongs to
    pub async fn realm(&self) -> Realm {
        Realm::Loan
    }

    /// When it was sent
    pub async fn at(&self) -> Time {
        self.sent_at
    }

    /// What it was, in one line
    pub async fn summary(&self) -> String {
        let (word, name, code, mobile) = match self.sender_role {
            SenderRole::Officer => ("to", &self.receiver_name, &self.receiver, &self.receiver_mobile),
            SenderRole::Customer => ("from", &self.sender_name, &self.sender, &self.sender_mobile),
        };
        let code = Some(code).filter(|code| !code.is_empty());
        let customer = name.as_ref().or(code).or(mobile.as_ref()).map_or("the customer", String::as_str);
        let mut text: String =
            self.content.chars().take(QUOTED).map(|c| if c.is_control() { ' ' } else { c }).collect();
        if self.content.chars().nth(QUOTED).is_some() {
            text.push('…');
        }
        format!("SMS {word} {customer}: {text}")
    }

    /// Staff member who sent or got it
    pub async fn staff(&self, ctx: &Context<'_>) -> AppResult<Option<StaffMember>> {
        Ok(ctx.load(self.officer_id).await?.map(StaffMember::LoanOfficer))
    }

    /// Officer who sent or got it
    pub async fn officer(&self, ctx: &Context<'_>) -> AppResult<Option<LoanOfficer>> {
        ctx.load(self.officer_id).await
    }

    /// Customer who got or sent it, as far as the viewer may see him
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<LoanCustomer>> {
        match self.customer_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}
