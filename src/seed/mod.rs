//! Synthetic data at scale: reproducible from a seed, for load tests and for trying pages with a million customers.
//!
//! Customers and interactions spread over the realms LOAN, SERVICE and ESTATE; the customers of the BANK are asked for by
//! themselves. Everything is one transaction.

mod bank;
mod customers;
mod interactions;

use chrono::Duration;
use clap::{Args, value_parser};
use diesel::prelude::*;
use indicatif::{ProgressBar, ProgressStyle};
use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};

use crate::{
    app::{App, random_secret},
    auth::password,
    db::{Conn, Frag, Run as _, Time, sql::Many},
    error::AppError,
};

/// How much of what
#[derive(Args, Clone, Debug)]
pub struct Seed {
    /// Customers over the realms LOAN, SERVICE and ESTATE
    #[arg(long, default_value_t = 10_000, value_parser = value_parser!(i64).range(0..))]
    customers: i64,

    /// Interactions over all realms
    #[arg(long, default_value_t = 30_000, value_parser = value_parser!(i64).range(0..))]
    interactions: i64,

    /// Customers of the BANK, each in the household register too, with families, tags and the white list
    #[arg(long, default_value_t = 0, value_parser = value_parser!(i64).range(0..))]
    bank_customers: i64,

    /// Staff members in each realm, at most 4000; in the BANK customer managers, with ten grids each
    #[arg(long, default_value_t = 50, value_parser = value_parser!(i64).range(1..=4000))]
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
    let rows = wanted.customers + wanted.interactions + bank::rows(wanted.bank_customers);
    let bar = ProgressBar::new(u64::try_from(rows)?);
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
    customers::staff(&mut tx, &run, &bases, wanted.staff, &hash).await?;
    let (loan, service) = (wanted.customers * 2 / 5, wanted.customers * 2 / 5);
    let property = wanted.customers - loan - service;
    customers::loan_customers(&mut tx, &mut run, &bases, loan, wanted.staff).await?;
    customers::service_contacts(&mut tx, &mut run, &bases, service).await?;
    customers::property_customers(&mut tx, &mut run, &bases, property, wanted.staff).await?;
    interactions::all(&mut tx, &mut run, &bases, wanted, [loan, service, property]).await?;
    bank::all(&mut tx, &mut run, wanted.bank_customers, wanted.staff, &hash).await?;
    if app.db.is_pg() {
        renumber(&mut tx).await?;
    }
    tx.commit().await?;
    run.bar.finish();
    match app.db.is_pg() {
        true => app.db.write().await?.batch("ANALYZE").await?,
        false => app.db.gather_statistics().await?,
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
    let others = [
        "accounts",
        "loan_officers",
        "service_staff",
        "estate_agents",
        "loan_customers",
        "service_contacts",
        "property_customers",
    ];
    for table in others.into_iter().chain(bank::NUMBERED) {
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

/// An invented number: 199 and a running number
fn mobile(number: i64) -> String {
    format!("199{:08}", number % 100_000_000)
}
