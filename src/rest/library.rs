//! Every document compiled, with what compiling them needed: all of the shim that needs no database.

use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use async_graphql::Request;

use super::{
    Documents,
    document::{File, Operation, compile},
    systems,
    types::Types,
};
use crate::{graphql::codes::CodeBook, schema};

/// All operations of all systems
pub struct Library {
    pub types: Types,
    pub codes: CodeBook,
    pub operations: Vec<Arc<Operation>>,
}

impl Library {
    /// Compiles every document and validates it against the schema
    pub async fn read() -> anyhow::Result<Library> {
        let mut library =
            Library { types: Types::read(&schema::sdl())?, codes: schema::codes(), operations: Vec::new() };
        let checker = schema::checker();
        let mut files: Vec<_> = Documents::iter().collect();
        files.sort();
        for file in files {
            let (folder, name) = file.split_once('/').context("a document stands in its system's folder")?;
            let Some((system, dialect)) = systems().into_iter().find(|(name, _)| *name == folder) else {
                bail!("{file}: no system {folder}");
            };
            let text = Documents::get(&file).with_context(|| format!("{file} is gone"))?;
            let text = std::str::from_utf8(&text.data)?;
            let source = File { system, dialect, module: name.trim_end_matches(".graphql"), text };
            let (compiled, plain) =
                compile(&source, &library.types, &library.codes).with_context(|| file.to_string())?;
            let mut request = Request::new("");
            request.set_parsed_query(plain);
            // Which operation is named does not matter: validation reads all of them.
            let first = compiled.first().map(|operation| operation.id.clone()).unwrap_or_default();
            let answer = checker.execute(request.operation_name(first)).await;
            ensure!(answer.errors.is_empty(), "{file}: {:?}", answer.errors);
            library.operations.extend(compiled.into_iter().map(Arc::new));
        }
        Ok(library)
    }
}
