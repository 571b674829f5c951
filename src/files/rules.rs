//! Which files are taken, and what they are.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
};

use async_graphql::UploadValue;
use axum::body::Bytes;

use crate::{
    error::{AppError, AppResult},
    graphql::input,
};

/// Most bytes of a file
const MOST_BYTES: u64 = 10 << 20;

/// A kind of file that is taken
struct Kind {
    content_type: &'static str,
    /// Endings that its names may have; the first is given to a name without one
    endings: &'static [&'static str],
    /// Other names for the type that clients declare
    aliases: &'static [&'static str],
    /// Parts that tell an office document from any other ZIP archive
    parts: &'static [&'static str],
}

const fn kind(
    content_type: &'static str,
    endings: &'static [&'static str],
    aliases: &'static [&'static str],
    parts: &'static [&'static str],
) -> Kind {
    Kind { content_type, endings, aliases, parts }
}

/// How many of the kinds are pictures that a legacy client shows: JPEG and PNG; and what papers are scanned to: PDF too
const PICTURES: usize = 2;
const SCANS: usize = 3;
const CONTENT: &str = "[Content_Types].xml";
const KINDS: &[Kind] = &[
    kind("image/jpeg", &["jpg", "jpeg"], &["image/jpg", "image/pjpeg"], &[]),
    kind("image/png", &["png"], &["image/x-png"], &[]),
    kind("application/pdf", &["pdf"], &["application/x-pdf"], &[]),
    kind("image/gif", &["gif"], &[], &[]),
    kind("image/webp", &["webp"], &[], &[]),
    kind("audio/mpeg", &["mp3"], &["audio/mp3", "audio/x-mp3", "audio/mpeg3"], &[]),
    kind("video/mp4", &["mp4"], &["application/mp4"], &[]),
    kind(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        &["docx"],
        &["application/zip"],
        &[CONTENT, "word/document.xml"],
    ),
    kind(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        &["xlsx"],
        &["application/zip"],
        &[CONTENT, "xl/workbook.xml"],
    ),
    kind(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        &["pptx"],
        &["application/zip"],
        &[CONTENT, "ppt/presentation.xml"],
    ),
    kind("application/vnd.oasis.opendocument.text", &["odt"], &["application/zip"], &[]),
    kind("application/vnd.oasis.opendocument.spreadsheet", &["ods"], &["application/zip"], &[]),
    kind("application/vnd.oasis.opendocument.presentation", &["odp"], &["application/zip"], &[]),
];

impl Kind {
    /// What the content is, if it is one of these. Office documents are known by their parts: `infer` knows those of
    /// some programs only.
    fn of(content: &[u8], among: &'static [Kind]) -> Option<&'static Kind> {
        let holds = |part: &&str| content.windows(part.len()).any(|window| window == part.as_bytes());
        let zip = infer::is_mime(content, "application/zip");
        among.iter().find(|kind| {
            infer::is_mime(content, kind.content_type)
                || (zip && !kind.parts.is_empty() && kind.parts.iter().all(&holds))
        })
    }

    fn admits(&self, declared: &str) -> bool {
        let declared = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        matches!(&*declared, "" | "application/octet-stream")
            || declared == self.content_type
            || self.aliases.contains(&&*declared)
    }

    /// The name under which a file of this kind is kept
    fn name(&self, name: &str) -> AppResult<String> {
        // Some browsers send the whole path.
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
        if name.chars().count() > input::NAME || name.chars().any(char::is_control) {
            return Err(refuse(format!("The name of a file has at most {} plain characters", input::NAME)));
        }
        let ending = name.rsplit_once('.').map(|(stem, ending)| (stem.is_empty(), ending.to_ascii_lowercase()));
        match ending {
            Some((false, ending)) if self.endings.contains(&&*ending) => Ok(name.to_owned()),
            Some(_) => Err(refuse(format!("The content is {}, the name says otherwise", self.content_type))),
            None if name.is_empty() => Ok(format!("file.{}", self.endings[0])),
            None => Ok(format!("{name}.{}", self.endings[0])),
        }
    }
}

fn refuse(message: impl Into<String>) -> AppError {
    AppError::bad_input("file", message)
}

/// An upload's content from its start: the same file may be the value of several variables
pub fn rewound(mut upload: UploadValue) -> AppResult<File> {
    upload.content.seek(SeekFrom::Start(0)).map_err(AppError::internal)?;
    Ok(upload.content)
}

/// An upload that kept every rule
pub struct Checked {
    pub name: String,
    pub content_type: &'static str,
    pub content: Bytes,
}

impl Checked {
    /// A file of any kind that is taken
    pub fn new(upload: UploadValue) -> AppResult<Checked> {
        let kinds = "Only JPEG, PNG, GIF, WebP, PDF, MP3, MP4 and office documents (docx, xlsx, pptx, odt, ods, odp)";
        Checked::among(upload, KINDS, kinds)
    }

    /// A picture: JPEG or PNG
    pub fn picture(upload: UploadValue) -> AppResult<Checked> {
        Checked::among(upload, &KINDS[..PICTURES], "Only JPEG and PNG pictures")
    }

