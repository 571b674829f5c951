//! The legacy URLs: each is a GraphQL operation in `src/rest/<system>/<module>.graphql` that carries its route.
//!
//! [`document`] reads the documents once at start and compiles them, `input` turns wire parameters into variables,
//! `output` turns the data into the documented answer, [`engine`] routes and runs. What differs per system is in its
//! [`Dialect`]; what differs per operation is in the document. See `docs/rest-documents.md` for the directives.

pub mod dialect;
pub mod document;
mod eartip;
pub mod engine;
mod grid;
mod ihk;
mod input;
mod output;
mod rongzi;
mod types;

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
