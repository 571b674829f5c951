//! The legacy URLs: each is a GraphQL operation in `src/rest/<system>/<module>.graphql` that carries its route.
//!
//! [`library`] reads the documents once at start, [`document`] compiles them, `input` turns wire parameters into variables,
//! `output` turns the data into the documented answer, [`engine`] routes and runs. What differs per system is in its
//! [`Dialect`]; what differs per operation is in the document. See `docs/rest-documents.md` for the directives.

pub mod dialect;
mod directives;
pub mod document;
mod eartip;
pub mod engine;
pub mod fields;
pub mod grid;
mod ihk;
mod input;
pub mod library;
pub mod openapi;
mod output;
mod rongzi;
mod types;
mod uses;

use rust_embed::RustEmbed;

pub use dialect::{Dialect, Failure};
pub use engine::Rest;

/// Every document
#[derive(RustEmbed)]
#[folder = "src/rest"]
#[include = "*/*.graphql"]
pub struct Documents;

/// Every system, by the name of its folder
pub fn systems() -> [(&'static str, &'static dyn Dialect); 4] {
    [("rongzi", &rongzi::Rongzi), ("eartip", &eartip::Eartip), ("ihk", &ihk::Ihk), ("grid", &grid::Grid)]
}
