//! Sheets for download, written row by row into a temporary file: memory does not grow with them.

use axum::body::Bytes;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

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

    pub fn finish(mut self) -> AppResult<Bytes> {
        self.book.save_to_buffer().map(Bytes::from).map_err(AppError::internal)
    }
}
