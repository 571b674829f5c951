//! What a resolver reaches through its context.

use std::sync::Arc;

use async_graphql::{
    Context,
    dataloader::{DataLoader, HashMapCache},
};
use futures_util::{
    FutureExt as _, TryFutureExt as _,
    future::{BoxFuture, ready},
};
use tokio_util::sync::CancellationToken;

use super::{
    connection::Connection,
    entity::{Entity, Listed, Loads, Slice},
    loader::{NoTimer, Queue},
    page::{MaxSize, Page},
    relation::{ChildrenOf, Link, LinkedTo, Relation},
};
use crate::{
    app::App,
    auth::Viewer,
    db::{Conn, Id, Tx, Where},
    error::{AppError, AppResult},
};

/// One request's loader
pub type Loader = DataLoader<Loads, HashMapCache>;

/// A loader for one request of one viewer. A mutation's loader keeps nothing: what it read may have changed since.
pub fn loader(app: &App, viewer: Arc<Viewer>, queue: &Queue, keep: bool) -> Loader {
    let loads = Loads { db: app.db.clone(), lookups: app.lookups.clone(), viewer };
    let loader = DataLoader::with_cache(loads, queue.clone(), NoTimer, HashMapCache::default()).max_batch_size(10_000);
    loader.enable_all_cache(keep);
    loader
}

/// Ends with whoever waits for the answer of a request: what writes nothing need not go on then
#[derive(Clone)]
pub struct Awaited(pub CancellationToken);

/// The futures are boxed: the compiler does not look through their inside in each resolver (see [`Pooled`]), and the
/// future of each field is as large as that of its object's largest, and is copied.
///
/// [`Pooled`]: crate::db::conn::Pooled
pub trait ContextExt {
    fn app(&self) -> &App;
    /// Ends when nobody waits for the answer any more
    fn abandoned(&self) -> BoxFuture<'_, ()>;
    /// Who asks; an error for nobody
    fn viewer(&self) -> AppResult<&Arc<Viewer>>;
    /// A connection for reading
    fn read(&self) -> BoxFuture<'_, AppResult<Conn>>;
    /// The one transaction of a mutation
    fn begin(&self) -> BoxFuture<'_, AppResult<Tx>>;
    /// The row with this id, if there is one that the viewer may see
    fn load<E: Entity>(&self, id: Id<E>) -> BoxFuture<'_, AppResult<Option<E>>>;
    /// The row with this id, if there is one that the viewer may look for by himself
    fn look_up<E: Entity>(&self, id: Id<E>) -> BoxFuture<'_, AppResult<Option<E>>>;
    /// [`load`](Self::load) of what a row may name or not
    fn load_named<E: Entity>(&self, id: Option<Id<E>>) -> BoxFuture<'_, AppResult<Option<E>>>;
    /// A page of the rows that the viewer may look for by himself
    fn list<'a, E: Entity>(
        &'a self,
        page: Page,
        wanted: impl Fn() -> Where<E::Table> + Send + Sync + 'a,
    ) -> BoxFuture<'a, AppResult<Connection<E>>>;
    /// All of these rows that the viewer may see, unless they are too many; `narrow` is the argument that makes them fewer
    fn whole<'a, E: Entity>(&'a self, narrow: &'a str, wanted: Where<E::Table>) -> BoxFuture<'a, AppResult<Vec<E>>>;
    /// A page of a parent's rows, of those that the viewer may look for by himself
    fn children<C: Entity>(
        &self,
        relation: Relation<C>,
        parent: i64,
        page: Page,
    ) -> BoxFuture<'_, AppResult<Connection<C>>>;
    /// [`children`](Self::children) before they become a connection
    fn slice<C: Entity>(&self, relation: Relation<C>, parent: i64, page: Page) -> BoxFuture<'_, AppResult<Slice<C>>>;
    /// The only row of a parent
    fn child<C: Entity>(&self, relation: Relation<C>, parent: i64) -> BoxFuture<'_, AppResult<Option<C>>>;
    /// The numbers on the other side of a link, whatever the viewer may see of the rows behind them
    fn numbers<To: Entity>(&self, link: Link<To>, from: i64) -> BoxFuture<'_, AppResult<Vec<i64>>>;
    /// The rows linked to this one
    fn linked<To: Entity>(&self, link: Link<To>, from: i64) -> BoxFuture<'_, AppResult<Vec<To>>>;
    /// Those of the rows linked to this one that the viewer may look for by himself
    fn linked_rows<To: Entity>(&self, link: Link<To>, from: i64) -> BoxFuture<'_, AppResult<Vec<To>>>;
}

