//! What an entity is, and the loaders that every entity has by being one.

use std::{collections::HashMap, future::Future, sync::Arc};

use async_graphql::{OutputType, dataloader::Loader};
use async_trait::async_trait;
use data_encoding::BASE64URL_NOPAD;
use diesel::{QueryResult, sql_types::BigInt};
use tracing::Span;

use super::{
    input,
    lookups::Lookups,
    page::Page,
    relation::{ChildrenOf, LinkedTo},
};
use crate::{
    auth::{Area, Viewer},
    db::{
        Conn, Db, Id, Where,
        order::{Key, Order},
        run::Erased,
        select::{self, Select},
    },
    error::{AppError, AppResult},
    meters,
    trace::{SPANS, within},
};

/// A table's row that is a GraphQL object. Implemented by `entity!`, but for [`Visible`].
pub trait Entity: Visible + OutputType + serde::Serialize + Clone + Send + Sync + 'static {
    /// GraphQL type name
    const NAME: &'static str;
    const ORDER: Order;

    fn id(&self) -> Id<Self>;
    /// Its place in the order
    fn key(&self) -> Key;
    /// The SQL of a row's columns
    fn columns() -> &'static str;
    /// Loads what the query selects: [`columns`](Self::columns)
    fn rows(query: Select<Self::Table>, conn: &mut Conn) -> impl Future<Output = QueryResult<Vec<Self>>> + Send;

    /// Wanted rows
    fn fetch(
        conn: &mut Conn,
        wanted: Where<Self::Table>,
        span: select::Span,
    ) -> impl Future<Output = QueryResult<Vec<Self>>> + Send {
        Self::rows(Select::new(Self::columns(), wanted, span), conn)
    }

    /// How many rows are wanted
    fn count(conn: &mut Conn, wanted: Where<Self::Table>) -> impl Future<Output = QueryResult<i64>> + Send {
        let query = Select::new("count(*)", wanted, Self::ORDER.unsorted());
        let count = Erased::<BigInt>::new(Box::new(query)).rows::<i64>(conn);
        async move { Ok(count.await?.into_iter().next().unwrap_or_default()) }
    }

    fn with_ids(ids: Vec<Id<Self>>) -> Where<Self::Table> {
        Where::default().one_of(Self::ORDER, "id", ids.into_iter().map(|id| id.number).collect())
    }

    /// The row, if the viewer may see it
    fn find(conn: &mut Conn, viewer: &Viewer, id: Id<Self>) -> impl Future<Output = AppResult<Self>> + Send {
        let wanted = Self::visible(viewer).both(Self::with_ids(vec![id]));
        async move {
            let rows = Self::fetch(conn, wanted, Self::ORDER.first(1)).await?;
            rows.into_iter().next().ok_or_else(|| AppError::not_found(Self::NAME))
        }
    }

    /// The row that an input names; refused where the viewer sees no such row
    fn named(
        conn: &mut Conn,
        viewer: &Viewer,
        field: &str,
        id: Id<Self>,
    ) -> impl Future<Output = AppResult<Self>> + Send {
        let wanted = Self::visible(viewer).both(Self::with_ids(vec![id]));
        async move {
            let rows = Self::fetch(conn, wanted, Self::ORDER.first(1)).await?;
            rows.into_iter().next().ok_or_else(|| input::refuse(field, format!("No such {}", Self::NAME)))
        }
    }

    /// The ids of a list in an input, each once; refused where the viewer does not see all of the rows
    fn named_all(
        conn: &mut Conn,
        viewer: &Viewer,
        field: &str,
        mut ids: Vec<Id<Self>>,
        most: usize,
    ) -> impl Future<Output = AppResult<Vec<Id<Self>>>> + Send {
        let visible = Self::visible(viewer);
        async move {
            if ids.len() > most {
                return Err(input::refuse(field, format!("At most {most} ids")));
            }
            ids.sort_unstable();
            ids.dedup();
            if !ids.is_empty() {
                let found = Self::count(conn, visible.both(Self::with_ids(ids.clone()))).await?;
                if usize::try_from(found) != Ok(ids.len()) {
                    return Err(input::refuse(field, format!("Names a {} that does not exist", Self::NAME)));
                }
            }
            Ok(ids)
        }
    }
}

/// Row rules of a table
pub trait Visible: Sized {
    type Table: Send + Sync + 'static;
    /// Area of the bank's business that the rows are kept in, where it is one; it guards their root fields too
    const AREA: Option<Area> = None;

    /// What the viewer may see; every list, look-up and loader adds it. With what it names a row shows itself: the branch
    /// of a grid, the roles of an employee.
    fn visible(viewer: &Viewer) -> Where<Self::Table>;

    /// What he may look for by himself: in lists, below a parent, by `node`. Nothing where his roles do not open the area.
    fn listed(viewer: &Viewer) -> Where<Self::Table> {
        match Self::AREA {
            Some(area) if !viewer.may(area) => Where::nothing(),
            _ => Self::visible(viewer),
        }
    }
}

