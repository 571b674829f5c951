//! Diesel's verbs for either engine: `query.all(conn)`, `.one`, `.opt`, `.run`.
//!
//! Under the verb a query loses its Rust type and becomes a fragment that both engines can render, so the compiler
//! instantiates one loading function per row type and engine instead of one per query.

use std::{
    future::Future,
    marker::PhantomData,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use diesel::{
    QueryResult, Selectable,
    pg::{Pg, PgQueryBuilder},
    query_builder::{AsQuery, AstPass, Query, QueryBuilder, QueryFragment, QueryId},
    sqlite::{Sqlite, query_builder::SqliteQueryBuilder},
};
use diesel_async::{RunQueryDsl, methods::LoadQuery};

use super::{
    conn::{Conn, Lite, PgConn},
    statement::Statement,
};

/// A fragment that both engines can render
pub trait Frag: QueryFragment<Pg> + QueryFragment<Sqlite> + Send + Sync {
    /// Its Rust type, which tells what it does to which table
    fn kind(&self) -> &'static str {
        std::any::type_name::<Self>()
    }
}
impl<T: QueryFragment<Pg> + QueryFragment<Sqlite> + Send + Sync> Frag for T {}

/// A query without its Rust type, known by its row's SQL type only
pub struct Erased<'q, ST>(Box<dyn Frag + 'q>, PhantomData<fn() -> ST>);

impl<'q, ST: 'static> Erased<'q, ST> {
    /// Forgets the type of a boxed query whose row has the SQL type `ST`
    pub fn new(query: Box<dyn Frag + 'q>) -> Self {
        Erased(query, PhantomData)
    }
}

impl<ST: 'static> Erased<'static, ST> {
    /// [`Run::all`] for a query that is erased already
    pub fn rows<U: Row<'static, ST>>(self, conn: &mut Conn) -> impl Future<Output = QueryResult<Vec<U>>> + Send {
        U::load(self, conn)
    }
}

impl<ST> QueryId for Erased<'_, ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST> Query for Erased<'_, ST> {
    type SqlType = ST;
}

impl<ST> QueryFragment<Pg> for Erased<'_, ST> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        <dyn Frag as QueryFragment<Pg>>::walk_ast(&*self.0, out)
    }
}

impl<ST> QueryFragment<Sqlite> for Erased<'_, ST> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        <dyn Frag as QueryFragment<Sqlite>>::walk_ast(&*self.0, out)
    }
}

/// A row type that either engine can load for the SQL type `ST`
pub trait Row<'q, ST>: Send {
    #[doc(hidden)]
    fn load(query: Erased<'q, ST>, conn: &mut Conn) -> impl Future<Output = QueryResult<Vec<Self>>> + Send
    where
        Self: Sized;
}

impl<'q, ST: 'static, U: Send> Row<'q, ST> for U
where
    Erased<'q, ST>: LoadQuery<'q, PgConn, U> + LoadQuery<'q, Lite, U> + Send,
{
    fn load(query: Erased<'q, ST>, conn: &mut Conn) -> impl Future<Output = QueryResult<Vec<U>>> + Send {
        let sending = Sending::start(&query, conn);
        fetch(query, conn, sending)
    }
}

async fn fetch<'q, ST: 'static, U: Send>(
    query: Erased<'q, ST>,
    conn: &mut Conn,
    _sending: Sending,
) -> QueryResult<Vec<U>>
where
    Erased<'q, ST>: LoadQuery<'q, PgConn, U> + LoadQuery<'q, Lite, U> + Send,
{
    match conn {
        Conn::Pg(conn) => {
            conn.is_busy = true;
            let rows = RunQueryDsl::load(query, &mut **conn).await;
            conn.is_busy = false;
            rows
        }
        Conn::Lite(conn) => RunQueryDsl::load(query, &mut **conn).await,
    }
}

/// The verbs that end a query
pub trait Run<'q>: Sized {
    /// Every row
    fn all<U: Row<'q, Self::SqlType>>(self, conn: &mut Conn) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        Self: AsQuery<Query: Frag + 'q, SqlType: 'static>,
    {
        U::load(Erased(Box::new(self.as_query()), PhantomData), conn)
    }

    /// The first row, or none
    fn opt<U: Row<'q, Self::SqlType>>(self, conn: &mut Conn) -> impl Future<Output = QueryResult<Option<U>>> + Send
    where
        Self: AsQuery<Query: Frag + 'q, SqlType: 'static>,
    {
        let rows = self.all(conn);
        async move { Ok(rows.await?.into_iter().next()) }
    }

    /// The first row, or `NotFound`
    fn one<U: Row<'q, Self::SqlType>>(self, conn: &mut Conn) -> impl Future<Output = QueryResult<U>> + Send
    where
        Self: AsQuery<Query: Frag + 'q, SqlType: 'static>,
    {
        let row = self.opt(conn);
        async move { row.await?.ok_or(diesel::result::Error::NotFound) }
    }

    /// Executes; the number of rows touched
    fn run(self, conn: &mut Conn) -> impl Future<Output = QueryResult<usize>> + Send
    where
        Self: Frag + 'q,
    {
        let query = Erased::<'q, ()>(Box::new(self), PhantomData);
        let sending = Sending::start(&query, conn);
        execute(query, conn, sending)
    }
}

