//! Root fields about contacts.

use async_graphql::{Context, Object};

use super::{
    ServiceContact, ServiceContactCreateInput, ServiceContactCreatePayload, ServiceContactDeletePayload,
    ServiceContactFilter, ServiceContactUpdateInput, ServiceContactUpdatePayload, named,
};
use crate::{
    auth::{Realm, Staff},
    db::Id,
    domains::{customers::ClientOrganization, identity::AuditEntry},
    error::AppResult,
    graphql::{Connection, ContextExt, Entity, Page, PageInput, page},
};

#[derive(Default)]
pub struct ServiceContactQuery;

#[Object]
impl ServiceContactQuery {
    /// One contact of the service team
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn service_contact(&self, ctx: &Context<'_>, id: Id<ServiceContact>) -> AppResult<Option<ServiceContact>> {
        ctx.load(id).await
    }

    /// Contacts of the service team, last changed first
    #[graphql(guard = "Staff(Realm::Service)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn service_contacts(
        &self,
        ctx: &Context<'_>,
        filter: Option<ServiceContactFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<ServiceContact>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct ServiceContactMutation;

#[Object]
impl ServiceContactMutation {
    /// Enters a contact
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn service_contact_create(
        &self,
        ctx: &Context<'_>,
        input: ServiceContactCreateInput,
    ) -> AppResult<ServiceContactCreatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        if let Some(organization) = input.organization_id {
            ClientOrganization::usable(&mut tx, ctx.viewer()?, organization).await?;
        }
        let service_contact = ServiceContact::create(&mut tx, input).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&service_contact)).await?;
        tx.commit().await?;
        Ok(ServiceContactCreatePayload { service_contact })
    }

    /// Changes a contact
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn service_contact_update(
        &self,
        ctx: &Context<'_>,
        id: Id<ServiceContact>,
        input: ServiceContactUpdateInput,
    ) -> AppResult<ServiceContactUpdatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = ServiceContact::find(&mut tx, viewer, id).await?;
        if let Some(organization) = input.organization_id.value().filter(|id| before.organization_id != Some(**id)) {
            ClientOrganization::usable(&mut tx, viewer, *organization).await?;
        }
        let service_contact = ServiceContact::update(&mut tx, id, input).await?;
        named(&service_contact.real_name, service_contact.nickname.as_ref())?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&service_contact)).await?;
        tx.commit().await?;
        Ok(ServiceContactUpdatePayload { service_contact })
    }

    /// Deletes a contact that no record names
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn service_contact_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<ServiceContact>,
    ) -> AppResult<ServiceContactDeletePayload> {
        let mut tx = ctx.begin().await?;
        let service_contact = ServiceContact::find(&mut tx, ctx.viewer()?, id).await?;
        ServiceContact::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&service_contact), None).await?;
        tx.commit().await?;
        Ok(ServiceContactDeletePayload { service_contact })
    }
}
