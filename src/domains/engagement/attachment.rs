//! File that somebody uploaded: a picture, a document, a recording (附件).
//!
//! Table `attachments`; the bytes lie in the object store under a random name, and reach clients through
//! `GET /files/{id}/{name}`. What a file is follows from its content; a name or a declared type that says otherwise is
//! refused, so that nothing is ever served as what it is not.

use std::io::{Read as _, Seek as _, SeekFrom};

use async_graphql::{ComplexObject, Context, Object, SimpleObject, Upload, UploadValue};
use axum::body::Bytes;
use data_encoding::HEXLOWER;
use diesel::prelude::*;
use object_store::{ObjectStoreExt as _, PutPayload, path::Path};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rand::RngExt as _;
use serde::Serialize;

use crate::{
    app::App,
    auth::{Realm, SignedIn, Viewer},
    db::{Cols as _, Conn, Id, Run as _, Time, Where, tables::attachments},
    domains::identity::{Account, AuditEntry},
    entity,
    error::{AppError, AppResult},
    graphql::{Connection, ContextExt, Entity, Page, PageInput, Relation, entity::Visible, input, page, scalars::Long},
    payload,
};

/// Most bytes of a file
const MOST_BYTES: u64 = 10 << 20;

/// File that somebody uploaded
#[derive(Clone, Debug, Queryable, Selectable, SimpleObject, Serialize)]
#[diesel(table_name = attachments)]
#[graphql(complex)]
pub struct Attachment {
    /// Opaque global id
    pub id: Id<Attachment>,
    /// Account that uploaded it
    pub account_id: Id<Account>,
    /// Realm whose staff may see it; null for a file of the administrators
    pub realm: Option<Realm>,
    /// Name of the file
    pub name: String,
    /// What it is, as its content tells: "image/png"
    pub content_type: String,
    #[graphql(skip)]
    pub size: i64,
    #[graphql(skip)]
    pub location: String,
    /// When it was uploaded
    pub created_at: Time,
}

payload! {
    /// The uploaded file
    AttachmentUploadPayload { attachment: Attachment }
    /// The deleted file
    AttachmentDeletePayload { attachment: Attachment }
}

entity!(Attachment, attachments, desc);

impl Visible for Attachment {
    type Table = attachments::table;

    /// Administrators see all, staff what was uploaded in their realm
    fn visible(viewer: &Viewer) -> Where<Self::Table> {
        match viewer.realm {
            _ if viewer.is_nobody() => Where::nothing(),
            Some(realm) => Where::default().and(attachments::realm.eq(realm)),
            None => Where::default(),
        }
    }
}

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

