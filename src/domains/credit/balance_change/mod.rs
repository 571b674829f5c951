//! Change of what a customer has at the bank or owes it (存贷异动): a row for each day on which his deposits (存款) or
//! loans (贷款) became other than before.
//!
//! Table `balance_changes`, the history that alerts read. Statistics must not: it grows with customers and days, so what
//! each grid's customers have together stands added up in `balance_totals`, by month, written in the same transaction.
//! A month there holds what changed in it, hence a balance is a sum over the months up to it: an entry of a day long
//! past touches two months and no others. Grids, not branches, have totals, so that a grid takes its money with it when
//! it goes to another branch.

pub mod fields;
pub mod sql;

use async_graphql::SimpleObject;
use diesel::prelude::*;
use serde::Serialize;

pub use self::sql::Balance;
use crate::{
    auth::{Area, Viewer},
    db::{Day, Id, Money, Time, Where, tables::balance_changes},
    domains::{credit::bank_product::BalanceKind, customers::BankCustomer},
    entity,
    graphql::entity::Visible,
};

/// Change of what a customer has at the bank, or owes it
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = balance_changes)]
#[graphql(complex)]
pub struct BalanceChange {
    /// Opaque global id
    pub id: Id<BalanceChange>,
    /// Customer whose money it is
    pub customer_id: Id<BankCustomer>,
    /// Deposits, or loans (legacy amountType)
    pub kind: BalanceKind,
    /// Day on which it changed
    pub day: Day,
    /// Moment of that day that the balance is of (legacy time)
    pub as_of: Time,
    /// All that he has or owes since then
    pub balance: Money,
    /// By how much it grew; less than 0 where it shrank
    pub change: Money,
    /// By how much it grew or shrank (legacy amount)
    #[graphql(name = "amount")]
    pub magnitude: Money,
}

entity!(BalanceChange, balance_changes, as_of desc);

impl Visible for BalanceChange {
    type Table = balance_changes::table;

    /// Those of the customers that he sees
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        BankCustomer::seen(viewer, |customers| Where::default().and(balance_changes::customer_id.eq_any(customers)))
    }

    /// Who is told of large changes need not work with balances
    fn listed(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.may(Area::Holdings) || viewer.may(Area::Alerts) {
            true => Self::visible(viewer),
            false => Where::nothing(),
        }
    }
}
