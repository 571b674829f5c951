//! The order of a list and a place in it: keyset paging on one column and the id.

use diesel::{
    AppearsOnTable, Expression, QueryResult, SelectableExpression,
    backend::Backend,
    expression::{ValidGrouping, expression_types::NotSelectable, is_aggregate},
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{BigInt, Bool, HasSqlType, Integer, Text, Timestamp},
};
use serde::{Deserialize, Serialize};

use super::{Where, run::Erased, sql::expression, types::Time};

/// How a table's rows are listed: by a NOT NULL column, then by id, both in the same direction
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub table: &'static str,
    /// `None`: by id alone
    pub column: Option<&'static str>,
    pub descending: bool,
}

/// A row's place in its list, as a cursor carries it
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Key {
    #[serde(rename = "i")]
    Id,
    #[serde(rename = "n")]
    Number(i32),
    #[serde(rename = "t")]
    Time(Time),
    #[serde(rename = "x")]
    Text(String),
}

impl From<Time> for Key {
    fn from(value: Time) -> Key {
        Key::Time(value)
    }
}
impl From<i32> for Key {
    fn from(value: i32) -> Key {
        Key::Number(value)
    }
}
impl From<&String> for Key {
    fn from(value: &String) -> Key {
        Key::Text(value.clone())
    }
}

impl Order {
    pub fn reversed(self) -> Order {
        Order { descending: !self.descending, ..self }
    }

    fn push<DB: Backend>(&self, out: &mut AstPass<'_, '_, DB>, column: &str) -> QueryResult<()> {
        out.push_identifier(self.table)?;
        out.push_sql(".");
        out.push_identifier(column)
    }

    fn walk<DB: Backend>(&self, out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
        for column in self.column.iter().chain(&["id"]) {
            self.push(out, column)?;
            out.push_sql(match (self.descending, *column == "id") {
                (true, true) => " DESC",
                (true, false) => " DESC, ",
                (false, true) => "",
                (false, false) => ", ",
            });
        }
        Ok(())
    }
}

/// Used as `.order(order)`
impl Expression for Order {
    type SqlType = NotSelectable;
}
impl<QS> AppearsOnTable<QS> for Order {}
impl<QS> SelectableExpression<QS> for Order {}
impl<G> ValidGrouping<G> for Order {
    type IsAggregate = is_aggregate::No;
}
impl QueryId for Order {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<DB: Backend> QueryFragment<DB> for Order {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.walk(&mut out)
    }
}

/// Rows that stand behind the key in the order
struct Behind {
    order: Order,
    key: Key,
    id: i64,
}
expression!(Behind, Bool, is_aggregate::No);
impl<DB> QueryFragment<DB> for Behind
where
    DB: Backend + HasSqlType<BigInt> + HasSqlType<Text> + HasSqlType<Timestamp> + HasSqlType<Integer>,
    i64: ToSql<BigInt, DB>,
    i32: ToSql<Integer, DB>,
    String: ToSql<Text, DB>,
    Time: ToSql<Timestamp, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("(");
        if let Some(column) = self.order.column {
            self.order.push(&mut out, column)?;
            out.push_sql(", ");
        }
        self.order.push(&mut out, "id")?;
        out.push_sql(if self.order.descending { ") < (" } else { ") > (" });
        match &self.key {
            Key::Id => {}
            Key::Number(value) => out.push_bind_param::<Integer, _>(value)?,
            Key::Time(value) => out.push_bind_param::<Timestamp, _>(value)?,
            Key::Text(value) => out.push_bind_param::<Text, _>(value)?,
        }
        if !matches!(self.key, Key::Id) {
            out.push_sql(", ");
        }
        out.push_bind_param::<BigInt, _>(&self.id)?;
        out.push_sql(")");
        Ok(())
    }
}

/// The first `limit` rows of each parent: `id IN (SELECT … row_number() OVER (PARTITION BY parent …) <= limit)`
struct First<T> {
    order: Order,
    parent: &'static str,
    among: Where<T>,
    limit: i64,
}
expression!(First<T>, Bool, is_aggregate::No);
impl<DB: Backend, T> QueryFragment<DB> for First<T>
where
    Where<T>: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.order.push(&mut out, "id")?;
        out.push_sql(" IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY ");
        self.order.push(&mut out, self.parent)?;
        out.push_sql(" ORDER BY ");
        self.order.walk(&mut out)?;
        out.push_sql(") AS place FROM ");
        out.push_identifier(self.order.table)?;
        out.push_sql(" WHERE ");
        self.among.walk_ast(out.reborrow())?;
        out.push_sql(") AS ranked WHERE place <= ");
        out.push_sql(&self.limit.to_string());
        out.push_sql(")");
        Ok(())
    }
}

/// One of the parents
struct Among {
    order: Order,
    column: &'static str,
    parents: Vec<i64>,
}
expression!(Among, Bool, is_aggregate::No);
impl<DB: Backend + HasSqlType<BigInt>> QueryFragment<DB> for Among
where
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        self.order.push(&mut out, self.column)?;
        out.push_sql(" IN (");
        for (index, parent) in self.parents.iter().enumerate() {
            if index > 0 {
                out.push_sql(",");
            }
            out.push_bind_param::<BigInt, _>(parent)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

/// `SELECT parent, count(*) … GROUP BY parent`
struct CountOfEach<T> {
    order: Order,
    parent: &'static str,
    among: Where<T>,
}
impl<T> QueryId for CountOfEach<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<T> Query for CountOfEach<T> {
    type SqlType = (BigInt, BigInt);
}
impl<DB: Backend, T> QueryFragment<DB> for CountOfEach<T>
where
    Where<T>: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        self.order.push(&mut out, self.parent)?;
        out.push_sql(", count(*) FROM ");
        out.push_identifier(self.order.table)?;
        out.push_sql(" WHERE ");
        self.among.walk_ast(out.reborrow())?;
        out.push_sql(" GROUP BY 1");
        Ok(())
    }
}

impl<T: 'static> Where<T> {
    /// Behind a cursor's place
    pub fn behind(self, order: Order, key: Key, id: i64) -> Self {
        self.raw(Behind { order, key, id })
    }

    /// Belonging to one of the parents by a foreign key column
    pub fn among(self, order: Order, column: &'static str, parents: Vec<i64>) -> Self {
        self.raw(Among { order, column, parents })
    }

    /// Of these rows, the first few of each parent
    pub fn first_of_each(self, order: Order, parent: &'static str, limit: i64) -> Self {
        Where::default().raw(First { order, parent, among: self, limit })
    }

    /// How many of these rows each parent has, as pairs (parent, number)
    pub fn count_of_each(self, order: Order, parent: &'static str) -> Erased<'static, (BigInt, BigInt)> {
        Erased::new(Box::new(CountOfEach { order, parent, among: self }))
    }
}
