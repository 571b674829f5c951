//! Fields of a contact that are looked up.

use async_graphql::{ComplexObject, Context};

use super::ServiceContact;
use crate::{
    auth::Realm,
    domains::{
        customers::ClientOrganization,
        customers::Tag,
        engagement::{DemandChange, FollowUp, Interaction, SatisfactionRating},
        identity::StaffMember,
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
impl ServiceContact {
    /// Number of the row in its table (legacy id, customers_id)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Realm that the contact belongs to
    pub async fn realm(&self) -> Realm {
        Realm::Service
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

    /// Real name, else the nickname, else the phone number
    pub async fn name(&self) -> String {
        let names = [Some(&self.real_name), self.nickname.as_ref(), self.phone.as_ref()];
        match names.into_iter().flatten().find(|name| !name.trim().is_empty()) {
            Some(name) => name.clone(),
            None => format!("Contact {}", self.id.number),
        }
    }

    /// Mobile phone
    pub async fn mobile(&self) -> Option<String> {
        self.phone.clone()
    }

    /// Id number; the service team does not ask for it
    pub async fn id_number(&self) -> AppResult<Option<String>> {
        Ok(None)
    }

    /// Employee responsible for the contact: nobody, the whole team looks after all contacts
    pub async fn owner(&self, _ctx: &Context<'_>) -> AppResult<Option<StaffMember>> {
        Ok(None)
    }

    /// Organisation that the person belongs to
    pub async fn organization(&self, ctx: &Context<'_>) -> AppResult<Option<ClientOrganization>> {
        ctx.load_named(self.organization_id).await
    }
    /// What employees did for the contact, newest first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn follow_ups(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<FollowUp>> {
        ctx.children(FollowUp::OF_CONTACT, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }

    /// What the contact wants, newest first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn demand_changes(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<DemandChange>> {
        ctx.children(DemandChange::OF_CONTACT, self.id.number, Page::new(ctx, first, after, last, before, None)?).await
    }

    /// How content the contact is, newest first
    #[graphql(complexity = "page::cost(first, last, None, child_complexity)")]
    pub async fn satisfaction_ratings(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> AppResult<Connection<SatisfactionRating>> {
        ctx.children(SatisfactionRating::OF_CONTACT, self.id.number, Page::new(ctx, first, after, last, before, None)?)
            .await
    }
}
