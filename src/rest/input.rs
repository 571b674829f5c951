//! From wire parameters to GraphQL variables: legacy clients send "10" for an Int and numbers for strings.

use std::collections::{BTreeMap, HashMap};

use async_graphql::{
    Name, Value, Variables,
    parser::types::{BaseType, Type},
};
use chrono::{Duration, Months, NaiveDate, NaiveDateTime, TimeZone as _};
use chrono_tz::Tz;
use serde_json::{Map, Value as Json};

use super::{
    Failure,
    output::{NO, YES},
    types::{Types, named},
};
use crate::{
    db::{Money, Time},
    graphql::codes::CodeBook,
    server::{has_nul, to_value},
};

/// What a request carries
#[derive(Default)]
pub struct Wire {
    path: Map<String, Json>,
    query: Map<String, Json>,
    fields: Map<String, Json>,
    /// The whole JSON body
    body: Json,
}

impl Wire {
    pub fn new(path: Map<String, Json>, query: Map<String, Json>, body: Json) -> Wire {
        match body {
            Json::Object(fields) => Wire { path, query, fields: fields.clone(), body: Json::Object(fields) },
            body => Wire { path, query, fields: Map::new(), body },
        }
    }

    /// A parameter, wherever it stands; the path is above the body, the body above the query. "list.0.name" stands
    /// inside of a parameter
    fn get(&self, name: &str) -> Option<&Json> {
        let (name, inside) = name.split_once('.').map_or((name, None), |(name, inside)| (name, Some(inside)));
        let value = [&self.path, &self.fields, &self.query].into_iter().find_map(|place| place.get(name))?;
        inside.map_or(Some(value), |inside| value.pointer(&format!("/{}", inside.replace('.', "/"))))
    }

    /// The first of these names that is there
    pub fn sent<'a>(&self, names: &'a [String]) -> &'a str {
        names.iter().find(|name| self.get(name).is_some()).or(names.first()).map_or("", String::as_str)
    }

    /// An empty text is no value, whatever the type
    pub fn drop_blank(&mut self) {
        let body = self.body.as_object_mut();
        for place in [&mut self.fields, &mut self.query].into_iter().chain(body) {
            place.retain(|_, value| value.as_str() != Some(""));
        }
    }

    /// A body that is a bare list becomes the parameter of this name
    pub fn name_list(&mut self, name: &str) {
        if self.body.is_array() {
            self.fields.insert(name.to_owned(), self.body.clone());
        }
    }

    /// A parameter with a NUL in its text, which no database keeps
    pub fn nul(&self) -> Option<String> {
        let named = [&self.path, &self.fields, &self.query].into_iter().flatten();
        let named = named.filter(|(_, value)| has_nul(value)).map(|(name, _)| name.clone()).next();
        named.or_else(|| has_nul(&self.body).then(|| "body".to_owned()))
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).and_then(Json::as_str)
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Json::Number(number) => number.as_i64(),
            Json::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

/// Parameters of a query string or form; a repeated name makes a list, `name[]` is the same as `name`, and objects of a
/// list are [`nested`]
pub fn pairs(text: &[u8]) -> Map<String, Json> {
    let mut fields = Map::new();
    for (name, value) in form_urlencoded::parse(text) {
        let value = Json::String(value.into_owned());
        let name = name.strip_suffix("[]").unwrap_or(&name);
        match fields.get_mut(name) {
            None => drop(fields.insert(name.to_owned(), value)),
            Some(Json::Array(values)) => values.push(value),
            Some(first) => *first = Json::Array(vec![first.take(), value]),
        }
    }
    nested(fields)
}

/// `record[0].name` and `record[0][name]` become the list `record` of objects, in the order of their numbers
pub fn nested(mut fields: Map<String, Json>) -> Map<String, Json> {
    let mut lists: BTreeMap<String, BTreeMap<u32, Map<String, Json>>> = BTreeMap::new();
    fields.retain(|name, value| match inside(name) {
        Some((list, place, field)) => {
            let object = lists.entry(list.to_owned()).or_default().entry(place).or_default();
            object.insert(field.to_owned(), value.take());
            false
        }
        None => true,
    });
    for (name, objects) in lists {
        fields.entry(name).or_insert_with(|| objects.into_values().map(Json::Object).collect());
    }
    fields
}

/// The parts of `record[0].name`
fn inside(name: &str) -> Option<(&str, u32, &str)> {
    let (list, rest) = name.split_once('[')?;
    let (place, rest) = rest.split_once(']')?;
    let field = rest.strip_prefix('.').or_else(|| rest.strip_prefix('[')?.strip_suffix(']'))?;
    Some((list, place.parse().ok()?, field))
}

/// Where a variable's value comes from
pub enum Source {
    /// The first of these names that is there
    Parameter(Vec<String>),
    /// `@body`: the whole JSON body
    Body,
    /// `$has_x`: whether the parameter is there and not null
    Presence(String),
}

/// How long before now a window starts where the client does not say
pub enum Ago {
    Days(i64),
    Years(u32),
}

