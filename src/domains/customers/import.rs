//! What the imports of residents and of customers have in common: one transaction, one INSERT and one audit of each chunk
//! of rows, no query per row.
//!
//! Besides what the reader of the sheet holds there is a chunk of rows, and the id numbers of the sheet.

use std::collections::{HashMap, HashSet};

use async_graphql::Context;
use diesel::QueryResult;

use crate::{
    auth::Viewer,
    db::Conn,
    domains::engagement::{CustomerEvent, customer_event::steps::Told},
    error::{AppError, AppResult},
    files::{
        import::{CHUNK, ImportPayload, Report},
        sheet::{Sheet, Table},
    },
    graphql::ContextExt,
};

/// Somebody whom a sheet enters
pub trait Imported: Told {
    fn id_number(&self) -> &str;

    /// Completes the rows, and takes out those who can not be entered, with the reasons by id number
    fn prepare(
        _: &mut Conn,
        _: &Viewer,
        _: &mut Vec<Self>,
    ) -> impl Future<Output = AppResult<HashMap<String, AppError>>> + Send {
        async { Ok(HashMap::new()) }
    }

    /// Enters those whose id numbers nobody had
    fn add(conn: &mut Conn, new: Vec<Self>) -> impl Future<Output = QueryResult<Vec<Self>>> + Send;
}

/// Enters the rows of a sheet; `read` makes them, or says why not
pub async fn import<T: Default + Send + 'static, E: Imported>(
    ctx: &Context<'_>,
    table: &'static Table<T>,
    sheet: Sheet,
    read: impl Fn(T) -> Result<E, String> + Send,
) -> AppResult<ImportPayload> {
    let viewer = ctx.viewer()?;
    let mut report = Report::new(table)?;
    let mut seen = HashSet::new();
    let mut chunks = sheet.lines(table, CHUNK);
    while let Some(lines) = chunks.next().await? {
        let mut new = Vec::with_capacity(lines.len());
        let mut kept = Vec::with_capacity(lines.len());
        for mut line in lines {
            let row = std::mem::replace(&mut line.row, Err(String::new())).and_then(&read);
            let row = row.and_then(|row| match seen.insert(row.id_number().to_owned()) {
                true => Ok(row),
                false => Err("身份证号: 在表中重复".to_owned()),
            });
            kept.push((line, row.as_ref().map(|row| row.id_number().to_owned()).map_err(Clone::clone)));
            new.extend(row);
        }
        let mut tx = ctx.begin().await?;
        let refused = E::prepare(&mut tx, viewer, &mut new).await?;
        let added = E::add(&mut tx, new).await?;
        CustomerEvent::record_all(&mut tx, ctx, added.iter().map(|row| (None, Some(row))).collect()).await?;
        tx.commit().await?;
        report.imported += added.len();
        let added: HashSet<_> = added.iter().map(Imported::id_number).collect();
        for (line, row) in kept {
            match row {
                Ok(number) if added.contains(number.as_str()) => {}
                Ok(number) => {
                    let reason = refused.get(&number).map(|refused| table.reason(refused.clone()));
                    report.fail(line, reason.unwrap_or_else(|| "身份证号: 已存在".to_owned()))?;
                }
                Err(reason) => report.fail(line, reason)?,
            }
        }
    }
    report.finish(ctx.app(), viewer).await
}
