//! What an operation answers: the shapes of its document in the envelope of its system.

use std::collections::BTreeMap;

use async_graphql::{
    indexmap::IndexMap,
    parser::types::{BaseType, Type},
};
use serde_json::{Map, Value as Json, json};

use super::{
    super::{
        dialect::{Dialect, Failure},
        document::Operation,
        library::Library,
        output::{Condition, Form, Part, Shape, Tree},
    },
    schema,
};
use crate::error::Code;

/// Stands for a schema while the dialect wraps its envelope around it
const MARK: &str = "$schema";

/// Schema of a successful answer
pub fn success(library: &Library, operation: &Operation) -> Json {
    let shown = Answer { library }.shown(&operation.shapes);
    let wrapped = |part: fn(&str, &Shown) -> Json| {
        let fields = shown.iter().map(|(key, inner)| (key.as_str(), Part::Made(part(key, inner)))).collect();
        serde_json::to_value(Part::Object(operation.dialect.success(operation, fields))).unwrap_or_default()
    };
    let mark = |key: &str, _: &Shown| json!({MARK: key});
    let marked = wrapped(mark);
    // A dialect may say in other words that there is nothing.
    let empty = wrapped(|key, inner| if may_be_nothing(&inner.schema) { Json::Null } else { json!({MARK: key}) });
    envelope(&marked, &empty, &shown)
}

/// Whether a schema takes null or an empty list
fn may_be_nothing(schema: &Json) -> bool {
    let is_nothing = |ty: &Json| ty == "null" || ty == "array";
    match (&schema["type"], &schema["anyOf"]) {
        (Json::Array(types), _) => types.iter().any(is_nothing),
        (Json::Null, Json::Array(choices)) => choices.iter().any(may_be_nothing),
        (ty, _) => is_nothing(ty),
    }
}

/// What the dialect put around the marks, as a schema; and around nothing
fn envelope(value: &Json, empty: &Json, shown: &IndexMap<String, Shown>) -> Json {
    let mark = |value: &Json| value.get(MARK).and_then(Json::as_str).and_then(|key| shown.get(key));
    let Json::Object(fields) = value else {
        return if value == empty {
            schema::constant(value)
        } else {
            schema::choice(vec![value.clone(), empty.clone()])
        };
    };
    schema::object(fields.iter().map(|(key, value)| match mark(value) {
        Some(inner) => (key.clone(), inner.schema.clone(), inner.always()),
        None => (key.clone(), envelope(value, empty.get(key).unwrap_or(value), shown), true),
    }))
}

/// Schema of all failures of a system
pub fn failure(dialect: &dyn Dialect) -> Json {
    let samples =
        Code::ALL.into_iter().flat_map(|code| [None, Some("…")].map(|text| dialect.failure(&failed(code), text)));
    let samples: Vec<Map<String, Json>> = samples.filter_map(|sample| sample.as_object().cloned()).collect();
    let mut keys: IndexMap<&String, Vec<Json>> = IndexMap::new();
    for (key, value) in samples.iter().flatten() {
        keys.entry(key).or_default().push(value.clone());
    }
    let number = samples.len();
    schema::object(keys.into_iter().map(|(key, values)| {
        let always = values.len() == number;
        // Texts differ from one failure to the next; numbers are codes.
        let is_text = values.iter().all(Json::is_string);
        (key.clone(), if is_text { schema::text() } else { schema::choice(values) }, always)
    }))
}

/// Examples of failures that an operation is likely to answer, by status and code; every status is there
pub fn failures(operation: &Operation) -> BTreeMap<u16, Map<String, Json>> {
    let mut found: BTreeMap<u16, Map<String, Json>> = BTreeMap::new();
    for code in Code::ALL {
        let failure = failed(code);
        let examples = found.entry(operation.dialect.status(&failure).as_u16()).or_default();
        let is_likely = match code {
            Code::BadUserInput => !operation.variables.is_empty(),
            Code::Unauthenticated => !operation.public,
            _ => false,
        };
        if is_likely || operation.errors.contains_key(code.name()) {
            let answer = operation.dialect.failure(&failure, operation.error(code));
            examples.insert(code.name().to_owned(), json!({"value": answer}));
        }
    }
    found
}

fn failed(code: Code) -> Failure {
    Failure { code, message: String::new(), field: None, retry_after: None }
}

/// A key of an object
struct Shown {
    schema: Json,
    /// Each way to it, as the conditions on the way
    ways: Vec<Vec<Condition>>,
}

impl Shown {
    /// Whether it is there whatever the conditions are
    fn always(&self) -> bool {
        let has_opposite = |way: &Vec<Condition>| match &way[..] {
            [] => true,
            [Condition { of, holds }] => self.ways.contains(&vec![Condition { of: of.clone(), holds: !holds }]),
            _ => false,
        };
        self.ways.iter().any(has_opposite)
    }
}

/// What is written where there is nothing
fn instead_of_null(shape: &Shape) -> &Json {
    shape.map.get("null").or(shape.null.as_ref()).unwrap_or(&Json::Null)
}

struct Answer<'a> {
    library: &'a Library,
}

