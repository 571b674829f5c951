//! Staff and customers of each realm.

use diesel::prelude::*;
use rand::RngExt as _;

use super::{Bases, Run, insert, mobile, next};
use crate::{
    auth::Realm,
    db::{
        Conn, Run as _, Secret,
        sql::Many,
        tables::{
            accounts, estate_agents, loan_customers, loan_officers, property_customers, service_contacts, service_staff,
        },
    },
};

pub async fn staff(conn: &mut Conn, run: &Run, bases: &Bases, count: i64, hash: &Secret) -> QueryResult<()> {
    let first = next(conn, "accounts").await?;
    let times = |offset: i64, realm: Realm, index: i64| {
        (
            accounts::id.eq(first + offset * count + index),
            accounts::realm.eq(realm),
            accounts::login.eq(format!("seed-{}", first + index)),
            accounts::name.eq(format!("Seed {index}")),
            accounts::password_hash.eq(hash.clone()),
            accounts::created_at.eq(run.now),
            accounts::updated_at.eq(run.now),
        )
    };
    for (offset, realm) in [(0, Realm::Loan), (1, Realm::Service), (2, Realm::Estate)] {
        let rows = (0..count).map(|index| times(offset, realm, index)).collect();
        diesel::insert_into(accounts::table).values(Many(rows)).run(conn).await?;
    }
    let officers = (0..count).map(|index| {
        (
            loan_officers::id.eq(bases.officer + index),
            loan_officers::account_id.eq(first + index),
            loan_officers::employee_code.eq(format!("SD{:04}", bases.officer + index)),
            loan_officers::name.eq(format!("Seed {index}")),
            loan_officers::created_at.eq(run.now),
            loan_officers::updated_at.eq(run.now),
        )
    });
    diesel::insert_into(loan_officers::table).values(Many(officers.collect())).run(conn).await?;
    let staff = (0..count).map(|index| {
        (
            service_staff::id.eq(bases.staff + index),
            service_staff::account_id.eq(first + count + index),
            service_staff::phone.eq(format!("seed-{}", first + index)),
            service_staff::name.eq(format!("Seed {index}")),
            service_staff::created_at.eq(run.now),
            service_staff::updated_at.eq(run.now),
        )
    });
    diesel::insert_into(service_staff::table).values(Many(staff.collect())).run(conn).await?;
    let agents = (0..count).map(|index| {
        (
            estate_agents::id.eq(bases.agent + index),
            estate_agents::account_id.eq(first + 2 * count + index),
            estate_agents::number.eq(format!("seed-{}", first + index)),
            estate_agents::name.eq(format!("Seed {index}")),
            estate_agents::created_at.eq(run.now),
            estate_agents::updated_at.eq(run.now),
        )
    });
    diesel::insert_into(estate_agents::table).values(Many(agents.collect())).run(conn).await?;
    Ok(())
}

pub async fn loan_customers(conn: &mut Conn, run: &mut Run, bases: &Bases, count: i64, staff: i64) -> QueryResult<()> {
    let row = |run: &mut Run, index: i64| {
        let changed = run.moment();
        (
            (
                loan_customers::id.eq(bases.loan + index),
                loan_customers::code.eq(format!("SEED{:010}", bases.loan + index)),
                loan_customers::officer_id.eq(bases.officer + index % staff),
                loan_customers::name.eq(run.name()),
                loan_customers::mobile.eq(mobile(index)),
                loan_customers::mobile_key.eq(mobile(index)),
                loan_customers::stage.eq(run.rng.random_range(1..=6)),
            ),
            (
                loan_customers::has_car.eq(run.rng.random_bool(0.5)),
                loan_customers::salary.eq(run.rng.random_range(30_000_000_i64..300_000_000)),
                loan_customers::loan_amount.eq(run.rng.random_range(1..100)),
                loan_customers::contact_status.eq(run.rng.random_range(0..=2)),
                loan_customers::created_at.eq(changed),
                loan_customers::updated_at.eq(changed),
            ),
        )
    };
    insert(conn, run, count, row, |rows| diesel::insert_into(loan_customers::table).values(rows)).await
}

pub async fn service_contacts(conn: &mut Conn, run: &mut Run, bases: &Bases, count: i64) -> QueryResult<()> {
    let row = |run: &mut Run, index: i64| {
        let changed = run.moment();
        (
            service_contacts::id.eq(bases.service + index),
            service_contacts::name.eq(run.name()),
            service_contacts::phone.eq(mobile(index)),
            service_contacts::phone_key.eq(mobile(index)),
            service_contacts::created_at.eq(changed),
            service_contacts::updated_at.eq(changed),
        )
    };
    insert(conn, run, count, row, |rows| diesel::insert_into(service_contacts::table).values(rows)).await
}

pub async fn property_customers(
    conn: &mut Conn,
    run: &mut Run,
    bases: &Bases,
    count: i64,
    staff: i64,
) -> QueryResult<()> {
    let row = |run: &mut Run, index: i64| {
        let changed = run.moment();
        (
            property_customers::id.eq(bases.property + index),
            property_customers::agent_id.eq(bases.agent + index % staff),
            property_customers::name.eq(run.name()),
            property_customers::phone.eq(mobile(index)),
            property_customers::phone_key.eq(mobile(index)),
            property_customers::gender_code.eq("U"),
            property_customers::kind_code.eq("01"),
            property_customers::created_at.eq(changed),
            property_customers::updated_at.eq(changed),
        )
    };
    insert(conn, run, count, row, |rows| diesel::insert_into(property_customers::table).values(rows)).await
}
