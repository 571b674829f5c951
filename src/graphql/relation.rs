//! How entities belong to one another, and the loader keys for it.

use std::{
    hash::{Hash, Hasher},
    marker::PhantomData,
};

use diesel::sql_types::BigInt;

use super::{entity::Entity, page::Page};
use crate::{
    db::{Conn, Frag, Where, run::Erased},
    error::{AppError, AppResult},
};

/// The rows of `C` that belong to a parent by a foreign key: `customer → follow-ups`
#[derive(Debug)]
pub struct Relation<C> {
    pub column: &'static str,
    pub parent: fn(&C) -> Option<i64>,
}

impl<C: Entity> Relation<C> {
    /// Refuses to delete a parent that has such rows, whoever may see them
    pub async fn none(self, conn: &mut Conn, parent: i64, reason: &str) -> AppResult<()> {
        let own = Where::default().one_of(C::ORDER, self.column, vec![parent]);
        match C::fetch(conn, own, C::ORDER.first(1)).await?.is_empty() {
            true => Ok(()),
            false => Err(AppError::conflict(reason)),
        }
    }
}

/// [`Relation::none`] for rows that are no entity: the query selects a number of one of them
pub async fn none(conn: &mut Conn, rows: impl Frag + 'static, reason: &str) -> AppResult<()> {
    match Erased::<BigInt>::new(Box::new(rows)).rows::<i64>(conn).await?.is_empty() {
        true => Ok(()),
        false => Err(AppError::conflict(reason)),
    }
}

impl<C> Clone for Relation<C> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<C> Copy for Relation<C> {}

/// The rows on the other side of a link table: `staff member ↔ menu items`
#[derive(Debug)]
pub struct Link<To> {
    /// Tells links apart
    pub name: &'static str,
    /// The query for the pairs (from, to) of these ids
    pub pairs: fn(Vec<i64>) -> Box<dyn Frag>,
    pub to: PhantomData<fn() -> To>,
}

impl<To> Link<To> {
    pub const fn new(name: &'static str, pairs: fn(Vec<i64>) -> Box<dyn Frag>) -> Self {
        Link { name, pairs, to: PhantomData }
    }
}

/// Loader key of [`Relation`]: a page of one parent's rows
pub struct ChildrenOf<C> {
    pub relation: Relation<C>,
    pub parent: i64,
    pub page: Page,
}

impl<C> Clone for ChildrenOf<C> {
    fn clone(&self) -> Self {
        ChildrenOf { relation: self.relation, parent: self.parent, page: self.page.clone() }
    }
}
impl<C> PartialEq for ChildrenOf<C> {
    fn eq(&self, other: &Self) -> bool {
        self.relation.column == other.relation.column && self.parent == other.parent && self.page == other.page
    }
}
impl<C> Eq for ChildrenOf<C> {}
impl<C> Hash for ChildrenOf<C> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.relation.column, self.parent).hash(state);
    }
}

/// Loader key of [`Link`]
#[derive(Clone)]
pub struct LinkedTo {
    pub name: &'static str,
    pub pairs: fn(Vec<i64>) -> Box<dyn Frag>,
    pub from: i64,
}

impl PartialEq for LinkedTo {
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.from) == (other.name, other.from)
    }
}
impl Eq for LinkedTo {}
impl Hash for LinkedTo {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.name, self.from).hash(state);
    }
}
