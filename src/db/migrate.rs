//! The tables: two trees of migrations with the same names, embedded in the binary and applied at start.
//!
//! Cargo does not see that a migration is new: it comes into the binary when this file is compiled again (`touch` it).

use anyhow::anyhow;
use diesel::{Connection, connection::SimpleConnection, sqlite::SqliteConnection};
use diesel_async::{AsyncPgConnection, async_connection_wrapper::AsyncConnectionWrapper};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{
    conn::{is_pg, lite_path},
    pg,
};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Advisory lock under which one server at a time migrates ("quintet" in ASCII)
const LOCK: i64 = 0x71_7569_6e74_6574;

/// Applies what is missing; several servers may do so at once. Tells how many migrations ran.
pub async fn migrate(url: &str) -> anyhow::Result<usize> {
    if !is_pg(url) {
        let path = lite_path(url)?.to_owned();
        return tokio::task::spawn_blocking(move || {
            let mut conn = SqliteConnection::establish(&path)?;
            conn.batch_execute("PRAGMA busy_timeout=60000; PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;")?;
            // An immediate transaction is SQLite's lock: a second process waits here and then finds nothing to do.
            conn.immediate_transaction(|conn| {
                conn.run_pending_migrations(SQLITE).map(|ran| ran.len()).map_err(|error| Failed(anyhow!("{error}")))
            })
            .map_err(|Failed(error)| error)
        })
        .await?;
    }
    let conn = pg::Server::read(url)?.establish().await?;
    let mut conn = AsyncConnectionWrapper::<AsyncPgConnection>::from(conn);
    tokio::task::spawn_blocking(move || {
        conn.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
        let ran = conn.run_pending_migrations(POSTGRES).map_err(|error| anyhow!("{error}"))?.len();
        conn.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
        Ok(ran)
    })
    .await?
}

/// Lets `anyhow` errors leave a Diesel transaction
struct Failed(anyhow::Error);

impl From<diesel::result::Error> for Failed {
    fn from(error: diesel::result::Error) -> Self {
        Failed(error.into())
    }
}
