//! Column types that both engines know how to keep exactly.

use std::{fmt, hash, marker::PhantomData};

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeZone as _, Utc};
use chrono_tz::Tz;
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    serialize::{self, IsNull, Output, ToSql},
    sql_types::{BigInt, Date, Text, Timestamp},
};
use serde::{Deserialize, Serialize};

/// Number of a row of `E`: typed, so that an account's id is never taken for a customer's
#[derive(AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct Id<E> {
    pub number: i64,
    of: PhantomData<fn() -> E>,
}

impl<E> Id<E> {
    pub const fn new(number: i64) -> Self {
        Id { number, of: PhantomData }
    }
}

impl<E> Clone for Id<E> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E> Copy for Id<E> {}
impl<E> PartialEq for Id<E> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl<E> Eq for Id<E> {}
impl<E> PartialOrd for Id<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<E> Ord for Id<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number.cmp(&other.number)
    }
}
impl<E> hash::Hash for Id<E> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}
impl<E> fmt::Debug for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.fmt(f)
    }
}
impl<E> Serialize for Id<E> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.number)
    }
}
impl<E, DB: Backend> FromSql<BigInt, DB> for Id<E>
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(bytes).map(Id::new)
    }
}
impl<E, DB: Backend> ToSql<BigInt, DB> for Id<E>
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.number.to_sql(out)
    }
}

/// Moment in UTC, to the microsecond (PostgreSQL keeps no more)
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize, Deserialize,
)]
#[diesel(sql_type = Timestamp)]
pub struct Time(pub DateTime<Utc>);

impl Time {
    pub fn now() -> Time {
        Time::from(Utc::now())
    }
}

impl From<DateTime<Utc>> for Time {
    fn from(value: DateTime<Utc>) -> Time {
        Time(value.trunc_subsecs(6))
    }
}
impl<DB: Backend> FromSql<Timestamp, DB> for Time
where
    NaiveDateTime: FromSql<Timestamp, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        NaiveDateTime::from_sql(bytes).map(|time| Time(time.and_utc()))
    }
}
impl ToSql<Timestamp, diesel::pg::Pg> for Time {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, diesel::pg::Pg>) -> serialize::Result {
        ToSql::<Timestamp, diesel::pg::Pg>::to_sql(&self.0.naive_utc(), &mut out.reborrow())
    }
}
impl ToSql<Timestamp, diesel::sqlite::Sqlite> for Time {
    /// A fixed width, so that comparing the text compares the moments
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, diesel::sqlite::Sqlite>) -> serialize::Result {
        out.set_value(self.0.format("%Y-%m-%d %H:%M:%S%.6f").to_string());
        Ok(IsNull::No)
    }
}

/// Day of the calendar, in no time zone
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize)]
#[diesel(sql_type = Date)]
pub struct Day(pub NaiveDate);

impl Day {
    pub fn today(zone: Tz) -> Day {
        Day(Utc::now().with_timezone(&zone).date_naive())
    }

    /// The moment that the day begins at in a zone
    pub fn start(self, zone: Tz) -> Time {
        let midnight = self.0.and_time(NaiveTime::MIN);
        let first = zone.from_local_datetime(&midnight).earliest();
        Time::from(first.map_or_else(|| midnight.and_utc(), |first| first.to_utc()))
    }

    /// The last moment of the day in a zone
    pub fn end(self, zone: Tz) -> Time {
        Time::from(Day(self.0 + Days::new(1)).start(zone).0 - Duration::microseconds(1))
    }
}

impl<DB: Backend> FromSql<Date, DB> for Day
where
    NaiveDate: FromSql<Date, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        NaiveDate::from_sql(bytes).map(Day)
    }
}
impl<DB: Backend> ToSql<Date, DB> for Day
where
    NaiveDate: ToSql<Date, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

/// Amount of money in 1/10000 yuan; text "1234.5" on the way in and out, never a floating-point number
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize)]
#[diesel(sql_type = BigInt)]
pub struct Money(pub i64);

impl Money {
    const UNIT: i64 = 10_000;

    /// Reads "-12", "12.5", "1.2e3" and the like exactly; `None` for anything else, out of range or finer than 1/10000
    pub fn parse(text: &str) -> Option<Money> {
        let (text, exponent) = match text.split_once(['e', 'E']) {
            Some((text, exponent)) => (text, exponent.parse::<i32>().ok().filter(|e| (-40..40).contains(e))?),
            None => (text, 0),
        };
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() || !(whole.bytes().chain(fraction.bytes())).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut value: i128 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            value = value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
        }
        let shift = 4 + exponent - i32::try_from(fraction.len()).ok()?;
        let power = 10_i128.checked_pow(shift.unsigned_abs())?;
        let value = match shift >= 0 {
            true => value.checked_mul(power)?,
            false if value % power == 0 => value / power,
            false => return None,
        };
        i64::try_from(if negative { -value } else { value }).ok().map(Money)
    }

    /// With at least `places` digits behind the point, more only where they are not zero
    pub fn text(self, places: usize) -> String {
        let amount = self.0.unsigned_abs();
        let mut text = format!(
            "{}{}.{:04}",
            if self.0 < 0 { "-" } else { "" },
            amount / Self::UNIT.unsigned_abs(),
            amount % Self::UNIT.unsigned_abs()
        );
        for _ in places..4 {
            match text.ends_with('0') {
                true => text.truncate(text.len() - 1),
                false => break,
            }
        }
        if text.ends_with('.') {
            text.pop();
        }
        text
    }
}