const CONTENT: &str = "[Content_Types].xml";
const KINDS: &[Kind] = &[
    kind("image/jpeg", &["jpg", "jpeg"], &["image/jpg", "image/pjpeg"], &[]),
    kind("image/png", &["png"], &["image/x-png"], &[]),
    kind("image/gif", &["gif"], &[], &[]),
    kind("image/webp", &["webp"], &[], &[]),
    kind("application/pdf", &["pdf"], &["application/x-pdf"], &[]),
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
    /// What the content is, if it is taken. Office documents are known by their parts: `infer` knows those of some
    /// programs only.
    fn of(content: &[u8]) -> Option<&'static Kind> {
        let holds = |part: &&str| content.windows(part.len()).any(|window| window == part.as_bytes());
        let zip = infer::is_mime(content, "application/zip");
        KINDS.iter().find(|kind| {
            infer::is_mime(content, kind.content_type)
                || (zip && !kind.parts.is_empty() && kind.parts.iter().all(|part| holds(part)))
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

/// An upload that kept every rule
struct Checked {
    name: String,
    kind: &'static Kind,
    content: Bytes,
}

impl Checked {
    fn new(mut upload: UploadValue) -> AppResult<Checked> {
        let mut content = Vec::new();
        // From the start: the same file may be the value of several variables.
        upload.content.seek(SeekFrom::Start(0)).map_err(AppError::internal)?;
        upload.content.take(MOST_BYTES + 1).read_to_end(&mut content).map_err(AppError::internal)?;
        if u64::try_from(content.len()).is_ok_and(|size| size > MOST_BYTES) {
            return Err(refuse(format!("A file has at most {MOST_BYTES} bytes")));
        }
        let kind = Kind::of(&content).ok_or_else(|| {
            refuse("Only JPEG, PNG, GIF, WebP, PDF, MP3, MP4 and office documents (docx, xlsx, pptx, odt, ods, odp)")
        })?;
        if !upload.content_type.is_none_or(|declared| kind.admits(&declared)) {
            return Err(refuse(format!("The content is {}, the declared type says otherwise", kind.content_type)));
        }
        Ok(Checked { name: kind.name(&upload.filename)?, kind, content: content.into() })
    }
}

/// An object that is removed again unless it is kept
struct Placed {
    app: App,
    location: Option<Path>,
}

impl Placed {
    async fn new(app: &App, content: Bytes) -> AppResult<Placed> {
        let name = HEXLOWER.encode(&rand::rng().random::<[u8; 24]>());
        let location = Path::from(format!("attachments/{}/{name}", &name[..2]));
        app.files.put(&location, PutPayload::from(content)).await.map_err(AppError::internal)?;
        Ok(Placed { app: app.clone(), location: Some(location) })
    }

    fn keep(mut self) {
        self.location = None;
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        let Some(location) = self.location.take() else { return };
        let app = self.app.clone();
        tokio::spawn(async move { remove(&app, &location).await });
    }
}

async fn remove(app: &App, location: &Path) {
    if let Err(error) = app.files.delete(location).await {
        tracing::warn!(%error, %location, "a file that nothing refers to could not be removed");
    }
}

impl Attachment {
    pub const OF_ACCOUNT: Relation<Attachment> =
        Relation { column: attachments::account_id::NAME, parent: |attachment| Some(attachment.account_id.number) };

    async fn create(conn: &mut Conn, viewer: &Viewer, file: &Checked, location: &str) -> QueryResult<Attachment> {
        let row = (
            attachments::account_id.eq(viewer.account_id.unwrap_or(0)),
            attachments::realm.eq(viewer.realm),
            attachments::name.eq(file.name.clone()),
            attachments::content_type.eq(file.kind.content_type),
            attachments::size.eq(i64::try_from(file.content.len()).unwrap_or(i64::MAX)),
            attachments::location.eq(location.to_owned()),
            attachments::created_at.eq(Time::now()),
        );
        diesel::insert_into(attachments::table).values(row).returning(Attachment::cols()).one(conn).await
    }

    async fn delete(conn: &mut Conn, id: Id<Attachment>) -> QueryResult<usize> {
        diesel::delete(attachments::table.filter(attachments::id.eq(id))).run(conn).await
    }

    /// A file and its bytes, for the handler of `GET /files/{id}/{name}`
    pub async fn open(app: &App, viewer: &Viewer, id: Id<Attachment>) -> AppResult<(Attachment, Bytes)> {
        let attachment = Attachment::find(&mut app.db.read().await?, viewer, id).await?;
        let object = app.files.get(&Path::from(attachment.location.as_str())).await.map_err(AppError::internal)?;
        let bytes = object.bytes().await.map_err(AppError::internal)?;
        Ok((attachment, bytes))
    }
}

/// What need not be escaped in a part of a path
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[ComplexObject]
impl Attachment {
    /// Number of the row in its table
    async fn database_id(&self) -> Long {
        self.id.into()
    }

    /// Number of bytes
    async fn size(&self) -> Long {
        Long(self.size)
    }

    /// Where the file is fetched, with the same credential
    async fn url(&self) -> String {
        format!("/files/{}/{}", self.id.number, utf8_percent_encode(&self.name, PLAIN))
    }

    /// Account that uploaded it, as far as the viewer may see it
    async fn account(&self, ctx: &Context<'_>) -> AppResult<Option<Account>> {
        ctx.load(self.account_id).await
    }
}

#[derive(Default)]
pub struct AttachmentQuery;

#[Object]
impl AttachmentQuery {
    /// One uploaded file
    #[graphql(guard = "SignedIn")]
    async fn attachment(&self, ctx: &Context<'_>, id: Id<Attachment>) -> AppResult<Option<Attachment>> {
        ctx.load(id).await
    }

    /// Uploaded files of the viewer's realm, newest first
    #[graphql(guard = "SignedIn", complexity = "page::cost(first, last, page, child_complexity)")]
    async fn attachments(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        page: Option<PageInput>,
    ) -> AppResult<Connection<Attachment>> {
        ctx.list(Page::new(ctx, first, after, last, before, page)?, Where::default).await
    }
}

#[derive(Default)]
pub struct AttachmentMutation;

#[Object]
impl AttachmentMutation {
    /// Uploads a file of at most 10 MB: JPEG, PNG, GIF, WebP, PDF, MP3, MP4, docx, xlsx, pptx, odt, ods, odp
    #[graphql(guard = "SignedIn")]
    async fn attachment_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file, by the GraphQL multipart request specification")] file: Upload,
    ) -> AppResult<AttachmentUploadPayload> {
        let viewer = ctx.viewer()?;
        let upload = file.value(ctx).map_err(AppError::internal)?;
        let file = tokio::task::spawn_blocking(|| Checked::new(upload)).await.map_err(AppError::internal)??;
        let placed = Placed::new(ctx.app(), file.content.clone()).await?;
        let location = placed.location.as_ref().map(ToString::to_string).unwrap_or_default();
        let mut tx = ctx.begin().await?;
        let attachment = Attachment::create(&mut tx, viewer, &file, &location).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&attachment)).await?;
        tx.commit().await?;
        placed.keep();
        Ok(AttachmentUploadPayload { attachment })
    }

    /// Deletes a file; for whoever uploaded it and for managers of its realm
    #[graphql(guard = "SignedIn")]
    async fn attachment_delete(&self, ctx: &Context<'_>, id: Id<Attachment>) -> AppResult<AttachmentDeletePayload> {
        let viewer = ctx.viewer()?;
        let mut tx = ctx.begin().await?;
        let attachment = Attachment::find(&mut tx, viewer, id).await?;
        let manages = attachment.realm.map_or_else(|| viewer.administers(), |realm| viewer.manages(realm));
        if !manages && viewer.account_id != Some(attachment.account_id.number) {
            return Err(AppError::forbidden("Only for whoever uploaded the file and for managers"));
        }
        Attachment::delete(&mut tx, id).await?;
        AuditEntry::record(&mut tx, ctx, Some(&attachment), None).await?;
        tx.commit().await?;
        remove(ctx.app(), &Path::from(attachment.location.as_str())).await;
        Ok(AttachmentDeletePayload { attachment })
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
    fn only_known_kinds_are_taken() {
        let zip = |parts: &[&str]| {
            let mut content =
                b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0mimetypes/none".to_vec();
            parts.iter().for_each(|part| content.extend_from_slice(part.as_bytes()));
            content
        };
        let office = zip(&[CONTENT, "xl/workbook.xml"]);
        let file = upload("a.xlsx", Some("application/zip"), &office).unwrap();
        assert!(file.kind.content_type.ends_with("spreadsheetml.sheet"));
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
