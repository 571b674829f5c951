//! The few SQL expressions that Diesel lacks or that read differently on the two engines.

use diesel::{
    AppearsOnTable, Column, Expression, Insertable, QueryResult, SelectableExpression, Table,
    backend::Backend,
    expression::{ValidGrouping, is_aggregate},
    insertable::{CanInsertInSingleQuery, InsertValues},
    pg::Pg,
    query_builder::{AstPass, QueryFragment, QueryId, UndecoratedInsertRecord, ValuesClause},
    serialize::ToSql,
    sql_types::{BigInt, Bool, HasSqlType, Nullable, Text},
    sqlite::Sqlite,
};

use super::Frag;

/// Marks a hand-written fragment as an expression of the given type that any table may hold
macro_rules! expression {
    ($name:ident $(<$($g:ident),+>)?, $sql_type:ty, $aggregate:ty) => {
        impl $(<$($g),+>)? Expression for $name $(<$($g),+>)? { type SqlType = $sql_type; }
        impl<QS $($(, $g)+)?> AppearsOnTable<QS> for $name $(<$($g),+>)? {}
        impl<QS $($(, $g)+)?> SelectableExpression<QS> for $name $(<$($g),+>)? {}
        impl<Group $($(, $g)+)?> ValidGrouping<Group> for $name $(<$($g),+>)? { type IsAggregate = $aggregate; }
        impl $(<$($g),+>)? QueryId for $name $(<$($g),+>)? {
            type QueryId = ();
            const HAS_STATIC_QUERY_ID: bool = false;
        }
    };
}
pub(super) use expression;

diesel::define_sql_function! {
    /// A number in place of NULL
    fn coalesce(column: Nullable<BigInt>, instead: BigInt) -> BigInt;
}

/// Met by no row
pub struct Never;
expression!(Never, Bool, is_aggregate::Never);
impl<DB: Backend> QueryFragment<DB> for Never {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("1=0");
        Ok(())
    }
}

/// Exact sum of integers, 0 for no rows (PostgreSQL's `SUM(bigint)` is a NUMERIC)
pub struct Total<E>(pub E);
expression!(Total<E>, BigInt, is_aggregate::Yes);
impl<DB: Backend, E: QueryFragment<DB>> QueryFragment<DB> for Total<E> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("CAST(COALESCE(SUM(");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql("),0) AS BIGINT)");
        Ok(())
    }
}

/// The column holds the text somewhere, whatever its case; `%` and `_` in the text stand for themselves
pub struct Contains<C> {
    column: C,
    pattern: String,
}

pub fn contains<C: Column>(column: C, text: &str) -> Contains<C> {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    Contains { column, pattern }
}

expression!(Contains<C>, Bool, is_aggregate::No);
impl<C: QueryFragment<Pg>> QueryFragment<Pg> for Contains<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" ILIKE ");
        out.push_bind_param::<Text, _>(&self.pattern)?;
        out.push_sql(" ESCAPE '\\'");
        Ok(())
    }
}
impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Contains<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" LIKE ");
        out.push_bind_param::<Text, _>(&self.pattern)?;
        out.push_sql(" ESCAPE '\\'");
        Ok(())
    }
}

/// The column begins with the text, to the letter; served by an index on the column (on PostgreSQL: COLLATE "C")
pub struct Begins<C> {
    column: C,
    from: String,
    to: String,
}

pub fn begins<C: Column>(column: C, text: &str) -> Begins<C> {
    from_text(column, text)
}

pub(super) fn from_text<C>(column: C, text: &str) -> Begins<C> {
    Begins { column, from: text.to_owned(), to: format!("{text}{}", char::MAX) }
}

expression!(Begins<C>, Bool, is_aggregate::No);
impl<C: QueryFragment<Pg>> QueryFragment<Pg> for Begins<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" COLLATE \"C\" >= ");
        out.push_bind_param::<Text, _>(&self.from)?;
        out.push_sql(" AND ");
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" COLLATE \"C\" < ");
        out.push_bind_param::<Text, _>(&self.to)
    }
}
impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Begins<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" >= ");
        out.push_bind_param::<Text, _>(&self.from)?;
        out.push_sql(" AND ");
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" < ");
        out.push_bind_param::<Text, _>(&self.to)
    }
}

