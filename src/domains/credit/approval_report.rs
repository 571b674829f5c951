//! What an approver reads before he decides (审批报表): the customer, his assets and his family in one answer.
//!
//! No table. It shows a customer whom the viewer sees to whoever may approve, even where his roles open neither customers
//! nor assets nor families by themselves.

use async_graphql::{Context, Object, SimpleObject};
use diesel::prelude::*;

use crate::{
    auth::{Area, May},
    db::{
        Where,
        tables::{customer_assets, families},
    },
    domains::customers::{BankCustomer, CustomerAssets, Family},
    error::AppResult,
    graphql::{ContextExt, Entity},
};

/// A customer, his assets and his family
#[derive(Clone, Debug, SimpleObject)]
pub struct ApprovalReport {
    /// The customer (legacy CustomerInfo)
    pub customer: BankCustomer,
    /// What he owns and earns (legacy FinanceInfo)
    pub assets: Option<CustomerAssets>,
    /// His family (legacy FamilyInfo)
    pub family: Option<Family>,
}

#[derive(Default)]
pub struct ApprovalReportQuery;

#[Object]
impl ApprovalReportQuery {
    /// What is to be read about a customer before an approval, as far as the viewer may see him
    #[graphql(guard = "May(Area::Approvals)", complexity = "10 + child_complexity")]
    async fn approval_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id number of the customer")] id_number: String,
    ) -> AppResult<Option<ApprovalReport>> {
        let mut conn = ctx.read().await?;
        let Some(customer) = BankCustomer::by_id_number(&mut conn, ctx.viewer()?, &id_number).await? else {
            return Ok(None);
        };
        let assets = Where::default().and(customer_assets::customer_id.eq(customer.id));
        let assets = CustomerAssets::fetch(&mut conn, assets, CustomerAssets::ORDER.first(1)).await?;
        let mut family = Vec::new();
        if let Some(number) = customer.household_number.clone() {
            // Who sees somebody of the household sees its family.
            let own = Where::default().and(families::household_number.eq(number));
            family = Family::fetch(&mut conn, own, Family::ORDER.first(1)).await?;
        }
        let (assets, family) = (assets.into_iter().next(), family.into_iter().next());
        Ok(Some(ApprovalReport { customer, assets, family }))
    }
}