impl ContextExt for Context<'_> {
    fn app(&self) -> &App {
        self.data_unchecked::<App>()
    }

    fn abandoned(&self) -> BoxFuture<'_, ()> {
        self.data_unchecked::<Awaited>().0.cancelled().boxed()
    }

    fn viewer(&self) -> AppResult<&Arc<Viewer>> {
        let viewer = self.data_unchecked::<Arc<Viewer>>();
        match viewer.is_nobody() {
            false => Ok(viewer),
            true => Err(AppError::unauthenticated("Sign in first: sessionCreate answers a token")),
        }
    }

    fn read(&self) -> BoxFuture<'_, AppResult<Conn>> {
        self.app().db.read().err_into().boxed()
    }

    fn begin(&self) -> BoxFuture<'_, AppResult<Tx>> {
        self.app().db.begin().err_into().boxed()
    }

    fn load<E: Entity>(&self, id: Id<E>) -> BoxFuture<'_, AppResult<Option<E>>> {
        self.data_unchecked::<Loader>().load_one(id).map_ok(own).boxed()
    }

    fn look_up<E: Entity>(&self, id: Id<E>) -> BoxFuture<'_, AppResult<Option<E>>> {
        self.data_unchecked::<Loader>().load_one((id, Listed)).map_ok(own).boxed()
    }

    fn load_named<E: Entity>(&self, id: Option<Id<E>>) -> BoxFuture<'_, AppResult<Option<E>>> {
        match id {
            Some(id) => self.load(id),
            None => ready(Ok(None)).boxed(),
        }
    }

    fn list<'a, E: Entity>(
        &'a self,
        page: Page,
        wanted: impl Fn() -> Where<E::Table> + Send + Sync + 'a,
    ) -> BoxFuture<'a, AppResult<Connection<E>>> {
        async move {
            let viewer = self.viewer()?;
            let mut conn = self.app().db.read().await?;
            Ok(Connection::new(Slice::load(&mut conn, viewer, &page, wanted).await?, &page))
        }
        .boxed()
    }

    fn whole<'a, E: Entity>(&'a self, narrow: &'a str, wanted: Where<E::Table>) -> BoxFuture<'a, AppResult<Vec<E>>> {
        async move {
            let most = self.data_opt::<MaxSize>().copied().unwrap_or_default().whole;
            let seen = E::visible(self.viewer()?).both(wanted);
            let rows = E::fetch(&mut self.app().db.read().await?, seen, E::ORDER.first(most + 1)).await?;
            match i64::try_from(rows.len()).is_ok_and(|rows| rows <= most) {
                true => Ok(rows),
                false => {
                    Err(AppError::bad_input(narrow, format!("More than {most} rows: ask for fewer, or for pages")))
                }
            }
        }
        .boxed()
    }

    fn slice<C: Entity>(&self, relation: Relation<C>, parent: i64, page: Page) -> BoxFuture<'_, AppResult<Slice<C>>> {
        async move {
            let slice = self.data_unchecked::<Loader>().load_one(ChildrenOf { relation, parent, page }).await?;
            own(slice).ok_or_else(|| AppError::internal("a loader left a parent out"))
        }
        .boxed()
    }

    fn children<C: Entity>(
        &self,
        relation: Relation<C>,
        parent: i64,
        page: Page,
    ) -> BoxFuture<'_, AppResult<Connection<C>>> {
        async move { Ok(Connection::new(self.slice(relation, parent, page.clone()).await?, &page)) }.boxed()
    }

    fn child<C: Entity>(&self, relation: Relation<C>, parent: i64) -> BoxFuture<'_, AppResult<Option<C>>> {
        self.slice(relation, parent, Page::one()).map_ok(|slice| slice.rows.into_iter().next()).boxed()
    }

    fn numbers<To: Entity>(&self, link: Link<To>, from: i64) -> BoxFuture<'_, AppResult<Vec<i64>>> {
        let key = LinkedTo { name: link.name, pairs: link.pairs, from };
        self.data_unchecked::<Loader>().load_one(key).map_ok(Option::unwrap_or_default).boxed()
    }

    fn linked<To: Entity>(&self, link: Link<To>, from: i64) -> BoxFuture<'_, AppResult<Vec<To>>> {
        async move {
            let ids: Vec<Id<To>> = self.numbers(link, from).await?.into_iter().map(Id::new).collect();
            let mut rows = self.data_unchecked::<Loader>().load_many(ids.iter().copied()).await?;
            Ok(ids.iter().filter_map(|id| own(rows.remove(id))).collect())
        }
        .boxed()
    }

    fn linked_rows<To: Entity>(&self, link: Link<To>, from: i64) -> BoxFuture<'_, AppResult<Vec<To>>> {
        async move {
            let keys: Vec<(Id<To>, Listed)> =
                self.numbers(link, from).await?.into_iter().map(|number| (Id::new(number), Listed)).collect();
            let mut rows = self.data_unchecked::<Loader>().load_many(keys.iter().copied()).await?;
            Ok(keys.iter().filter_map(|key| own(rows.remove(key))).collect())
        }
        .boxed()
    }
}

/// What a loader shares, copied where somebody else has it too
fn own<T: Clone>(shared: Option<Arc<T>>) -> Option<T> {
    shared.map(Arc::unwrap_or_clone)
}
