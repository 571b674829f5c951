//! `quintet check`: whether documents are valid, without a database or a server.

use std::{
    io::{BufWriter, Write as _, stdin, stdout},
    path::PathBuf,
};

use anyhow::{Context as _, ensure};
use async_graphql::ServerError;
use clap::Args;
use serde_json::{Value as Json, json};

use crate::{
    config::Config,
    schema::{self, rules::Rules},
    server::{Documents, request},
};

/// What is to be checked
#[derive(Args)]
pub struct Check {
    /// GraphQL documents, each whole: with the fragments that it spreads
    #[arg(required_unless_present = "lines")]
    documents: Vec<PathBuf>,

    /// Read requests from standard input instead, each a line of JSON with `query`, `operationName` and `variables`, and
    /// answer each with a line {"errors": […]}
    #[arg(long, conflicts_with = "documents")]
    lines: bool,
}

impl Check {
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        let documents = Documents::new(Rules::read(&schema::sdl())?, Default::default());
        match self.lines {
            true => lines(&documents, config),
            false => files(&documents, config, &self.documents),
        }
    }
}

fn files(documents: &Documents, config: &Config, files: &[PathBuf]) -> anyhow::Result<()> {
    let mut flaws = 0;
    for file in files {
        let name = file.display();
        let text = std::fs::read_to_string(file).with_context(|| name.to_string())?;
        for error in documents.get(&text, config).err().unwrap_or_default() {
            let place = error.locations.first().map(|pos| format!(":{}:{}", pos.line, pos.column)).unwrap_or_default();
            println!("{name}{place}: {}", error.message);
            flaws += 1;
        }
    }
    ensure!(flaws == 0, "{flaws} errors");
    println!("{} documents are valid", files.len());
    Ok(())
}

fn lines(documents: &Documents, config: &Config) -> anyhow::Result<()> {
    let mut out = BufWriter::new(stdout().lock());
    for line in stdin().lines() {
        let errors = judge(documents, config, &line?);
        serde_json::to_writer(&mut out, &json!({ "errors": errors }))?;
        writeln!(out)?;
    }
    Ok(out.flush()?)
}

/// What is wrong with a request; values of variables are looked at where there are some
fn judge(documents: &Documents, config: &Config, line: &str) -> Vec<ServerError> {
    let body: Json = match serde_json::from_str(line) {
        Ok(body) => body,
        Err(error) => return vec![ServerError::new(error.to_string(), None)],
    };
    let has_values = body.get("variables").is_some();
    let request = match request::one(body) {
        Ok(asked) => asked.request,
        Err(request::Refusal(_, message)) => return vec![ServerError::new(message, None)],
    };
    let name = request.operation_name.as_deref();
    match documents.get(&request.query, config) {
        Ok(document) if has_values => document.check_variables(name, &request.variables).err().into_iter().collect(),
        Ok(_) => Vec::new(),
        Err(errors) => errors,
    }
}
