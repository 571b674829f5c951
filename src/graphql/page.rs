//! Which part of a list is wanted: `first/after`, `last/before`, or `page: {number, size}`.

use std::{borrow::Cow, ops::RangeInclusive};

use async_graphql::{Context, InputObject, Lookahead};

use super::entity::{Entity, decode, encode};
use crate::{
    db::order::Key,
    error::{AppError, AppResult},
};

/// Rows of a page where the caller does not say
pub const DEFAULT_SIZE: i64 = 20;
/// Most rows of a page
pub const MAX_SIZE: i64 = 200;

/// Most rows of a list without pages
pub const WHOLE: i64 = 1_000;

/// Another [`MAX_SIZE`] and [`WHOLE`], as data of a request
#[derive(Clone, Copy)]
pub struct MaxSize {
    pub page: i64,
    pub whole: i64,
}

impl Default for MaxSize {
    fn default() -> Self {
        MaxSize { page: MAX_SIZE, whole: WHOLE }
    }
}

/// Most rows of a page that any door serves, for the cost of a list
pub const MAX_COUNTED: i64 = 1_000;

/// Rows that page numbers reach at the most; cursors go on from there
pub const MAX_OFFSET: i64 = 1_000_000;

/// Page by number, for people and legacy clients
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, InputObject)]
pub struct PageInput {
    /// Number of the page, from 1
    pub number: i32,
    /// Rows per page, 1 to 200
    #[graphql(default = 20)]
    pub size: i32,
}

impl Default for PageInput {
    fn default() -> Self {
        PageInput { number: 1, size: 20 }
    }
}

/// A wanted part of a list
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Page {
    pub size: i64,
    /// From the end of the list
    pub backward: bool,
    /// Cursor that the page stands behind
    pub cursor: Option<String>,
    pub number: Option<i64>,
    /// Whether the caller asked for the number of all rows
    pub total: bool,
}

impl Page {
    /// Reads the arguments of a list field and whether `totalCount` is selected
    pub fn new(
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Page> {
        let ways = [first.is_some() || after.is_some(), last.is_some() || before.is_some(), page.is_some()];
        if ways.iter().filter(|used| **used).count() > 1 {
            return Err(AppError::bad_input("first", "Use one of first/after, last/before and page"));
        }
        let look = ctx.look_ahead();
        let total = wanted(&look, "totalCount") || look.field("page").field("total").exists();
        let cursor = after.or(before);
        let most = ctx.data_opt::<MaxSize>().copied().unwrap_or_default().page;
        let plain = |size: i64, backward| Page { size, backward, cursor, number: None, total };
        Ok(match (page, last) {
            (Some(page), _) => {
                let number = within("page.number", page.number, 1..=i64::from(i32::MAX))?;
                let size = within("page.size", page.size, 1..=most)?;
                if (number - 1).saturating_mul(size) > MAX_OFFSET {
                    return Err(AppError::bad_input(
                        "page.number",
                        format!("Page numbers reach {MAX_OFFSET} rows; go on with first/after"),
                    ));
                }
                Page { number: Some(number), ..plain(size, false) }
            }
            (None, Some(last)) => plain(within("last", last, 0..=most)?, true),
            (None, None) if ways[1] => return Err(AppError::bad_input("last", "before needs last")),
            (None, None) => plain(first.map_or(Ok(DEFAULT_SIZE), |first| within("first", first, 0..=most))?, false),
        })
    }

    /// The first row only
    pub fn one() -> Page {
        Page { size: 1, backward: false, cursor: None, number: None, total: false }
    }

    /// Place of the cursor in the list of `E`
    pub fn place<E: Entity>(&self) -> AppResult<Option<(Key, i64)>> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        read_cursor(E::NAME, cursor).map(Some).ok_or_else(|| {
            AppError::bad_input(if self.backward { "before" } else { "after" }, "Not a cursor of this list")
        })
    }

    pub fn offset(&self) -> i64 {
        self.number.map_or(0, |number| (number - 1) * self.size)
    }
}

fn wanted(look: &Lookahead<'_>, field: &str) -> bool {
    look.field(field).exists()
}

fn within(field: &str, value: i32, range: RangeInclusive<i64>) -> AppResult<i64> {
    let value = i64::from(value);
    if range.contains(&value) {
        return Ok(value);
    }
    Err(AppError::bad_input(field, format!("Must be {} to {}", range.start(), range.end())))
}

/// Cost of a list: its page size times the cost of a row
pub fn cost(first: Option<i32>, last: Option<i32>, page: Option<PageInput>, row: usize) -> usize {
    let size = first.or(last).or(page.map(|page| page.size)).map_or(DEFAULT_SIZE, i64::from);
    1 + usize::try_from(size.clamp(1, MAX_COUNTED)).unwrap_or(1) * row.max(1)
}

/// Cost of a list without pages
pub fn whole(row: usize) -> usize {
    1 + usize::try_from(WHOLE).unwrap_or(1) * row.max(1)
}

pub fn write_cursor(list: &str, key: &Key, id: i64) -> String {
    encode(&serde_json::to_string(&(list, key, id)).unwrap_or_default())
}

pub fn read_cursor(list: &str, cursor: &str) -> Option<(Key, i64)> {
    let text = decode(cursor)?;
    let (of, key, id) = serde_json::from_str::<(Cow<'_, str>, Key, i64)>(&text).ok()?;
    (of == list).then_some((key, id))
}
