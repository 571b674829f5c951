//! What the service team did for each organisation in a span of time (eartip 统计): contracts signed (签约), demand
//! changes (需求变更), follow-ups (跟进).
//!
//! No table of its own: the database counts and adds up the records of each organisation.

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use diesel::{
    dsl::{count, count_star, min},
    prelude::*,
};

use super::{DemandChange, FollowUp, ServiceContract};
use crate::{
    auth::{Realm, Staff, Viewer},
    db::{
        Conn, Id, Money, Run as _, Time, Where,
        sql::{Total, coalesce},
        tables::{demand_changes, follow_ups, service_contracts},
    },
    domains::customers::ClientOrganization,
    error::AppResult,
    graphql::{ContextExt, Page, PageInput, connection::NumberedPage, entity::Visible, page, scalars::Long},
};

/// Part of a statistic by organisation
#[derive(Clone, Debug, SimpleObject)]
pub struct OrganizationStatistics {
    /// Organisations with at least one record
    pub rows: Vec<OrganizationStatistic>,
    /// Place of this part among the pages
    pub page: NumberedPage,
}

/// What was done for one organisation
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct OrganizationStatistic {
    /// Organisation; null for the records that name none
    pub organization_id: Option<Id<ClientOrganization>>,
    /// Number of records (legacy sign_count, demand_count, follow_count)
    pub count: Long,
    /// Sum of the contracts' amounts in yuan; null for records without amounts (legacy sign_amount)
    pub amount: Option<Money>,
    /// Time of the earliest of the records (legacy min_sign_time, m_recordTime)
    pub earliest_at: Option<Time>,
}

#[ComplexObject]
impl OrganizationStatistic {
    /// Organisation; null for the records that name none
    pub async fn organization(&self, ctx: &Context<'_>) -> AppResult<Option<ClientOrganization>> {
        ctx.load_named(self.organization_id).await
    }
}

/// What is counted
struct Span {
    organizations: Option<Vec<Id<ClientOrganization>>>,
    from: Option<Time>,
    to: Option<Time>,
}

impl Span {
    fn new(
        organizations: Option<Vec<Id<ClientOrganization>>>,
        from: Option<Time>,
        to: Option<Time>,
    ) -> AppResult<Span> {
        ClientOrganization::check_list("organizationIds", organizations.as_deref().unwrap_or_default())?;
        Ok(Span { organizations: organizations.filter(|ids| !ids.is_empty()), from, to })
    }

    fn contracts(&self, viewer: &Viewer) -> Where<service_contracts::table> {
        ServiceContract::visible(viewer)
            .and(service_contracts::signed_at.is_not_null())
            .maybe(self.organizations.clone(), |ids| service_contracts::organization_id.eq_any(ids))
            .maybe(self.from, |from| service_contracts::signed_at.ge(from))
            .maybe(self.to, |to| service_contracts::signed_at.le(to))
    }

    fn demand_changes(&self, viewer: &Viewer) -> Where<demand_changes::table> {
        DemandChange::visible(viewer)
            .maybe(self.organizations.clone(), |ids| demand_changes::organization_id.eq_any(ids))
            .maybe(self.from, |from| demand_changes::recorded_at.ge(from))
            .maybe(self.to, |to| demand_changes::recorded_at.le(to))
    }

    fn follow_ups(&self, viewer: &Viewer) -> Where<follow_ups::table> {
        FollowUp::visible(viewer)
            .maybe(self.organizations.clone(), |ids| follow_ups::organization_id.eq_any(ids))
            .maybe(self.from, |from| follow_ups::recorded_at.ge(from))
            .maybe(self.to, |to| follow_ups::recorded_at.le(to))
    }
}

type Organization = Option<Id<ClientOrganization>>;

/// Rows of one page
fn statistics(rows: Vec<OrganizationStatistic>, page: &Page, total: Option<i64>) -> OrganizationStatistics {
    OrganizationStatistics { rows, page: NumberedPage::new(page.number.unwrap_or(1), page.size, total) }
}

async fn sign_statistics(
    conn: &mut Conn,
    wanted: Where<service_contracts::table>,
    page: &Page,
) -> QueryResult<OrganizationStatistics> {
    let earliest = min(service_contracts::signed_at);
    let rows: Vec<(Id<ClientOrganization>, i64, Money, Option<Time>)> = service_contracts::table
        .filter(&wanted)
        .group_by(service_contracts::organization_id)
        .select((service_contracts::organization_id, count_star(), Total(service_contracts::amount), earliest))
        .order((earliest.desc(), service_contracts::organization_id))
        .limit(page.size)
        .offset(page.offset())
        .all(conn)
        .await?;
    let organizations = count(service_contracts::organization_id).aggregate_distinct();
    let organizations = service_contracts::table.filter(&wanted).select(organizations);
    let total = if page.total { Some(organizations.one(conn).await?) } else { None };
    let row = |(organization, count, amount, earliest_at)| OrganizationStatistic {
        organization_id: Some(organization),
        count: Long(count),
        amount: Some(amount),
        earliest_at,
    };
    Ok(statistics(rows.into_iter().map(row).collect(), page, total))
}

