use std::{
    io::{Cursor, Read as _, Write as _},
    sync::atomic::{AtomicUsize, Ordering},
};

use rust_xlsxwriter::{Format, Workbook, Worksheet};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::graphql::id_number::Sex;

#[derive(Debug, Default, PartialEq)]
struct Person {
    name: String,
    sex: Option<Sex>,
    born: Option<String>,
}

const PEOPLE: Table<Person> = Table {
    columns: &[
        Column::required("姓名", "name", |person: &mut Person, text| {
            person.name = text.to_owned();
            Ok(())
        }),
        Column::required("性别", "sex", |person, text| label(text).map(|sex| person.sex = Some(sex))),
        Column::optional("生日", "birthday", |person, text| {
            day(text).map(|day| person.born = Some(day.0.to_string()))
        }),
    ],
};

fn upload(content: &[u8]) -> UploadValue {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(content).unwrap();
    UploadValue { filename: "people.xls".into(), content_type: None, content: file }
}

async fn read(content: &[u8]) -> Result<Vec<Line<Person>>, String> {
    let sheet = Sheet::open(upload(content)).await.map_err(|error| error.message)?;
    let mut lines = sheet.lines(&PEOPLE, 2);
    let mut all = Vec::new();
    while let Some(chunk) = lines.next().await.map_err(|error| error.message)? {
        assert!((1..=2).contains(&chunk.len()));
        all.extend(chunk);
    }
    Ok(all)
}

fn sheet(fill: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["性别", "备注", "姓名", "生日"]) {
        sheet.write_string(0, column, name).unwrap();
    }
    fill(sheet);
    book.save_to_buffer().unwrap()
}

fn bytes(writer: Writer) -> Vec<u8> {
    writer.finish(Cursor::new(Vec::new())).unwrap().into_inner()
}

fn parts(content: &[u8]) -> Vec<(String, String)> {
    let mut archive = ZipArchive::new(Cursor::new(content)).unwrap();
    let part = |place| {
        let mut part = archive.by_index(place).unwrap();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        (part.name().unwrap().into_owned(), text)
    };
    (0..ZipArchive::new(Cursor::new(content)).unwrap().len()).map(part).collect()
}

