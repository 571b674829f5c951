//! Predicates collected at run time, for either engine.

use std::marker::PhantomData;

use diesel::{
    AppearsOnTable, Expression, QueryResult,
    expression::{ValidGrouping, is_aggregate},
    pg::Pg,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{Bool, BoolOrNullableBool, SqlType},
    sqlite::Sqlite,
};

use super::{Frag, sql::Never};

/// AND of predicates on the table `T`: the portable counterpart of `into_boxed().filter(…)`, used as
/// `tags::table.filter(&wanted)`. One `Where` serves the page and its count.
pub struct Where<T>(Vec<Box<dyn Frag>>, PhantomData<fn() -> T>);

impl<T> Default for Where<T> {
    fn default() -> Self {
        Where(Vec::new(), PhantomData)
    }
}

impl<T> Where<T> {
    /// A `Where` that no row meets
    pub fn nothing() -> Self {
        Where(vec![Box::new(Never)], PhantomData)
    }

    /// Everything, or nothing
    pub fn when(holds: bool) -> Self {
        if holds { Where::default() } else { Where::nothing() }
    }

    pub fn and<E>(mut self, predicate: E) -> Self
    where
        E: Frag + AppearsOnTable<T> + Expression<SqlType: SqlType + BoolOrNullableBool> + 'static,
    {
        self.0.push(Box::new(predicate));
        self
    }

    /// Adds the predicate that `make` builds from a value that is there
    pub fn maybe<V, E>(self, value: Option<V>, make: impl FnOnce(V) -> E) -> Self
    where
        E: Frag + AppearsOnTable<T> + Expression<SqlType: SqlType + BoolOrNullableBool> + 'static,
    {
        match value {
            Some(value) => self.and(make(value)),
            None => self,
        }
    }

    /// Both sets of predicates
    pub fn both(mut self, mut other: Where<T>) -> Self {
        self.0.append(&mut other.0);
        self
    }

    /// What it says, values included: one text for predicates that let the same rows through
    pub fn text(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        // For whichever engine: the text is compared, never run.
        format!("{:?}", diesel::debug_query::<Sqlite, _>(self))
    }

    /// Adds a fragment whose columns the compiler did not check
    pub(super) fn raw(mut self, fragment: impl Frag + 'static) -> Self {
        self.0.push(Box::new(fragment));
        self
    }
}

impl<T> Where<T> {
    /// For a query that joins `T` with other tables
    pub fn joined(&self) -> Joined<'_, T> {
        Joined(self)
    }

    /// For a sub-query: `grid_maps::grid_id.eq_any(grids::table.filter(wanted.inside()).select(grids::id))`
    pub fn inside(self) -> Inside<T> {
        Inside(self)
    }
}

/// A [`Where`] in a sub-query
pub struct Inside<T>(Where<T>);

impl<T> Expression for Inside<T> {
    type SqlType = Bool;
}
impl<T, QS> AppearsOnTable<QS> for Inside<T> {}
impl<T, G> ValidGrouping<G> for Inside<T> {
    type IsAggregate = is_aggregate::Never;
}
impl<T> QueryId for Inside<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// A [`Where`] in a query that joins its table with others
pub struct Joined<'a, T>(&'a Where<T>);

impl<T> Expression for Joined<'_, T> {
    type SqlType = Bool;
}
impl<T, QS> AppearsOnTable<QS> for Joined<'_, T> {}
impl<T, G> ValidGrouping<G> for Joined<'_, T> {
    type IsAggregate = is_aggregate::Never;
}
impl<T> QueryId for Joined<'_, T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T> Expression for Where<T> {
    type SqlType = Bool;
}
impl<T> AppearsOnTable<T> for Where<T> {}
impl<T, G> ValidGrouping<G> for Where<T> {
    type IsAggregate = is_aggregate::Never;
}
impl<T> QueryId for Where<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

macro_rules! fragment {
    ($($engine:ty),*) => { $(
        impl<T> QueryFragment<$engine> for Where<T> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, $engine>) -> QueryResult<()> {
                if self.0.is_empty() {
                    out.push_sql("1=1");
                }
                for (index, predicate) in self.0.iter().enumerate() {
                    out.push_sql(if index > 0 { " AND (" } else { "(" });
                    <dyn Frag as QueryFragment<$engine>>::walk_ast(&**predicate, out.reborrow())?;
                    out.push_sql(")");
                }
                Ok(())
            }
        }
        impl<T> QueryFragment<$engine> for Inside<T> {
            fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, $engine>) -> QueryResult<()> {
                <Where<T> as QueryFragment<$engine>>::walk_ast(&self.0, out)
            }
        }
        impl<T> QueryFragment<$engine> for Joined<'_, T> {
            fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, $engine>) -> QueryResult<()> {
                <Where<T> as QueryFragment<$engine>>::walk_ast(self.0, out)
            }
        }
    )* };
}
fragment!(Pg, Sqlite);

#[cfg(test)]
mod tests {
    use diesel::ExpressionMethods as _;

    use super::*;
    use crate::db::tables::sms_messages;

    #[test]
    fn predicates_have_one_text_where_they_say_the_same() {
        let of = |officer: i64| Where::<sms_messages::table>::default().and(sms_messages::officer_id.eq(officer));
        assert_eq!(of(1).text(), of(1).text());
        let texts = [of(1), of(2), of(1).and(sms_messages::content.eq("1")), Where::default(), Where::nothing()];
        let mut texts = texts.map(|wanted| wanted.text()).to_vec();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), 5, "{texts:?}");
    }
}