/// Rate in 1/10000 of a per cent: exact like [`Money`]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize)]
#[diesel(sql_type = BigInt)]
pub struct Rate(pub i64);

impl Rate {
    pub fn parse(text: &str) -> Option<Rate> {
        Money::parse(text).map(|Money(number)| Rate(number))
    }

    /// With at least two digits behind the point
    pub fn text(self) -> String {
        Money(self.0).text(2)
    }
}

/// Number in 1/10000: exact like [`Money`], where it is no amount of money
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize)]
#[diesel(sql_type = BigInt)]
pub struct Decimal(pub i64);

impl Decimal {
    pub fn parse(text: &str) -> Option<Decimal> {
        Money::parse(text).map(|Money(number)| Decimal(number))
    }

    pub fn text(self) -> String {
        Money(self.0).text(0)
    }
}

/// Numbers that are kept as whole ones
macro_rules! fixed_point {
    ($($name:ident),+) => { $(
        impl<DB: Backend> FromSql<BigInt, DB> for $name
        where
            i64: FromSql<BigInt, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                i64::from_sql(bytes).map($name)
            }
        }
        impl<DB: Backend> ToSql<BigInt, DB> for $name
        where
            i64: ToSql<BigInt, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.to_sql(out)
            }
        }
    )+ };
}
fixed_point!(Money, Rate, Decimal);

/// Text that is never shown: no GraphQL output type, masked in logs and in the audit log
#[derive(Clone, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: String) -> Secret {
        Secret(text)
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}
impl<DB: Backend> FromSql<Text, DB> for Secret
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        String::from_sql(bytes).map(Secret)
    }
}
impl<DB: Backend> ToSql<Text, DB> for Secret
where
    String: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

/// An enum kept as its code: the number that the legacy systems use for it
///
/// ```text
/// codes! {
///     /// How far a loan customer has come
///     pub enum LoanStage {
///         /// Has a need (legacy 1 有需求)
///         Need = 1 "有需求",
///     }
/// }
/// ```
/// becomes a GraphQL enum whose values are stored as integers and known to the REST shim and to spreadsheets by code
/// and by label, where they have one.
#[macro_export]
macro_rules! codes {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal $($label:literal)?,)+ }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize,
            async_graphql::Enum, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Integer)]
        pub enum $name { $($(#[$doc])* $variant = $code,)+ }

        impl $name {
            pub const fn code(self) -> i32 { self as i32 }
            pub fn from_code(code: i32) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Integer, DB> for $name
        where i32: diesel::deserialize::FromSql<diesel::sql_types::Integer, DB> {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let code = i32::from_sql(bytes)?;
                Self::from_code(code).ok_or_else(|| format!("no {} has the code {code}", stringify!($name)).into())
            }
        }
        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Integer, DB> for $name
        where i32: diesel::serialize::ToSql<diesel::sql_types::Integer, DB> {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                const CODES: &[i32] = &[$($code),+];
                let place = CODES.iter().position(|code| *code == self.code()).unwrap_or_default();
                CODES[place].to_sql(out)
            }
        }
        impl $crate::graphql::codes::Coded for $name {
            fn code(self) -> i32 { self as i32 }
            fn label(self) -> Option<&'static str> {
                match self { $(Self::$variant => $crate::codes!(@label $($label)?),)+ }
            }
        }
    };
    (@label) => { None };
    (@label $label:literal) => { Some($label) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact() {
        for (text, value, shown) in [
            ("1200000.00", 12_000_000_000, "1200000.00"),
            ("0.1", 1000, "0.10"),
            ("-3.1415", -31415, "-3.1415"),
            ("1.2e3", 12_000_000, "1200.00"),
            ("922337203685477.5807", i64::MAX, "922337203685477.5807"),
        ] {
            assert_eq!(Money::parse(text), Some(Money(value)), "{text}");
            assert_eq!(Money(value).text(2), shown);
        }
        assert_eq!(Money(12_500).text(0), "1.25");
        assert_eq!(Money(20_000).text(0), "2");
        for text in ["", ".", "1.", "abc", "1.00001", "922337203685477.5808", "1e99", "--1", "NaN", "1,5"] {
            assert_eq!(Money::parse(text).is_none(), text != "1.", "{text}");
        }
    }
}