impl Answer<'_> {
    /// The keys that shapes make of an object
    fn shown(&self, shapes: &[Shape]) -> IndexMap<String, Shown> {
        let mut shown = IndexMap::new();
        self.fill(shapes, &[], false, &mut shown);
        shown
    }

    /// `is_null`: what the keys are spread from may be null, and then they are
    fn fill(&self, shapes: &[Shape], outer: &[Condition], is_null: bool, shown: &mut IndexMap<String, Shown>) {
        for shape in shapes.iter().filter(|shape| !shape.hide) {
            let way = [outer, &shape.when].concat();
            if shape.spread {
                self.fill(&shape.children, &way, is_null || shape.ty.nullable, shown);
                continue;
            }
            let mut schema = self.value(shape, &shape.ty);
            if is_null && !shape.ty.nullable && shape.constant.is_none() {
                schema = schema::or(schema, instead_of_null(shape));
            }
            schema::describe(&mut schema, shape.description.as_deref());
            match shown.get_mut(&shape.key) {
                None => drop(shown.insert(shape.key.clone(), Shown { schema, ways: vec![way] })),
                Some(known) => {
                    if known.schema != schema {
                        known.schema = json!({"anyOf": [known.schema, schema]});
                    }
                    known.ways.push(way);
                }
            }
        }
    }

    fn value(&self, shape: &Shape, ty: &Type) -> Json {
        if let Some(constant) = &shape.constant {
            return schema::constant(constant);
        }
        let schema = match &ty.base {
            BaseType::List(_) if shape.form == Form::Commas => schema::text(),
            BaseType::List(inner) => {
                let mut item = self.value(shape, inner);
                if let Some(tree) = &shape.tree {
                    // Told for one step down; there is no name by which a schema within an answer could mean itself.
                    below(&mut item, tree, json!({"type": "array"}));
                    let like_it = schema::list(item.clone());
                    below(&mut item, tree, like_it);
                }
                schema::list(item)
            }
            BaseType::Named(name) => self.named(shape, name),
        };
        match ty.nullable {
            true => schema::or(schema, instead_of_null(shape)),
            false => schema,
        }
    }

    fn named(&self, shape: &Shape, name: &str) -> Json {
        if !shape.map.is_empty() {
            return self.mapped(shape, name);
        }
        if shape.children.is_empty() {
            return self.leaf(shape.form, name);
        }
        let shown = self.shown(&shape.children);
        if shape.unwrap {
            return shown.into_values().next().map_or_else(|| schema::constant(&Json::Null), |only| only.schema);
        }
        if shape.tuple {
            let items: Vec<Json> = shown.into_values().map(|item| item.schema).collect();
            let number = items.len();
            return json!({"type": "array", "prefixItems": items, "minItems": number, "maxItems": number});
        }
        schema::object(shown.into_iter().map(|(key, shown)| {
            let always = shown.always();
            (key, shown.schema, always)
        }))
    }

    /// Codes, and what `@map` writes
    fn mapped(&self, shape: &Shape, name: &str) -> Json {
        let values: Vec<String> = match name {
            "Boolean" => ["true", "false"].map(str::to_owned).to_vec(),
            _ => self.library.types.values(name).unwrap_or_default().iter().map(|value| value.name.clone()).collect(),
        };
        let written = shape.map.iter().filter(|(value, _)| *value != "null").map(|(_, written)| written.clone());
        let written: Vec<Json> = written.collect();
        let is_complete = !values.is_empty() && values.iter().all(|value| shape.map.contains_key(value));
        if !is_complete {
            return json!({"anyOf": [schema::choice(written), self.leaf(shape.form, name)]});
        }
        let codes = self.library.codes.values(name);
        let is_coded = codes.iter().all(|value| shape.map.get(value.name) == Some(&json!(value.code)));
        let mut schema = schema::choice(written);
        if is_coded {
            schema::describe(&mut schema, schema::meanings(self.library, name).as_deref());
        }
        schema
    }

    fn leaf(&self, form: Form, name: &str) -> Json {
        match form {
            Form::Plain => match name {
                "Int" => schema::integer("int32"),
                "Long" => schema::integer("int64"),
                "Float" => json!({"type": "number"}),
                "Boolean" => json!({"type": "boolean"}),
                "Date" => json!({"type": "string", "format": "date"}),
                "Money" => schema::pattern("decimal", r"^-?\d+\.\d{2,4}$"),
                _ => match self.library.types.values(name) {
                    Some(values) => schema::choice(values.iter().map(|value| json!(value.name)).collect()),
                    None => schema::text(),
                },
            },
            Form::DateTime => schema::pattern(schema::DATE_TIME, r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$"),
            Form::DateTimeMs => {
                schema::pattern("yyyy-MM-dd HH:mm:ss.SSS", r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3}$")
            }
            Form::Date => json!({"type": "string", "format": "date"}),
            Form::CompactDate => schema::pattern("yyyyMMdd", r"^\d{8}$"),
            Form::EpochMs | Form::RowNumber => schema::integer("int64"),
            Form::EpochMsText => schema::pattern("milliseconds since 1970", r"^-?\d+$"),
            Form::RowNumberText => schema::pattern("number", r"^\d+$"),
            Form::Text | Form::Commas => schema::text(),
            Form::Number => json!({"type": if ["Int", "Long"].contains(&name) { "integer" } else { "number" }}),
        }
    }
}

/// Puts the rows below it into the schema of a tree's row
fn below(row: &mut Json, tree: &Tree, rows: Json) {
    row["properties"][&tree.children] = rows;
    schema::describe(&mut row["properties"][&tree.children], Some("Rows below this one, like it"));
    if let Some(required) = row["required"].as_array_mut()
        && !required.contains(&json!(tree.children))
    {
        required.push(json!(tree.children));
    }
}
