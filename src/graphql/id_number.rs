//! Numbers of Chinese identity cards (GB 11643): region, birthday, serial number whose last digit tells the sex, and a
//! check digit.

use async_graphql::Context;
use chrono::{Datelike as _, NaiveDate, Utc};

use super::{ContextExt as _, input};
use crate::{auth::Area, codes, db::Day, error::AppResult};

codes! {
    /// Sex
    pub enum Sex {
        /// Male (legacy 1, 男)
        Male = 1 "男",
        /// Female (legacy 2, 女)
        Female = 2 "女",
    }
}

/// A valid id number of 18 characters
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdNumber {
    /// Without blanks, with an upper-case X
    pub text: String,
    pub birthday: Day,
    pub sex: Sex,
}

impl IdNumber {
    pub fn parse(text: &str) -> Option<IdNumber> {
        let text = input::id_number_key(text);
        let digits = text.strip_suffix('X').unwrap_or(&text);
        if text.len() != 18 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let birthday = NaiveDate::parse_from_str(text.get(6..14)?, "%Y%m%d").ok()?;
        if birthday.year() < 1850 || birthday > Utc::now().date_naive().succ_opt()? {
            return None;
        }
        if check_digit(text.get(..17)?) != text.chars().last()? {
            return None;
        }
        let sex = if text.as_bytes()[16] % 2 == 1 { Sex::Male } else { Sex::Female };
        Some(IdNumber { text, birthday: Day(birthday), sex })
    }

    /// The id number of an input, or what is wrong with it
    pub fn read(field: &str, text: &str) -> AppResult<IdNumber> {
        IdNumber::parse(text).ok_or_else(|| input::refuse(field, "Not a valid id number of 18 characters"))
    }
}

/// The id number of a row, as the viewer may see it: whole where he holds the area that the row belongs to, masked where
/// only a relation brought him there
pub fn shown(ctx: &Context<'_>, area: Area, number: &str) -> AppResult<String> {
    Ok(match ctx.viewer()?.may(area) {
        true => number.to_owned(),
        false => masked(number),
    })
}

/// `3401**********5537`; a text too short to hide anything in is all stars
fn masked(number: &str) -> String {
    let length = number.chars().count();
    let ends = if length > 8 { 4 } else { 0 };
    let plain = |place| place < ends || place >= length - ends;
    number.chars().enumerate().map(|(place, letter)| if plain(place) { letter } else { '*' }).collect()
}

/// The last character of an id number that begins with these 17 digits
pub fn check_digit(digits: &str) -> char {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = digits.bytes().map(|byte| u32::from(byte.wrapping_sub(b'0')));
    let sum: u32 = digits.zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    char::from_digit((12 - sum % 11) % 11, 10).unwrap_or('X')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digit_date_and_length_are_looked_at() {
        let number = IdNumber::parse("11010519491231002x").unwrap();
        assert_eq!((number.text.as_str(), number.sex), ("11010519491231002X", Sex::Female));
        assert_eq!(number.birthday.0.to_string(), "1949-12-31");
        assert_eq!(IdNumber::parse(" 440524 188001010014 ").unwrap().sex, Sex::Male);
        for wrong in ["110105194912310021", "11010519491331002X", "1101051949123100", "1101051949123100２X", "", "X"] {
            assert_eq!(IdNumber::parse(wrong), None, "{wrong}");
        }
        let unborn = format!("11010529990101001{}", check_digit("11010529990101001"));
        assert_eq!(IdNumber::parse(&unborn), None);
    }

    #[test]
    fn a_mask_leaves_the_ends() {
        for (number, mask) in [
            ("11010519491231002X", "1101**********002X"),
            ("123456789", "1234*6789"),
            ("12345678", "********"),
            ("护照12345678", "护照12**5678"),
            ("", ""),
        ] {
            assert_eq!(masked(number), mask);
        }
    }
}
