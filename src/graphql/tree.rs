//! Entities that stand one below another: branches, regions.

use std::future::Future;

use diesel::{
    QueryResult,
    sql_types::{Integer, Nullable},
};

use super::{entity::Entity, input::refuse};
use crate::{
    db::{Conn, Run as _, Where, run::Erased, select::Select, tree::Replant},
    error::AppResult,
};

/// An entity with the columns `parent_id`, `path` (see [`db::tree`](crate::db::tree)) and `level`
pub trait Tree: Entity {
    fn path(&self) -> &str;
    /// How far down it stands; what is below it has a higher number
    fn level(&self) -> i32;

    /// Itself and all below
    fn below(&self) -> Where<Self::Table> {
        Where::default().below(self.path())
    }

    /// Refuses a row of this level directly below it: one that it stands below itself, or that is not further down
    fn bears(&self, level: i32, path: Option<&str>) -> AppResult<()> {
        if path.is_some_and(|path| self.path().starts_with(path)) {
            return Err(refuse("parentId", format!("A {} can not stand below itself", Self::NAME)));
        }
        match level > self.level() {
            true => Ok(()),
            false => Err(refuse("level", format!("Must be further down than the {} above", Self::NAME))),
        }
    }

    /// Refuses a level that is not above all directly below
    fn stays_above(&self, conn: &mut Conn) -> impl Future<Output = AppResult<()>> + Send {
        let below = Where::default().one_of(Self::ORDER, "parent_id", vec![self.id().number]);
        let query = Select::<Self::Table>::new("min(level)", below, Self::ORDER.unsorted());
        let query = Erased::<Nullable<Integer>>::new(Box::new(query)).rows::<Option<i32>>(conn);
        async move {
            match query.await?.into_iter().flatten().next().is_some_and(|highest| highest <= self.level()) {
                true => Err(refuse("level", format!("Below it there is a {} of this level or above", Self::NAME))),
                false => Ok(()),
            }
        }
    }

    /// Itself and all below get the new path
    fn replant(conn: &mut Conn, from: &str, to: &str) -> impl Future<Output = QueryResult<usize>> + Send {
        Replant::new(Self::ORDER, from, to).run(conn)
    }
}
