//! The cells of an .xlsx, through calamine, which reads them one by one.

use std::io::{Cursor, Read as _, copy, sink};

use axum::body::Bytes;
use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx};
use zip::ZipArchive;

use super::{
    Stop,
    cells::{Cell, Rows},
};

/// Most bytes of all parts together, unpacked
const MOST_UNPACKED: u64 = 64 << 20;
const MOST_PARTS: usize = 1_000;
/// Most digits in a declared number of shared strings, for which calamine reserves memory unseen
const MOST_DIGITS: usize = 7;

const BROKEN: &str = "The sheet can not be read";
const TOO_LARGE: &str = "The sheet is too large once it is unpacked";

/// Refuses an archive that would unpack into more than is good, whatever sizes it declares
pub fn check(content: &[u8]) -> Result<(), String> {
    let mut archive = ZipArchive::new(Cursor::new(content)).map_err(|_| BROKEN)?;
    let mut left = MOST_UNPACKED;
    // What it declares is refused early; what it really holds is counted below.
    if archive.len() > MOST_PARTS || archive.decompressed_size().is_some_and(|size| size > u128::from(left)) {
        return Err(TOO_LARGE.to_owned());
    }
    for place in 0..archive.len() {
        let mut part = archive.by_index(place).map_err(|_| BROKEN)?;
        let is_strings = part.name().is_ok_and(|name| name.to_ascii_lowercase().ends_with("sharedstrings.xml"));
        let mut part = part.by_ref().take(left + 1);
        let size = if is_strings {
            let mut text = Vec::new();
            let size = part.read_to_end(&mut text).map_err(|_| BROKEN)?;
            check_count(&text)?;
            u64::try_from(size).unwrap_or(u64::MAX)
        } else {
            copy(&mut part, &mut sink()).map_err(|_| BROKEN)?
        };
        left = left.checked_sub(size).ok_or(TOO_LARGE)?;
    }
    Ok(())
}

fn check_count(strings: &[u8]) -> Result<(), String> {
    const COUNT: &[u8] = b"uniqueCount";
    let start = strings.windows(b"<si".len()).position(|window| window == b"<si").unwrap_or(strings.len());
    for (place, _) in strings[..start].windows(COUNT.len()).enumerate().filter(|(_, window)| *window == COUNT) {
        let value = strings[place + COUNT.len()..].iter().skip_while(|byte| !byte.is_ascii_digit());
        if value.take_while(|byte| byte.is_ascii_digit()).count() > MOST_DIGITS {
            return Err(TOO_LARGE.to_owned());
        }
    }
    Ok(())
}

/// The cells of the first sheet that is shown
pub fn read(content: Bytes, rows: &mut Rows<'_>) -> Result<(), Stop> {
    let mut book = Xlsx::new(Cursor::new(content)).map_err(|_| BROKEN)?;
    let sheets = book.sheets_metadata();
    let shown = sheets.iter().find(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible);
    let name = shown.ok_or("The file has no sheet")?.name.clone();
    let mut cells = book.worksheet_cells_reader(&name).map_err(|_| BROKEN)?;
    while let Some(cell) = cells.next_cell().map_err(|_| BROKEN)? {
        let (row, column) = cell.get_position();
        let cell = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::String(text) => Cell::text(text),
            DataRef::SharedString(text) => Cell::text(text),
            #[expect(clippy::cast_precision_loss, reason = "what loses digits is refused")]
            DataRef::Int(number) => Cell::number(*number as f64),
            DataRef::Float(number) => Cell::number(*number),
            DataRef::Bool(truth) => Cell::truth(*truth),
            // The number of days since 1899, as an .xls has it; a time of the day is of no interest.
            DataRef::DateTime(time) => Cell::number(time.as_f64().trunc()),
            DataRef::DateTimeIso(text) => Cell::text(text.split('T').next().unwrap_or_default()),
            DataRef::DurationIso(text) => Cell::text(text),
            DataRef::Error(_) => Cell::error(),
        };
        rows.cell(row, usize::try_from(column).unwrap_or(usize::MAX), cell)?;
    }
    Ok(())
}
