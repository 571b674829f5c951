//! The one query that every list, look-up and loader is: some rows of one table, in an order, up to a number.
//!
//! Written out here instead of by Diesel, so that its text is cheap to build and PostgreSQL keeps one plan for it:
//! columns are rendered once per entity, and the usual page sizes stand in the text (with a limit that it does not
//! know PostgreSQL plans the query anew each time, which costs more than a look-up by id itself).

use diesel::{
    QueryResult,
    pg::{Pg, PgQueryBuilder},
    query_builder::{AstPass, QueryBuilder, QueryFragment},
    sql_types::BigInt,
    sqlite::Sqlite,
};

use super::{Frag, Where, order::Order};

/// Which part of a table's wanted rows, and in what order
#[derive(Clone, Copy, Debug)]
pub struct Span {
    order: Order,
    sorted: bool,
    limit: Option<i64>,
    offset: i64,
}

impl Order {
    /// All rows in this order
    pub const fn all(self) -> Span {
        Span { order: self, sorted: true, limit: None, offset: 0 }
    }

    /// All rows in whatever order
    pub const fn unsorted(self) -> Span {
        Span { sorted: false, ..self.all() }
    }

    /// The first rows
    pub const fn first(self, limit: i64) -> Span {
        self.part(limit, 0)
    }

    /// Some rows behind others
    pub const fn part(self, limit: i64, offset: i64) -> Span {
        Span { limit: Some(limit), offset, ..self.all() }
    }
}

/// Limits that become part of the text: one row, and the usual pages with their probing row
const USUAL: [i64; 7] = [1, 2, 11, 21, 51, 101, 201];

/// `SELECT columns FROM table WHERE … ORDER BY … LIMIT …`; with an OFFSET of the rows' ids first
pub struct Select<T> {
    columns: &'static str,
    wanted: Where<T>,
    span: Span,
}

impl<T> Select<T> {
    pub fn new(columns: &'static str, wanted: Where<T>, span: Span) -> Self {
        Select { columns, wanted, span }
    }
}

/// A row's columns as SQL; double quotes suit both engines
pub fn columns(selection: &dyn Frag) -> String {
    let mut text = PgQueryBuilder::new();
    // Columns only: nothing in them can fail.
    let _ = <dyn Frag as QueryFragment<Pg>>::to_sql(selection, &mut text, &Pg);
    QueryBuilder::<Pg>::finish(text)
}

macro_rules! fragment {
    ($($engine:ty),*) => { $(
        impl<T> QueryFragment<$engine> for Select<T> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $engine>) -> QueryResult<()> {
                let Span { order, sorted, limit, offset } = &self.span;
                // Far down the list the ids come first: an index passes the rows before them by, which are wide.
                let is_far = *offset > 0;
                out.push_sql("SELECT ");
                out.push_sql(self.columns);
                out.push_sql(" FROM ");
                out.push_identifier(order.table)?;
                out.push_sql(" WHERE ");
                if is_far {
                    out.push_sql("id IN (SELECT id FROM ");
                    out.push_identifier(order.table)?;
                    out.push_sql(" WHERE ");
                }
                self.wanted.walk_ast(out.reborrow())?;
                if *sorted {
                    out.push_sql(" ORDER BY ");
                    order.walk_ast(out.reborrow())?;
                }
                // SQLite knows no OFFSET without a LIMIT; nobody asks for one.
                match limit {
                    Some(limit) if USUAL.contains(limit) => {
                        out.push_sql(" LIMIT ");
                        out.push_sql(&limit.to_string());
                    }
                    Some(limit) => {
                        out.push_sql(" LIMIT ");
                        out.push_bind_param::<BigInt, _>(limit)?;
                    }
                    None => {}
                }
                if is_far {
                    out.push_sql(" OFFSET ");
                    out.push_bind_param::<BigInt, _>(offset)?;
                    out.push_sql(")");
                    if *sorted {
                        out.push_sql(" ORDER BY ");
                        order.walk_ast(out.reborrow())?;
                    }
                }
                Ok(())
            }
        }
    )* };
}
fragment!(Pg, Sqlite);
