//! The cells of an .xls (BIFF8, Excel 97 to 2003).
//!
//! Not through calamine: it copies a shared string into each cell that shows it and reserves memory for the sheet's
//! declared size, so that a small file makes it ask for terabytes, which ends the process. Here nothing is held but the
//! file's own bytes and strings. A day is the number that Excel keeps for it, and a formula what it came to.

use std::io::{Cursor, Read as _};

use super::{
    Stop,
    cells::{Cell, Rows},
};

const BROKEN: &str = "The sheet can not be read";

const FORMULA: u16 = 0x0006;
const END: u16 = 0x000a;
const PASSWORD: u16 = 0x002f;
const CONTINUE: u16 = 0x003c;
const SHEET: u16 = 0x0085;
const NUMBERS: u16 = 0x00bd;
const RICH_TEXT: u16 = 0x00d6;
const STRINGS: u16 = 0x00fc;
const SHARED_TEXT: u16 = 0x00fd;
const NUMBER: u16 = 0x0203;
const TEXT: u16 = 0x0204;
const TRUTH: u16 = 0x0205;
const RESULT: u16 = 0x0207;
const SHORT_NUMBER: u16 = 0x027e;
const BEGIN: u16 = 0x0809;

/// A workbook whose shared strings are read
pub struct Xls {
    stream: Vec<u8>,
    strings: Vec<String>,
    /// Where the first sheet begins
    start: usize,
}

impl Xls {
    pub fn open(content: &[u8]) -> Result<Xls, String> {
        let mut file = cfb::CompoundFile::open(Cursor::new(content)).map_err(|_| BROKEN)?;
        let mut part = file.open_stream("/Workbook").map_err(|_| "Excel 97 or later: save the sheet as .xlsx")?;
        let mut stream = Vec::new();
        part.read_to_end(&mut stream).map_err(|_| BROKEN)?;
        let (mut strings, mut start) = (Vec::new(), None);
        let mut records = Records(&stream);
        if !matches!(records.next(), Some((BEGIN, [0, 6, ..]))) {
            return Err("Excel 97 or later: save the sheet as .xlsx".to_owned());
        }
        while let Some((kind, data)) = records.next() {
            match kind {
                PASSWORD => return Err("The sheet is protected by a password".to_owned()),
                // Shown, and a sheet of cells
                SHEET if data.get(4..6) == Some(&[0, 0]) => {
                    start = start.or(long(data).and_then(|place| usize::try_from(place).ok()));
                }
                STRINGS => strings = Strings::read(data, &mut records).ok_or(BROKEN)?,
                END => break,
                _ => {}
            }
        }
        let start = start.filter(|start| *start < stream.len()).ok_or("The file has no sheet")?;
        Ok(Xls { stream, strings, start })
    }

    pub fn read(&self, rows: &mut Rows<'_>) -> Result<(), Stop> {
        let (mut depth, mut formula) = (0, None);
        for (kind, data) in Records(&self.stream[self.start..]) {
            match kind {
                BEGIN => depth += 1,
                END if depth <= 1 => return Ok(()),
                END => depth -= 1,
                // A chart inside of the sheet has cells of its own.
                _ if depth != 1 => {}
                RESULT => {
                    if let Some((row, column)) = formula.take() {
                        rows.cell(row, column, Cell::text(&text(data).ok_or(BROKEN)?))?;
                    }
                }
                NUMBERS => {
                    let (row, first) = place(data).ok_or(BROKEN)?;
                    // Format and number of each; the number of the last column closes the record.
                    for (column, pair) in data[4..].chunks_exact(6).enumerate() {
                        rows.cell(row, first + column, Cell::number(short(&pair[2..]).ok_or(BROKEN)?))?;
                    }
                }
                FORMULA | SHARED_TEXT | NUMBER | TEXT | RICH_TEXT | TRUTH | SHORT_NUMBER => {
                    let (row, column) = place(data).ok_or(BROKEN)?;
                    let value = data.get(6..).ok_or(BROKEN)?;
                    let cell = match kind {
                        SHARED_TEXT => Cell::text(self.shared(value).ok_or(BROKEN)?),
                        TEXT | RICH_TEXT => Cell::text(&text(value).ok_or(BROKEN)?),
                        SHORT_NUMBER => Cell::number(short(value).ok_or(BROKEN)?),
                        NUMBER => Cell::number(double(value).ok_or(BROKEN)?),
                        TRUTH => truth(value).ok_or(BROKEN)?,
                        _ => match value.get(..8).ok_or(BROKEN)? {
                            // Its text follows in a record of its own.
                            [0, .., 0xff, 0xff] => {
                                formula = Some((row, column));
                                continue;
                            }
                            [1, _, truth, .., 0xff, 0xff] => Cell::truth(*truth != 0),
                            [2, .., 0xff, 0xff] => Cell::error(),
                            [_, .., 0xff, 0xff] => continue,
                            _ => Cell::number(double(value).ok_or(BROKEN)?),
                        },
                    };
                    rows.cell(row, column, cell)?;
                }
                _ => {}
            }
        }
        Err(Stop::from(BROKEN))
    }

