//! The kit that every entity is built with: what an [`entity`] is, its loaders, its [`relation`]s, lists as [`connection`]s, scalars,
//! rules for inputs, and what a resolver reaches through its [`context`].

pub mod codes;
pub mod connection;
pub mod context;
pub mod entity;
pub mod id_number;
pub mod input;
pub mod loader;
pub mod lookups;
pub mod merged;
pub mod page;
pub mod relation;
pub mod roots;
pub mod scalars;
pub mod tree;

pub use connection::Connection;
pub use context::ContextExt;
pub use entity::Entity;
pub use page::{Page, PageInput};
pub use relation::{Link, Relation};
pub use tree::Tree;

/// Payload objects of mutations: the changed entity under its own name
///
/// `payload! { /// The new tag  TagCreatePayload { tag: Tag } }` becomes a `SimpleObject` with one described field.
#[macro_export]
macro_rules! payload {
    ($($(#[$doc:meta])* $name:ident { $field:ident: $entity:ty })+) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, async_graphql::SimpleObject)]
        pub struct $name {
            $(#[$doc])*
            pub $field: $entity,
        }
    )+ };
}