fn pack(parts: &[(String, String)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(&**name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[tokio::test]
async fn columns_are_found_by_name() {
    let content = sheet(|sheet| {
        for (row, sex, name) in [(1, "男", " 赵一 "), (2, "2", "钱二"), (4, "?", "孙三"), (5, "男", "")] {
            sheet.write_string(row, 0, sex).unwrap().write_string(row, 2, name).unwrap();
        }
        sheet.write_string(1, 3, "20180929").unwrap().write_number(2, 3, 20_180_929).unwrap();
        let day = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_number_with_format(4, 3, 43_372, &day).unwrap();
    });
    let lines = read(&content).await.unwrap();
    let born = Some("2018-09-29".to_owned());
    let person = |name: &str, sex| Ok(Person { name: name.into(), sex: Some(sex), born: born.clone() });
    assert_eq!((lines[0].number, &lines[0].row), (2, &person("赵一", Sex::Male)));
    assert_eq!((lines[1].number, &lines[1].row), (3, &person("钱二", Sex::Female)));
    assert_eq!((lines[2].number, &lines[2].row), (5, &Err("性别: 必须为男、女之一".to_owned())));
    assert_eq!(lines[2].texts, ["孙三", "?", "43372"]);
    assert_eq!(day("43372").unwrap().0.to_string(), "2018-09-29");
    assert_eq!(lines[3].row, Err("姓名: 不能为空".to_owned()));
    assert_eq!(lines.len(), 4);
}

#[tokio::test]
async fn long_numbers_are_refused() {
    let content = sheet(|sheet| {
        sheet.write_string(1, 0, "男").unwrap().write_number(1, 2, 340_102_199_001_011_234.0).unwrap();
        sheet.write_string(2, 0, "男").unwrap().write_number(2, 2, 19_900_000_001.0).unwrap();
        sheet.write_string(3, 0, "男").unwrap().write_string(3, 2, "x".repeat(2_001)).unwrap();
    });
    let lines = read(&content).await.unwrap();
    assert!(lines[0].row.as_ref().unwrap_err().starts_with("姓名: 超过15位的数字"));
    assert_eq!(lines[1].row.as_ref().unwrap().name, "19900000001");
    assert_eq!(lines[2].row.as_ref().unwrap_err(), "姓名: 单元格内容过长");
}

#[tokio::test]
async fn other_headers_are_refused() {
    let header = |names: &'static [&'static str]| async move {
        let mut writer = Writer::new(names).unwrap();
        writer.push(&["赵一", "男"]).unwrap();
        read(&bytes(writer)).await.map(|lines| lines.len())
    };
    assert_eq!(header(&["姓名", "性别"]).await, Ok(1));
    assert_eq!(header(&["姓名", "Sex"]).await, Err("The header lacks the columns 性别".to_owned()));
    assert_eq!(header(&["姓名", "性别", "姓名"]).await, Err("The header has the column 姓名 twice".to_owned()));
    let empty = Workbook::new().add_worksheet().name();
    assert!(!empty.is_empty());
    let mut book = Workbook::new();
    book.add_worksheet();
    assert_eq!(read(&book.save_to_buffer().unwrap()).await.map(|_| ()), Err("The sheet is empty".to_owned()));
    for junk in [&b""[..], b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"name,sex\n", &[0; 4096]] {
        assert!(read(junk).await.is_err());
    }
}

#[tokio::test]
async fn what_is_written_is_text() {
    let texts = ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "a=1", "<b>&\u{1}", "53990019900307012X"];
    let mut writer = Writer::new(&["姓名", "性别"]).unwrap();
    for text in texts {
        writer.push(&[text, "男"]).unwrap();
    }
    assert_eq!(writer.rows(), 7);
    let content = bytes(writer);
    let parts = parts(&content);
    let part = |ending: &str| &parts.iter().find(|(name, _)| name.ends_with(ending)).unwrap().1;
    let cells = part("worksheets/sheet1.xml");
    assert!(!cells.contains("<f"), "no formula: {cells}");
    assert_eq!(cells.matches("t=\"inlineStr\"").count(), cells.matches("<c ").count());
    let styles = part("styles.xml");
    assert!(styles.contains("quotePrefix=\"1\""), "{styles}");
    let style = |text: &str| cells[..cells.find(text).unwrap()].rsplit_once("s=\"").unwrap().1[..1].to_owned();
    assert_eq!((style("=cmd"), style("+1")), (style("@SUM"), style("-1")));
    assert_ne!(style("=cmd"), style("a=1"));
    let lines = read(&content).await.unwrap();
    assert_eq!(lines.iter().map(|line| &*line.texts[0]).collect::<Vec<_>>(), texts);
}

#[tokio::test]
async fn bombs_are_refused() {
    let large = || Err("The sheet is too large once it is unpacked".to_owned());
    let honest = parts(&sheet(|sheet| drop(sheet.write_string(1, 0, "男").unwrap().write_string(1, 2, "赵一"))));
    assert_eq!(read(&pack(&honest)).await.unwrap().len(), 1);

    let mut zeros = honest.clone();
    zeros.push(("xl/media/image1.png".into(), "\0".repeat(65 << 20)));
    let mut bomb = pack(&zeros);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(read(&bomb).await.map(|_| ()), large());
    // The same with another size declared, in both headers
    let size = u32::try_from(65 << 20).unwrap().to_le_bytes();
    let places: Vec<_> = bomb.windows(4).enumerate().filter(|(_, bytes)| **bytes == size).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    places.into_iter().for_each(|at| bomb[at..at + 4].copy_from_slice(&100_u32.to_le_bytes()));
    assert!(read(&bomb).await.is_err());

    let mut counted = honest.clone();
    let strings = &mut counted.iter_mut().find(|(name, _)| name.ends_with("sharedStrings.xml")).unwrap().1;
    *strings = strings.replace("uniqueCount=\"", "uniqueCount = \"9999999999");
    assert_eq!(read(&pack(&counted)).await.map(|_| ()), large());

    let mut writer = Writer::new(&["姓名", "性别"]).unwrap();
    (0..MOST_ROWS).for_each(|_| writer.push(&["赵一", "男"]).unwrap());
    writer.push(&["钱二", "男"]).unwrap();
    let too_many = read(&bytes(writer)).await.map(|_| ());
    assert_eq!(too_many, Err("A sheet has at most 50000 rows besides its header".to_owned()));
}

/// A workbook of these records, after the beginning that each has
fn xls(strings: &[u8], more: &[&[u8]], cells: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let record = |kind: u16, data: &[u8]| {
        [&kind.to_le_bytes(), &u16::try_from(data.len()).unwrap().to_le_bytes(), data].concat()
    };
    let begin = |kind| record(0x0809, &[0, 6, kind, 0, 0, 0, 0, 0]);
    let strings = [&[0; 8], strings].concat();
    let mut globals = record(0x00fc, &strings);
    more.iter().for_each(|part| globals.extend(record(0x003c, part)));
    let sheet_at = begin(5).len() + 4 + 9 + globals.len() + 4;
    let place = u32::try_from(sheet_at).unwrap().to_le_bytes();
    let sheet = record(0x0085, &[&place[..], &[0, 0, 1, 0, b'S']].concat());
    let cells = cells.iter().flat_map(|(kind, data)| record(*kind, data)).collect();
    let end = record(0x000a, &[]);
    let stream = [begin(5), sheet, globals, end.clone(), begin(0x10), cells, end].concat();
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream("/Workbook").unwrap().write_all(&stream).unwrap();
    file.into_inner().into_inner()
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let length = u16::try_from(units.len()).unwrap().to_le_bytes();
    [&length[..], &[1], &units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>()].concat()
}

fn at(row: u16, column: u8, value: &[u8]) -> Vec<u8> {
    [&row.to_le_bytes(), &[column, 0, 0, 0][..], value].concat()
}

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST_HELD: AtomicUsize = AtomicUsize::new(0);

/// A row that is counted as long as it is there
#[derive(Debug)]
struct Counted;

impl Default for Counted {
    fn default() -> Counted {
        MOST_HELD.fetch_max(HELD.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        Counted
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        HELD.fetch_sub(1, Ordering::SeqCst);
    }
}

const COUNTED: Table<Counted> = Table {
    columns: &[
        Column::required("姓名", "name", |_: &mut Counted, _| Ok(())),
        Column::required("性别", "sex", |_: &mut Counted, _| Ok(())),
    ],
};

/// However long a sheet is, a chunk is worked on, one waits and one is being filled.
#[tokio::test]
async fn a_long_sheet_is_held_in_part() {
    const CHUNK: usize = crate::files::import::CHUNK;
    let mut writer = Writer::new(&["姓名", "性别"]).unwrap();
    (0..MOST_ROWS).for_each(|_| writer.push(&["赵一", "男"]).unwrap());
    let strings = [wide("姓名"), wide("性别"), wide("赵一"), wide("男")].concat();
    let rows = 0..=u16::try_from(MOST_ROWS).unwrap();
    let cells = rows.flat_map(|row| {
        let text = if row == 0 { 0_u32 } else { 2 };
        [(0x00fd, at(row, 0, &text.to_le_bytes())), (0x00fd, at(row, 1, &(text + 1).to_le_bytes()))]
    });
    for content in [bytes(writer), xls(&strings, &[], &cells.collect::<Vec<_>>())] {
        let mut lines = Sheet::open(upload(&content)).await.unwrap().lines(&COUNTED, CHUNK);
        let (mut chunks, mut rows) = (0, 0);
        while let Some(chunk) = lines.next().await.unwrap() {
            (chunks, rows) = (chunks + 1, rows + chunk.len());
            // Whoever reads ahead has the time to.
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        assert_eq!((chunks, rows, HELD.load(Ordering::SeqCst)), (MOST_ROWS / CHUNK, MOST_ROWS, 0));
        let most = MOST_HELD.swap(0, Ordering::SeqCst);
        assert!((CHUNK..=3 * CHUNK).contains(&most), "{most} rows at once");
    }
}

#[tokio::test]
async fn old_sheets_are_read() {
    // The third string goes on in another record, there with narrow letters; the fourth has a font and a reading.
    let mut strings = [wide("姓名"), wide("性别"), wide("张")].concat();
    let third = strings.len() - 5;
    strings[third] = 3;
    let rich = [&[1, 0, 0x0c, 1, 0, 2, 0, 0, 0, b'z'][..], &[0; 6]].concat();
    let more = [&[0, b'a', b'b'][..], &rich];
    let shared = |row, column, place: u32| (0x00fd, at(row, column, &place.to_le_bytes()));
    let narrow = |text: &str| [&[u8::try_from(text.len()).unwrap(), 0, 0], text.as_bytes()].concat();
    let cells = [
        // Declares more cells than there is memory
        (0x0200, [[0; 4], [255; 4], [0, 0, 255, 255], [0; 4]].concat()[..14].to_vec()),
        shared(0, 0, 0),
        shared(0, 1, 1),
        (0x0204, at(0, 2, &wide("生日"))),
        shared(1, 0, 2),
        (0x027e, at(1, 1, &(1_u32 << 2 | 2).to_le_bytes())),
        (0x0203, at(1, 2, &20_180_929_f64.to_le_bytes())),
        shared(2, 0, 3),
        (0x00bd, [&[2, 0, 1, 0][..], &[0, 0, 6, 0, 0, 0], &[0, 0, 0xb2, 0xa5, 2, 0], &[2, 0]].concat()),
        (0x0006, at(3, 0, &[0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0])),
        (0x0207, narrow("formula")),
        (0x0205, at(3, 1, &[7, 1])),
    ];
    let lines = read(&xls(&strings, &more, &cells)).await.unwrap();
    let texts: Vec<_> = lines.iter().map(|line| line.texts.join(" ")).collect();
    assert_eq!(texts, ["张ab 1 20180929", "z 1 43372", "formula  "]);
    let born = Some("2018-09-29".to_owned());
    assert_eq!(lines[0].row, Ok(Person { name: "张ab".into(), sex: Some(Sex::Male), born }));
    assert_eq!(lines[2].row, Err("性别: 单元格是错误值".to_owned()));

    for broken in [
        xls(&strings, &more[..1], &[shared(0, 0, 9)]),
        xls(&[255, 255, 1, 0], &[], &[]),
        xls(&strings, &more, &[(0x027e, vec![0, 0])]),
        xls(&strings, &more, &[shared(5, 0, 0), shared(4, 0, 0)]),
    ] {
        assert!(read(&broken).await.is_err());
    }
}
