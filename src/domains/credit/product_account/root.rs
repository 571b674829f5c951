//! Root fields about what customers have at the bank.

use async_graphql::{Context, Object};

use super::{
    ProductAccount, ProductAccountCreateInput, ProductAccountCreatePayload, ProductAccountFilter,
    ProductAccountUpdateInput, ProductAccountUpdatePayload,
};
use crate::{
    auth::{Area, May},
    db::Id,
    domains::{customers::BankCustomer, identity::AuditEntry},
    error::AppResult,
    graphql::{Connection, ContextExt, Page, PageInput, page},
};

#[derive(Default)]
pub struct ProductAccountQuery;

#[Object]
impl ProductAccountQuery {
    /// One account of a customer for a product
    #[graphql(guard = "May(Area::Holdings)")]
    async fn product_account(&self, ctx: &Context<'_>, id: Id<ProductAccount>) -> AppResult<Option<ProductAccount>> {
        ctx.load(id).await
    }

    /// Accounts of customers for products, by number
    #[graphql(guard = "May(Area::Holdings)", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn product_accounts(
        &self,
        ctx: &Context<'_>,
        filter: Option<ProductAccountFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<ProductAccount>> {
        let filter = filter.unwrap_or_default();
        ctx.list(Page::new(ctx, first, after, last, before, page)?, || filter.wanted()).await
    }

    /// The customer with this id number, for those who ask what he has at the bank
    #[graphql(guard = "May(Area::Holdings)")]
    async fn account_holder(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The whole id number")] id_number: String,
    ) -> AppResult<Option<BankCustomer>> {
        Ok(BankCustomer::by_id_number(&mut ctx.read().await?, ctx.viewer()?, &id_number).await?)
    }
}

#[derive(Default)]
pub struct ProductAccountMutation;

#[Object]
impl ProductAccountMutation {
    /// Enters accounts of customers for products
    #[graphql(guard = "May(Area::Holdings)")]
    async fn product_account_create(
        &self,
        ctx: &Context<'_>,
        input: ProductAccountCreateInput,
    ) -> AppResult<ProductAccountCreatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        tx.lock("balance_changes").await?;
        let product_accounts = ProductAccount::create(&mut tx, ctx.viewer()?, input.accounts).await?;
        ProductAccount::settle(&mut tx, ctx.app().config.time_zone, &product_accounts).await?;
        AuditEntry::record_all(&mut tx, ctx, product_accounts.iter().map(|account| (None, Some(account)))).await?;
        tx.commit().await?;
        Ok(ProductAccountCreatePayload { product_accounts })
    }

    /// Changes the balances of accounts
    #[graphql(guard = "May(Area::Holdings)")]
    async fn product_account_update(
        &self,
        ctx: &Context<'_>,
        input: ProductAccountUpdateInput,
    ) -> AppResult<ProductAccountUpdatePayload> {
        input.check()?;
        let mut tx = ctx.begin().await?;
        tx.lock("balance_changes").await?;
        let changed = ProductAccount::update(&mut tx, ctx.viewer()?, &input.accounts).await?;
        let changes = changed.iter().map(|(before, after)| (Some(before), Some(after)));
        AuditEntry::record_all(&mut tx, ctx, changes).await?;
        let product_accounts: Vec<ProductAccount> = changed.into_iter().map(|(_, after)| after).collect();
        ProductAccount::settle(&mut tx, ctx.app().config.time_zone, &product_accounts).await?;
        tx.commit().await?;
        Ok(ProductAccountUpdatePayload { product_accounts })
    }
}
