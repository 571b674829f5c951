//! Lists as GraphQL connections: one generic type for every entity.

use std::borrow::Cow;

use async_graphql::{Object, SimpleObject, TypeName};

use super::{
    entity::{Entity, Slice},
    page::{Page, write_cursor},
};

/// Part of a list of `E`
pub struct Connection<E> {
    slice: Slice<E>,
    number: Option<i64>,
    size: i64,
}

impl<E> Connection<E> {
    pub fn new(slice: Slice<E>, page: &Page) -> Self {
        Connection { slice, number: page.number, size: page.size }
    }
}

impl<E: Entity> TypeName for Connection<E> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Connection", E::NAME))
    }
}

/// Part of a list
#[Object(name_type)]
impl<E: Entity> Connection<E> {
    /// Rows of this part, in the order of the list
    async fn nodes(&self) -> &[E] {
        &self.slice.rows
    }

    /// Rows with their cursors
    async fn edges(&self) -> Vec<Edge<E>> {
        self.slice.rows.iter().cloned().map(Edge).collect()
    }

    /// What comes before and after this part
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.slice.has_next,
            has_previous_page: self.slice.has_previous,
            start_cursor: self.slice.rows.first().map(cursor),
            end_cursor: self.slice.rows.last().map(cursor),
        }
    }

    /// Number of rows in the whole list; counted only when asked for
    async fn total_count(&self) -> Option<i32> {
        self.slice.total.and_then(|total| i32::try_from(total).ok())
    }

    /// This part as a numbered page, where it was asked for by number
    async fn page(&self) -> Option<NumberedPage> {
        Some(NumberedPage::new(self.number?, self.size, self.slice.total))
    }
}

fn cursor<E: Entity>(row: &E) -> String {
    write_cursor(E::NAME, &row.key(), row.id().number)
}

/// A row of a list and its place in it
pub struct Edge<E>(E);

impl<E: Entity> TypeName for Edge<E> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Edge", E::NAME))
    }
}

/// Row of a list and its place in it
#[Object(name_type)]
impl<E: Entity> Edge<E> {
    /// The row
    async fn node(&self) -> &E {
        &self.0
    }

    /// Place of the row, for `after` and `before`
    async fn cursor(&self) -> String {
        cursor(&self.0)
    }
}

/// What comes before and after a part of a list
#[derive(SimpleObject)]
pub struct PageInfo {
    /// Whether rows follow
    pub has_next_page: bool,
    /// Whether rows come before
    pub has_previous_page: bool,
    /// Cursor of the first row
    pub start_cursor: Option<String>,
    /// Cursor of the last row
    pub end_cursor: Option<String>,
}

/// Place of a part of a list among pages of one size
#[derive(Clone, Debug, SimpleObject)]
pub struct NumberedPage {
    /// Number of the page, from 1
    number: i32,
    /// Rows per page
    size: i32,
    /// Number of rows in the whole list
    total: Option<i32>,
}

impl NumberedPage {
    pub fn new(number: i64, size: i64, total: Option<i64>) -> Self {
        let short = |number| i32::try_from(number).unwrap_or(i32::MAX);
        NumberedPage { number: short(number), size: short(size), total: total.map(short) }
    }
}
