//! Relations and computed fields of a property customer.

use async_graphql::{ComplexObject, Context};

use super::PropertyCustomer;
use crate::{
    auth::Realm,
    domains::{
        customers::Tag,
        engagement::{CallFeedback, Interaction},
        identity::{DictionaryEntry, EstateAgent, StaffMember},
    },
    error::AppResult,
    graphql::{
        Connection, ContextExt, Page,
        merged::{MergedConnection, Merger},
        page,
        scalars::Long,
    },
};

#[ComplexObject]
impl PropertyCustomer {
    /// Number of the row in its table
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that the customer belongs to
    pub async fn realm(&self) -> Realm {
        Realm::Estate
    }

    /// Tags that the customer carries; this realm has none
    #[graphql(complexity = 1)]
    pub async fn tags(&self) -> AppResult<Vec<Tag>> {
        Ok(Vec::new())
    }

    /// What happened between staff and the customer, newest first
    #[graphql(complexity = "page::cost(first, None, None, child_complexity)")]
    pub async fn interactions(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> AppResult<MergedConnection<Interaction>> {
        Interaction::of_customers(ctx, &[self.clone().into()], Merger::new(ctx, first, after)?).await
    }

    /// Phone number
    pub async fn mobile(&self) -> Option<String> {
        Some(self.phone.clone())
    }

    /// Number of the id card; this realm does not keep it
    pub async fn id_number(&self) -> AppResult<Option<String>> {
        Ok(None)
    }

    /// Who looks after the customer: the agent
    pub async fn owner(&self, ctx: &Context<'_>) -> AppResult<Option<StaffMember>> {
        Ok(ctx.load(self.agent_id).await?.map(StaffMember::EstateAgent))
    }

    /// Agent who registered the customer
    pub async fn agent(&self, ctx: &Context<'_>) -> AppResult<Option<EstateAgent>> {
        ctx.load(self.agent_id).await
    }

    /// Entry of the dictionary GENDER; null where it was deleted
    pub async fn gender(&self, ctx: &Context<'_>) -> AppResult<Option<DictionaryEntry>> {
        DictionaryEntry::of_code(ctx, DictionaryEntry::GENDER, &self.gender_code).await
    }

    /// Entry of the dictionary PROPERTY_CUSTOMER_KIND; null where it was deleted
    pub async fn kind(&self, ctx: &Context<'_>) -> AppResult<Option<DictionaryEntry>> {
        DictionaryEntry::of_code(ctx, DictionaryEntry::PROPERTY_CUSTOMER_KIND, &self.kind_code).await
    }

    /// What calls of the customer came to, newest first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<CallFeedback>> {
        let page = Page::new(ctx, first, after, last, before, None)?;
        ctx.children(CallFeedback::OF_CUSTOMER, self.id.number, page).await
    }
}
