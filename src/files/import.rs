//! What an import brought: counts, and the rows that failed as a sheet to put right and to import again.
//!
//! The sheet lies under the account that imported, and only that account is given it; the next import removes it.

use async_graphql::SimpleObject;
use axum::body::Bytes;
use futures_util::{TryStreamExt as _, stream::BoxStream};
use object_store::{ObjectStore as _, ObjectStoreExt as _, path::Path};

use super::{
    Placed, remove,
    sheet::{Line, Table, Writer},
};
use crate::{
    app::App,
    auth::Viewer,
    error::{AppError, AppResult},
};

/// Rows of one transaction
pub const CHUNK: usize = 500;

/// What an import of a sheet brought
#[derive(Clone, Debug, SimpleObject)]
pub struct ImportPayload {
    /// Rows that were imported (legacy successCount)
    pub imported: i32,
    /// Rows that were not (legacy failCount)
    pub failed: i32,
    /// Where the failing rows are fetched, with the same credential: a sheet like the one that was imported, with the
    /// columns 行号 (number of the row) and 原因 (reason, in Chinese) besides; null where no row failed. It is there until the next
    /// import of the same account
    pub failures_url: Option<String>,
    /// The counts and the first reasons in Chinese, "共2条数据,导入成功1条,导入失败1条,失败原因:3:身份证号…"
    pub message: String,
}

/// Collects what an import brings
pub struct Report {
    pub imported: usize,
    failures: Writer,
    /// The first reasons, with the numbers of their rows
    reasons: Vec<String>,
}

/// Most reasons that a message tells
const REASONS: usize = 20;

impl Report {
    pub fn new<T>(table: &Table<T>) -> AppResult<Report> {
        let header = [&table.header()[..], &["行号", "原因"]].concat();
        Ok(Report { imported: 0, failures: Writer::new(&header)?, reasons: Vec::new() })
    }

    /// A row that was not imported
    pub fn fail<T>(&mut self, line: Line<T>, reason: String) -> AppResult<()> {
        if self.reasons.len() < REASONS {
            self.reasons.push(format!("{}:{reason}", line.number));
        }
        self.failures.push(&[line.texts, vec![line.number.to_string(), reason]].concat())
    }

    pub async fn finish(self, app: &App, viewer: &Viewer) -> AppResult<ImportPayload> {
        let count = |rows| i32::try_from(rows).unwrap_or(i32::MAX);
        let folder = folder(viewer);
        let earlier: Vec<_> =
            app.files.list(Some(&Path::from(&*folder))).try_collect().await.map_err(AppError::internal)?;
        for sheet in earlier {
            remove(app, sheet.location.as_ref()).await;
        }
        let failed = self.failures.rows();
        let mut message = format!(
            "共{}条数据,导入成功{}条,导入失败{failed}条",
            self.imported + usize::try_from(failed).unwrap_or(0),
            self.imported
        );
        if !self.reasons.is_empty() {
            message = format!("{message},失败原因:{}", self.reasons.join(";"));
        }
        let mut payload =
            ImportPayload { imported: count(self.imported), failed: failed.cast_signed(), failures_url: None, message };
        if failed > 0 {
            let placed = Placed::copy(app, &folder, self.failures.into_file().await?).await?;
            let name = placed.location().rsplit('/').next().unwrap_or_default();
            payload.failures_url = Some(format!("/files/imports/{name}.xlsx"));
            placed.keep();
        }
        Ok(payload)
    }
}

fn folder(viewer: &Viewer) -> String {
    format!("imports/{}", viewer.account_id.unwrap_or_default())
}

/// The failing rows of an import of the viewer's, for the handler of `GET /files/imports/{name}`
pub async fn failures(
    app: &App,
    viewer: &Viewer,
    name: &str,
) -> AppResult<BoxStream<'static, object_store::Result<Bytes>>> {
    let none = || AppError::not_found("Sheet");
    let name = name.strip_suffix(".xlsx").filter(|name| name.len() == 48).ok_or_else(none)?;
    if viewer.is_nobody() || !name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(none());
    }
    let location = format!("{}/{}/{name}", folder(viewer), &name[..2]);
    let sheet = app.files.get(&Path::from(location)).await.map_err(|_| none())?;
    Ok(sheet.into_stream())
}
