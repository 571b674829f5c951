//! Account of a customer for a product of the bank (客户业务产品): a card number (卡号), a rate, a balance.
//!
//! Table `product_accounts`, kept by staff. What accounts hold makes a customer's deposits and loans in history and
//! statistics as long as the core system has not spoken of him (see [`BalanceSummary`](super::BalanceSummary)).

pub mod root;
pub mod sql;

use async_graphql::{ComplexObject, Context, InputObject, SimpleObject};
use diesel::prelude::*;
use serde::Serialize;

pub use self::root::{ProductAccountMutation, ProductAccountQuery};
use super::{BankProduct, balance_summary};
use crate::{
    auth::{Area, Viewer},
    db::{Id, Money, Rate, Time, Where, tables::product_accounts},
    domains::customers::BankCustomer,
    entity,
    error::AppResult,
    graphql::{
        ContextExt,
        entity::Visible,
        input::{self, refuse},
        scalars::Long,
    },
};

/// Most accounts of one mutation
const MOST: usize = 500;

/// Account of a customer for a product of the bank
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = product_accounts)]
#[graphql(complex)]
pub struct ProductAccount {
    /// Opaque global id
    pub id: Id<ProductAccount>,
    /// Customer whose account it is
    pub customer_id: Id<BankCustomer>,
    /// Product that it is for
    pub product_id: Id<BankProduct>,
    /// Name (legacy accountName)
    pub name: String,
    /// Card number
    pub card_number: String,
    /// Rate of interest in per cent
    pub rate: Rate,
    /// Balance (legacy money)
    pub balance: Money,
    /// When it was entered
    pub created_at: Time,
    /// When it was last changed
    pub updated_at: Time,
}

/// Which accounts
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProductAccountFilter {
    /// Of this customer
    customer_id: Option<Id<BankCustomer>>,
    /// For this product
    product_id: Option<Id<BankProduct>>,
    /// With exactly this card number
    card_number: Option<String>,
}

/// New accounts
#[derive(Clone, Debug, InputObject)]
pub struct ProductAccountCreateInput {
    /// The accounts, 1 to 500; all are entered or none
    accounts: Vec<ProductAccountInput>,
}

/// A new account
#[derive(Clone, Debug, InputObject)]
pub struct ProductAccountInput {
    /// Id number of the customer
    id_number: String,
    /// Code of the product; one that is offered
    product_code: String,
    /// Name, 50 characters at the most
    name: String,
    /// Card number, 30 characters at the most
    card_number: String,
    /// Rate of interest in per cent, 0 to 100
    rate: Rate,
    /// Balance, 0 to 100,000,000,000 yuan
    balance: Money,
}

/// New balances of accounts
#[derive(Clone, Debug, InputObject)]
pub struct ProductAccountUpdateInput {
    /// The accounts, each once, 1 to 500; all are changed or none
    accounts: Vec<ProductAccountBalanceInput>,
}

/// New balance of an account
#[derive(Clone, Debug, InputObject)]
pub struct ProductAccountBalanceInput {
    /// The account
    id: Id<ProductAccount>,
    /// Balance, 0 to 100,000,000,000 yuan
    balance: Money,
}

/// The new accounts
#[derive(Clone, Debug, SimpleObject)]
pub struct ProductAccountCreatePayload {
    /// The new accounts, in the order of the input
    #[graphql(complexity = "MOST * child_complexity")]
    pub product_accounts: Vec<ProductAccount>,
}

/// The changed accounts
#[derive(Clone, Debug, SimpleObject)]
pub struct ProductAccountUpdatePayload {
    /// The changed accounts, by number
    #[graphql(complexity = "MOST * child_complexity")]
    pub product_accounts: Vec<ProductAccount>,
}

entity!(ProductAccount, product_accounts, asc);

impl Visible for ProductAccount {
    type Table = product_accounts::table;
    const AREA: Option<Area> = Some(Area::Holdings);

    /// Those of the customers that he sees
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        BankCustomer::seen(viewer, |customers| Where::default().and(product_accounts::customer_id.eq_any(customers)))
    }
}

impl ProductAccountFilter {
    fn wanted(&self) -> Where<product_accounts::table> {
        Where::default()
            .maybe(self.customer_id, |customer| product_accounts::customer_id.eq(customer))
            .maybe(self.product_id, |product| product_accounts::product_id.eq(product))
            .maybe(self.card_number.clone(), |number| product_accounts::card_number.eq(number))
    }
}

/// Field of one of the accounts of an input
fn at(place: usize, field: &str) -> String {
    format!("accounts[{place}].{field}")
}

fn check_number(accounts: usize) -> AppResult<()> {
    match (1..=MOST).contains(&accounts) {
        true => Ok(()),
        false => Err(refuse("accounts", format!("1 to {MOST} accounts"))),
    }
}

impl ProductAccountCreateInput {
    fn check(&self) -> AppResult<()> {
        check_number(self.accounts.len())?;
        for (place, account) in self.accounts.iter().enumerate() {
            input::name(&at(place, "name"), &account.name, 50)?;
            input::name(&at(place, "cardNumber"), &account.card_number, 30)?;
            input::range(&at(place, "rate"), account.rate.0, 0, 100 * 10_000)?;
            balance_summary::check(&at(place, "balance"), account.balance)?;
        }
        Ok(())
    }
}

impl ProductAccountUpdateInput {
    fn check(&self) -> AppResult<()> {
        check_number(self.accounts.len())?;
        let mut named = std::collections::HashSet::new();
        for (place, account) in self.accounts.iter().enumerate() {
            if !named.insert(account.id) {
                return Err(refuse(&at(place, "id"), "Each account once"));
            }
            balance_summary::check(&at(place, "balance"), account.balance)?;
        }
        Ok(())
    }
}

#[ComplexObject]
impl ProductAccount {
    /// Number of the row in its table (legacy id)
    pub async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Customer whose account it is
    pub async fn customer(&self, ctx: &Context<'_>) -> AppResult<Option<BankCustomer>> {
        ctx.load(self.customer_id).await
    }

    /// Product that it is for
    pub async fn product(&self, ctx: &Context<'_>) -> AppResult<Option<BankProduct>> {
        ctx.load(self.product_id).await
    }
}