/// Makes an entity of a row struct with an `id: Id<Self>`
///
/// `entity!(FollowUp, follow_ups, recorded_at desc)` implements [`Entity`]: listed by `recorded_at`, newest first
/// (`entity!(MenuItem, menu_items, asc)`: by id alone).
#[macro_export]
macro_rules! entity {
    ($entity:ident, $table:ident, $column:ident $direction:ident) => {
        $crate::entity!(@ $entity, $table, Some(<$table::$column as diesel::Column>::NAME), $direction,
            |row: &$entity| $crate::db::order::Key::from(row.$column.clone()));
    };
    ($entity:ident, $table:ident, $direction:ident) => {
        $crate::entity!(@ $entity, $table, None, $direction, |_: &$entity| $crate::db::order::Key::Id);
    };
    (@ $entity:ident, $table:ident, $column:expr, $direction:ident, $key:expr) => {
        impl $crate::graphql::Entity for $entity {
            const NAME: &'static str = stringify!($entity);
            const ORDER: $crate::db::order::Order = $crate::db::order::Order {
                table: stringify!($table),
                column: $column,
                descending: $crate::entity!(@ $direction),
            };
            fn id(&self) -> $crate::db::Id<Self> { self.id }
            fn key(&self) -> $crate::db::order::Key { ($key)(self) }
            fn columns() -> &'static str {
                static COLUMNS: std::sync::OnceLock<String> = std::sync::OnceLock::new();
                COLUMNS.get_or_init(|| $crate::db::select::columns(&<Self as $crate::db::Cols>::cols()))
            }
            async fn rows(
                query: $crate::db::select::Select<$table::table>, conn: &mut $crate::db::Conn,
            ) -> diesel::QueryResult<Vec<Self>> {
                $crate::db::run::Erased::<$crate::db::run::SqlTypeOf<Self>>::new(Box::new(query)).rows(conn).await
            }
        }
    };
    (@ asc) => { false };
    (@ desc) => { true };
}

/// Part of a list
#[derive(Clone, Debug)]
pub struct Slice<E> {
    pub rows: Vec<E>,
    pub has_next: bool,
    pub has_previous: bool,
    pub total: Option<i64>,
}

impl<E: Entity> Slice<E> {
    /// One page of the rows that the viewer may see; `wanted` is called once for the page and once for the count
    pub async fn load(
        conn: &mut Conn,
        viewer: &Viewer,
        page: &Page,
        wanted: impl Fn() -> Where<E::Table>,
    ) -> AppResult<Slice<E>> {
        let order = if page.backward { E::ORDER.reversed() } else { E::ORDER };
        let mut rows = Vec::new();
        if page.size > 0 {
            let mut filter = E::listed(viewer).both(wanted());
            if let Some((key, id)) = page.place::<E>()? {
                filter = filter.behind(order, key, id);
            }
            // One row more than wanted tells whether the list goes on.
            rows = E::fetch(conn, filter, order.part(page.size + 1, page.offset())).await?;
        }
        let total = match page.total {
            true => Some(E::count(conn, E::listed(viewer).both(wanted())).await?),
            false => None,
        };
        Ok(Slice::cut(rows, page, total))
    }

    /// Takes the probing row off and turns a page from the end around
    fn cut(mut rows: Vec<E>, page: &Page, total: Option<i64>) -> Slice<E> {
        let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > page.size;
        if more {
            rows.pop();
        }
        if page.backward {
            rows.reverse();
        }
        let before = page.cursor.is_some() || page.offset() > 0;
        let (has_next, has_previous) = if page.backward { (page.cursor.is_some(), more) } else { (more, before) };
        Slice { rows, has_next, has_previous, total }
    }
}

/// Loads for one viewer, within one request; every load keeps to what the viewer may see
pub struct Loads {
    pub db: Db,
    pub lookups: Lookups,
    pub viewer: Arc<Viewer>,
}

impl Loads {
    async fn by_id<E: Entity>(&self, rule: impl Fn() -> Where<E::Table>, ids: Vec<Id<E>>) -> AppResult<Vec<Arc<E>>> {
        within(batch("by id", E::NAME, ids.len()), self.lookups.find(rule, ids)).await
    }
}

#[async_trait]
impl<E: Entity> Loader<Id<E>> for Loads {
    /// Shared, since the library keeps a copy of whatever it hands out
    type Value = Arc<E>;
    type Error = AppError;

    async fn load(&self, ids: &[Id<E>]) -> AppResult<HashMap<Id<E>, Arc<E>>> {
        let rows = self.by_id(|| E::visible(&self.viewer), ids.to_vec()).await?;
        Ok(rows.into_iter().map(|row| (row.id(), row)).collect())
    }
}

/// In a loader key: by [`Visible::listed`]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Listed;

