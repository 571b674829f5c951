//! Root fields about contracts.

use async_graphql::{Context, Object};

use super::{
    ServiceContract, ServiceContractCreateInput, ServiceContractCreatePayload, ServiceContractDeletePayload,
    ServiceContractFilter, ServiceContractUpdateInput, ServiceContractUpdatePayload,
};
use crate::{
    auth::{Realm, Staff, Viewer},
    db::{Conn, Id},
    domains::{
        customers::ClientOrganization,
        engagement::followers,
        identity::{AuditEntry, ServiceStaff},
    },
    error::AppResult,
    graphql::{Connection, ContextExt, Entity, Page, PageInput, page},
};

#[derive(Default)]
pub struct ServiceContractQuery;

#[Object]
impl ServiceContractQuery {
    /// One contract of the service team
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn service_contract(&self, ctx: &Context<'_>, id: Id<ServiceContract>) -> AppResult<Option<ServiceContract>> {
        ctx.load(id).await
    }

    /// Contracts of the service team, last signed (while unsigned: last entered) first
    #[graphql(guard = "Staff(Realm::Service)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn service_contracts(
        &self,
        ctx: &Context<'_>,
        filter: Option<ServiceContractFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<ServiceContract>> {
        let filter = filter.unwrap_or_default();
        filter.check()?;
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct ServiceContractMutation;

#[Object]
impl ServiceContractMutation {
    /// Enters a contract
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn service_contract_create(
        &self,
        ctx: &Context<'_>,
        mut input: ServiceContractCreateInput,
    ) -> AppResult<ServiceContractCreatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        ClientOrganization::usable(&mut tx, viewer, input.organization_id).await?;
        employees(&mut tx, viewer, [("creatorId", input.creator_id), ("editorId", input.editor_id)]).await?;
        let followers = followers::named(&mut tx, viewer, input.follower_ids.clone()).await?;
        let asking = ServiceStaff::asking(viewer);
        input.creator_id = input.creator_id.or(asking);
        input.editor_id = input.editor_id.or(asking);
        let service_contract = ServiceContract::create(&mut tx, input).await?;
        ServiceContract::set_followers(&mut tx, service_contract.id, &followers).await?;
        let after = (&service_contract, &*followers);
        AuditEntry::record_linked(&mut tx, ctx, "followerIds", None, Some(after)).await?;
        tx.commit().await?;
        Ok(ServiceContractCreatePayload { service_contract })
    }

    /// Changes a contract
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn service_contract_update(
        &self,
        ctx: &Context<'_>,
        id: Id<ServiceContract>,
        mut input: ServiceContractUpdateInput,
    ) -> AppResult<ServiceContractUpdatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = ServiceContract::find(&mut tx, viewer, id).await?;
        if let Some(organization) = input.organization_id.filter(|id| *id != before.organization_id) {
            ClientOrganization::usable(&mut tx, viewer, organization).await?;
        }
        employees(&mut tx, viewer, [("creatorId", input.creator_id), ("editorId", input.editor_id)]).await?;
        input.editor_id = input.editor_id.or(ServiceStaff::asking(viewer));
        let (old, new) = ServiceContract::change_followers(&mut tx, viewer, id, input.follower_ids.take()).await?;
        let service_contract = ServiceContract::update(&mut tx, &before, input).await?;
        let (before, after) = ((&before, &*old), (&service_contract, &*new));
        AuditEntry::record_linked(&mut tx, ctx, "followerIds", Some(before), Some(after)).await?;
        tx.commit().await?;
        Ok(ServiceContractUpdatePayload { service_contract })
    }

    /// Deletes a contract
    #[graphql(guard = "Staff(Realm::Service)")]
    async fn service_contract_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<ServiceContract>,
    ) -> AppResult<ServiceContractDeletePayload> {
        let mut tx = ctx.begin().await?;
        let service_contract = ServiceContract::find(&mut tx, ctx.viewer()?, id).await?;
        let followers = ServiceContract::follower_ids(&mut tx, id).await?;
        ServiceContract::delete(&mut tx, id).await?;
        AuditEntry::record_linked(&mut tx, ctx, "followerIds", Some((&service_contract, &followers)), None).await?;
        tx.commit().await?;
        Ok(ServiceContractDeletePayload { service_contract })
    }
}

/// The employees that an input names must exist
async fn employees(conn: &mut Conn, viewer: &Viewer, ids: [(&str, Option<Id<ServiceStaff>>); 2]) -> AppResult<()> {
    for (field, id) in ids {
        if let Some(id) = id {
            ServiceStaff::named(conn, viewer, field, id).await?;
        }
    }
    Ok(())
}
