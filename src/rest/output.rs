//! From GraphQL data to the documented answer: codes for enums, wall-clock times, odd shapes.

use std::{borrow::Cow, collections::HashMap, vec};

use async_graphql::{Value, parser::types::Type};
use chrono::DateTime;
use chrono_tz::Tz;
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use crate::{graphql::scalars::split_global, schema::field_at};

/// How a field of a document appears in the answer; compiled once
pub struct Shape {
    pub key: String,
    /// Its type in the schema
    pub ty: Type,
    pub description: Option<String>,
    /// What must hold for it to be there
    pub when: Vec<Condition>,
    pub form: Form,
    /// `@spread`: its children stand in its parent
    pub spread: bool,
    /// `@hide`: run, not shown
    pub hide: bool,
    /// `@tuple`: an array of its values instead of an object
    pub tuple: bool,
    /// `@unwrap`: its only child's value
    pub unwrap: bool,
    /// `@const`: always this
    pub constant: Option<Json>,
    /// `@null`: instead of null
    pub null: Option<Json>,
    /// `@tree`: a flat list whose rows name their parents becomes a tree
    pub tree: Option<Tree>,
    /// Value as text → what stands for it: `@map`, and an enum's legacy codes
    pub map: HashMap<String, Json>,
    pub children: Vec<Shape>,
}

/// One of the conditions for a field to be there
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// A variable of `@include` or `@skip`, or `on <type>`
    pub of: String,
    pub holds: bool,
}

/// How some clients write true and false
pub const YES: &str = "是";
pub const NO: &str = "否";

/// By which fields a flat list becomes a tree
pub struct Tree {
    /// Names the row
    pub key: String,
    /// Names its parent
    pub parent: String,
    /// Where the rows below it go
    pub children: String,
}

impl Tree {
    /// Rows whose parent is not in the list become roots; the order of the list stays
    fn plant<'a>(&'a self, rows: Vec<Part<'a>>) -> Vec<Part<'a>> {
        let named = |row: &Part<'_>, key: &str| serde_json::to_string(&row.get(key)).unwrap_or_default();
        let keys: HashMap<String, usize> =
            rows.iter().enumerate().map(|(place, row)| (named(row, &self.key), place)).collect();
        let mut below: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
        for (place, row) in rows.iter().enumerate() {
            let parent = keys.get(&named(row, &self.parent)).copied().filter(|parent| *parent != place);
            below.entry(parent).or_default().push(place);
        }
        let mut rows: Vec<Option<Part<'a>>> = rows.into_iter().map(Some).collect();
        self.grow(None, &mut below, &mut rows)
    }

    fn grow<'a>(
        &'a self,
        parent: Option<usize>,
        below: &mut HashMap<Option<usize>, Vec<usize>>,
        rows: &mut [Option<Part<'a>>],
    ) -> Vec<Part<'a>> {
        let mut grown = Vec::new();
        for place in below.remove(&parent).unwrap_or_default() {
            let children = self.grow(Some(place), below, rows);
            let Some(mut row) = rows[place].take() else { continue };
            if let Part::Object(fields) = &mut row {
                fields.set(&self.children, Part::List(children));
            }
            grown.push(row);
        }
        grown
    }
}

/// A part of an answer before it is written, borrowed from the data and the document: a tree of JSON would copy each text
/// and hash each key
#[derive(Debug)]
pub enum Part<'a> {
    /// As the schema answered it
    Plain(&'a Value),
    /// As the document says
    Fixed(&'a Json),
    Made(Json),
    List(Vec<Part<'a>>),
    Object(Fields<'a>),
}

impl Part<'_> {
    pub const NULL: Part<'static> = Part::Made(Json::Null);

    /// The field of an object
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Part::Object(fields) => fields.get(key),
            _ => None,
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Part::Plain(Value::String(text)) => Some(text),
            Part::Fixed(json) => json.as_str(),
            Part::Made(json) => json.as_str(),
            _ => None,
        }
    }

    /// Null, or a list without items
    pub fn is_nothing(&self) -> bool {
        match self {
            Part::Plain(value) => **value == Value::Null,
            Part::Fixed(json) => is_nothing(json),
            Part::Made(json) => is_nothing(json),
            Part::List(items) => items.is_empty(),
            Part::Object(_) => false,
        }
    }
}

