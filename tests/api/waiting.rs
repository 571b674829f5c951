//! Statements that wait: a locked table makes them, and how many do so is what PostgreSQL says.

use std::{pin::pin, time::Duration};

use diesel::{QueryableByName, sql_query, sql_types::BigInt};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _};
use futures_util::{FutureExt as _, poll};
use quintet::{
    config::Config,
    db::{Tx, Where},
    domains::customers::LoanCustomer,
    graphql::Entity as _,
};
use tokio::time::{sleep, timeout};

use crate::app::{TestApp, on_postgres};

/// Some customers of several officers, and the table locked
pub async fn locked(app: &TestApp) -> (Vec<LoanCustomer>, Tx) {
    let app = app.clone().demo().await.app;
    let mut conn = app.db.read().await.unwrap();
    let customers = LoanCustomer::fetch(&mut conn, Where::default(), LoanCustomer::ORDER.first(20)).await.unwrap();
    let mut tx = app.db.begin().await.unwrap();
    tx.batch("LOCK TABLE loan_customers IN ACCESS EXCLUSIVE MODE").await.unwrap();
    (customers, tx)
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// What PostgreSQL says of the statements that wait for the lock
pub async fn of_waiting(app: &TestApp, what: &str) -> i64 {
    let query = format!(
        "SELECT count({what}) AS number FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'"
    );
    // Not from the pool, where one may wait for the lock.
    let mut conn = AsyncPgConnection::establish(&app.app.config.database_url).await.unwrap();
    let rows: Vec<Number> = sql_query(query).load(&mut conn).await.unwrap();
    rows[0].number
}

/// Those of them that end now. Their connections live on: whether the pool notices a lost one in time is chance.
pub const CANCELLED: &str = "pg_cancel_backend(pid) OR NULL";

/// Until so many wait
pub async fn until_waiting(app: &TestApp, statements: i64) {
    in_time(async {
        while of_waiting(app, "*").await != statements {
            sleep(STEP).await;
        }
    })
    .await;
}

async fn until(is_so: impl Fn() -> bool) {
    in_time(async {
        while !is_so() {
            sleep(STEP).await;
        }
    })
    .await;
}

async fn in_time(so: impl Future<Output = ()>) {
    timeout(Duration::from_secs(60), so).await.expect("it never was so");
}

const STEP: Duration = Duration::from_millis(5);

#[test]
fn a_statement_goes_with_him_who_waits_for_it() {
    on_postgres(|app| {
        async move {
            let (customers, held) = locked(&app).await;
            // A server with one connection, which the lock does not take
            let other = TestApp::with(Config { pool_size: 1, ..app.app.config.clone() }).await;
            let caller = other.sign_in(None, "admin", "quintet-demo").await;
            let pool = || other.app.db.pools()[0].1;
            let one = format!("{{ loanCustomer(id: \"{}\") {{ name }} }}", customers[0].id);
            let queries = ["{ loanCustomers(first: 1) { nodes { name } } }", one.as_str()];
            for query in queries {
                {
                    let mut asked = pin!(caller.query(query));
                    tokio::select! {
                        _ = &mut asked => panic!("the table is not locked"),
                        () = until_waiting(&app, 1) => {}
                    }
                }
                until_waiting(&app, 0).await;
                until(|| pool().size == 0).await;
                // The next one need not wait behind it.
                caller.query("{ estateProjects(first: 1) { nodes { name } } }").await.ok();
            }
            held.commit().await.unwrap();
            for query in queries {
                // What ends soon leaves its connection where it was.
                {
                    let mut asked = pin!(caller.query(query));
                    assert!(poll!(&mut asked).is_pending());
                    // It has come as far as the database.
                    assert_eq!(pool().available, 0);
                }
                until(|| pool().available == 1).await;
                assert_eq!(pool().size, 1);
                caller.query(query).await.ok();
            }
        }
        .boxed()
    });
}
