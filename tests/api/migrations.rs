//! Each migration's `down.sql` undoes its `up.sql`, nothing less and nothing more.

use std::{collections::BTreeSet, fs};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, backend::Backend, migration::MigrationSource, sql_query,
    sql_types::Text, sqlite::SqliteConnection,
};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, async_connection_wrapper::AsyncConnectionWrapper};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use tempfile::TempDir;

use crate::postgres::{self, Database};

/// Everything that a SQLite database holds, but for Diesel's own table
const SQLITE: &str = "SELECT coalesce(sql, name) AS line FROM sqlite_master \
     WHERE tbl_name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' AND tbl_name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

/// Everything that a PostgreSQL database holds, but for Diesel's own table: columns, indexes, constraints, and by name
/// what else there may be
const POSTGRES: &str = "SELECT concat_ws(' ', table_name, column_name, ordinal_position, data_type, \
       character_maximum_length, column_default, is_nullable) AS line
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%'
   UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_diesel%'
   UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT LIKE '\\_\\_diesel%'
   UNION ALL SELECT 'relation ' || relname FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE '\\_\\_diesel%'
   UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
   UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
   UNION ALL SELECT 'type ' || typname FROM pg_type
     WHERE typnamespace = 'public'::regnamespace AND typname NOT LIKE '%\\_\\_diesel%'
   UNION ALL SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql'";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn there_and_back<DB: Backend, C: MigrationHarness<DB>>(engine: &str, conn: &mut C, lines: impl Fn(&mut C) -> Vec<Line>)
where
    FileBasedMigrations: MigrationSource<DB>,
{
    let source = || FileBasedMigrations::from_path(format!("migrations/{engine}")).unwrap();
    let schema = |conn: &mut C| -> BTreeSet<String> { lines(conn).into_iter().map(|line| line.line).collect() };
    let mut stages = vec![schema(conn)];
    assert!(stages[0].is_empty(), "{:?}", stages[0]);
    while conn.has_pending_migration(source()).unwrap() {
        conn.run_next_migration(source()).unwrap();
        stages.push(schema(conn));
    }
    assert_eq!(stages.len() - 1, fs::read_dir(format!("migrations/{engine}")).unwrap().count());
    assert!(stages.windows(2).all(|pair| pair[0] != pair[1]), "a migration that does nothing");
    for stage in stages.iter().rev().skip(1) {
        let reverted = conn.revert_last_migration(source()).unwrap();
        let difference: Vec<_> = schema(conn).symmetric_difference(stage).cloned().collect();
        assert!(difference.is_empty(), "{engine} {reverted} down: {difference:#?}");
    }
    conn.run_pending_migrations(source()).unwrap();
    assert!(Some(&schema(conn)) == stages.last(), "up again is another schema");
}

#[test]
fn down_undoes_up_on_sqlite() {
    let folder = TempDir::new().unwrap();
    let mut conn = SqliteConnection::establish(folder.path().join("down.db").to_str().unwrap()).unwrap();
    there_and_back("sqlite", &mut conn, |conn| sql_query(SQLITE).load(conn).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn down_undoes_up_on_postgres() {
    let Some(server) = postgres::server() else { return };
    let database = Database::empty(server).await;
    let conn = AsyncPgConnection::establish(&database.url).await.unwrap();
    let mut conn = AsyncConnectionWrapper::<AsyncPgConnection>::from(conn);
    let test = move || there_and_back("postgres", &mut conn, |conn| sql_query(POSTGRES).load(conn).unwrap());
    tokio::task::spawn_blocking(test).await.unwrap();
    database.drop(server).await;
}
