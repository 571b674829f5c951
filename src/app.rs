//! What every request shares: the database, the settings, the keys, the schema.

use std::{ops::Deref, sync::Arc, thread, time::Duration};

use anyhow::ensure;
use futures_util::future::BoxFuture;
use object_store::ObjectStore;
use rand::RngExt as _;
use tokio::sync::Semaphore;

use crate::{
    auth::{budget::Budget, jwt::Signer, vault::Vault},
    config::Config,
    db::{Db, migrate},
    domains::identity::{Setting, session, session_cache::SessionCache},
    events::Events,
    files::{answer, store},
    graphql::lookups::Lookups,
    outside::Outside,
};

/// Cheap to clone
#[derive(Clone)]
pub struct App(Arc<Shared>);

pub struct Shared {
    pub config: Config,
    pub db: Db,
    pub signer: Signer,
    pub vault: Vault,
    pub files: Arc<dyn ObjectStore>,
    /// Bytes that files in answers may still take
    pub file_memory: Arc<Semaphore>,
    pub outside: Outside,
    pub sessions: SessionCache,
    pub events: Events,
    pub budget: Budget,
    pub lookups: Lookups,
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    /// Opens the database, brings its tables up to date, and makes what is missing
    ///
    /// Boxed like what else other crates wait for (the program, the tests): they would compile its inside once more.
    pub fn start(config: Config) -> BoxFuture<'static, anyhow::Result<App>> {
        Box::pin(async {
            let ran = migrate::migrate(&config.database_url).await?;
            if ran > 0 {
                tracing::info!(ran, "migrations applied");
            }
            App::connect(config).await
        })
    }

    /// [`start`](App::start) on a database whose tables are up to date
    pub fn open(config: Config) -> BoxFuture<'static, anyhow::Result<App>> {
        Box::pin(App::connect(config))
    }

    async fn connect(config: Config) -> anyhow::Result<App> {
        let db = Db::open(&config.database_url, config.pool_size)?;
        // Somebody else may be writing for long; then they are as old as they are.
        if let Err(error) = db.gather_statistics().await {
            tracing::warn!(%error, "no statistics were gathered");
        }
        let secret = match &config.jwt_secret {
            Some(secret) => secret.clone(),
            None => Setting::get_or_make(&db, "jwt_secret", random_secret).await?,
        };
        ensure!(secret.len() >= 64, "the JWT secret must have at least 64 bytes for HS512");
        let key = match &config.secret_key {
            Some(key) => key.clone(),
            None => Setting::get_or_make(&db, "secret_key", random_secret).await?,
        };
        ensure!(key.len() >= 32, "the secret key must have at least 32 bytes");
        let vault = Vault::new(key.as_bytes())?;
        let files = store::open(&config.files)?;
        let signer = Signer::new(secret.as_bytes());
        let outside = Outside::new(Duration::from_secs(config.outside_seconds))?;
        let sessions = SessionCache::default();
        let budget = Budget::new(config.cost_per_second, config.cost_burst);
        let listener = db.is_pg().then(|| sessions.listener.clone());
        let events = Events::new(listener, config.pool_size / 2);
        let file_memory = answer::memory();
        // With one turn a machine of many cores would wait for a single statement's rows to be read.
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let lookups = Lookups::new(db.clone(), (cores / 2).max(1), Duration::from_secs(2));
        let shared =
            Shared { signer, vault, db, files, file_memory, outside, config, sessions, events, budget, lookups };
        let app = App(Arc::new(shared));
        app.listen();
        Ok(app)
    }

    /// Hears what transactions tell, on this server and on the others of its database
    fn listen(&self) {
        if let Db::Lite { local, .. } = &self.db {
            // What ends a session on the only server says so to the cache itself.
            let events = self.events.clone();
            local.listen(move |news| {
                events.heard(news);
            });
            return;
        }
        let (heard, lost) = (self.clone(), self.clone());
        self.sessions.listener.start(
            self.config.database_url.clone(),
            move |news| {
                if !heard.events.heard(news) {
                    session::heard(&heard, news);
                }
            },
            move || {
                lost.sessions.forget_all();
                lost.events.lost();
            },
        );
    }
}

/// 64 random bytes in hex
pub fn random_secret() -> String {
    let bytes: [u8; 64] = rand::rng().random();
    data_encoding::HEXLOWER.encode(&bytes)
}
