//! Lists over several entities, newest first: each entity gives its newest rows, and the newest of all are shown.
//!
//! A page costs one statement per entity, whatever its size; the order is by time, then by entity, then by number.

use std::{
    borrow::Cow,
    cmp::{Ordering, Reverse},
};

use async_graphql::{Context, Object, OutputType, TypeName};

use super::{
    connection::PageInfo,
    entity::{Entity, Slice, decode, encode},
    page::{Page, write_cursor},
};
use crate::{
    db::{Time, order::Key},
    error::{AppError, AppResult},
};

/// What such a list shows: an interface over entities
pub trait Merged: OutputType + Send + Sync {
    /// GraphQL type name
    const NAME: &'static str;
}

/// Where in the list a row stands: time, rank of its entity, number
type Place = (Time, usize, i64);

/// Puts a page together
pub struct Merger<T> {
    size: usize,
    behind: Option<Place>,
    count: bool,
    rows: Vec<(Place, T)>,
    total: i64,
}

impl<T: Merged> Merger<T> {
    pub fn new(ctx: &Context<'_>, first: Option<i32>, after: Option<String>) -> AppResult<Merger<T>> {
        let page = Page::new(ctx, first, None, None, None, None)?;
        let behind = match after {
            Some(cursor) => {
                Some(read::<T>(&cursor).ok_or_else(|| AppError::bad_input("after", "Not a cursor of this list"))?)
            }
            None => None,
        };
        let size = usize::try_from(page.size).unwrap_or(0);
        Ok(Merger { size, behind, count: page.total, rows: Vec::new(), total: 0 })
    }

    /// The page of one entity's rows that may be shown
    pub fn page<E: Entity>(&self, rank: usize) -> Page {
        let cursor = self.behind.map(|(time, at, id)| {
            // Of rows at the very time of the cursor, those of later entities follow and those of earlier ones do not.
            let id = match rank.cmp(&at) {
                Ordering::Less => i64::MIN,
                Ordering::Equal => id,
                Ordering::Greater => i64::MAX,
            };
            write_cursor(E::NAME, &Key::Time(time), id)
        });
        let size = i64::try_from(self.size).unwrap_or(0) + 1;
        Page { size, backward: false, cursor, number: None, total: self.count }
    }

    /// Adds an entity's rows; its order is by a time, newest first
    pub fn add<E: Entity + Into<T>>(&mut self, rank: usize, slice: Slice<E>) {
        self.total += slice.total.unwrap_or(0);
        self.rows.extend(slice.rows.into_iter().map(|row| {
            let time = match row.key() {
                Key::Time(time) => time,
                _ => Time::now(),
            };
            ((time, rank, row.id().number), row.into())
        }));
    }

    pub fn finish(mut self) -> MergedConnection<T> {
        self.rows.sort_by_key(|((time, rank, id), _)| (Reverse(*time), *rank, Reverse(*id)));
        let more = self.rows.len() > self.size;
        self.rows.truncate(self.size);
        MergedConnection {
            rows: self.rows,
            has_next: more,
            has_previous: self.behind.is_some(),
            total: self.count.then_some(self.total),
        }
    }
}

fn read<T: Merged>(cursor: &str) -> Option<Place> {
    let (name, place) = serde_json::from_str::<(String, Place)>(&decode(cursor)?).ok()?;
    (name == T::NAME).then_some(place)
}

fn write<T: Merged>(place: &Place) -> String {
    encode(&serde_json::to_string(&(T::NAME, place)).unwrap_or_default())
}

/// Part of a list over several entities
pub struct MergedConnection<T> {
    rows: Vec<(Place, T)>,
    has_next: bool,
    has_previous: bool,
    total: Option<i64>,
}

impl<T: Merged> TypeName for MergedConnection<T> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Connection", T::NAME))
    }
}

/// Part of a list over several kinds of things, newest first
#[Object(name_type)]
impl<T: Merged> MergedConnection<T> {
    /// Rows of this part
    async fn nodes(&self) -> Vec<&T> {
        self.rows.iter().map(|(_, row)| row).collect()
    }

    /// Cursors of the rows of this part
    async fn cursors(&self) -> Vec<String> {
        self.rows.iter().map(|(place, _)| write::<T>(place)).collect()
    }

    /// What comes before and after this part
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.rows.first().map(|(place, _)| write::<T>(place)),
            end_cursor: self.rows.last().map(|(place, _)| write::<T>(place)),
        }
    }

    /// Number of rows in the whole list; counted only when asked for
    async fn total_count(&self) -> Option<i32> {
        self.total.and_then(|total| i32::try_from(total).ok())
    }
}
