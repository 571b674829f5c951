//! File that somebody uploaded: a picture, a document, a recording (附件).
//!
//! Table `attachments`; the bytes lie in the object store under a random name, and reach clients through
//! `GET /files/{id}/{name}`. What a file is follows from its content; a name or a declared type that says otherwise is
//! refused, so that nothing is ever served as what it is not.

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use axum::body::Bytes;
use diesel::prelude::*;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::{
    app::App,
    auth::{Realm, SignedIn, Viewer},
    db::{Cols as _, Conn, Id, Run as _, Time, Where, tables::attachments},
    domains::identity::{Account, AuditEntry},
    entity,
    error::{AppError, AppResult},
    files::{self, Checked, Placed},
    graphql::{
        Connection, ContextExt, Entity, Page, PageInput, Relation,
        entity::Visible,
        page,
        scalars::{File, Long},
    },
    payload,
};

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

impl Attachment {
    pub const OF_ACCOUNT: Relation<Attachment> =
        Relation { column: attachments::account_id::NAME, parent: |attachment| Some(attachment.account_id.number) };

    async fn create(conn: &mut Conn, viewer: &Viewer, file: &Checked, location: &str) -> QueryResult<Attachment> {
        let row = (
            attachments::account_id.eq(viewer.account_id.unwrap_or(0)),
            attachments::realm.eq(viewer.realm),
            attachments::name.eq(file.name.clone()),
            attachments::content_type.eq(file.content_type),
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
        let bytes = files::read(app, &attachment.location).await?;
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
        #[graphql(desc = "The file, by the GraphQL multipart request specification")] file: File,
    ) -> AppResult<AttachmentUploadPayload> {
        let viewer = ctx.viewer()?;
        let upload = file.open(ctx)?;
        let file = tokio::task::spawn_blocking(|| Checked::new(upload)).await.map_err(AppError::internal)??;
        let placed = Placed::new(ctx.app(), "attachments", file.content.clone()).await?;
        let mut tx = ctx.begin().await?;
        let attachment = Attachment::create(&mut tx, viewer, &file, placed.location()).await?;
        AuditEntry::record(&mut tx, ctx, None, Some(&attachment)).await?;
        placed.keep();
        tx.commit().await?;
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
        files::remove(ctx.app(), &attachment.location).await;
        Ok(AttachmentDeletePayload { attachment })
    }
}
