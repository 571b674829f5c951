//! Enums that the legacy systems know by number or by a Chinese word.

use std::collections::HashMap;

use async_graphql::{OutputType, resolver_utils::EnumType};

/// An enum whose values have legacy codes, and labels where clients send words; made by `codes!`
pub trait Coded: EnumType + OutputType + Copy {
    fn code(self) -> i32;

    fn label(self) -> Option<&'static str>;

    fn labelled(label: &str) -> Option<Self> {
        Self::items().iter().map(|item| item.value).find(|value| value.label() == Some(label))
    }
}

/// A value of a coded enum
#[derive(Clone, Copy, Debug)]
pub struct CodeValue {
    /// In GraphQL
    pub name: &'static str,
    pub code: i32,
    pub label: Option<&'static str>,
}

/// The values of each coded enum: what the REST shim translates with
#[derive(Default)]
pub struct CodeBook(HashMap<String, Vec<CodeValue>>);

impl CodeBook {
    pub fn add<E: Coded>(mut self) -> CodeBook {
        let items = E::items().iter();
        let values =
            items.map(|item| CodeValue { name: item.name, code: item.value.code(), label: item.value.label() });
        self.0.insert(E::type_name().into_owned(), values.collect());
        self
    }

    /// The value that clients write as its code or as its label
    pub fn name(&self, enumeration: &str, text: &str) -> Option<&'static str> {
        let code = text.parse().ok();
        let is_it = |value: &&CodeValue| code == Some(value.code) || value.label == Some(text);
        self.values(enumeration).iter().find(is_it).map(|value| value.name)
    }

    pub fn values(&self, enumeration: &str) -> &[CodeValue] {
        self.0.get(enumeration).map_or(&[], Vec::as_slice)
    }

    pub fn knows(&self, enumeration: &str) -> bool {
        self.0.contains_key(enumeration)
    }
}
