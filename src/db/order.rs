//! The order of a list and a place in it: keyset paging on one column and the id.

use diesel::{
    AppearsOnTable, Expression, QueryResult, SelectableExpression,
    backend::Backend,
    expression::{ValidGrouping, expression_types::NotSelectable, is_aggregate},
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{Array, BigInt, Bool, HasSqlType, Integer, Text, Timestamp},
    sqlite::Sqlite,
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
impl<DB: Backend + HasSqlType<BigInt>, T> QueryFragment<DB> for First<T>
where
    Where<T>: QueryFragment<DB>,
    i64: ToSql<BigInt, DB>,
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
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(")");
        Ok(())
    }
}

/// The column has one of the numbers
struct OneOf {
    order: Order,
    column: &'static str,
    numbers: Vec<i64>,
}
expression!(OneOf, Bool, is_aggregate::No);

/// Fewest numbers of a list: with as many PostgreSQL finds that a plan for any list will do, and keeps it
const FEWEST: usize = 16;
/// Longer lists are rare, and SQLite binds 32,766 numbers at the most
const PADDED: usize = 8192;

impl OneOf {
    /// A list's last number is repeated, so that lists of many lengths share one statement
    fn new(order: Order, column: &'static str, mut numbers: Vec<i64>) -> OneOf {
        if let (Some(last), 2..=PADDED) = (numbers.last().copied(), numbers.len()) {
            numbers.resize(numbers.len().next_power_of_two().max(FEWEST), last);
        }
        OneOf { order, column, numbers }
    }
}
impl QueryFragment<Pg> for OneOf {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.order.push(&mut out, self.column)?;
        match self.numbers.as_slice() {
            [number] => {
                out.push_sql(" = ");
                out.push_bind_param::<BigInt, _>(number)
            }
            _ => {
                out.push_sql(" = ANY(");
                out.push_bind_param::<Array<BigInt>, _>(&self.numbers)?;
                out.push_sql(")");
                Ok(())
            }
        }
    }
}
impl QueryFragment<Sqlite> for OneOf {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.order.push(&mut out, self.column)?;
        out.push_sql(" IN (");
        for (index, number) in self.numbers.iter().enumerate() {
            if index > 0 {
                out.push_sql(",");
            }
            out.push_bind_param::<BigInt, _>(number)?;
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

    /// With one of these numbers in the column: an id, or the foreign key of a parent
    pub fn one_of(self, order: Order, column: &'static str, numbers: Vec<i64>) -> Self {
        self.raw(OneOf::new(order, column, numbers))
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
