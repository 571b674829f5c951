//! Transactions on either engine.

use std::ops::{Deref, DerefMut};

use diesel::{QueryResult, connection::AnsiTransactionManager};
use diesel_async::{AsyncConnection, TransactionManager, pooled_connection::deadpool::PoolError};
use futures_util::{FutureExt as _, future::BoxFuture};

use super::{
    conn::{Conn, Db, Lite, PgConn},
    listen::Local,
};

type PgTransactions = <PgConn as AsyncConnection>::TransactionManager;
type LiteTransactions = <Lite as AsyncConnection>::TransactionManager;

impl Db {
    /// Opens a transaction
    pub fn begin(&self) -> BoxFuture<'_, Result<Tx, BeginError>> {
        async {
            let mut conn = self.write().await?;
            match &mut conn {
                Conn::Pg(conn) => {
                    PgTransactions::begin_transaction(&mut **conn).await?;
                }
                // BEGIN IMMEDIATE: a transaction that first reads and then writes can not dead-lock with another.
                Conn::Lite(conn) => {
                    let begin = |conn: &mut _| AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE");
                    conn.spawn_blocking(begin).await?;
                }
            }
            let local = match self {
                Db::Pg { .. } => None,
                Db::Lite { local, .. } => Some(local.clone()),
            };
            Ok(Tx { conn: Some(conn), local })
        }
        .boxed()
    }
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
    pub fn commit(mut self) -> BoxFuture<'static, QueryResult<()>> {
        async move {
            match self.deref_mut() {
                Conn::Pg(conn) => {
                    PgTransactions::commit_transaction(&mut **conn).await?;
                }
                Conn::Lite(conn) => {
                    LiteTransactions::commit_transaction(&mut **conn).await?;
                }
            }
            // Heard when the connection is free again: who hears may want it.
            if let (Some(Conn::Lite(mut conn)), Some(local)) = (self.conn.take(), &self.local) {
                let news = std::mem::take(&mut conn.news);
                drop(conn);
                news.iter().for_each(|news| local.hear(news));
            }
            Ok(())
        }
        .boxed()
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
            let mut conn = conn;
            let rolled_back = match &mut conn {
                Conn::Pg(conn) => PgTransactions::rollback_transaction(&mut **conn).await,
                Conn::Lite(conn) => LiteTransactions::rollback_transaction(&mut **conn).await,
            };
            if let Err(error) = rolled_back {
                tracing::warn!(%error, "a transaction could not be rolled back; its connection is closed");
                // Nobody may inherit an open transaction.
                conn.discard();
            }
        });
    }
}
