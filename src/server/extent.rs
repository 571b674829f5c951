//! How large a document is: its text, measured before the parser sees it, and what it comes to.

use std::collections::HashMap;

use async_graphql::{
    ServerError,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

use super::document::server_error;
use crate::{config::Config, error::AppError};

/// PostgreSQL keeps no NUL in a text, and nobody means one
pub const NO_NUL: &str = "A NUL character is not allowed";

/// Deepest nesting of brackets: the parser works by recursion, and a hostile document must not exhaust its stack
const MAX_NESTING: usize = 100;

/// Most words and signs of a document
const MAX_TOKENS: usize = 10_000;

/// Most selections of a document, those of a fragment counted wherever it is spread: whatever goes through them does
/// so again for each of its uses
pub const MAX_SELECTIONS: usize = 20_000;

pub fn measure(text: &str, config: &Config) -> Result<(), ServerError> {
    let refuse = |message: &str| Err(server_error(AppError::cost(message)));
    if text.len() > config.max_document {
        return refuse(&format!("A document has at most {} bytes", config.max_document));
    }
    if text.contains("\\u0000") || text.contains('\0') {
        return Err(server_error(AppError::bad_input("query", NO_NUL)));
    }
    let (mut nesting, mut tokens, mut word) = (0_usize, 0_usize, false);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' | b'(' => nesting += 1,
            b'}' | b']' | b')' => nesting = nesting.saturating_sub(1),
            _ => {}
        }
        let in_word = byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
        if !byte.is_ascii_whitespace() && byte != b',' && !(in_word && word) {
            tokens += 1;
        }
        word = in_word;
        if nesting > MAX_NESTING {
            return refuse("The document is nested too deep");
        }
    }
    match tokens > MAX_TOKENS {
        true => refuse("The document has too many tokens"),
        false => Ok(()),
    }
}

/// What a document comes to, its fragments counted wherever they are spread
#[derive(Clone, Copy, Default)]
pub struct Extent {
    pub selections: usize,
    pub aliases: usize,
    /// Fields within fields
    pub levels: usize,
}

impl Extent {
    pub fn of(document: &ExecutableDocument) -> Extent {
        let mut known = HashMap::new();
        let sets = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
        sets.fold(Extent::default(), |sum, set| sum.and(Extent::of_set(document, set, &mut known)))
    }

    fn of_set<'a>(
        document: &'a ExecutableDocument,
        set: &'a SelectionSet,
        known: &mut HashMap<&'a str, Extent>,
    ) -> Extent {
        let of_each = set.items.iter().map(|selection| match &selection.node {
            Selection::Field(field) => {
                let within = Extent::of_set(document, &field.node.selection_set.node, known);
                let alias = usize::from(field.node.alias.is_some());
                Extent { aliases: within.aliases + alias, levels: within.levels + 1, ..within }
            }
            Selection::InlineFragment(fragment) => Extent::of_set(document, &fragment.node.selection_set.node, known),
            Selection::FragmentSpread(spread) => {
                let name = spread.node.fragment_name.node.as_str();
                let counted = known.get(name).copied();
                let counted = counted.or_else(|| {
                    let fragment = document.fragments.get(name)?;
                    Some(Extent::of_set(document, &fragment.node.selection_set.node, known))
                });
                known.insert(name, counted.unwrap_or_default());
                counted.unwrap_or_default()
            }
        });
        of_each.fold(Extent::default(), |sum, next| sum.and(Extent { selections: next.selections + 1, ..next }))
    }

    fn and(self, next: Extent) -> Extent {
        // Saturating far below where the next sum could overflow.
        let sum = |one: usize, other: usize| (one + other).min(usize::MAX >> 2);
        Extent {
            selections: sum(self.selections, next.selections),
            aliases: sum(self.aliases, next.aliases),
            levels: self.levels.max(next.levels),
        }
    }
}
