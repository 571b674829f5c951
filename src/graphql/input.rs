//! Rules for inputs, shared by GraphQL and REST because they stand on the input types.
//!
//! Each rule names the field it refuses, as `input.<field>`.

use async_graphql::MaybeUndefined;

use crate::error::{AppError, AppResult, Code};

/// Letters in a name, a title, a code
pub const NAME: usize = 100;
/// Letters in a free text
pub const TEXT: usize = 2_000;
/// Letters in the address of an attachment
pub const URL: usize = 500;

/// At most `max` letters, none of them a control character that no database or sheet takes
pub fn text(field: &str, value: &str, max: usize) -> AppResult<()> {
    if value.chars().count() > max {
        return Err(refuse(field, format!("At most {max} characters")));
    }
    match value.contains('\0') {
        true => Err(refuse(field, "A NUL character is not allowed")),
        false => Ok(()),
    }
}

/// [`text`] that is not blank
pub fn name(field: &str, value: &str, max: usize) -> AppResult<()> {
    if value.trim().is_empty() {
        return Err(refuse(field, "Must not be empty"));
    }
    text(field, value, max)
}

/// [`text`] for optional fields
pub fn texts<const N: usize>(fields: [(&str, Option<&String>, usize); N]) -> AppResult<()> {
    fields.into_iter().try_for_each(|(field, value, max)| value.map_or(Ok(()), |value| text(field, value, max)))
}

/// A number that is kept as text: 1 to 20 digits, the first of them not 0
pub fn digits(field: &str, value: &str) -> AppResult<()> {
    let plain = value.bytes().all(|byte| byte.is_ascii_digit()) && !value.starts_with('0');
    match plain && (1..=20).contains(&value.len()) {
        true => Ok(()),
        false => Err(refuse(field, "Not a number of 1 to 20 digits")),
    }
}

pub fn range(field: &str, value: i64, least: i64, most: i64) -> AppResult<()> {
    match (least..=most).contains(&value) {
        true => Ok(()),
        false => Err(refuse(field, format!("Must be {least} to {most}"))),
    }
}

/// A value that may be left out but not set to null
pub fn not_null<T>(field: &str, value: &MaybeUndefined<T>) -> AppResult<()> {
    match value.is_null() {
        true => Err(refuse(field, "Must not be null")),
        false => Ok(()),
    }
}

/// Absent: no change; null or a value: the new value. For `.set(…)` of nullable columns
pub fn patch<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

pub fn refuse(field: &str, message: impl Into<String>) -> AppError {
    AppError::bad_input(format!("input.{field}"), message)
}

/// The row that an input refers to; where the viewer sees none, the input is at fault
pub fn referred<T>(field: &str, found: AppResult<T>) -> AppResult<T> {
    found.map_err(|error| match error.code {
        Code::NotFound => refuse(field, error.message),
        _ => error,
    })
}

/// What was looked for, or nothing where there is no such row
pub fn found<T>(found: AppResult<T>) -> AppResult<Option<T>> {
    match found {
        Err(error) if error.code == Code::NotFound => Ok(None),
        found => found.map(Some),
    }
}

/// A phone number as a match key: digits only, without the country code of China
pub fn phone_key(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    for prefix in ["0086", "86"] {
        if let Some(local) = digits.strip_prefix(prefix)
            && local.len() == 11
            && local.starts_with('1')
        {
            return local.to_owned();
        }
    }
    digits
}

/// An id number as a match key: no blanks, upper-case X
pub fn id_number_key(number: &str) -> String {
    number.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_uppercase()
}

/// A phone number: 5 to 20 digits, with the usual signs between them
pub fn phone(field: &str, number: &str) -> AppResult<()> {
    let plain = number.chars().all(|letter| letter.is_ascii_digit() || "+-() ".contains(letter));
    match plain && (5..=20).contains(&phone_key(number).len()) && number.len() <= 30 {
        true => Ok(()),
        false => Err(refuse(field, "Not a phone number")),
    }
}

/// A mobile number of China: 11 digits, the first of them 1; answers its match key
pub fn mobile(field: &str, number: &str) -> AppResult<String> {
    phone(field, number)?;
    let key = phone_key(number);
    match key.len() == 11 && key.starts_with('1') {
        true => Ok(key),
        false => Err(refuse(field, "Not a mobile number of 11 digits")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn match_keys_ignore_writing() {
        for number in ["13800000001", "+86 138-0000-0001", "008613800000001", "(138) 0000 0001"] {
            assert_eq!(phone_key(number), "13800000001");
        }
        assert_eq!(phone_key("0512-6500 0001"), "051265000001");
        assert_eq!(id_number_key(" 11010519491231002x "), "11010519491231002X");
    }
}
