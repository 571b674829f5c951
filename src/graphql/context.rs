//! What a resolver reaches through its context.

use std::{future::Future, sync::Arc};

use async_graphql::{
    Context,
    dataloader::{DataLoader, HashMapCache},
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

pub trait ContextExt {
    fn app(&self) -> &App;
    /// Ends when nobody waits for the answer any more
    fn abandoned(&self) -> impl Future<Output = ()> + Send;
    /// Who asks; an error for nobody
    fn viewer(&self) -> AppResult<&Arc<Viewer>>;
    /// A connection for reading
    fn read(&self) -> impl Future<Output = AppResult<Conn>> + Send;
    /// The one transaction of a mutation
    fn begin(&self) -> impl Future<Output = AppResult<Tx>> + Send;
    /// The row with this id, if there is one that the viewer may see
    fn load<E: Entity>(&self, id: Id<E>) -> impl Future<Output = AppResult<Option<E>>> + Send;
    /// The row with this id, if there is one that the viewer may look for by himself
    fn look_up<E: Entity>(&self, id: Id<E>) -> impl Future<Output = AppResult<Option<E>>> + Send;
    /// [`load`](Self::load) of what a row may name or not
    fn load_named<E: Entity>(&self, id: Option<Id<E>>) -> impl Future<Output = AppResult<Option<E>>> + Send;
    /// A page of the rows that the viewer may look for by himself
    fn list<E: Entity>(
        &self,
        page: Page,
        wanted: impl Fn() -> Where<E::Table> + Send + Sync,
    ) -> impl Future<Output = AppResult<Connection<E>>> + Send;
    /// All of these rows that the viewer may see, unless they are too many; `narrow` is the argument that makes them fewer
    fn whole<E: Entity>(&self, narrow: &str, wanted: Where<E::Table>)
    -> impl Future<Output = AppResult<Vec<E>>> + Send;
    /// A page of a parent's rows, of those that the viewer may look for by himself
    fn children<C: Entity>(
        &self,
        relation: Relation<C>,
        parent: i64,
        page: Page,
    ) -> impl Future<Output = AppResult<Connection<C>>> + Send;
    /// [`children`](Self::children) before they become a connection
    fn slice<C: Entity>(
        &self,
        relation: Relation<C>,
        parent: i64,
        page: Page,
    ) -> impl Future<Output = AppResult<Slice<C>>> + Send;
    /// The only row of a parent
    fn child<C: Entity>(&self, relation: Relation<C>, parent: i64)
    -> impl Future<Output = AppResult<Option<C>>> + Send;
    /// The numbers on the other side of a link, whatever the viewer may see of the rows behind them
    fn numbers<To: Entity>(&self, link: Link<To>, from: i64) -> impl Future<Output = AppResult<Vec<i64>>> + Send;
    /// The rows linked to this one
    fn linked<To: Entity>(&self, link: Link<To>, from: i64) -> impl Future<Output = AppResult<Vec<To>>> + Send;
    /// Those of the rows linked to this one that the viewer may look for by himself
    fn linked_rows<To: Entity>(&self, link: Link<To>, from: i64) -> impl Future<Output = AppResult<Vec<To>>> + Send;
}

impl ContextExt for Context<'_> {
    fn app(&self) -> &App {
        self.data_unchecked::<App>()
    }

    async fn abandoned(&self) {
        self.data_unchecked::<Awaited>().0.cancelled().await;
    }

    fn viewer(&self) -> AppResult<&Arc<Viewer>> {
        let viewer = self.data_unchecked::<Arc<Viewer>>();
        match viewer.is_nobody() {
            false => Ok(viewer),
            true => Err(AppError::unauthenticated("Sign in first: sessionCreate answers a token")),
        }
    }

    async fn read(&self) -> AppResult<Conn> {
        Ok(self.app().db.read().await?)
    }

    async fn begin(&self) -> AppResult<Tx> {
        Ok(self.app().db.begin().await?)
    }

    async fn load<E: Entity>(&self, id: Id<E>) -> AppResult<Option<E>> {
        // Boxed: see `Db::read`.
        Ok(Box::pin(self.data_unchecked::<Loader>().load_one(id)).await?.map(Arc::unwrap_or_clone))
    }

    async fn look_up<E: Entity>(&self, id: Id<E>) -> AppResult<Option<E>> {
        Ok(Box::pin(self.data_unchecked::<Loader>().load_one((id, Listed))).await?.map(Arc::unwrap_or_clone))
    }

    async fn load_named<E: Entity>(&self, id: Option<Id<E>>) -> AppResult<Option<E>> {
        match id {
            Some(id) => self.load(id).await,
            None => Ok(None),
        }
    }

    async fn list<E: Entity>(
        &self,
        page: Page,
        wanted: impl Fn() -> Where<E::Table> + Send + Sync,
    ) -> AppResult<Connection<E>> {
        let viewer = self.viewer()?;
        let mut conn = self.read().await?;
        Ok(Connection::new(Box::pin(Slice::load(&mut conn, viewer, &page, wanted)).await?, &page))
    }

    async fn whole<E: Entity>(&self, narrow: &str, wanted: Where<E::Table>) -> AppResult<Vec<E>> {
        let most = self.data_opt::<MaxSize>().copied().unwrap_or_default().whole;
        let seen = E::visible(self.viewer()?).both(wanted);
        let rows = Box::pin(E::fetch(&mut self.read().await?, seen, E::ORDER.first(most + 1))).await?;
        match i64::try_from(rows.len()).is_ok_and(|rows| rows <= most) {
            true => Ok(rows),
            false => Err(AppError::bad_input(narrow, format!("More than {most} rows: ask for fewer, or for pages"))),
        }
    }

    async fn slice<C: Entity>(&self, relation: Relation<C>, parent: i64, page: Page) -> AppResult<Slice<C>> {
        let slice = self.data_unchecked::<Loader>().load_one(ChildrenOf { relation, parent, page });
        let slice = Box::pin(slice).await?.ok_or_else(|| AppError::internal("a loader left a parent out"))?;
        Ok(Arc::unwrap_or_clone(slice))
    }

    async fn children<C: Entity>(&self, relation: Relation<C>, parent: i64, page: Page) -> AppResult<Connection<C>> {
        Ok(Connection::new(self.slice(relation, parent, page.clone()).await?, &page))
    }

    async fn child<C: Entity>(&self, relation: Relation<C>, parent: i64) -> AppResult<Option<C>> {
        Ok(self.slice(relation, parent, Page::one()).await?.rows.into_iter().next())
    }

    async fn numbers<To: Entity>(&self, link: Link<To>, from: i64) -> AppResult<Vec<i64>> {
        let key = LinkedTo { name: link.name, pairs: link.pairs, from };
        Ok(Box::pin(self.data_unchecked::<Loader>().load_one(key)).await?.unwrap_or_default())
    }

    async fn linked<To: Entity>(&self, link: Link<To>, from: i64) -> AppResult<Vec<To>> {
        let ids: Vec<Id<To>> = self.numbers(link, from).await?.into_iter().map(Id::new).collect();
        let mut rows = Box::pin(self.data_unchecked::<Loader>().load_many(ids.iter().copied())).await?;
        Ok(ids.iter().filter_map(|id| rows.remove(id)).map(Arc::unwrap_or_clone).collect())
    }

    async fn linked_rows<To: Entity>(&self, link: Link<To>, from: i64) -> AppResult<Vec<To>> {
        let keys: Vec<(Id<To>, Listed)> =
            self.numbers(link, from).await?.into_iter().map(|number| (Id::new(number), Listed)).collect();
        let mut rows = Box::pin(self.data_unchecked::<Loader>().load_many(keys.iter().copied())).await?;
        Ok(keys.iter().filter_map(|key| rows.remove(key)).map(Arc::unwrap_or_clone).collect())
    }
}
