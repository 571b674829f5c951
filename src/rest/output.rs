//! From GraphQL data to the documented answer: codes for enums, wall-clock times, odd shapes.

use std::collections::HashMap;

use async_graphql::{Value, parser::types::Type};
use chrono::DateTime;
use chrono_tz::Tz;
use serde_json::{Map, Value as Json, json};

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
    fn plant(&self, rows: Vec<Json>) -> Vec<Json> {
        let keys: HashMap<String, usize> =
            rows.iter().enumerate().map(|(place, row)| (row[&self.key].to_string(), place)).collect();
        let mut below: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
        for (place, row) in rows.iter().enumerate() {
            let parent = keys.get(&row[&self.parent].to_string()).copied().filter(|parent| *parent != place);
            below.entry(parent).or_default().push(place);
        }
        let mut rows: Vec<Option<Json>> = rows.into_iter().map(Some).collect();
        self.grow(None, &mut below, &mut rows)
    }

    fn grow(
        &self,
        parent: Option<usize>,
        below: &mut HashMap<Option<usize>, Vec<usize>>,
        rows: &mut [Option<Json>],
    ) -> Vec<Json> {
        let mut grown = Vec::new();
        for place in below.remove(&parent).unwrap_or_default() {
            let children = self.grow(Some(place), below, rows);
            let Some(mut row) = rows[place].take() else { continue };
            row[&self.children] = Json::Array(children);
            grown.push(row);
        }
        grown
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
    pub fn object(&self, shapes: &[Shape], value: &Value) -> Map<String, Json> {
        let mut object = Map::new();
        self.fill(shapes, value, &mut object);
        object
    }

    fn fill(&self, shapes: &[Shape], value: &Value, object: &mut Map<String, Json>) {
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
                _ => drop(object.insert(shape.key.clone(), self.value(shape, value))),
            }
        }
    }

    /// Whether `@include` and `@skip` leave a field in
    fn includes(&self, shape: &Shape) -> bool {
        shape.when.iter().all(|when| self.flags.get(&when.of).is_none_or(|flag| *flag == when.holds))
    }

    fn value(&self, shape: &Shape, value: &Value) -> Json {
        if let Some(constant) = &shape.constant {
            return constant.clone();
        }
        if let Value::List(items) = value {
            if shape.form == Form::Commas {
                return Json::String(items.iter().map(text).collect::<Vec<_>>().join(","));
            }
            let items = items.iter().map(|item| self.value(shape, item)).collect();
            return Json::Array(match &shape.tree {
                Some(tree) => tree.plant(items),
                None => items,
            });
        }
        if !shape.map.is_empty()
            && let Some(mapped) = shape.map.get(&text(value))
        {
            return mapped.clone();
        }
        match value {
            Value::Null => shape.null.clone().unwrap_or(Json::Null),
            Value::Object(_) if !shape.children.is_empty() => {
                let object = self.object(&shape.children, value);
                match (shape.unwrap, shape.tuple) {
                    (true, _) => object.into_iter().next().map_or(Json::Null, |(_, value)| value),
                    (_, true) => Json::Array(object.into_iter().map(|(_, value)| value).collect()),
                    _ => Json::Object(object),
                }
            }
            leaf => self.leaf(shape.form, leaf),
        }
    }

    fn leaf(&self, form: Form, value: &Value) -> Json {
        let moment = || DateTime::parse_from_rfc3339(&text(value)).ok();
        let wall = |format: &str| match moment() {
            Some(moment) => Json::String(moment.with_timezone(&self.zone).format(format).to_string()),
            // A date without a time has no zone.
            None => Json::String(text(value)),
        };
        match form {
            Form::Plain => value.clone().into_json().unwrap_or_default(),
            Form::DateTime => wall("%Y-%m-%d %H:%M:%S"),
            Form::DateTimeMs => wall("%Y-%m-%d %H:%M:%S%.3f"),
            Form::Date => wall("%Y-%m-%d"),
            Form::CompactDate => {
                Json::String(text(&Value::from_json(wall("%Y-%m-%d")).unwrap_or_default()).replace('-', ""))
            }
            Form::EpochMs => moment().map_or(Json::Null, |moment| json!(moment.timestamp_millis())),
            Form::EpochMsText => moment().map_or(Json::Null, |moment| json!(moment.timestamp_millis().to_string())),
            Form::Text | Form::Commas => Json::String(text(value)),
            Form::RowNumber => split_global(&text(value)).map_or(Json::Null, |(_, number)| json!(number)),
            Form::RowNumberText => {
                split_global(&text(value)).map_or(Json::Null, |(_, number)| number.to_string().into())
            }
            Form::Number => {
                let text = text(value);
                // JSON has no number that begins with zeros.
                let digits = text.trim_start_matches('0');
                let number = if digits.starts_with(|letter: char| letter.is_ascii_digit()) { digits } else { &text };
                number.parse::<serde_json::Number>().map_or(Json::Null, Json::Number)
            }
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Enum(name) => name.to_string(),
        other => other.clone().into_json().unwrap_or_default().to_string(),
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
            assert_eq!(object.keys().map(String::as_str).collect::<Vec<_>>().join(" "), fields);
        }
    }
}
