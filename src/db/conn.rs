//! Pools, connections and transactions on either engine.

use std::{
    error::Error as StdError,
    ops::{Deref, DerefMut},
    time::Duration,
};

use anyhow::Context as _;
use diesel::{ConnectionError, QueryResult, connection::AnsiTransactionManager, sqlite::SqliteConnection};
use diesel_async::{
    AsyncConnection, AsyncPgConnection, SimpleAsyncConnection, TransactionManager,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{Object, Pool, PoolError},
    },
    sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper},
};
use futures_util::{FutureExt, future::BoxFuture};

use super::{listen::Local, pg};

pub type PgConn = AsyncPgConnection;
pub type Lite = SyncConnectionWrapper<SqliteConnection, Inline>;

/// Runs SQLite's calls on the calling worker: they take microseconds, a hop to another thread costs more.
/// Long statements (exports, seeds) belong into `block_in_place`.
pub struct Inline;

impl SpawnBlocking for Inline {
    fn spawn_blocking<'a, R: Send + 'static>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Box<dyn StdError + Send + Sync>>> {
        async move { Ok(task()) }.boxed()
    }

    fn get_runtime() -> Self {
        Inline
    }
}

/// A connection to either engine
#[expect(clippy::large_enum_variant, reason = "boxing would cost an allocation for each check-out on PostgreSQL")]
pub enum Conn {
    Pg(Object<PgConn>),
    Lite(LiteConn),
}

/// A connection to SQLite, with what its transaction has to tell when it commits
pub struct LiteConn {
    conn: Object<Lite>,
    pub(super) news: Vec<String>,
}

impl From<Object<Lite>> for LiteConn {
    fn from(conn: Object<Lite>) -> LiteConn {
        LiteConn { conn, news: Vec::new() }
    }
}

impl Deref for LiteConn {
    type Target = Lite;

    fn deref(&self) -> &Lite {
        &self.conn
    }
}

impl DerefMut for LiteConn {
    fn deref_mut(&mut self) -> &mut Lite {
        &mut self.conn
    }
}

impl Conn {
    /// Several statements without parameters or answers
    pub async fn batch(&mut self, sql: &str) -> QueryResult<()> {
        match self {
            Conn::Pg(conn) => conn.batch_execute(sql).await,
            Conn::Lite(conn) => conn.batch_execute(sql).await,
        }
    }

    /// After rows with explicit ids: lets the table number new rows behind them (SQLite does so by itself)
    pub async fn number_on(&mut self, table: &'static str) -> QueryResult<()> {
        match self {
            Conn::Pg(_) => {
                let last = format!("SELECT max(id) FROM {table}");
                self.batch(&format!("SELECT setval(pg_get_serial_sequence('{table}', 'id'), ({last}))")).await
            }
            Conn::Lite(_) => Ok(()),
        }
    }

    /// Lets one transaction at a time write to the table, until it ends (SQLite has one writer anyway)
    pub async fn lock(&mut self, table: &'static str) -> QueryResult<()> {
        match self {
            Conn::Pg(_) => self.batch(&format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")).await,
            Conn::Lite(_) => Ok(()),
        }
    }
}

/// The database behind the application
#[derive(Clone)]
pub enum Db {
    Pg(Pool<PgConn>),
    /// One writer, so that writes queue in order instead of colliding; several readers
    Lite {
        read: Pool<Lite>,
        write: Pool<Lite>,
        /// Who hears what transactions tell
        local: Local,
    },
}

const LITE_READER: &str = "PRAGMA busy_timeout=10000; PRAGMA foreign_keys=ON; PRAGMA query_only=ON; \
    PRAGMA cache_size=-16000; PRAGMA mmap_size=268435456;";
const LITE_WRITER: &str = "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; \
    PRAGMA foreign_keys=ON;";

/// How long a request waits for a free connection
const PATIENCE: Duration = Duration::from_secs(15);

impl Db {
    /// Opens `postgres://…` or `sqlite:<path>`; connects lazily
    pub fn open(url: &str, size: usize) -> anyhow::Result<Db> {
        if is_pg(url) {
            let mut config = ManagerConfig::<PgConn>::default();
            config.recycling_method = RecyclingMethod::Fast;
            let server = pg::Server::read(url)?;
            config.custom_setup = Box::new(move |_| {
                let server = server.clone();
                async move { server.establish().await }.boxed()
            });
            let manager = AsyncDieselConnectionManager::new_with_config(url, config);
            let pool = Pool::builder(manager)
                .max_size(size)
                .runtime(deadpool::Runtime::Tokio1)
                .wait_timeout(Some(PATIENCE))
                .create_timeout(Some(PATIENCE))
                .build()?;
            return Ok(Db::Pg(pool));
        }
        let path = lite_path(url)?;
        let (read, write) = (lite(path, size, LITE_READER)?, lite(path, 1, LITE_WRITER)?);
        Ok(Db::Lite { read, write, local: Local::default() })
    }

    /// Lets SQLite learn what its tables hold, by which it chooses among indexes; PostgreSQL does so by itself. It looks at a
    /// thousand rows of each index whose table has grown, which takes some milliseconds
    pub async fn gather_statistics(&self) -> anyhow::Result<()> {
        if let Db::Lite { .. } = self {
            self.write().await?.batch("PRAGMA analysis_limit=1000; PRAGMA optimize=0x10002;").await?;
        }
        Ok(())
    }

