//! Every document compiled, with what compiling them needed: all of the shim that needs no database.

use std::{collections::HashMap, sync::Arc};

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
    /// What a document says of itself, above its operations, by system and module
    pub chapters: HashMap<(&'static str, String), String>,
}

impl Library {
    /// Compiles every document and validates it against the schema
    pub async fn read() -> anyhow::Result<Library> {
        let mut library = Library {
            types: Types::read(&schema::sdl())?,
            codes: schema::codes(),
            operations: Vec::new(),
            chapters: HashMap::new(),
        };
        let checker = schema::checker();
        let mut files: Vec<_> = Documents::iter().collect();
        files.sort();
        for file in files.iter().filter(|file| !file.ends_with(FRAGMENTS)) {
            let (folder, name) = file.split_once('/').context("a document stands in its system's folder")?;
            let Some((system, dialect)) = systems().into_iter().find(|(name, _)| *name == folder) else {
                bail!("{file}: no system {folder}");
            };
            let text = read(file)?.with_context(|| format!("{file} is gone"))?;
            let shared = spread_of(&text, &read(&format!("{folder}/{FRAGMENTS}"))?.unwrap_or_default());
            let text = text + &shared;
            let source = File { system, dialect, module: name.trim_end_matches(".graphql"), text: &text };
            let (compiled, plain) =
                compile(&source, &library.types, &library.codes).with_context(|| file.to_string())?;
            if let Some(chapter) = source.chapter() {
                library.chapters.insert((system, source.module.to_owned()), chapter.to_owned());
            }
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

/// Of a system: the shapes that several of its files answer with
const FRAGMENTS: &str = "fragments.graphql";

fn read(file: &str) -> anyhow::Result<Option<String>> {
    let text = Documents::get(file).map(|file| String::from_utf8(file.data.into_owned()));
    Ok(text.transpose()?)
}

/// Those of the shared fragments that a text spreads; behind it they leave its line numbers as they are
fn spread_of(text: &str, shared: &str) -> String {
    let fragments = shared.split("\nfragment ").skip(1);
    let spread = |fragment: &&str| {
        let name = fragment.split(' ').next().unwrap_or_default();
        text.split(&format!("...{name}")).skip(1).any(|rest| !rest.starts_with(|letter: char| letter.is_alphanumeric()))
    };
    fragments.filter(spread).map(|fragment| format!("\nfragment {fragment}\n")).collect()
}
