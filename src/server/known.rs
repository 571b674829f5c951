//! Documents that a client may name instead of sending their text: trusted ones, which the operator lists, and
//! automatic ones, which a client sent along with their hash before (Apollo's APQ).

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use async_graphql::{Request as GraphqlRequest, parser::parse_query};
use data_encoding::HEXLOWER;
use moka::sync::Cache;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::request::Asked;
use crate::{
    auth::Viewer,
    config::Config,
    error::{AppError, AppResult},
    schema,
};

/// Most bytes of automatic documents, the least used thrown out first
const AUTOMATIC: u64 = 16 << 20;

pub struct Known {
    /// By their ids and hashes
    trusted: HashMap<String, Arc<str>>,
    /// Whether nobody but administrators may send other documents
    only: bool,
    automatic: Cache<String, Arc<str>>,
}

impl Known {
    /// Reads the trusted documents. One that does not fit the schema (any more) stays and fails where it is used:
    /// an old client must not keep the server from starting.
    pub async fn read(config: &Config) -> anyhow::Result<Known> {
        let mut trusted = HashMap::new();
        if let Some(path) = &config.trusted_documents {
            let listed = listed(Path::new(path)).with_context(|| format!("trusted documents in {path}"))?;
            let checker = schema::checker();
            for (id, text) in &listed {
                let valid = match parse_query(text) {
                    Ok(document) => {
                        // Which operation is named does not matter: validation reads all of them.
                        let first = document.operations.iter().find_map(|(name, _)| name.map(ToString::to_string));
                        let mut request = GraphqlRequest::new(text.as_ref());
                        request.operation_name = first;
                        checker.execute(request).await.errors.into_iter().next().map_or(Ok(()), |it| Err(it.message))
                    }
                    Err(error) => Err(error.to_string()),
                };
                if let Err(error) = valid {
                    tracing::warn!(id, error, "a trusted document does not fit the schema");
                }
                trusted.insert(hash(text), text.clone());
            }
            tracing::info!(documents = listed.len(), only = config.trusted_only, "trusted documents read");
            trusted.extend(listed);
        } else if config.trusted_only {
            bail!("--trusted-only needs --trusted-documents");
        }
        let weigher = |_: &String, text: &Arc<str>| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let automatic = Cache::builder().max_capacity(AUTOMATIC).weigher(weigher).build();
        Ok(Known { trusted, only: config.trusted_only, automatic })
    }

    /// Every trusted document
    pub fn documents(&self) -> impl Iterator<Item = Arc<str>> {
        self.trusted.values().cloned()
    }

    /// The text of the document that is asked for, if this viewer may have it executed
    pub fn text(&self, asked: &Asked, viewer: &Viewer) -> AppResult<Arc<str>> {
        if let Some(id) = &asked.document_id {
            let hash = || self.trusted.get(id.strip_prefix("sha256:")?);
            return self.trusted.get(id).or_else(hash).cloned().ok_or_else(AppError::unknown_document);
        }
        let query = asked.request.query.as_str();
        let text = match &asked.hash {
            Some(hash) if query.is_empty() => {
                let known = self.trusted.get(hash).cloned().or_else(|| self.automatic.get(hash));
                return known.ok_or_else(AppError::unknown_document);
            }
            Some(wanted) if *wanted != hash(query) => {
                let field = "extensions.persistedQuery.sha256Hash";
                return Err(AppError::bad_input(field, "The hash is not the query's"));
            }
            _ => query,
        };
        match self.only && !viewer.administers() && !self.trusted.contains_key(&hash(text)) {
            true => Err(AppError::untrusted_document()),
            false => Ok(text.into()),
        }
    }

    /// Keeps a document that came with its hash, and that is one
    pub fn keep(&self, asked: &Asked, text: Arc<str>) {
        if let Some(hash) = asked.hash.as_ref().filter(|_| !self.only && !asked.request.query.is_empty()) {
            self.automatic.insert(hash.clone(), text);
        }
    }
}

fn hash(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

/// Ids and texts of the documents in a folder of `.graphql` files, or in a manifest
fn listed(path: &Path) -> anyhow::Result<HashMap<String, Arc<str>>> {
    if !path.is_dir() {
        return manifest(serde_json::from_slice(&fs::read(path)?).context("no JSON")?);
    }
    let mut found = HashMap::new();
    let mut folders = vec![PathBuf::from(path)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?.path();
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|ending| ending == "graphql") {
                let id = entry.with_extension("");
                let id = id.strip_prefix(path)?.to_string_lossy().replace('\\', "/");
                found.insert(id, fs::read_to_string(&entry)?.into());
            }
        }
    }
    Ok(found)
}

/// `{id: document}`, as graphql-codegen and Relay write it, or Apollo's persisted query manifest
fn manifest(manifest: Json) -> anyhow::Result<HashMap<String, Arc<str>>> {
    let Json::Object(mut fields) = manifest else { bail!("no JSON object") };
    let Some(Json::Array(operations)) = fields.remove("operations") else {
        let document = |(id, text): (String, Json)| match text {
            Json::String(text) => Ok((id, text.into())),
            _ => bail!("{id} is no text"),
        };
        return fields.into_iter().map(document).collect();
    };
    let operation = |operation: Json| match (operation.get("id"), operation.get("body")) {
        (Some(Json::String(id)), Some(Json::String(body))) => Ok((id.clone(), body.as_str().into())),
        _ => bail!("an operation needs id and body"),
    };
    operations.into_iter().map(operation).collect()
}