    /// A scanned paper: JPEG, PNG or PDF, and only one of them
    pub fn scan(upload: UploadValue) -> AppResult<Checked> {
        let file = Checked::among(upload, &KINDS[..SCANS], "Only JPEG, PNG and PDF")?;
        // Readers of PDF look for its beginning behind the first bytes too.
        match file.content_type.starts_with("image/") && infer::archive::is_pdf(&file.content) {
            true => Err(refuse("The content is a picture and a PDF at once")),
            false => Ok(file),
        }
    }

    fn among(upload: UploadValue, kinds: &'static [Kind], otherwise: &str) -> AppResult<Checked> {
        let UploadValue { filename, content_type, .. } = &upload;
        let (filename, content_type) = (filename.clone(), content_type.clone());
        let mut content = Vec::new();
        rewound(upload)?.take(MOST_BYTES + 1).read_to_end(&mut content).map_err(AppError::internal)?;
        if u64::try_from(content.len()).is_ok_and(|size| size > MOST_BYTES) {
            return Err(refuse(format!("A file has at most {MOST_BYTES} bytes")));
        }
        let kind = Kind::of(&content, kinds).ok_or_else(|| refuse(otherwise))?;
        if !content_type.is_none_or(|declared| kind.admits(&declared)) {
            return Err(refuse(format!("The content is {}, the declared type says otherwise", kind.content_type)));
        }
        Ok(Checked { name: kind.name(&filename)?, content_type: kind.content_type, content: content.into() })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn upload(name: &str, declared: Option<&str>, content: &[u8]) -> AppResult<Checked> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        let content_type = declared.map(str::to_owned);
        Checked::new(UploadValue { filename: name.to_owned(), content_type, content: file })
    }

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    #[test]
    fn a_file_is_what_its_content_is() {
        let taken = |name, declared| upload(name, declared, PNG).map(|file| file.name).ok();
        assert_eq!(taken("C:\\photos\\a b.PNG", Some("image/png")).as_deref(), Some("a b.PNG"));
        assert_eq!(taken("图", None).as_deref(), Some("图.png"));
        assert_eq!(taken("", Some("application/octet-stream")).as_deref(), Some("file.png"));
        for (name, declared) in [
            ("a.jpg", None),
            ("a.png.html", None),
            (".png", None),
            ("a.png", Some("text/html")),
            ("a\n.png", None),
            (&*format!("{}.png", "a".repeat(100)), None),
        ] {
            assert_eq!(taken(name, declared), None, "{name}");
        }
    }

    #[test]
    fn a_picture_is_jpeg_or_png() {
        let picture = |name: &str, content: &[u8]| {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(content).unwrap();
            Checked::picture(UploadValue { filename: name.to_owned(), content_type: None, content: file })
        };
        assert_eq!(picture("a.png", PNG).unwrap().content_type, "image/png");
        assert_eq!(picture("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF").unwrap().content_type, "image/jpeg");
        assert!(
            picture("a.gif", b"GIF89a\x01\0\x01\0").is_err() && upload("a.gif", None, b"GIF89a\x01\0\x01\0").is_ok()
        );
    }

    #[test]
    fn a_scan_is_one_thing_only() {
        let scan = |name: &str, content: &[u8]| {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(content).unwrap();
            Checked::scan(UploadValue { filename: name.to_owned(), content_type: None, content: file })
        };
        let pdf = b"%PDF-1.4\n1 0 obj";
        assert_eq!(scan("a.pdf", pdf).unwrap().content_type, "application/pdf");
        assert_eq!(scan("a.png", PNG).unwrap().content_type, "image/png");
        let both = [PNG, &pdf[..]].concat();
        let late = [PNG, &[0_u8; 2_000][..], &pdf[..]].concat();
        for (name, content, is_taken) in [
            ("a.png", &both, false),
            ("a.pdf", &both, false),
            ("a.pdf", &[&b"\n"[..], &pdf[..], PNG].concat(), true),
            ("a.png", &late, true),
            ("a.gif", &b"GIF89a\x01\0\x01\0".to_vec(), false),
            ("a.pdf", &Vec::new(), false),
        ] {
            assert_eq!(scan(name, content).is_ok(), is_taken, "{name}");
        }
    }

    #[test]
    fn only_known_kinds_are_taken() {
        let zip = |parts: &[&str]| {
            let mut content =
                b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0mimetypes/none".to_vec();
            parts.iter().for_each(|part| content.extend_from_slice(part.as_bytes()));
            content
        };
        let office = zip(&[CONTENT, "xl/workbook.xml"]);
        let file = upload("a.xlsx", Some("application/zip"), &office).unwrap();
        assert!(file.content_type.ends_with("spreadsheetml.sheet"));
        assert!(upload("a.docx", None, &office).is_err(), "a sheet is no text");
        assert!(upload("a.zip", None, &zip(&["whatever"])).is_err());
        assert!(upload("a.svg", Some("image/svg+xml"), b"<svg xmlns='http://www.w3.org/2000/svg'/>").is_err());
        assert!(upload("a.pdf", None, b"").is_err());
        let mut large = PNG.to_vec();
        large.resize(usize::try_from(MOST_BYTES).unwrap() + 1, 0);
        assert!(upload("a.png", None, &large).is_err());
        large.pop();
        assert!(upload("a.png", None, &large).is_ok());
    }
}
