//! Spreadsheets: uploads are read row by row into what a [`Table`] makes of them, exports are written with [`Writer`].
//!
//! What is held of an upload: its bytes (20 MB at the most), its shared strings (calamine keeps them all: 64 MB
//! unpacked at the most, an .xls no more than twice its size) and a few chunks of rows. An upload is looked through to
//! its end before the first row is handed out, so nothing of a sheet is taken that can not be read or is too long.

mod cells;
mod words;
mod write;
mod xls;
mod xlsx;

use std::{collections::HashMap, io::Read as _};

use async_graphql::UploadValue;
use axum::body::Bytes;
use tokio::{
    sync::{Semaphore, mpsc},
    task::{JoinHandle, spawn_blocking},
};

use self::{
    cells::{Cell, Rows},
    xls::Xls,
};
pub use self::{
    cells::{day, label, yes_no},
    write::{Writer, XLSX},
};
use crate::error::{AppError, AppResult};

/// Most bytes of a sheet
const MOST_BYTES: u64 = 20 << 20;
/// Most rows of a sheet, besides its header
pub const MOST_ROWS: usize = 50_000;
/// Sheets that are read at the same time: reading takes memory and a processor
static READERS: Semaphore = Semaphore::const_new(2);

/// What a column is called and how it is read
pub struct Column<T> {
    pub name: &'static str,
    /// The field of an input that it fills, as errors name it
    pub field: &'static str,
    /// Whether each row must fill it; a header without the column is refused then
    pub required: bool,
    /// Reads a text that is not blank; an error is the reason why the row is refused
    pub read: fn(&mut T, &str) -> Result<(), String>,
}

impl<T> Column<T> {
    pub const fn required(
        name: &'static str,
        field: &'static str,
        read: fn(&mut T, &str) -> Result<(), String>,
    ) -> Self {
        Column { name, field, required: true, read }
    }

    pub const fn optional(
        name: &'static str,
        field: &'static str,
        read: fn(&mut T, &str) -> Result<(), String>,
    ) -> Self {
        Column { name, field, required: false, read }
    }
}

/// The columns of an import, in the order of its template; a header may have them in any order, and others besides
pub struct Table<T: 'static> {
    pub columns: &'static [Column<T>],
}

impl<T> Table<T> {
    /// The header of the template, and of the sheet of failing rows
    pub fn header(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.name).collect()
    }

    /// Why a row is refused, in the words of the sheet
    pub fn reason(&self, error: AppError) -> String {
        let field = error.field.as_deref().and_then(|field| field.strip_prefix("input."));
        match self.columns.iter().find(|column| Some(column.field) == field) {
            Some(column) => format!("{}: {}", column.name, words::chinese(&error.message)),
            None => words::chinese(&error.message),
        }
    }
}

/// A row as it was read
pub struct Line<T> {
    /// Its number in the sheet, from 1, the header counted
    pub number: u32,
    /// Its texts, in the order of the table's columns
    pub texts: Vec<String>,
    /// What the table makes of it, or why nothing
    pub row: Result<T, String>,
}

/// An uploaded sheet that can be read to its end
pub struct Sheet(Book);

#[derive(Clone)]
enum Book {
    Xlsx(Bytes),
    Xls(std::sync::Arc<Xls>),
}

/// Gets each row with its number; an error ends the reading
type Each<'a> = &'a mut dyn FnMut(u32, Vec<Cell>) -> Result<(), Stop>;

/// Why reading ended early
#[derive(Debug)]
enum Stop {
    /// Nobody wants more
    Enough,
    Refused(String),
}

impl From<&str> for Stop {
    fn from(message: &str) -> Stop {
        Stop::Refused(message.to_owned())
    }
}

fn refuse(message: impl Into<String>) -> AppError {
    AppError::bad_input("file", message)
}

impl Sheet {
    /// An upload that is .xlsx or .xls by its content
    pub async fn open(upload: UploadValue) -> AppResult<Sheet> {
        let _turn = READERS.acquire().await.map_err(AppError::internal)?;
        // A panic is a file that the reader was not made for.
        let read = spawn_blocking(|| Book::open(upload)).await;
        read.unwrap_or_else(|_| Err(refuse("The sheet can not be read"))).map(Sheet)
    }

