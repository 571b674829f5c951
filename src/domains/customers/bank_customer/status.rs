//! How a customer's status changes: a draft becomes normal once it is complete, and a normal customer is frozen and thawed.

use std::collections::HashMap;

use async_graphql::Context;

use super::{BankCustomer, BankCustomerStatus, BankCustomerStatusInput};
use crate::{
    db::Id,
    error::{AppError, AppResult},
    graphql::{ContextExt, Entity, entity::Visible},
};

/// Most customers of one change
const MOST: usize = 1_000;

impl BankCustomer {
    /// Refuses what no customer becomes; `field` is the input that asks for it
    pub(super) fn may_become(&self, status: BankCustomerStatus, field: &str) -> AppResult<()> {
        use BankCustomerStatus::{Draft, Frozen, Normal};
        match (self.status, status) {
            (Draft, Draft | Normal) | (Normal | Frozen, Normal | Frozen) => Ok(()),
            (from, to) => {
                let number = self.id.number;
                Err(AppError::bad_input(field, format!("Customer {number} is {from:?} and cannot become {to:?}")))
            }
        }
    }

    /// [`may_become`](Self::may_become) for a row that stays as it is otherwise
    fn may_turn(&self, status: BankCustomerStatus, field: &str) -> AppResult<()> {
        self.may_become(status, field)?;
        let turned = BankCustomer { status, ..self.clone() };
        turned.check().map_err(|lacking| {
            let what = lacking.field.unwrap_or_default().replace("input.", "");
            AppError::bad_input(field, format!("Customer {} is not complete: {what}", self.id.number))
        })
    }
}

/// Sets the status of customers: of all of them, or of none
pub(super) async fn set(
    ctx: &Context<'_>,
    wanted: Vec<BankCustomerStatusInput>,
    field: impl Fn(usize) -> String,
) -> AppResult<Vec<BankCustomer>> {
    if !(1..=MOST).contains(&wanted.len()) {
        return Err(AppError::bad_input("input", format!("1 to {MOST} customers")));
    }
    let viewer = ctx.viewer()?;
    let mut tx = ctx.begin().await?;
    let ids: Vec<_> = wanted.iter().map(|change| change.id).collect();
    let seen = BankCustomer::visible(viewer).both(BankCustomer::with_ids(ids.clone()));
    let rows = BankCustomer::fetch(&mut tx, seen, BankCustomer::ORDER.unsorted()).await?;
    let rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    let mut groups: HashMap<BankCustomerStatus, Vec<Id<BankCustomer>>> = HashMap::new();
    let mut known = std::collections::HashSet::new();
    for (place, change) in wanted.iter().enumerate() {
        let Some(row) = rows.get(&change.id) else {
            return Err(match wanted.len() {
                1 => AppError::not_found(BankCustomer::NAME),
                _ => AppError::bad_input(field(place), format!("There is no customer {}", change.id.number)),
            });
        };
        if !known.insert(change.id) {
            return Err(AppError::bad_input(field(place), format!("Customer {} stands here twice", change.id.number)));
        }
        row.may_turn(change.status, &field(place))?;
        groups.entry(change.status).or_default().push(change.id);
    }
    let mut changed = HashMap::new();
    for (status, ids) in groups {
        let set = BankCustomer::set_status(&mut tx, ids, status).await?;
        changed.extend(set.into_iter().map(|row| (row.id, row)));
    }
    let pairs = ids.iter().filter_map(|id| Some((rows.get(id)?, changed.get(id)?)));
    BankCustomer::record_status(&mut tx, ctx, pairs).await?;
    tx.commit().await?;
    Ok(ids.iter().filter_map(|id| changed.remove(id)).collect())
}