#[async_trait]
impl<E: Entity> Loader<(Id<E>, Listed)> for Loads {
    type Value = Arc<E>;
    type Error = AppError;

    async fn load(&self, keys: &[(Id<E>, Listed)]) -> AppResult<HashMap<(Id<E>, Listed), Arc<E>>> {
        let rows = self.by_id(|| E::listed(&self.viewer), keys.iter().map(|key| key.0).collect()).await?;
        Ok(rows.into_iter().map(|row| ((row.id(), Listed), row)).collect())
    }
}

#[async_trait]
impl<C: Entity> Loader<ChildrenOf<C>> for Loads {
    type Value = Arc<Slice<C>>;
    type Error = AppError;

    /// One statement for all parents of the same relation and page (two where totals are asked for)
    async fn load(&self, keys: &[ChildrenOf<C>]) -> AppResult<HashMap<ChildrenOf<C>, Arc<Slice<C>>>> {
        let load = async {
            let mut conn = self.db.read().await?;
            let mut found = HashMap::with_capacity(keys.len());
            let mut groups: HashMap<(&str, &Page), Vec<&ChildrenOf<C>>> = HashMap::new();
            for key in keys {
                groups.entry((key.relation.column, &key.page)).or_default().push(key);
            }
            for ((column, page), keys) in groups {
                let Some(relation) = keys.first().map(|key| key.relation) else { continue };
                let parents = |keys: &[&ChildrenOf<C>]| keys.iter().map(|key| key.parent).collect::<Vec<_>>();
                let order = if page.backward { C::ORDER.reversed() } else { C::ORDER };
                let owned = || C::listed(&self.viewer).one_of(order, column, parents(&keys));
                let mut wanted = owned();
                if let Some((key, id)) = page.place::<C>()? {
                    wanted = wanted.behind(order, key, id);
                }
                let wanted = wanted.first_of_each(order, column, page.size + 1);
                let rows = C::fetch(&mut conn, wanted, order.all()).await?;
                let mut of_parent: HashMap<i64, Vec<C>> = HashMap::new();
                for row in rows {
                    if let Some(parent) = (relation.parent)(&row) {
                        of_parent.entry(parent).or_default().push(row);
                    }
                }
                let mut totals: Option<HashMap<i64, i64>> = None;
                if page.total {
                    let counts = owned().count_of_each(order, column).rows::<(i64, i64)>(&mut conn).await?;
                    totals = Some(counts.into_iter().collect());
                }
                for key in keys {
                    let rows = of_parent.remove(&key.parent).unwrap_or_default();
                    let total = totals.as_ref().map(|totals| totals.get(&key.parent).copied().unwrap_or(0));
                    found.insert(key.clone(), Arc::new(Slice::cut(rows, page, total)));
                }
            }
            Ok(found)
        };
        within(batch("children", C::NAME, keys.len()), load).await
    }
}

#[async_trait]
impl Loader<LinkedTo> for Loads {
    type Value = Vec<i64>;
    type Error = AppError;

    async fn load(&self, keys: &[LinkedTo]) -> AppResult<HashMap<LinkedTo, Vec<i64>>> {
        let load = async {
            let mut conn = self.db.read().await?;
            let mut found = HashMap::with_capacity(keys.len());
            let mut groups: HashMap<&str, Vec<&LinkedTo>> = HashMap::new();
            for key in keys {
                groups.entry(key.name).or_default().push(key);
            }
            for keys in groups.into_values() {
                let Some(pairs) = keys.first().map(|key| key.pairs) else { continue };
                let query = Erased::<(BigInt, BigInt)>::new(pairs(keys.iter().map(|key| key.from).collect()));
                let mut linked: HashMap<i64, Vec<i64>> = HashMap::new();
                for (from, to) in query.rows::<(i64, i64)>(&mut conn).await? {
                    linked.entry(from).or_default().push(to);
                }
                for key in keys {
                    found.insert(key.clone(), linked.remove(&key.from).unwrap_or_default());
                }
            }
            Ok(found)
        };
        within(batch("links", "Link", keys.len()), load).await
    }
}

/// How many keys a loader took at once, for the metrics and the traces
fn batch(kind: &'static str, loader: &'static str, keys: usize) -> Span {
    let new = || metrics::histogram!("quintet_loader_rows", "loader" => loader, "kind" => kind);
    if let Some(rows) = meters::histogram(meters::key("quintet_loader_rows", loader, kind.as_ptr().addr()), new) {
        rows.record(u32::try_from(keys).map_or(f64::MAX, f64::from));
    }
    tracing::trace_span!(target: SPANS, "batch", otel.name = kind, loader, keys)
}

/// Opaque text of an id or cursor
pub fn encode(text: &str) -> String {
    BASE64URL_NOPAD.encode(text.as_bytes())
}

pub fn decode(text: &str) -> Option<String> {
    String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()
}
