//! Trees of rows: the column `path` holds the ids from the root to the row itself ("/1/5/9/"), so that a row and all
//! below it are a range of an index, and move in one statement.

use diesel::{
    QueryResult,
    backend::Backend,
    query_builder::{AstPass, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{BigInt, HasSqlType, Text},
};

use super::{
    Where,
    order::Order,
    sql::{Begins, from_text},
};

/// The column
struct Path;
impl<DB: Backend> QueryFragment<DB> for Path {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_identifier("path")
    }
}

impl<T: 'static> Where<T> {
    /// The row with this path and all below it
    pub fn below(self, path: &str) -> Self {
        self.raw(from_text(Path, path))
    }
}

/// `UPDATE table SET path = …`: the row with a path and all below it get another one (ASCII)
pub struct Replant {
    table: &'static str,
    to: String,
    /// Place of the first letter that stays, from 1
    rest: i64,
    moved: Begins<Path>,
}

impl Replant {
    pub fn new(order: Order, from: &str, to: &str) -> Replant {
        let rest = i64::try_from(from.len()).unwrap_or(i64::MAX - 1) + 1;
        Replant { table: order.table, to: to.to_owned(), rest, moved: from_text(Path, from) }
    }
}

impl QueryId for Replant {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<DB: Backend + HasSqlType<BigInt> + HasSqlType<Text>> QueryFragment<DB> for Replant
where
    i64: ToSql<BigInt, DB>,
    String: ToSql<Text, DB>,
    Begins<Path>: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        out.push_identifier(self.table)?;
        out.push_sql(" SET path = ");
        out.push_bind_param::<Text, _>(&self.to)?;
        out.push_sql(" || substr(path, CAST(");
        out.push_bind_param::<BigInt, _>(&self.rest)?;
        out.push_sql(" AS INTEGER)) WHERE ");
        self.moved.walk_ast(out)
    }
}
