//! Sheets for download, written row by row into a temporary file: memory does not grow with them.

use std::io::{Seek, Write};

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use tokio::task::spawn_blocking;

use crate::error::{AppError, AppResult};

/// The media type of an .xlsx
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A sheet of texts under a header.
///
/// A text is never a formula: its cell says that it is a text, whatever it begins with. Where it begins like a formula
/// it also gets the mark that a leading apostrophe is in Excel, so that it stays a text when somebody edits it.
pub struct Writer {
    book: Workbook,
    text: Format,
    quoted: Format,
    row: u32,
}

impl Writer {
    pub fn new(header: &[&str]) -> AppResult<Writer> {
        let mut book = Workbook::new();
        book.add_worksheet_with_constant_memory().map_err(AppError::internal)?;
        let text = Format::new().set_num_format("@");
        let mut writer = Writer { book, quoted: text.clone().set_quote_prefix(), text, row: 0 };
        writer.push(header)?;
        Ok(writer)
    }

    /// Writes the next row
    pub fn push<S: AsRef<str>>(&mut self, texts: &[S]) -> AppResult<()> {
        self.write(texts).map_err(AppError::internal)
    }

    fn write<S: AsRef<str>>(&mut self, texts: &[S]) -> Result<(), XlsxError> {
        let sheet = self.book.worksheet_from_index(0)?;
        for (column, text) in (0..).zip(texts) {
            let text = text.as_ref();
            let format = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { &self.quoted } else { &self.text };
            sheet.write_string_with_format(self.row, column, text, format)?;
        }
        self.row += 1;
        Ok(())
    }

    /// Rows besides the header
    pub fn rows(&self) -> u32 {
        self.row - 1
    }

    /// Writes the finished sheet, and answers what it was written into
    pub fn finish<W: Write + Seek + Send>(mut self, mut into: W) -> AppResult<W> {
        self.book.save_to_writer(&mut into).map_err(AppError::internal)?;
        into.flush().map_err(AppError::internal)?;
        into.rewind().map_err(AppError::internal)?;
        Ok(into)
    }

    /// Writes the finished sheet into a file without a name, which is gone as soon as nobody reads it any more
    pub async fn into_file(self) -> AppResult<tokio::fs::File> {
        let file = spawn_blocking(|| self.finish(tempfile::tempfile().map_err(AppError::internal)?));
        file.await.map_err(AppError::internal)?.map(tokio::fs::File::from_std)
    }
}