/// Most rows that [`Alike`] finds for one
const MOST_ALIKE: i64 = 200;

/// Pairs of the ids of rows in two tables that have the same text in a column; of each row at most 200
pub struct Alike {
    from: &'static str,
    to: &'static str,
    column: &'static str,
    /// Which of the rows that are found, as the end of the condition
    only: &'static str,
    ids: Vec<i64>,
}

impl Alike {
    /// For a [`Link`](crate::graphql::Link) from these rows
    pub fn pairs(from: &'static str, to: &'static str, column: &'static str, ids: Vec<i64>) -> Box<dyn Frag> {
        Box::new(Alike { from, to, column, only: "", ids })
    }

    /// [`pairs`](Alike::pairs) with rows that are not marked deleted
    pub fn kept(from: &'static str, to: &'static str, column: &'static str, ids: Vec<i64>) -> Box<dyn Frag> {
        Box::new(Alike { from, to, column, only: " AND NOT t.is_deleted", ids })
    }
}

impl<DB: Backend + HasSqlType<BigInt>> QueryFragment<DB> for Alike
where
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let Alike { from, to, column, only, .. } = self;
        out.push_sql(&format!(
            "SELECT one, other FROM (SELECT f.id AS one, t.id AS other, \
             row_number() OVER (PARTITION BY f.id ORDER BY t.id) AS place \
             FROM {from} AS f JOIN {to} AS t ON t.{column} = f.{column}{only} WHERE f.id IN ("
        ));
        for (place, id) in self.ids.iter().enumerate() {
            if place > 0 {
                out.push_sql(",");
            }
            out.push_bind_param::<BigInt, _>(id)?;
        }
        out.push_sql(&format!(")) AS pairs WHERE place <= {MOST_ALIKE} ORDER BY one, other"));
        out.unsafe_to_cache_prepared();
        Ok(())
    }
}

/// ` FOR UPDATE SKIP LOCKED` on PostgreSQL; SQLite has one writer, so nothing is locked there
pub struct SkipLocked<Q>(pub Q);
impl<Q> QueryId for SkipLocked<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<Q: diesel::query_builder::Query> diesel::query_builder::Query for SkipLocked<Q> {
    type SqlType = Q::SqlType;
}
impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for SkipLocked<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" FOR UPDATE SKIP LOCKED");
        Ok(())
    }
}
impl<Q: QueryFragment<Sqlite>> QueryFragment<Sqlite> for SkipLocked<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

/// Many rows in one INSERT: `.values(Many(rows))` (Diesel's own batch insert is no fragment on SQLite).
/// The rows must fill the same columns: a column left out by one is left out by all.
pub struct Many<V>(pub Vec<V>);

#[doc(hidden)]
pub struct Rows<C>(Vec<C>);

impl<C> Default for Rows<C> {
    fn default() -> Self {
        Rows(Vec::new())
    }
}

impl<V: Insertable<T, Values = ValuesClause<C, T>>, C, T> Insertable<T> for Many<V> {
    type Values = ValuesClause<Rows<C>, T>;

    fn values(self) -> Self::Values {
        let mut clause = ValuesClause::default();
        clause.values = Rows(self.0.into_iter().map(|row| row.values().values).collect());
        clause
    }
}

impl<C> QueryId for Rows<C> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<C, DB: Backend> CanInsertInSingleQuery<DB> for Rows<C> {
    fn rows_to_insert(&self) -> Option<usize> {
        Some(self.0.len())
    }
}
impl<C, T> UndecoratedInsertRecord<T> for Rows<C> {}
impl<DB: Backend, C: InsertValues<DB, T>, T: Table> InsertValues<DB, T> for Rows<C>
where
    Self: QueryFragment<DB>,
{
    fn column_names(&self, out: AstPass<'_, '_, DB>) -> QueryResult<()> {
        match self.0.first() {
            Some(row) => row.column_names(out),
            None => Ok(()),
        }
    }
}
impl<DB: Backend, C: QueryFragment<DB>> QueryFragment<DB> for Rows<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        for (index, row) in self.0.iter().enumerate() {
            if index > 0 {
                out.push_sql("), (");
            }
            row.walk_ast(out.reborrow())?;
        }
        Ok(())
    }
}
