//! What is read and written of product accounts.

use std::collections::HashMap;

use chrono_tz::Tz;
use diesel::{prelude::*, upsert::excluded};

use super::{ProductAccount, ProductAccountBalanceInput, ProductAccountInput, at};
use crate::{
    auth::Viewer,
    db::{
        Cols as _, Conn, Day, Id, Money, Run as _, Time, Where,
        sql::{Many, Total},
        tables::{balance_summaries, bank_products, product_accounts},
    },
    domains::{
        credit::{BalanceChange, BankProduct, balance_change::Balance, bank_product::BalanceKind},
        customers::BankCustomer,
    },
    error::AppResult,
    graphql::{
        Entity, Relation,
        entity::Visible,
        input::{id_number_key, refuse},
    },
};

// Sums are told apart by columns of both tables.
diesel::allow_columns_to_appear_in_same_group_by_clause!(product_accounts::customer_id, bank_products::balance_kind,);

impl ProductAccount {
    pub const OF_CUSTOMER: Relation<ProductAccount> =
        Relation { column: product_accounts::customer_id::NAME, parent: |account| Some(account.customer_id.number) };

    pub const OF_PRODUCT: Relation<ProductAccount> =
        Relation { column: product_accounts::product_id::NAME, parent: |account| Some(account.product_id.number) };

    pub(super) async fn create(
        conn: &mut Conn,
        viewer: &Viewer,
        accounts: Vec<ProductAccountInput>,
    ) -> AppResult<Vec<ProductAccount>> {
        let numbers = accounts.iter().map(|account| id_number_key(&account.id_number)).collect();
        let customers = BankCustomer::by_id_numbers(conn, viewer, numbers).await?;
        let customers: HashMap<_, _> =
            customers.into_iter().map(|customer| (customer.id_number, customer.id)).collect();
        let codes: Vec<String> = accounts.iter().map(|account| account.product_code.clone()).collect();
        let offered = Where::default().and(bank_products::code.eq_any(codes)).and(bank_products::is_open.eq(true));
        let products = BankProduct::fetch(conn, offered, BankProduct::ORDER.unsorted()).await?;
        let products: HashMap<_, _> = products.into_iter().map(|product| (product.code, product.id)).collect();
        let now = Time::now();
        let mut rows = Vec::with_capacity(accounts.len());
        for (place, account) in accounts.into_iter().enumerate() {
            let customer = customers.get(&id_number_key(&account.id_number)).copied();
            let customer = customer.ok_or_else(|| refuse(&at(place, "idNumber"), "No such BankCustomer"))?;
            let product = products.get(&account.product_code).copied();
            let product = product.ok_or_else(|| refuse(&at(place, "productCode"), "No product that is offered"))?;
            rows.push((
                product_accounts::customer_id.eq(customer),
                product_accounts::product_id.eq(product),
                product_accounts::name.eq(account.name),
                product_accounts::card_number.eq(account.card_number),
                product_accounts::rate.eq(account.rate),
                product_accounts::balance.eq(account.balance),
                product_accounts::created_at.eq(now),
                product_accounts::updated_at.eq(now),
            ));
        }
        let insert = diesel::insert_into(product_accounts::table).values(Many(rows));
        let mut created: Vec<ProductAccount> = insert.returning(ProductAccount::cols()).all(conn).await?;
        created.sort_unstable_by_key(|account| account.id);
        Ok(created)
    }

    /// The accounts before and after, by number
    pub(super) async fn update(
        conn: &mut Conn,
        viewer: &Viewer,
        accounts: &[ProductAccountBalanceInput],
    ) -> AppResult<Vec<(ProductAccount, ProductAccount)>> {
        let ids = accounts.iter().map(|account| account.id).collect();
        let seen = ProductAccount::visible(viewer).both(ProductAccount::with_ids(ids));
        let before = ProductAccount::fetch(conn, seen, ProductAccount::ORDER.all()).await?;
        let known: HashMap<_, _> = before.iter().map(|account| (account.id, account)).collect();
        let now = Time::now();
        let mut rows = Vec::with_capacity(accounts.len());
        for (place, account) in accounts.iter().enumerate() {
            let known = known.get(&account.id).ok_or_else(|| refuse(&at(place, "id"), "No such ProductAccount"))?;
            rows.push((
                product_accounts::id.eq(known.id),
                product_accounts::customer_id.eq(known.customer_id),
                product_accounts::product_id.eq(known.product_id),
                product_accounts::name.eq(known.name.clone()),
                product_accounts::card_number.eq(known.card_number.clone()),
                product_accounts::rate.eq(known.rate),
                product_accounts::balance.eq(account.balance),
                product_accounts::created_at.eq(known.created_at),
                product_accounts::updated_at.eq(now),
            ));
        }
        // Each row is there already: this is an UPDATE with another value for each.
        let mut after: Vec<ProductAccount> = diesel::insert_into(product_accounts::table)
            .values(Many(rows))
            .on_conflict(product_accounts::id)
            .do_update()
            .set((
                product_accounts::balance.eq(excluded(product_accounts::balance)),
                product_accounts::updated_at.eq(now),
            ))
            .returning(ProductAccount::cols())
            .all(conn)
            .await?;
        after.sort_unstable_by_key(|account| account.id);
        Ok(before.into_iter().zip(after).collect())
    }

    /// Records what these customers have and owe now by their accounts; of those of whom the core system has spoken,
    /// its word counts instead
    pub(super) async fn settle(conn: &mut Conn, zone: Tz, accounts: &[ProductAccount]) -> QueryResult<()> {
        let customers: Vec<Id<BankCustomer>> = accounts.iter().map(|account| account.customer_id).collect();
        let fed = balance_summaries::table.select(balance_summaries::customer_id);
        let sums: Vec<(Id<BankCustomer>, Option<BalanceKind>, Money)> = product_accounts::table
            .inner_join(bank_products::table)
            .filter(product_accounts::customer_id.eq_any(customers))
            .filter(bank_products::balance_kind.is_not_null())
            .filter(product_accounts::customer_id.ne_all(fed))
            .group_by((product_accounts::customer_id, bank_products::balance_kind))
            .select((product_accounts::customer_id, bank_products::balance_kind, Total(product_accounts::balance)))
            .all(conn)
            .await?;
        let balance = |(customer, kind, amount): (Id<BankCustomer>, Option<BalanceKind>, Money)| {
            Some(Balance { customer, kind: kind?, amount })
        };
        let balances: Vec<Balance> = sums.into_iter().filter_map(balance).collect();
        BalanceChange::record(conn, zone, Day::today(zone), &balances).await
    }
}