/// A variable of a document
pub struct Variable {
    pub name: String,
    pub ty: Type,
    pub source: Source,
    pub default: Option<Json>,
    pub ago: Option<Ago>,
    /// Wire name → name of the input field
    pub rename: HashMap<String, String>,
    /// Wire value as text → value
    pub map: HashMap<String, Json>,
}

/// What coercion needs to know
pub struct Coercion<'a> {
    pub types: &'a Types,
    pub codes: &'a CodeBook,
    pub zone: Tz,
}

impl Coercion<'_> {
    pub fn variables<'v>(
        &self,
        wanted: impl IntoIterator<Item = &'v Variable> + Clone,
        wire: &Wire,
    ) -> Result<Variables, Failure> {
        let mut variables = Variables::default();
        for variable in wanted.clone() {
            let (name, value) = match &variable.source {
                Source::Presence(name) => {
                    // Old clients send every field of a form: an empty number is none, an empty text is one.
                    let is_text = wanted.clone().into_iter().any(|other| {
                        matches!(&other.source, Source::Parameter(of) if of.contains(name))
                            && named(&other.ty) == "String"
                    });
                    let there = |value: &Json| !value.is_null() && (is_text || value.as_str() != Some(""));
                    let there = wire.get(name).is_some_and(there);
                    (name.as_str(), Some(Value::Boolean(there)))
                }
                Source::Parameter(names) => {
                    let name = wire.sent(names);
                    (name, self.variable(variable, name, wire.get(name))?)
                }
                Source::Body => {
                    let body = Some(&wire.body).filter(|body| !body.is_null());
                    (variable.name.as_str(), self.variable(variable, &variable.name, body)?)
                }
            };
            match value.filter(|value| *value != Value::Null || variable.ty.nullable && variable.default.is_none()) {
                Some(value) => drop(variables.insert(Name::new(&variable.name), value)),
                None if variable.ty.nullable || variable.default.is_some() => {}
                None => return Err(Failure::bad_input(name, format!("{name} is missing"))),
            }
        }
        Ok(variables)
    }

    fn variable(&self, variable: &Variable, name: &str, raw: Option<&Json>) -> Result<Option<Value>, Failure> {
        let raw = raw.filter(|raw| !raw.is_null());
        if let Some(mapped) = variable.map.get(&text(raw.unwrap_or(&Json::Null))) {
            return Ok(Some(to_value(mapped.clone())));
        }
        match (raw, &variable.ago) {
            (None | Some(Json::String(_)), Some(ago)) if raw.and_then(Json::as_str).is_none_or(str::is_empty) => {
                Ok(Some(Value::String(ago.moment())))
            }
            (Some(raw), _) => self.value(&variable.ty, raw, name, &variable.rename).map(Some),
            (None, _) => Ok(None),
        }
    }

    /// A wire value as a value of the type; `at` names it in errors
    fn value(&self, ty: &Type, raw: &Json, at: &str, rename: &HashMap<String, String>) -> Result<Value, Failure> {
        let bad = |what: &str| Failure::bad_input(at, format!("{at} must be {what}"));
        if raw.is_null() {
            return Ok(Value::Null);
        }
        let name = match &ty.base {
            BaseType::List(inner) => {
                let items = items(raw).ok_or_else(|| bad("a list"))?;
                let items = items.iter().enumerate();
                let values = items.map(|(index, item)| self.value(inner, item, &format!("{at}[{index}]"), rename));
                return Ok(Value::List(values.collect::<Result<_, _>>()?));
            }
            BaseType::Named(name) => name.as_str(),
        };
        // Old clients send every field of a form, the empty ones too.
        if raw.as_str() == Some("") && name != "String" {
            return Ok(Value::Null);
        }
        match name {
            "Int" | "Long" => {
                let number = text(raw).trim().parse::<i64>().ok();
                let number = number.filter(|number| name == "Long" || i32::try_from(*number).is_ok());
                Ok(Value::Number(number.ok_or_else(|| bad("an integer"))?.into()))
            }
            "Boolean" => match text(raw).as_str() {
                "true" | "1" | YES => Ok(Value::Boolean(true)),
                "false" | "0" | NO => Ok(Value::Boolean(false)),
                _ => Err(bad("true or false")),
            },
            "Money" | "Rate" | "Decimal" => {
                let text = text(raw).trim().to_owned();
                match Money::parse(&text) {
                    Some(_) => Ok(Value::String(text)),
                    None => Err(bad("a number with at most four digits behind the point")),
                }
            }
            "String" | "ID" => match raw {
                Json::String(text) if name == "String" => Ok(Value::String(text.clone())),
                Json::String(_) | Json::Number(_) => Ok(Value::String(text(raw).trim().to_owned())),
                Json::Bool(_) if name == "String" => Ok(Value::String(text(raw))),
                _ => Err(bad("a text or a number")),
            },
            "DateTime" => {
                let moment = moment(raw, self.zone).ok_or_else(|| bad("a time like 2026-01-31 08:30:00"))?;
                Ok(Value::String(moment.0.to_rfc3339()))
            }
            "Date" => {
                let day = day(&text(raw)).ok_or_else(|| bad("a day like 20260131"))?;
                Ok(Value::String(day.to_string()))
            }
            _ => match (self.types.fields(name), raw) {
                (Some(_), Json::Object(fields)) => self.object(name, fields, at, rename),
                (Some(_), _) => Err(bad("an object")),
                (None, _) if self.codes.knows(name) => {
                    let value = self.codes.name(name, text(raw).trim());
                    Ok(Value::String(value.ok_or_else(|| bad("one of the documented codes"))?.to_owned()))
                }
                (None, raw) => Ok(to_value(raw.clone())),
            },
        }
    }

    fn object(
        &self,
        name: &str,
        fields: &Map<String, Json>,
        at: &str,
        rename: &HashMap<String, String>,
    ) -> Result<Value, Failure> {
        let mut object = async_graphql::indexmap::IndexMap::new();
        let renamed = |wire: &str| rename.get(wire).map_or_else(|| wire.to_owned(), String::clone);
        for (wire, raw) in fields {
            let field = renamed(wire);
            if let Some(known) = self.types.field(name, &field) {
                let value = self.value(&known.ty, raw, &format!("{at}.{wire}"), rename)?;
                object.insert(Name::new(field), value);
            }
        }
        for field in self.types.fields(name).unwrap_or_default() {
            let missing = object.get(field.name.as_str()).is_none_or(|value| *value == Value::Null);
            if missing && !field.ty.nullable && !field.has_default {
                let wire = wire_name(rename, &field.name);
                return Err(Failure::bad_input(&format!("{at}.{wire}"), format!("{at}.{wire} is missing")));
            }
        }
        Ok(Value::Object(object))
    }
}

