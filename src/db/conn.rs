//! Pools and connections on either engine.

use std::{
    error::Error as StdError,
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use deadpool::managed::{self, Manager};
use diesel::{ConnectionError, QueryResult, sqlite::SqliteConnection};
use diesel_async::{
    AsyncConnection, AsyncPgConnection, SimpleAsyncConnection,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
        deadpool::{Pool, PoolError},
    },
    sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper},
};
use futures_util::{FutureExt as _, TryFutureExt as _, future::BoxFuture};

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

/// A connection out of a pool, to which it returns
///
/// The pool's type stays hidden. For each of a thousand resolvers the compiler looks through all that its future holds,
/// to find out whether another thread may go on with it, and a pool is a deep place: it took more than half of
/// `cargo check`. For the same reason what gets a connection answers a boxed future.
pub trait Pooled<C>: DerefMut<Target = C> + Send + Sync {
    /// Out of the pool: nobody shall have it any more
    fn discard(self: Box<Self>);
}

impl<M: Manager> Pooled<M::Type> for managed::Object<M>
where
    Self: Send + Sync,
{
    fn discard(self: Box<Self>) {
        drop(managed::Object::take(*self));
    }
}

/// A connection to either engine
pub enum Conn {
    Pg(HeldPg),
    Lite(LiteConn),
}

/// Ends the statement that is under way on a connection
type Stop = Arc<dyn Fn(Box<dyn Pooled<PgConn>>) + Send + Sync>;

/// A connection to PostgreSQL while somebody has it
///
/// Where he goes before a statement has ended, the statement goes too: the next one would have to wait behind it.
pub struct HeldPg {
    /// Some until drop or discard, which both end it
    conn: Option<Box<dyn Pooled<PgConn>>>,
    stop: Stop,
    /// Whether a statement is under way
    pub(super) is_busy: bool,
}

impl Deref for HeldPg {
    type Target = PgConn;

    #[expect(clippy::expect_used, reason = "only drop and discard take it, and both end this")]
    fn deref(&self) -> &PgConn {
        self.conn.as_ref().expect("a held connection")
    }
}

impl DerefMut for HeldPg {
    #[expect(clippy::expect_used, reason = "only drop and discard take it, and both end this")]
    fn deref_mut(&mut self) -> &mut PgConn {
        self.conn.as_mut().expect("a held connection")
    }
}

impl Drop for HeldPg {
    fn drop(&mut self) {
        if self.is_busy
            && let Some(conn) = self.conn.take()
        {
            (self.stop)(conn);
        }
    }
}

/// A connection to SQLite, with what its transaction has to tell when it commits
pub struct LiteConn {
    conn: Box<dyn Pooled<Lite>>,
    pub(super) news: Vec<String>,
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
            Conn::Pg(conn) => {
                conn.is_busy = true;
                let outcome = conn.batch_execute(sql).await;
                conn.is_busy = false;
                outcome
            }
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

    /// See [`Pooled::discard`]
    pub(super) fn discard(self) {
        match self {
            Conn::Pg(mut conn) => {
                if let Some(conn) = conn.conn.take() {
                    conn.discard();
                }
            }
            Conn::Lite(conn) => conn.conn.discard(),
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
    Pg {
        pool: Pool<PgConn>,
        stop: Stop,
    },
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
            let stopping = server.clone();
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
            return Ok(Db::Pg { pool, stop: Arc::new(move |conn| stopping.stop(conn)) });
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
        matches!(self, Db::Pg { .. })
    }

    /// A connection for reading
    pub fn read(&self) -> BoxFuture<'_, Result<Conn, PoolError>> {
        match self {
            Db::Pg { pool, stop } => pg_conn(pool, stop),
            Db::Lite { read, .. } => lite_conn(read),
        }
    }

    /// A connection for writing outside of [`Db::begin`]: start-up and bulk work
    pub fn write(&self) -> BoxFuture<'_, Result<Conn, PoolError>> {
        match self {
            Db::Pg { pool, stop } => pg_conn(pool, stop),
            Db::Lite { write, .. } => lite_conn(write),
        }
    }

    /// Each pool by its name, for the metrics
    pub fn pools(&self) -> Vec<(&'static str, deadpool::Status)> {
        match self {
            Db::Pg { pool, .. } => vec![("all", pool.status())],
            Db::Lite { read, write, .. } => vec![("read", read.status()), ("write", write.status())],
        }
    }
}

fn pg_conn<'a>(pool: &'a Pool<PgConn>, stop: &'a Stop) -> BoxFuture<'a, Result<Conn, PoolError>> {
    let held = |conn| Conn::Pg(HeldPg { conn: Some(Box::new(conn)), stop: stop.clone(), is_busy: false });
    pool.get().map_ok(held).boxed()
}

fn lite_conn(pool: &Pool<Lite>) -> BoxFuture<'_, Result<Conn, PoolError>> {
    pool.get().map_ok(|conn| Conn::Lite(LiteConn { conn: Box::new(conn), news: Vec::new() })).boxed()
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
