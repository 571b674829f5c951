//! Synthetic data at scale: reproducible from a seed, for load tests and for trying pages with a million customers.
//!
//! Customers and interactions spread over the realms LOAN, SERVICE and ESTATE. Everything is one transaction.

use chrono::Duration;
use clap::Args;
use diesel::prelude::*;
use indicatif::{ProgressBar, ProgressStyle};
use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};

use crate::{
    app::{App, random_secret},
    auth::{Realm, password},
    db::{
        Conn, Frag, Run as _, Secret, Time,
        sql::Many,
        tables::{
            accounts, call_feedback, call_packages, demand_changes, estate_agents, estate_projects, follow_ups,
            loan_customers, loan_officers, package_phones, phone_calls, property_customers, service_contacts,
            service_staff, sms_messages,
        },
    },
    error::AppError,
};

/// How much of what
#[derive(Args, Clone, Debug)]
pub struct Seed {
    /// Customers over all realms
    #[arg(long, default_value_t = 10_000)]
    customers: i64,

    /// Interactions over all realms
    #[arg(long, default_value_t = 30_000)]
    interactions: i64,

    /// Staff members in each realm
    #[arg(long, default_value_t = 50)]
    staff: i64,

    /// The same seed makes the same data, but for the dates, which end today
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Password of the staff's accounts [default: a random one that nobody knows]
    #[arg(long)]
    password: Option<String>,
}

/// Rows of one INSERT: its values stay below the engines' limits of parameters
const CHUNK: i64 = 1000;

struct Run {
    rng: SmallRng,
    now: Time,
    bar: ProgressBar,
}

/// First numbers of the rows that are made
struct Bases {
    officer: i64,
    staff: i64,
    agent: i64,
    loan: i64,
    service: i64,
    property: i64,
}

pub async fn seed(app: &App, wanted: &Seed) -> anyhow::Result<()> {
    let told = |error: AppError| anyhow::anyhow!(error.message);
    let password = wanted.password.clone().unwrap_or_else(random_secret);
    let hash = password::hash(password::md5_hex(&password)).await.map_err(told)?;
    let bar = ProgressBar::new(u64::try_from(wanted.customers + wanted.interactions)?);
    bar.set_style(ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} rows, {per_sec}, {eta} left")?);
    let mut run = Run { rng: SmallRng::seed_from_u64(wanted.seed), now: Time::now(), bar };

    let mut tx = app.db.begin().await?;
    let bases = Bases {
        officer: next(&mut tx, "loan_officers").await?,
        staff: next(&mut tx, "service_staff").await?,
        agent: next(&mut tx, "estate_agents").await?,
        loan: next(&mut tx, "loan_customers").await?,
        service: next(&mut tx, "service_contacts").await?,
        property: next(&mut tx, "property_customers").await?,
    };
    staff(&mut tx, &run, &bases, wanted.staff, &hash).await?;
    let (loan, service) = (wanted.customers * 2 / 5, wanted.customers * 2 / 5);
    let property = wanted.customers - loan - service;
    loan_customers(&mut tx, &mut run, &bases, loan, wanted.staff).await?;
    service_contacts(&mut tx, &mut run, &bases, service).await?;
    property_customers(&mut tx, &mut run, &bases, property, wanted.staff).await?;
    interactions(&mut tx, &mut run, &bases, wanted, [loan, service, property]).await?;
    if app.db.is_pg() {
        renumber(&mut tx).await?;
    }
    tx.commit().await?;
    run.bar.finish();
    if app.db.is_pg() {
        app.db.write().await?.batch("ANALYZE").await?;
    }
    Ok(())
}

/// The first free number of a table
async fn next(conn: &mut Conn, table: &str) -> QueryResult<i64> {
    diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(&format!(
        "(SELECT COALESCE(max(id), 0) + 1 FROM {table})"
    )))
    .one(conn)
    .await
}

/// Rows were inserted with their numbers: the sequences go on behind them
async fn renumber(conn: &mut Conn) -> QueryResult<()> {
    for table in [
        "accounts",
        "loan_officers",
        "service_staff",
        "estate_agents",
        "loan_customers",
        "service_contacts",
        "property_customers",
    ] {
        conn.batch(&format!(
            "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT COALESCE(max(id), 1) FROM {table}))"
        ))
        .await?;
    }
    Ok(())
}

impl Run {
    /// A moment of the last year
    fn moment(&mut self) -> Time {
        Time::from(self.now.0 - Duration::milliseconds(self.rng.random_range(0..365 * 86_400_000)))
    }

    fn name(&mut self) -> String {
        const FAMILY: [&str; 20] = [
            "赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "蒋", "沈", "韩", "杨", "朱", "秦", "许", "何",
            "吕", "张",
        ];
        const GIVEN: [&str; 20] = [
            "安", "博", "晨", "丹", "恩", "方", "海", "佳", "凯", "蓝", "明", "宁", "平", "清", "然", "思", "天", "文",
            "欣", "雅",
        ];
        let mut one = |of: &[&'static str; 20]| of[self.rng.random_range(0..20)];
        format!("{}{}{}", one(&FAMILY), one(&GIVEN), one(&GIVEN))
    }
}

/// Inserts rows in chunks
async fn insert<V, Q>(
    conn: &mut Conn,
    run: &mut Run,
    count: i64,
    mut row: impl FnMut(&mut Run, i64) -> V,
    statement: impl Fn(Many<V>) -> Q,
) -> QueryResult<()>
where
    Q: Frag + diesel::query_builder::QueryId + 'static,
{
    let mut made = 0;
    while made < count {
        let chunk = CHUNK.min(count - made);
        let rows = (made..made + chunk).map(|index| row(run, index)).collect();
        statement(Many(rows)).run(conn).await?;
        made += chunk;
        run.bar.inc(u64::try_from(chunk).unwrap_or(0));
    }
    Ok(())
}

async fn staff(conn: &mut Conn, run: &Run, bases: &Bases, count: i64, hash: &Secret) -> QueryResult<()> {
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

/// An invented number: 199 and a running number
fn mobile(number: i64) -> String {
    format!("199{:08}", number % 100_000_000)
}

async fn loan_customers(conn: &mut Conn, run: &mut Run, bases: &Bases, count: i64, staff: i64) -> QueryResult<()> {
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

async fn service_contacts(conn: &mut Conn, run: &mut Run, bases: &Bases, count: i64) -> QueryResult<()> {
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

async fn property_customers(conn: &mut Conn, run: &mut Run, bases: &Bases, count: i64, staff: i64) -> QueryResult<()> {
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

/// Spread over the customers: two fifths messages, a fifth calls, a fifth follow-ups, the rest demands and feedback
async fn interactions(
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