fn is_nothing(json: &Json) -> bool {
    json.is_null() || json.as_array().is_some_and(Vec::is_empty)
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Part::Plain(value) => value.serialize(serializer),
            Part::Fixed(json) => json.serialize(serializer),
            Part::Made(json) => json.serialize(serializer),
            Part::List(items) => serializer.collect_seq(items),
            Part::Object(Fields(fields)) => serializer.collect_map(fields.iter().map(|(key, value)| (key, value))),
        }
    }
}

/// An object's fields, in their order
#[derive(Debug, Default)]
pub struct Fields<'a>(Vec<(&'a str, Part<'a>)>);

impl<'a> Fields<'a> {
    /// A key that is there keeps its place
    pub fn set(&mut self, key: &'a str, value: Part<'a>) {
        match self.0.iter_mut().find(|(own, _)| *own == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key, value)),
        }
    }

    pub fn get(&self, key: &str) -> Option<&Part<'a>> {
        self.0.iter().find(|(own, _)| *own == key).map(|(_, value)| value)
    }

    /// Takes a field out
    pub fn take(&mut self, key: &str) -> Option<Part<'a>> {
        let place = self.0.iter().position(|(own, _)| *own == key)?;
        Some(self.0.remove(place).1)
    }
}

impl<'a> IntoIterator for Fields<'a> {
    type Item = (&'a str, Part<'a>);
    type IntoIter = vec::IntoIter<(&'a str, Part<'a>)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> FromIterator<(&'a str, Part<'a>)> for Fields<'a> {
    fn from_iter<I: IntoIterator<Item = (&'a str, Part<'a>)>>(fields: I) -> Fields<'a> {
        let mut all = Fields::default();
        fields.into_iter().for_each(|(key, value)| all.set(key, value));
        all
    }
}

/// How a leaf is written
#[derive(Default, Clone, Copy, PartialEq, Debug)]
pub enum Form {
    #[default]
    Plain,
    /// "2026-01-31 08:30:00"
    DateTime,
    /// "2026-01-31 08:30:00.000"
    DateTimeMs,
    /// "2026-01-31"
    Date,
    /// "20260131"
    CompactDate,
    /// Milliseconds since 1970
    EpochMs,
    /// The same as text
    EpochMsText,
    Text,
    Number,
    /// The number inside of an opaque id
    RowNumber,
    /// The same as text
    RowNumberText,
    /// A list of texts as one, "a,b"
    Commas,
}

impl Form {
    /// The names of `@wire(as:)`
    pub fn named(name: &str) -> Option<Form> {
        Some(match name {
            "STRING" => Form::Text,
            "NUMBER" => Form::Number,
            "ROW_NUMBER" => Form::RowNumber,
            "ROW_NUMBER_STRING" => Form::RowNumberText,
            "COMMAS" => Form::Commas,
            "EPOCH_MS" => Form::EpochMs,
            "EPOCH_MS_STRING" => Form::EpochMsText,
            "DATE" => Form::Date,
            "COMPACT_DATE" => Form::CompactDate,
            "DATE_TIME" => Form::DateTime,
            "DATE_TIME_MS" => Form::DateTimeMs,
            _ => return None,
        })
    }
}

/// Writes the answer to one request
pub struct Writer {
    /// Zone of the wall-clock times
    pub zone: Tz,
    /// Variables of `@include` and `@skip`
    pub flags: HashMap<String, bool>,
}

impl Writer {
    /// The fields that the shapes make of an object
    pub fn object<'a>(&self, shapes: &'a [Shape], value: &'a Value) -> Fields<'a> {
        let mut object = Fields(Vec::with_capacity(shapes.len()));
        self.fill(shapes, value, &mut object);
        object
    }

