//! Scalars of the schema: ids, moments, days, money, 64-bit integers, uploads.

use std::{borrow::Cow, fmt};

use async_graphql::{
    Context, ContextSelectionSet, ID, InputType, InputValueError, InputValueResult, OutputType, Positioned, Scalar,
    ScalarType, ServerResult, Upload, UploadValue, Value, parser::types::Field, registry::Registry,
};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, SecondsFormat};

use super::entity::{Entity, decode, encode};
use crate::{
    db::{Day, Decimal, Id, Money, Rate, Time},
    error::{AppError, AppResult},
};

/// The id that GraphQL shows
impl<E: Entity> fmt::Display for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(&format!("{}:{}", E::NAME, self.number)))
    }
}

impl<E: Entity> Id<E> {
    fn read(text: &str) -> Option<Id<E>> {
        if let Ok(number) = text.parse() {
            return Some(Id::new(number));
        }
        let (name, number) = split_global(text)?;
        (name == E::NAME).then_some(Id::new(number))
    }
}

/// Type and number of a global id
pub fn split_global(id: &str) -> Option<(String, i64)> {
    let text = decode(id)?;
    let (name, number) = text.split_once(':')?;
    Some((name.to_owned(), number.parse().ok()?))
}

/// An argument takes the global id or the `databaseId`
impl<E: Entity> InputType for Id<E> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <ID as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let id = match &value {
            Some(Value::String(text)) => Id::read(text),
            Some(Value::Number(number)) => number.as_i64().map(Id::new),
            _ => return Err(InputValueError::expected_type(value.unwrap_or_default())),
        };
        id.ok_or_else(|| InputValueError::custom(format!("Not the id of a {}", E::NAME)))
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

#[async_trait]
impl<E: Entity> OutputType for Id<E> {
    fn type_name() -> Cow<'static, str> {
        <ID as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::String(self.to_string()))
    }
}

/// Moment in time, RFC 3339 with an offset, "2026-01-31T08:30:00Z"
#[Scalar(name = "DateTime")]
impl ScalarType for Time {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let time = DateTime::parse_from_rfc3339(text)
            .map_err(|_| InputValueError::custom("Not a moment in RFC 3339, like 2026-01-31T08:30:00Z"))?;
        Ok(Time::from(time.to_utc()))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// Day of the calendar, "2026-01-31"
#[Scalar(name = "Date")]
impl ScalarType for Day {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
        day.map(Day).ok_or_else(|| InputValueError::custom("Not a day like 2026-01-31"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%Y-%m-%d").to_string())
    }
}

/// Exact amount of money in yuan, text with at most four digits behind the point, "1234.50"; JSON numbers are read
/// from their text
#[Scalar(name = "Money")]
impl ScalarType for Money {
    fn parse(value: Value) -> InputValueResult<Self> {
        let money = match &value {
            Value::String(text) => Money::parse(text),
            Value::Number(number) => Money::parse(&number.to_string()),
            _ => return Err(InputValueError::expected_type(value)),
        };
        money.ok_or_else(|| InputValueError::custom("Not an amount of money with at most four digits behind the point"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.text(2))
    }
}

/// Exact rate in per cent, text with at most four digits behind the point, "4.35"; JSON numbers are read from their
/// text
#[Scalar(name = "Rate")]
impl ScalarType for Rate {
    fn parse(value: Value) -> InputValueResult<Self> {
        let rate = match &value {
            Value::String(text) => Rate::parse(text),
            Value::Number(number) => Rate::parse(&number.to_string()),
            _ => return Err(InputValueError::expected_type(value)),
        };
        rate.ok_or_else(|| InputValueError::custom("Not a rate with at most four digits behind the point"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.text())
    }
}

/// Exact number, text with at most four digits behind the point, "12.5"; JSON numbers are read from their
/// text
#[Scalar(name = "Decimal")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let number = match &value {
            Value::String(text) => Decimal::parse(text),
            Value::Number(number) => Decimal::parse(&number.to_string()),
            _ => return Err(InputValueError::expected_type(value)),
        };
        number.ok_or_else(|| InputValueError::custom("Not a number with at most four digits behind the point"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.text())
    }
}

/// Integer of 64 bits
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Long(pub i64);

/// Integer of 64 bits
#[Scalar(name = "Long")]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        let number = match &value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => return Err(InputValueError::expected_type(value)),
        };
        number.map(Long).ok_or_else(|| InputValueError::custom("Not an integer of 64 bits"))
    }

    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}

impl<E> From<Id<E>> for Long {
    fn from(id: Id<E>) -> Long {
        Long(id.number)
    }
}

/// Uploaded file: `Upload` in the schema. The library's own type panics at a text that only looks like an upload.
#[derive(Clone, Copy, Debug)]
pub struct File(Upload);

impl File {
    pub fn open(self, ctx: &Context<'_>) -> AppResult<UploadValue> {
        match *self.0 < ctx.query_env.uploads.len() {
            true => self.0.value(ctx).map_err(AppError::internal),
            false => Err(AppError::bad_input("file", "There is no such part in the form")),
        }
    }
}

impl InputType for File {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Upload::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Upload::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        // What the multipart request specification's null becomes when its file arrives
        let place = match &value {
            Some(Value::String(text)) => text.strip_prefix("#__graphql_file__:").and_then(|place| place.parse().ok()),
            _ => None,
        };
        place.map(|place| File(Upload(place))).ok_or_else(|| InputValueError::custom("Not an uploaded file"))
    }

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}