/// What clients call a field of an input object
pub fn wire_name<'a>(rename: &'a HashMap<String, String>, field: &'a str) -> &'a str {
    rename.iter().find(|(_, to)| *to == field).map_or(field, |(wire, _)| wire)
}

/// A list as JSON, as its JSON text `[1,2]`, with commas `1,2`, as one value
fn items(raw: &Json) -> Option<Vec<Json>> {
    match raw {
        Json::Array(items) if items.len() == 1 && items[0].as_str().is_some_and(|item| item.starts_with('[')) => {
            self::items(&items[0])
        }
        Json::Array(items) => Some(items.clone()),
        Json::String(text) if text.trim_start().starts_with('[') => serde_json::from_str(text).ok(),
        Json::String(text) if text.trim().is_empty() => Some(Vec::new()),
        Json::String(text) => Some(text.split(',').map(|item| Json::String(item.trim().to_owned())).collect()),
        Json::Object(_) => None,
        single => Some(vec![single.clone()]),
    }
}

fn text(raw: &Json) -> String {
    match raw {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Ago {
    fn moment(&self) -> String {
        let now = Time::now().0;
        match self {
            Ago::Days(days) => now - Duration::days(*days),
            Ago::Years(years) => now.checked_sub_months(Months::new(12 * years)).unwrap_or(now),
        }
        .to_rfc3339()
    }
}

/// A legacy day, with or without hyphens
fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let digits = NaiveDate::parse_from_str(text, "%Y%m%d").ok().filter(|_| text.len() == 8);
    digits.or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10))
}

/// A legacy moment: wall clock with or without a fraction, a day, or milliseconds since 1970
fn moment(raw: &Json, zone: Tz) -> Option<Time> {
    if let Json::Number(number) = raw {
        return chrono::DateTime::from_timestamp_millis(number.as_i64()?).map(Time::from);
    }
    let text = raw.as_str()?.trim();
    let wall = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f"))
        .or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d").map(NaiveDateTime::from))
        .ok();
    match wall {
        // PostgreSQL and SQLite keep years of four digits alike.
        Some(wall) => zone
            .from_local_datetime(&wall)
            .earliest()
            .map(|moment| Time::from(moment.to_utc()))
            .filter(|time| (1..=9999).contains(&chrono::Datelike::year(&time.0))),
        None => chrono::DateTime::parse_from_rfc3339(text).ok().map(|moment| Time::from(moment.to_utc())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_with_places_make_lists_of_objects() {
        let form = b"a=1&record[10].name=z&record[2][name]=y&record%5B2%5D.id=7&b[]=1&b[]=2&odd[x].y=3&list[0]=4";
        let read = json!({
            "a": "1", "b": ["1", "2"], "record": [{"name": "y", "id": "7"}, {"name": "z"}], "odd[x].y": "3", "list[0]": "4",
        });
        assert_eq!(Json::Object(pairs(form)), read);
        // A list that is there by its name stays; a huge number costs nothing.
        assert_eq!(
            Json::Object(pairs(b"r=[]&r[4000000000].a=1&s[4000000000].a=1")),
            json!({"r": "[]", "s": [{"a": "1"}]})
        );
    }
}