    /// Its rows in chunks
    pub fn lines<T: Default + Send + 'static>(self, table: &'static Table<T>, chunk: usize) -> Lines<T> {
        let (sender, chunks) = mpsc::channel(1);
        let reader = spawn_blocking(move || {
            let mut lines = Vec::with_capacity(chunk);
            let mut places: Option<Vec<Option<usize>>> = None;
            self.0.rows(&mut |number, cells| {
                let Some(places) = &places else {
                    places = Some(places_of(table, &cells)?);
                    return Ok(());
                };
                lines.push(line(table, number, places, &cells));
                match lines.len() == chunk {
                    true => sender.blocking_send(std::mem::take(&mut lines)).map_err(|_| Stop::Enough),
                    false => Ok(()),
                }
            })?;
            if !lines.is_empty() {
                sender.blocking_send(lines).map_err(|_| Stop::Enough)?;
            }
            match places {
                Some(_) => Ok(()),
                None => Err(Stop::from("The sheet is empty")),
            }
        });
        Lines { chunks, reader: Some(reader) }
    }
}

/// The rows of a sheet, read while they are asked for
pub struct Lines<T> {
    chunks: mpsc::Receiver<Vec<Line<T>>>,
    reader: Option<JoinHandle<Result<(), Stop>>>,
}

impl<T> Lines<T> {
    /// The next chunk; none at the end
    pub async fn next(&mut self) -> AppResult<Option<Vec<Line<T>>>> {
        if let Some(chunk) = self.chunks.recv().await {
            return Ok(Some(chunk));
        }
        match self.reader.take() {
            Some(reader) => match reader.await.map_err(AppError::internal)? {
                Err(Stop::Refused(message)) => Err(refuse(message)),
                Ok(()) | Err(Stop::Enough) => Ok(None),
            },
            None => Ok(None),
        }
    }
}

impl Book {
    fn open(upload: UploadValue) -> AppResult<Book> {
        let mut content = Vec::new();
        super::rules::rewound(upload)?.take(MOST_BYTES + 1).read_to_end(&mut content).map_err(AppError::internal)?;
        if u64::try_from(content.len()).is_ok_and(|size| size > MOST_BYTES) {
            return Err(refuse(format!("A sheet has at most {MOST_BYTES} bytes")));
        }
        let book = match content.get(..4) {
            Some(b"PK\x03\x04") => xlsx::check(&content).map(|()| Book::Xlsx(content.into())),
            Some(b"\xd0\xcf\x11\xe0") => Xls::open(&content).map(|xls| Book::Xls(xls.into())),
            _ => Err("Only .xlsx and .xls sheets".to_owned()),
        };
        let book = book.map_err(refuse)?;
        match book.rows(&mut |_, _| Ok(())) {
            Err(Stop::Refused(message)) => Err(refuse(message)),
            Ok(()) | Err(Stop::Enough) => Ok(book),
        }
    }

    fn rows(&self, each: Each<'_>) -> Result<(), Stop> {
        let mut rows = Rows::new(each);
        match self {
            Book::Xlsx(content) => xlsx::read(content.clone(), &mut rows)?,
            Book::Xls(xls) => xls.read(&mut rows)?,
        }
        rows.end()
    }
}

/// In which place of the header each column of the table stands
fn places_of<T>(table: &Table<T>, header: &[Cell]) -> Result<Vec<Option<usize>>, Stop> {
    let mut known = HashMap::new();
    for (place, cell) in header.iter().enumerate().filter(|(_, cell)| !cell.text.is_empty()) {
        if known.insert(cell.text.as_str(), place).is_some() {
            return Err(Stop::Refused(format!("The header has the column {} twice", cell.text)));
        }
    }
    let missing = table.columns.iter().filter(|column| column.required && !known.contains_key(column.name));
    let missing: Vec<_> = missing.map(|column| column.name).collect();
    match missing.is_empty() {
        true => Ok(table.columns.iter().map(|column| known.get(column.name).copied()).collect()),
        false => Err(Stop::Refused(format!("The header lacks the columns {}", missing.join("、")))),
    }
}

fn line<T: Default>(table: &Table<T>, number: u32, places: &[Option<usize>], cells: &[Cell]) -> Line<T> {
    let mut row = T::default();
    let mut reasons = Vec::new();
    let mut texts = Vec::with_capacity(places.len());
    for (column, place) in table.columns.iter().zip(places) {
        let cell = place.and_then(|place| cells.get(place));
        let text = cell.map_or("", |cell| &*cell.text);
        let read = match cell.and_then(|cell| cell.wrong) {
            Some(wrong) => Err(wrong.to_owned()),
            None if !text.is_empty() => (column.read)(&mut row, text),
            None if column.required => Err("不能为空".to_owned()),
            None => Ok(()),
        };
        if let Err(reason) = read {
            reasons.push(format!("{}: {reason}", column.name));
        }
        texts.push(text.to_owned());
    }
    let row = if reasons.is_empty() { Ok(row) } else { Err(reasons.join("; ")) };
    Line { number, texts, row }
}

#[cfg(test)]
mod tests;
