//! Enums that the legacy systems know by number.

use std::collections::HashMap;

use async_graphql::{OutputType, resolver_utils::EnumType};

/// An enum whose values have legacy codes; made by `codes!`
pub trait Coded: EnumType + OutputType + Copy {
    fn code(self) -> i32;
}

/// Code of each value of each coded enum, by GraphQL name: what the REST shim translates with
#[derive(Default)]
pub struct CodeBook(HashMap<String, Vec<(&'static str, i32)>>);

impl CodeBook {
    pub fn add<E: Coded>(mut self) -> CodeBook {
        let values = E::items().iter().map(|item| (item.name, item.value.code())).collect();
        self.0.insert(E::type_name().into_owned(), values);
        self
    }

    pub fn name(&self, enumeration: &str, code: i32) -> Option<&'static str> {
        self.0.get(enumeration)?.iter().find(|(_, value)| *value == code).map(|(name, _)| *name)
    }

    /// Names and codes of an enum's values
    pub fn values(&self, enumeration: &str) -> &[(&'static str, i32)] {
        self.0.get(enumeration).map_or(&[], Vec::as_slice)
    }

    pub fn knows(&self, enumeration: &str) -> bool {
        self.0.contains_key(enumeration)
    }
}
