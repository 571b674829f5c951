//! Demo data of the lives of people with the bank: what their rows tell of the steps that led to them.

use diesel::prelude::*;

use crate::{
    db::{
        Conn, Id, Run as _, Time,
        sql::Many,
        tables::{bank_customers, customer_assets, customer_events, customer_images, list_entries, residents},
    },
    domains::{
        credit::list_entry::ListKind,
        customers::{BankCustomer, bank_customer::BankCustomerStatus},
        engagement::customer_event::CustomerStep,
    },
    error::AppResult,
};

/// Whoever is a customer, his id number, and when
type Taken = (Option<Id<BankCustomer>>, String, Time);

/// After all the rows of the bank
pub async fn fill(conn: &mut Conn) -> AppResult<()> {
    let (customer, number) = (bank_customers::id.nullable(), bank_customers::id_number);
    let of = |steps: Vec<Taken>, step| steps.into_iter().map(move |taken| (taken, step));
    let registered: Vec<Taken> = residents::table
        .left_join(bank_customers::table.on(number.eq(residents::id_number)))
        .select((customer, residents::id_number, residents::created_at))
        .all(conn)
        .await?;
    let entered: Vec<(Taken, BankCustomerStatus)> = bank_customers::table
        .select(((customer, number, bank_customers::created_at), bank_customers::status))
        .all(conn)
        .await?;
    let entered = entered.into_iter().map(|(taken, status)| match status {
        BankCustomerStatus::Draft => (taken, CustomerStep::Drafted),
        _ => (taken, CustomerStep::Completed),
    });
    let assets: Vec<Taken> = customer_assets::table
        .inner_join(bank_customers::table)
        .select((customer, number, customer_assets::created_at))
        .all(conn)
        .await?;
    let listed: Vec<(Taken, ListKind)> = list_entries::table
        .left_join(bank_customers::table.on(number.eq(list_entries::id_number)))
        .select(((customer, list_entries::id_number, list_entries::created_at), list_entries::kind))
        .all(conn)
        .await?;
    let listed = listed.into_iter().map(|(taken, kind)| (taken, CustomerStep::listed(kind)));
    let images: Vec<Taken> = customer_images::table
        .left_join(bank_customers::table.on(number.eq(customer_images::id_number)))
        .select((customer, customer_images::id_number, customer_images::created_at))
        .all(conn)
        .await?;
    let steps: Vec<_> = of(registered, CustomerStep::Registered)
        .chain(entered)
        .chain(of(assets, CustomerStep::AssetsRecorded))
        .chain(listed)
        .chain(of(images, CustomerStep::ImageAdded))
        .map(|((customer, number, at), step)| {
            (
                customer_events::customer_id.eq(customer),
                customer_events::id_number.eq(number),
                customer_events::step.eq(step),
                customer_events::at.eq(at),
            )
        })
        .collect();
    for chunk in steps.chunks(500) {
        diesel::insert_into(customer_events::table).values(Many(chunk.to_vec())).run(conn).await?;
    }
    Ok(())
}
