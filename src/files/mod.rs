//! Files in the object store: a local folder, or S3-compatible storage.
//!
//! [`Checked`] is an upload whose content is what it says, [`Placed`] an object that nothing refers to yet; [`sheet`]s are
//! read and written row by row.

pub mod answer;
pub mod import;
mod rules;
pub mod sheet;
pub mod store;

use async_graphql::Context;
use axum::body::Bytes;
use data_encoding::{BASE64, HEXLOWER};
use object_store::{ObjectStoreExt as _, PutPayload, buffered::BufWriter, path::Path};
use rand::RngExt as _;
use tokio::{fs::File, io::AsyncWriteExt as _};

pub use self::{
    answer::Budget,
    rules::{Checked, rewound},
};
use crate::{
    app::App,
    error::{AppError, AppResult},
    graphql::ContextExt as _,
};

/// An object that is removed again unless it is kept
pub struct Placed {
    app: App,
    location: String,
    kept: bool,
}

impl Placed {
    /// Puts an object under a random name below the folder
    pub async fn new(app: &App, folder: &str, content: Bytes) -> AppResult<Placed> {
        let placed = Placed::at(app, folder);
        let object = Path::from(placed.location());
        app.files.put(&object, PutPayload::from(content)).await.map_err(AppError::internal)?;
        Ok(placed)
    }

    /// [`new`](Self::new) for a file of any size
    pub async fn copy(app: &App, folder: &str, mut file: File) -> AppResult<Placed> {
        let placed = Placed::at(app, folder);
        let mut writer = BufWriter::new(app.files.clone(), Path::from(placed.location()));
        tokio::io::copy(&mut file, &mut writer).await.map_err(AppError::internal)?;
        writer.shutdown().await.map_err(AppError::internal)?;
        Ok(placed)
    }

    fn at(app: &App, folder: &str) -> Placed {
        let name = HEXLOWER.encode(&rand::rng().random::<[u8; 24]>());
        Placed { app: app.clone(), location: format!("{folder}/{}/{name}", &name[..2]), kept: false }
    }

    pub fn location(&self) -> &str {
        &self.location
    }

    pub fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Placed {
    fn drop(&mut self) {
        if !self.kept {
            let (app, location) = (self.app.clone(), std::mem::take(&mut self.location));
            tokio::spawn(async move { remove(&app, &location).await });
        }
    }
}

/// A file of so many bytes for an answer
pub async fn base64(ctx: &Context<'_>, location: &str, size: i64) -> AppResult<String> {
    ctx.data_unchecked::<Budget>().take(size).await?;
    Ok(BASE64.encode(&read(ctx.app(), location).await?))
}

pub async fn read(app: &App, location: &str) -> AppResult<Bytes> {
    let object = app.files.get(&Path::from(location)).await.map_err(AppError::internal)?;
    object.bytes().await.map_err(AppError::internal)
}

/// Removes an object that nothing refers to any more
pub async fn remove(app: &App, location: &str) {
    if let Err(error) = app.files.delete(&Path::from(location)).await {
        tracing::warn!(%error, location, "a file that nothing refers to could not be removed");
    }
}