    fn fill<'a>(&self, shapes: &'a [Shape], value: &'a Value, object: &mut Fields<'a>) {
        for (place, shape) in shapes.iter().enumerate() {
            let value = match value {
                // A field that @include left out is not there.
                Value::Object(fields) => field_at(fields, place, &shape.key),
                // What is spread and is not there leaves its fields empty.
                _ => Some(&Value::Null).filter(|_| self.includes(shape)),
            };
            let Some(value) = value else { continue };
            match shape {
                Shape { hide: true, .. } => {}
                Shape { spread: true, .. } => self.fill(&shape.children, value, object),
                _ => object.set(&shape.key, self.value(shape, value)),
            }
        }
    }

    /// Whether `@include` and `@skip` leave a field in
    fn includes(&self, shape: &Shape) -> bool {
        shape.when.iter().all(|when| self.flags.get(&when.of).is_none_or(|flag| *flag == when.holds))
    }

    fn value<'a>(&self, shape: &'a Shape, value: &'a Value) -> Part<'a> {
        if let Some(constant) = &shape.constant {
            return Part::Fixed(constant);
        }
        if let Value::List(items) = value {
            if shape.form == Form::Commas {
                return Part::Made(items.iter().map(text).collect::<Vec<_>>().join(",").into());
            }
            let items = items.iter().map(|item| self.value(shape, item)).collect();
            return Part::List(match &shape.tree {
                Some(tree) => tree.plant(items),
                None => items,
            });
        }
        if !shape.map.is_empty()
            && let Some(mapped) = shape.map.get(&*text(value))
        {
            return Part::Fixed(mapped);
        }
        match value {
            Value::Null => shape.null.as_ref().map_or(Part::NULL, Part::Fixed),
            Value::Object(_) if !shape.children.is_empty() => {
                let object = self.object(&shape.children, value);
                match (shape.unwrap, shape.tuple) {
                    (true, _) => object.into_iter().next().map_or(Part::NULL, |(_, value)| value),
                    (_, true) => Part::List(object.into_iter().map(|(_, value)| value).collect()),
                    _ => Part::Object(object),
                }
            }
            leaf => match shape.form {
                Form::Plain => Part::Plain(leaf),
                form => Part::Made(self.leaf(form, &text(leaf))),
            },
        }
    }

    fn leaf(&self, form: Form, text: &str) -> Json {
        let moment = || DateTime::parse_from_rfc3339(text).ok();
        let wall = |format: &str| match moment() {
            Some(moment) => moment.with_timezone(&self.zone).format(format).to_string(),
            // A date without a time has no zone.
            None => text.to_owned(),
        };
        match form {
            Form::Plain | Form::Text | Form::Commas => text.into(),
            Form::DateTime => wall("%Y-%m-%d %H:%M:%S").into(),
            Form::DateTimeMs => wall("%Y-%m-%d %H:%M:%S%.3f").into(),
            Form::Date => wall("%Y-%m-%d").into(),
            Form::CompactDate => wall("%Y-%m-%d").replace('-', "").into(),
            Form::EpochMs => moment().map_or(Json::Null, |moment| json!(moment.timestamp_millis())),
            Form::EpochMsText => moment().map_or(Json::Null, |moment| json!(moment.timestamp_millis().to_string())),
            Form::RowNumber => split_global(text).map_or(Json::Null, |(_, number)| json!(number)),
            Form::RowNumberText => split_global(text).map_or(Json::Null, |(_, number)| number.to_string().into()),
            Form::Number => {
                // JSON has no number that begins with zeros.
                let digits = text.trim_start_matches('0');
                let number = if digits.starts_with(|letter: char| letter.is_ascii_digit()) { digits } else { text };
                number.parse::<serde_json::Number>().map_or(Json::Null, Json::Number)
            }
        }
    }
}

fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => text.into(),
        Value::Enum(name) => name.as_str().into(),
        Value::Number(number) => number.as_str().into(),
        other => other.clone().into_json().unwrap_or_default().to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::Variables;

    use super::*;
    use crate::{
        rest::{
            document::{File, compile},
            grid::Grid,
            types::Types,
        },
        schema,
    };

    #[test]
    fn what_is_spread_and_not_there_keeps_to_its_conditions() {
        let text = "# 1 x
            query x($more: Boolean = false) @rest(get: \"/x\") {
              grid(id: 1) @spread { name code @include(if: $more) branch @skip(if: $more) @spread { level } }
            }"
        .replace("            query", "query");
        let file = File { system: "grid", dialect: &Grid, module: "x", text: &text };
        let (operations, _) = compile(&file, &Types::read(&schema::sdl()).unwrap(), &schema::codes()).unwrap();
        let nothing = Value::from_json(json!({"grid": null})).unwrap();
        for (sent, fields) in [(json!({}), "name level"), (json!({"more": true}), "name code")] {
            let flags = operations[0].flags(&Variables::from_json(sent));
            let object = Writer { zone: Tz::UTC, flags }.object(&operations[0].shapes, &nothing);
            assert_eq!(object.into_iter().map(|(key, _)| key).collect::<Vec<_>>().join(" "), fields);
        }
    }
}