async fn demand_statistics(
    conn: &mut Conn,
    wanted: Where<demand_changes::table>,
    page: &Page,
) -> QueryResult<OrganizationStatistics> {
    let organization = demand_changes::organization_id;
    let rows: Vec<(Organization, i64, Option<Time>)> = demand_changes::table
        .filter(&wanted)
        .group_by(organization)
        .select((organization, count_star(), min(demand_changes::recorded_at)))
        .order((count_star().desc(), organization.is_null(), organization))
        .limit(page.size)
        .offset(page.offset())
        .all(conn)
        .await?;
    let organizations =
        demand_changes::table.filter(&wanted).select(count(coalesce(organization, 0)).aggregate_distinct());
    let total = if page.total { Some(organizations.one(conn).await?) } else { None };
    Ok(statistics(rows.into_iter().map(counted).collect(), page, total))
}

async fn follow_up_statistics(
    conn: &mut Conn,
    wanted: Where<follow_ups::table>,
    page: &Page,
) -> QueryResult<OrganizationStatistics> {
    let organization = follow_ups::organization_id;
    let rows: Vec<(Organization, i64, Option<Time>)> = follow_ups::table
        .filter(&wanted)
        .group_by(organization)
        .select((organization, count_star(), min(follow_ups::recorded_at)))
        .order((count_star().desc(), organization.is_null(), organization))
        .limit(page.size)
        .offset(page.offset())
        .all(conn)
        .await?;
    let organizations = follow_ups::table.filter(&wanted).select(count(coalesce(organization, 0)).aggregate_distinct());
    let total = if page.total { Some(organizations.one(conn).await?) } else { None };
    Ok(statistics(rows.into_iter().map(counted).collect(), page, total))
}

fn counted((organization_id, count, earliest_at): (Organization, i64, Option<Time>)) -> OrganizationStatistic {
    OrganizationStatistic { organization_id, count: Long(count), amount: None, earliest_at }
}

fn numbered(ctx: &Context<'_>, page: Option<PageInput>) -> AppResult<Page> {
    Page::new(ctx, None, None, None, None, Some(page.unwrap_or_default()))
}

#[derive(Default)]
pub struct ServiceStatisticsQuery;

#[Object]
impl ServiceStatisticsQuery {
    /// Contracts signed per organisation, with the sum of their amounts; the last to begin signing comes first
    #[graphql(guard = "Staff(Realm::Service)", complexity = "page::cost(None, None, page, child_complexity)")]
    async fn sign_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of these organisations, 200 at the most; none or left out: of all")] organization_ids: Option<
            Vec<Id<ClientOrganization>>,
        >,
        #[graphql(desc = "Signed at this moment or later")] from: Option<Time>,
        #[graphql(desc = "Signed at this moment or before")] to: Option<Time>,
        page: Option<PageInput>,
    ) -> AppResult<OrganizationStatistics> {
        let wanted = Span::new(organization_ids, from, to)?.contracts(ctx.viewer()?);
        Ok(sign_statistics(&mut ctx.read().await?, wanted, &numbered(ctx, page)?).await?)
    }

    /// Demand changes per organisation, most first; those that name no organisation count together
    #[graphql(guard = "Staff(Realm::Service)", complexity = "page::cost(None, None, page, child_complexity)")]
    async fn demand_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of these organisations, 200 at the most; none or left out: of all")] organization_ids: Option<
            Vec<Id<ClientOrganization>>,
        >,
        #[graphql(desc = "Said at this moment or later")] from: Option<Time>,
        #[graphql(desc = "Said at this moment or before")] to: Option<Time>,
        page: Option<PageInput>,
    ) -> AppResult<OrganizationStatistics> {
        let wanted = Span::new(organization_ids, from, to)?.demand_changes(ctx.viewer()?);
        Ok(demand_statistics(&mut ctx.read().await?, wanted, &numbered(ctx, page)?).await?)
    }

    /// Follow-ups per organisation, most first; those that name no organisation count together
    #[graphql(guard = "Staff(Realm::Service)", complexity = "page::cost(None, None, page, child_complexity)")]
    async fn follow_up_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of these organisations, 200 at the most; none or left out: of all")] organization_ids: Option<
            Vec<Id<ClientOrganization>>,
        >,
        #[graphql(desc = "Done at this moment or later")] from: Option<Time>,
        #[graphql(desc = "Done at this moment or before")] to: Option<Time>,
        page: Option<PageInput>,
    ) -> AppResult<OrganizationStatistics> {
        let wanted = Span::new(organization_ids, from, to)?.follow_ups(ctx.viewer()?);
        Ok(follow_up_statistics(&mut ctx.read().await?, wanted, &numbered(ctx, page)?).await?)
    }
}