// Only what is a query has the verbs, so that `Iterator::all` stays what it is.
impl<T: QueryId> Run<'_> for T {}

async fn execute<'q>(query: Erased<'q, ()>, conn: &mut Conn, _sending: Sending) -> QueryResult<usize> {
    match conn {
        Conn::Pg(conn) => {
            conn.is_busy = true;
            let touched = query.execute(&mut **conn).await;
            conn.is_busy = false;
            touched
        }
        Conn::Lite(conn) => query.execute(&mut **conn).await,
    }
}

/// The columns of a row struct, naming no engine (unlike `as_select()`)
pub trait Cols: Selectable<Pg> {
    fn cols() -> Self::SelectExpression {
        Self::construct_selection()
    }
}
impl<T: Selectable<Pg>> Cols for T {}

/// The SQL type of a row struct's columns
pub type SqlTypeOf<T> = diesel::dsl::SqlTypeOf<<T as Selectable<Pg>>::SelectExpression>;

tokio::task_local! {
    /// Statements sent for the request that this task serves
    static COUNT: AtomicU64;
    /// What this task sends, where somebody wants to know
    static WATCH: Mutex<Vec<Sent>>;
}

/// A statement that was sent
#[derive(Debug)]
pub struct Sent {
    /// As its engine gets it
    pub text: String,
    /// Until its rows were there
    pub took: Duration,
}

/// Runs a request and tells the statements that it sends
pub async fn watched<F: Future>(request: F) -> (F::Output, Vec<Sent>) {
    WATCH
        .scope(Mutex::default(), async {
            let output = request.await;
            (output, WATCH.with(|sent| std::mem::take(&mut *sent.lock().unwrap_or_else(PoisonError::into_inner))))
        })
        .await
}

/// What its engine gets of a query: never a value, which goes beside it
fn text(query: &dyn Frag, conn: &Conn) -> Option<String> {
    let text = match conn {
        Conn::Pg(_) => {
            let mut text = PgQueryBuilder::new();
            QueryFragment::<Pg>::to_sql(query, &mut text, &Pg).map(|()| QueryBuilder::<Pg>::finish(text))
        }
        Conn::Lite(_) => {
            let mut text = SqliteQueryBuilder::new();
            QueryFragment::<Sqlite>::to_sql(query, &mut text, &Sqlite).map(|()| QueryBuilder::<Sqlite>::finish(text))
        }
    };
    text.ok()
}

/// Runs a request and tells how many statements it sent
pub async fn counted<F: Future>(request: F) -> (F::Output, u64) {
    COUNT
        .scope(AtomicU64::new(0), async {
            let output = request.await;
            (output, COUNT.with(|count| count.load(Ordering::Relaxed)))
        })
        .await
}

/// Counts a statement for this request; also one that others share, and one of them sends
pub fn count() {
    // Outside a request (start-up, workers) nobody counts.
    let _ = COUNT.try_with(|count| count.fetch_add(1, Ordering::Relaxed));
}

/// Whether somebody wants to know what this request sends
pub fn is_watched() -> bool {
    WATCH.try_with(|_| ()).is_ok()
}

/// One statement under way: counted for its request, measured, and told where it is watched
struct Sending {
    start: Instant,
    text: Option<String>,
    _measured: Statement,
}

impl Sending {
    fn start<ST>(query: &Erased<'_, ST>, conn: &Conn) -> Sending {
        count();
        // Mostly nobody watches.
        let watched = WATCH.try_with(|_| text(query, conn)).ok().flatten();
        let measured = Statement::of((*query.0).kind(), || text(query, conn).unwrap_or_default());
        Sending { start: Instant::now(), text: watched, _measured: measured }
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if let Some(text) = self.text.take() {
            let sent = Sent { text, took: self.start.elapsed() };
            let _ = WATCH.try_with(|all| all.lock().unwrap_or_else(PoisonError::into_inner).push(sent));
        }
    }
}
