//! What a cell says, and how the usual ones are read.

use chrono::{Days, NaiveDate};

use super::{Each, MOST_ROWS, Stop};
use crate::{db::Day, graphql::codes::Coded};

/// Most columns of a sheet that are looked at
const MOST_COLUMNS: usize = 100;
/// Most letters of a cell
const MOST_LETTERS: usize = 2_000;
/// From here on a double no longer tells all whole numbers apart, and Excel shows no more digits
const INEXACT: f64 = 1e15;

/// A cell as text
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    pub text: String,
    /// Why the text is not to be trusted
    pub wrong: Option<&'static str>,
}

impl Cell {
    pub fn text(text: &str) -> Cell {
        let text = text.trim();
        match text.char_indices().nth(MOST_LETTERS) {
            None if text.contains('\0') => Cell { text: text.replace('\0', ""), wrong: Some("含有非法字符") },
            None => Cell { text: text.to_owned(), wrong: None },
            Some((end, _)) => Cell { text: text[..end].to_owned(), wrong: Some("单元格内容过长") },
        }
    }

    /// A number as a person would write it; long ones have lost their last digits already and are refused
    pub fn number(number: f64) -> Cell {
        let text = format!("{number}");
        let wrong = match number.is_finite() && number.abs() < INEXACT {
            true => None,
            false => Some("超过15位的数字已丢失末位，请将单元格设为文本格式"),
        };
        Cell { text, wrong }
    }

    pub fn truth(truth: bool) -> Cell {
        Cell::text(if truth { YES } else { NO })
    }

    pub fn error() -> Cell {
        Cell { text: String::new(), wrong: Some("单元格是错误值") }
    }

    fn is_blank(&self) -> bool {
        self.text.is_empty() && self.wrong.is_none()
    }
}

/// Puts cells together to rows
pub struct Rows<'a> {
    each: Each<'a>,
    number: u32,
    cells: Vec<Cell>,
    count: usize,
}

impl<'a> Rows<'a> {
    pub fn new(each: Each<'a>) -> Rows<'a> {
        Rows { each, number: 0, cells: Vec::new(), count: 0 }
    }

    /// The next cell, by row and column from 0
    pub fn cell(&mut self, row: u32, column: usize, cell: Cell) -> Result<(), Stop> {
        if cell.is_blank() {
            return Ok(());
        }
        if column >= MOST_COLUMNS {
            return Err(Stop::Refused(format!("A sheet has at most {MOST_COLUMNS} columns")));
        }
        if row + 1 != self.number {
            if row < self.number {
                return Err(Stop::from("The rows of the sheet are not in order"));
            }
            self.end()?;
            self.number = row + 1;
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, Cell::default());
        }
        self.cells[column] = cell;
        Ok(())
    }

    /// Hands out the row so far, if there is one
    pub fn end(&mut self) -> Result<(), Stop> {
        if self.cells.is_empty() {
            return Ok(());
        }
        // The first row is the header.
        if self.count > MOST_ROWS {
            return Err(Stop::Refused(format!("A sheet has at most {MOST_ROWS} rows besides its header")));
        }
        self.count += 1;
        (self.each)(self.number, std::mem::take(&mut self.cells))
    }
}

const YES: &str = "是";
const NO: &str = "否";

/// 是 or 否
pub fn yes_no(text: &str) -> Result<bool, String> {
    match text {
        YES => Ok(true),
        NO => Ok(false),
        _ => Err(format!("必须为{YES}或{NO}")),
    }
}

/// `20180929`, `2018-09-29`, `2018/9/29`, or the number that Excel keeps for a day
pub fn day(text: &str) -> Result<Day, String> {
    let written = ["%Y%m%d", "%Y-%m-%d", "%Y/%m/%d"];
    let day = match text.parse::<u64>() {
        Ok(days) if text.len() <= 5 => {
            NaiveDate::from_ymd_opt(1899, 12, 30).and_then(|first| first.checked_add_days(Days::new(days)))
        }
        Ok(_) if text.len() != 8 => None,
        _ => written.iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok()),
    };
    day.map(Day).ok_or_else(|| "不是日期，应如20180929".to_owned())
}

/// A value by its word, or by its code
pub fn label<E: Coded>(text: &str) -> Result<E, String> {
    let by_code = || E::items().iter().map(|item| item.value).find(|value| value.code().to_string() == text);
    E::labelled(text).or_else(by_code).ok_or_else(|| {
        let labels: Vec<_> = E::items().iter().filter_map(|item| item.value.label()).collect();
        format!("必须为{}之一", labels.join("、"))
    })
}