    fn shared(&self, place: &[u8]) -> Option<&str> {
        self.strings.get(usize::try_from(long(place)?).ok()?).map(String::as_str)
    }
}

/// Kind and content of each record
struct Records<'a>(&'a [u8]);

impl<'a> Iterator for Records<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, length) = (word(self.0)?, usize::from(word(self.0.get(2..)?)?));
        let data = self.0.get(4..4 + length)?;
        self.0 = &self.0[4 + length..];
        Some((kind, data))
    }
}

fn word(data: &[u8]) -> Option<u16> {
    data.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

fn long(data: &[u8]) -> Option<u32> {
    data.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

fn double(data: &[u8]) -> Option<f64> {
    data.first_chunk().map(|bytes| f64::from_le_bytes(*bytes))
}

fn place(data: &[u8]) -> Option<(u32, usize)> {
    Some((word(data)?.into(), word(data.get(2..)?)?.into()))
}

fn truth(data: &[u8]) -> Option<Cell> {
    let [value, is_error, ..] = data else { return None };
    Some(if *is_error == 1 { Cell::error() } else { Cell::truth(*value != 0) })
}

/// A number in 30 bits: an integer or the upper half of a double, either of them in hundredths if need be
fn short(data: &[u8]) -> Option<f64> {
    let bits = long(data)?;
    let number = match bits & 2 {
        0 => f64::from_bits(u64::from(bits & !3) << 32),
        _ => f64::from(bits.cast_signed() >> 2),
    };
    Some(if bits & 1 == 1 { number / 100.0 } else { number })
}

/// A text within one record
fn text(data: &[u8]) -> Option<String> {
    Strings { part: data, more: &mut Records(&[]) }.string(false)
}

/// Reads strings that may go on in further records
struct Strings<'a, 'b> {
    part: &'a [u8],
    more: &'b mut Records<'a>,
}

impl<'a> Strings<'a, '_> {
    /// The table of shared strings
    fn read(data: &'a [u8], more: &mut Records<'a>) -> Option<Vec<String>> {
        let mut reader = Strings { part: data.get(8..)?, more };
        let mut strings = Vec::new();
        while !reader.part.is_empty() || reader.go_on().is_some() {
            strings.push(reader.string(true)?);
        }
        Some(strings)
    }

    fn go_on(&mut self) -> Option<()> {
        word(self.more.0).filter(|kind| *kind == CONTINUE)?;
        self.part = self.more.next()?.1;
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        while self.part.is_empty() {
            self.go_on()?;
        }
        let (byte, rest) = self.part.split_first()?;
        self.part = rest;
        Some(*byte)
    }

    fn word(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    /// Length, flags, letters; a shared string may be followed by fonts and readings
    fn string(&mut self, is_shared: bool) -> Option<String> {
        let length = self.word()?;
        let flags = self.byte()?;
        let has = |flag| is_shared && flags & flag != 0;
        let fonts = if has(8) { usize::from(self.word()?) * 4 } else { 0 };
        let readings = if has(4) { usize::from(self.word()?) | usize::from(self.word()?) << 16 } else { 0 };
        let mut is_wide = flags & 1 == 1;
        let mut letters = Vec::new();
        for _ in 0..length {
            // A string that goes on in another record says there anew how wide its letters are.
            if self.part.is_empty() {
                self.go_on()?;
                is_wide = self.byte()? & 1 == 1;
            }
            letters.push(if is_wide { self.word()? } else { self.byte()?.into() });
        }
        for _ in 0..fonts + readings {
            self.byte()?;
        }
        Some(String::from_utf16_lossy(&letters))
    }
}