    /// For SQL written for one engine
    pub fn is_pg(&self) -> bool {
        matches!(self, Db::Pg(_))
    }

    /// A connection for reading. Boxed like all that every resolver awaits: the future of each field is as large as that
    /// of its object's largest, and is copied
    pub async fn read(&self) -> Result<Conn, PoolError> {
        Ok(match self {
            Db::Pg(pool) => Conn::Pg(Box::pin(pool.get()).await?),
            Db::Lite { read, .. } => Conn::Lite(Box::pin(read.get()).await?.into()),
        })
    }

    /// A connection for writing outside of [`Db::begin`]: start-up and bulk work
    pub async fn write(&self) -> Result<Conn, PoolError> {
        Ok(match self {
            Db::Pg(pool) => Conn::Pg(Box::pin(pool.get()).await?),
            Db::Lite { write, .. } => Conn::Lite(Box::pin(write.get()).await?.into()),
        })
    }

    /// Opens a transaction
    pub async fn begin(&self) -> Result<Tx, BeginError> {
        let mut conn = self.write().await?;
        match &mut conn {
            Conn::Pg(conn) => {
                Box::pin(<PgConn as AsyncConnection>::TransactionManager::begin_transaction(&mut **conn)).await?;
            }
            // BEGIN IMMEDIATE: a transaction that first reads and then writes can not dead-lock with another.
            Conn::Lite(conn) => {
                let begun =
                    conn.spawn_blocking(|conn| AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"));
                Box::pin(begun).await?;
            }
        }
        let local = match self {
            Db::Pg(_) => None,
            Db::Lite { local, .. } => Some(local.clone()),
        };
        Ok(Tx { conn: Some(conn), local })
    }

    /// Each pool by its name, for the metrics
    pub fn pools(&self) -> Vec<(&'static str, deadpool::Status)> {
        match self {
            Db::Pg(pool) => vec![("all", pool.status())],
            Db::Lite { read, write, .. } => vec![("read", read.status()), ("write", write.status())],
        }
    }
}

/// Whether a URL names a PostgreSQL database
pub fn is_pg(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// The file of a SQLite URL
pub fn lite_path(url: &str) -> anyhow::Result<&str> {
    let path = url.strip_prefix("sqlite:").map(|path| path.trim_start_matches("//"));
    path.with_context(|| format!("DATABASE_URL must start with postgres:// or sqlite: (it starts with {url:.8})"))
}

fn lite(path: &str, size: usize, pragmas: &'static str) -> anyhow::Result<Pool<Lite>> {
    let mut config = ManagerConfig::<Lite>::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |path| {
        let path = path.to_owned();
        async move {
            let mut conn = Lite::establish(&path).await?;
            conn.batch_execute(pragmas).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(conn)
        }
        .boxed()
    });
    Ok(Pool::builder(AsyncDieselConnectionManager::new_with_config(path, config))
        .max_size(size)
        .runtime(deadpool::Runtime::Tokio1)
        .wait_timeout(Some(PATIENCE))
        .build()?)
}

/// Why no transaction could be opened
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    #[error(transparent)]
    Pool(#[from] PoolError),
    #[error(transparent)]
    Sql(#[from] diesel::result::Error),
}

/// A transaction: [`commit`](Tx::commit) ends it; dropped before that, it rolls back in the background
pub struct Tx {
    /// Some until the transaction ends
    conn: Option<Conn>,
    local: Option<Local>,
}

impl Tx {
    pub async fn commit(mut self) -> QueryResult<()> {
        match self.deref_mut() {
            Conn::Pg(conn) => {
                Box::pin(<PgConn as AsyncConnection>::TransactionManager::commit_transaction(&mut **conn)).await?;
            }
            Conn::Lite(conn) => {
                Box::pin(<Lite as AsyncConnection>::TransactionManager::commit_transaction(&mut **conn)).await?;
            }
        }
        // Heard when the connection is free again: who hears may want it.
        if let (Some(Conn::Lite(conn)), Some(local)) = (self.conn.take(), &self.local) {
            let LiteConn { conn, news } = conn;
            drop(conn);
            news.iter().for_each(|news| local.hear(news));
        }
        Ok(())
    }
}

impl Deref for Tx {
    type Target = Conn;

    #[expect(clippy::expect_used, reason = "only commit and drop take the connection, and both end the Tx")]
    fn deref(&self) -> &Conn {
        self.conn.as_ref().expect("an open transaction")
    }
}

impl DerefMut for Tx {
    #[expect(clippy::expect_used, reason = "only commit and drop take the connection, and both end the Tx")]
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn.as_mut().expect("an open transaction")
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else { return };
        tokio::spawn(async move {
            let (rolled_back, conn) = match conn {
                Conn::Pg(mut conn) => (
                    <PgConn as AsyncConnection>::TransactionManager::rollback_transaction(&mut *conn).await,
                    Conn::Pg(conn),
                ),
                Conn::Lite(mut conn) => (
                    <Lite as AsyncConnection>::TransactionManager::rollback_transaction(&mut *conn).await,
                    Conn::Lite(conn),
                ),
            };
            if let Err(error) = rolled_back {
                tracing::warn!(%error, "a transaction could not be rolled back; its connection is closed");
                // Out of the pool: nobody may inherit an open transaction.
                match conn {
                    Conn::Pg(conn) => drop(Object::take(conn)),
                    Conn::Lite(conn) => drop(Object::take(conn.conn)),
                }
            }
        });
    }
}
