//! Root fields of property customers.

use async_graphql::{Context, Object};

use super::{
    MOST_FOLLOW_UP, PropertyCustomer, PropertyCustomerCreateInput, PropertyCustomerCreatePayload,
    PropertyCustomerDeletePayload, PropertyCustomerFilter, PropertyCustomerSavePayload, PropertyCustomerUpdateInput,
    PropertyCustomerUpdatePayload,
};
use crate::{
    auth::{Realm, Staff, Viewer},
    db::{Conn, Id},
    domains::{
        engagement::CallFeedback,
        identity::{AuditEntry, EstateAgent},
    },
    error::{AppError, AppResult},
    graphql::{Connection, ContextExt, Entity, Page, PageInput, input, page},
};

#[derive(Default)]
pub struct PropertyCustomerQuery;

#[Object]
impl PropertyCustomerQuery {
    /// One property customer
    #[graphql(guard = "Staff(Realm::Estate)")]
    async fn property_customer(
        &self,
        ctx: &Context<'_>,
        id: Id<PropertyCustomer>,
    ) -> AppResult<Option<PropertyCustomer>> {
        ctx.load(id).await
    }

    /// Property customers, last changed first
    #[graphql(guard = "Staff(Realm::Estate)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn property_customers(
        &self,
        ctx: &Context<'_>,
        filter: Option<PropertyCustomerFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<PropertyCustomer>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }
}

#[derive(Default)]
pub struct PropertyCustomerMutation;

#[Object]
impl PropertyCustomerMutation {
    /// Registers a property customer; a phone that the agent has registered already is refused
    #[graphql(guard = "Staff(Realm::Estate)")]
    async fn property_customer_create(
        &self,
        ctx: &Context<'_>,
        input: PropertyCustomerCreateInput,
    ) -> AppResult<PropertyCustomerCreatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        input.check_codes(&mut tx).await?;
        let agent = owner(&mut tx, ctx.viewer()?, input.agent_id).await?;
        let property_customer = PropertyCustomer::create(&mut tx, agent, input).await?;
        let property_customer = property_customer.ok_or_else(|| AppError::conflict(TAKEN))?;
        CallFeedback::adopt(&mut tx, &property_customer).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&property_customer)).await?;
        tx.commit().await?;
        Ok(PropertyCustomerCreatePayload { property_customer })
    }

    /// Registers a property customer, or takes over what is new where the agent has registered this phone already:
    /// the follow-up text then is appended
    #[graphql(guard = "Staff(Realm::Estate)")]
    async fn property_customer_save(
        &self,
        ctx: &Context<'_>,
        input: PropertyCustomerCreateInput,
    ) -> AppResult<PropertyCustomerSavePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        input.check_codes(&mut tx).await?;
        let agent = owner(&mut tx, ctx.viewer()?, input.agent_id).await?;
        let created = PropertyCustomer::create(&mut tx, agent, input.clone()).await?;
        let (before, property_customer) = match created {
            Some(created) => (None, created),
            None => {
                let known =
                    PropertyCustomer::of_agent_and_phone(&mut tx, agent, &input::phone_key(&input.phone)).await?;
                let known = known.ok_or_else(|| AppError::conflict(TAKEN))?;
                if known.follow_up.as_ref().map_or(0, |text| text.chars().count()) > MOST_FOLLOW_UP {
                    return Err(input::refuse("followUp", "The customer's follow-up text is full"));
                }
                let renewed = PropertyCustomer::renew(&mut tx, known.id, input).await?;
                (Some(known), renewed)
            }
        };
        CallFeedback::adopt(&mut tx, &property_customer).await?;
        AuditEntry::record(&mut tx, ctx, before.as_ref(), Some(&property_customer)).await?;
        tx.commit().await?;
        Ok(PropertyCustomerSavePayload { property_customer })
    }

    /// Changes a property customer
    #[graphql(guard = "Staff(Realm::Estate)")]
    async fn property_customer_update(
        &self,
        ctx: &Context<'_>,
        id: Id<PropertyCustomer>,
        input: PropertyCustomerUpdateInput,
    ) -> AppResult<PropertyCustomerUpdatePayload> {
        input.check()?;
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let before = PropertyCustomer::find(&mut tx, viewer, id).await?;
        input.check_codes(&mut tx).await?;
        let agent = match input.agent_id {
            Some(agent) => Some(owner(&mut tx, viewer, Some(agent)).await?),
            None => None,
        };
        let property_customer = PropertyCustomer::update(&mut tx, id, agent, input).await?;
        CallFeedback::adopt(&mut tx, &property_customer).await?;
        AuditEntry::record(&mut tx, ctx, Some(&before), Some(&property_customer)).await?;
        tx.commit().await?;
        Ok(PropertyCustomerUpdatePayload { property_customer })
    }

    /// Deletes a property customer; the feedback of his calls stays
    #[graphql(guard = "Staff(Realm::Estate)")]
    async fn property_customer_delete(
        &self,
        ctx: &Context<'_>,
        id: Id<PropertyCustomer>,
    ) -> AppResult<PropertyCustomerDeletePayload> {
        let mut tx = ctx.begin().await?;
        let property_customer = PropertyCustomer::find(&mut tx, ctx.viewer()?, id).await?;
        PropertyCustomer::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&property_customer), None).await?;
        tx.commit().await?;
        Ok(PropertyCustomerDeletePayload { property_customer })
    }
}

const TAKEN: &str = "The agent has registered this phone already";

/// Whom a customer shall belong to: the agent who asks, or the one whom a manager names
async fn owner(conn: &mut Conn, viewer: &Viewer, named: Option<Id<EstateAgent>>) -> AppResult<Id<EstateAgent>> {
    let Some(agent) = named else { return EstateAgent::of_viewer(viewer) };
    if !viewer.manages(Realm::Estate) && Some(agent.number) != viewer.profile_id {
        return Err(AppError::forbidden("Only managers name another agent"));
    }
    Ok(input::referred("agentId", EstateAgent::find(conn, viewer, agent).await)?.id)
}
