//! What staff and customers had to do with each other.

use chrono::Duration;
use diesel::prelude::*;
use rand::RngExt as _;

use super::{Bases, Run, Seed, insert, mobile};
use crate::db::{
    Conn, Run as _, Time,
    tables::{
        call_feedback, call_packages, demand_changes, estate_projects, follow_ups, package_phones, phone_calls,
        sms_messages,
    },
};

/// Spread over the customers: two fifths messages, a fifth calls, a fifth follow-ups, the rest demands and feedback
pub async fn all(
    conn: &mut Conn,
    run: &mut Run,
    bases: &Bases,
    wanted: &Seed,
    [loan, service, property]: [i64; 3],
) -> QueryResult<()> {
    let (all, staff) = (wanted.interactions, wanted.staff);
    let share = |of: i64, customers: i64| if customers > 0 { all * of / 10 } else { 0 };
    let messages = |run: &mut Run, index: i64| {
        let customer = index % loan;
        (
            sms_messages::officer_id.eq(bases.officer + customer % staff),
            sms_messages::customer_id.eq(bases.loan + customer),
            sms_messages::sender.eq(format!("SD{:04}", bases.officer + customer % staff)),
            sms_messages::receiver.eq(format!("SEED{:010}", bases.loan + customer)),
            sms_messages::sender_role.eq(1),
            // Apart by their place, so that no two have the same sender, receiver and time
            sms_messages::sent_at.eq(Time::from(run.moment().0 + Duration::microseconds(index % 1_000_000))),
            sms_messages::content.eq("Synthetic message"),
            sms_messages::signature.eq(""),
            sms_messages::is_sent.eq(true),
            sms_messages::is_read.eq(true),
            sms_messages::created_at.eq(run.now),
        )
    };
    insert(conn, run, share(4, loan), messages, |rows| diesel::insert_into(sms_messages::table).values(rows)).await?;
    let calls = |run: &mut Run, index: i64| {
        let customer = index % loan;
        (
            phone_calls::officer_id.eq(bases.officer + customer % staff),
            phone_calls::customer_id.eq(bases.loan + customer),
            phone_calls::mobile.eq(mobile(customer)),
            phone_calls::started_at.eq(Time::from(run.moment().0 + Duration::microseconds(index % 1_000_000))),
            phone_calls::seconds.eq(run.rng.random_range(0..600)),
            phone_calls::status.eq(run.rng.random_range(0..=4)),
            phone_calls::created_at.eq(run.now),
        )
    };
    insert(conn, run, share(2, loan), calls, |rows| diesel::insert_into(phone_calls::table).values(rows)).await?;
    let visits = |run: &mut Run, index: i64| {
        let at = run.moment();
        (
            follow_ups::contact_id.eq(bases.service + index % service),
            follow_ups::operator_id.eq(bases.staff + index % staff),
            follow_ups::event.eq(run.rng.random_range(1..=5)),
            follow_ups::recorded_at.eq(at),
            follow_ups::created_at.eq(at),
            follow_ups::updated_at.eq(at),
        )
    };
    insert(conn, run, share(2, service), visits, |rows| diesel::insert_into(follow_ups::table).values(rows)).await?;
    let demands = |run: &mut Run, index: i64| {
        let at = run.moment();
        (
            demand_changes::contact_id.eq(bases.service + index % service),
            demand_changes::operator_id.eq(bases.staff + index % staff),
            demand_changes::content.eq("Synthetic demand"),
            demand_changes::recorded_at.eq(at),
            demand_changes::created_at.eq(at),
            demand_changes::updated_at.eq(at),
        )
    };
    insert(conn, run, share(1, service), demands, |rows| diesel::insert_into(demand_changes::table).values(rows))
        .await?;
    if property > 0 {
        feedback(conn, run, bases, all - all * 9 / 10, property, staff).await?;
    }
    Ok(())
}

/// Calls of estate agents: one project with one package, a number for each call
async fn feedback(
    conn: &mut Conn,
    run: &mut Run,
    bases: &Bases,
    count: i64,
    customers: i64,
    staff: i64,
) -> QueryResult<()> {
    let today = run.now.0.date_naive();
    let project: i64 = diesel::insert_into(estate_projects::table)
        .values((
            estate_projects::name.eq("Synthetic project"),
            estate_projects::starts_on.eq(today - Duration::days(365)),
            estate_projects::ends_on.eq(today + Duration::days(365)),
            estate_projects::created_at.eq(run.now),
            estate_projects::updated_at.eq(run.now),
        ))
        .returning(estate_projects::id)
        .one(conn)
        .await?;
    let package: i64 = diesel::insert_into(call_packages::table)
        .values((
            call_packages::project_id.eq(project),
            call_packages::name.eq("Synthetic package"),
            call_packages::created_at.eq(run.now),
            call_packages::updated_at.eq(run.now),
        ))
        .returning(call_packages::id)
        .one(conn)
        .await?;
    let phone: i64 = diesel::insert_into(package_phones::table)
        .values((
            package_phones::package_id.eq(package),
            package_phones::phone.eq(mobile(0)),
            package_phones::phone_key.eq(mobile(0)),
            package_phones::status.eq(2),
            package_phones::agent_id.eq(bases.agent),
            package_phones::created_at.eq(run.now),
            package_phones::updated_at.eq(run.now),
        ))
        .returning(package_phones::id)
        .one(conn)
        .await?;
    let row = |run: &mut Run, index: i64| {
        let customer = index % customers;
        (
            call_feedback::phone_id.eq(phone),
            call_feedback::package_id.eq(package),
            call_feedback::project_id.eq(project),
            call_feedback::agent_id.eq(bases.agent + customer % staff),
            call_feedback::customer_id.eq(bases.property + customer),
            call_feedback::owner_name.eq(run.name()),
            call_feedback::outcome.eq("继续跟进"),
            call_feedback::created_at.eq(run.moment()),
        )
    };
    insert(conn, run, count, row, |rows| diesel::insert_into(call_feedback::table).values(rows)).await
}
