//! What an operation costs before it runs: its fields, each counted as often as its list may repeat it.
//!
//! What a field costs stands beside it (`complexity = "…"`). The library would add it up too, but it knows nothing of
//! fields of interfaces, adds all operations of a document together, and counts a fragment anew at each use, so that
//! thirty short fragments, each spread twice in the one before, keep it busy for minutes. Here each of them is counted
//! once, before the library sees the document.

use std::{
    collections::HashMap,
    sync::{LazyLock, OnceLock},
};

use async_graphql::{
    Name, Request, Value as ConstValue, Variables,
    parser::{
        parse_schema,
        types::{
            ExecutableDocument, Field as Selected, FieldDefinition, OperationDefinition, OperationType, Selection,
            SelectionSet, TypeKind, TypeSystemDefinition,
        },
    },
};
use async_graphql_value::Value;
use futures_util::FutureExt as _;

use super::{Schema, check::COMPLEXITY, prober, rules::introspection, sdl};
use crate::{
    error::{AppError, AppResult, Code},
    graphql::page::{DEFAULT_SIZE, MAX_COUNTED},
};

/// Arguments that say how long a list is, as far as a field has them
pub const SIZES: [&str; 4] = ["first", "last", "page", "ids"];

/// Deepest nesting of selections and fragments
const MAX_NESTING: usize = 100;

/// What the fields of a schema cost
pub struct Costs {
    types: HashMap<String, HashMap<String, Field>>,
    prober: Schema,
}

struct Field {
    /// Name of its type
    ty: String,
    /// Whether it answers a list or a part of one
    is_list: bool,
    /// Objects that have the field: its own, or those behind its interface
    owners: Vec<String>,
    /// The argument that is probed for the list's length
    size: Option<&'static str>,
    formula: OnceLock<Formula>,
}

/// `base + length × cost of a row`
#[derive(Clone, Copy, Debug, PartialEq)]
struct Formula {
    base: u64,
    length: Length,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Length {
    Fixed(u64),
    /// What the arguments say
    Asked,
}

/// The cost of a document's only operation, kept where no variable changes it
#[derive(Default)]
pub struct Price(OnceLock<u64>);

impl Price {
    pub fn of(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> AppResult<u64> {
        if let Some(cost) = self.0.get() {
            return Ok(*cost);
        }
        let (cost, varies) = costs().of(document, operation, variables)?;
        if !varies && document.operations.iter().count() == 1 {
            let _ = self.0.set(cost);
        }
        Ok(cost)
    }
}

/// The costs of our schema
pub fn costs() -> &'static Costs {
    static COSTS: LazyLock<Costs> = LazyLock::new(|| Costs::read(&sdl(), prober()));
    &COSTS
}

impl Costs {
    fn read(sdl: &str, prober: Schema) -> Costs {
        let definitions = parse_schema(sdl).map(|document| document.definitions).unwrap_or_default();
        let mut types = HashMap::new();
        let mut owners: HashMap<String, Vec<String>> = HashMap::new();
        for definition in definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            let fields = match definition.node.kind {
                TypeKind::Object(object) => {
                    for interface in &object.implements {
                        owners.entry(interface.node.to_string()).or_default().push(name.clone());
                    }
                    owners.insert(name.clone(), vec![name.clone()]);
                    object.fields
                }
                TypeKind::Interface(interface) => interface.fields,
                _ => continue,
            };
            types.insert(name, fields);
        }
        let fields = |name: &String, fields: Vec<async_graphql::Positioned<FieldDefinition>>| {
            let owners = owners.get(name).cloned().unwrap_or_default();
            fields
                .into_iter()
                .map(|field| (field.node.name.node.to_string(), Field::new(&field.node, &owners)))
                .collect()
        };
        let types = types.into_iter().map(|(name, its)| (name.clone(), fields(&name, its))).collect();
        Costs { types, prober }
    }

    /// The cost of an operation, and whether another one's variables would change it
    fn of(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> AppResult<(u64, bool)> {
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let mut count =
            Count { costs: self, document, operation, variables, fragments: HashMap::new(), depth: 0, varies: false };
        let cost = count.set(root, &operation.selection_set.node)?;
        Ok((cost.max(1), count.varies))
    }

    /// Fields that answer a list and cost no more than one row
    pub fn uncounted(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (ty, fields) in &self.types {
            for (name, field) in fields.iter().filter(|(_, field)| field.is_list) {
                if field.formula(name, &self.prober) == Formula::PLAIN {
                    found.push(format!("{ty}.{name}"));
                }
            }
        }
        found.sort();
        found
    }

    /// How many fields answer a list
    pub fn lists(&self) -> usize {
        self.types.values().flat_map(HashMap::values).filter(|field| field.is_list).count()
    }
}

impl Formula {
    const PLAIN: Formula = Formula { base: 1, length: Length::Fixed(1) };
}

impl Field {
    fn new(definition: &FieldDefinition, owners: &[String]) -> Field {
        let text = definition.ty.node.to_string();
        let ty = text.trim_matches(['[', ']', '!']).to_owned();
        let is_list = text.starts_with('[') || ty.ends_with("Connection");
        let has = |size: &&str| definition.arguments.iter().any(|argument| argument.node.name.node == **size);
        let size = SIZES.into_iter().find(has);
        Field { ty, is_list, owners: owners.to_vec(), size, formula: OnceLock::new() }
    }

    /// Asked of the library once, since what stands beside a field in Rust is nowhere to be read
    fn formula(&self, name: &str, prober: &Schema) -> Formula {
        *self.formula.get_or_init(|| {
            let of_owner = |owner: &String| {
                let ask = |length: usize, row: &str| probe(prober, owner, name, self.size, length, row);
                let (one, two, longer) = (ask(3, "a")?, ask(3, "a b")?, ask(5, "a")?);
                let (row, base) = (two.saturating_sub(one), (2 * one).saturating_sub(two));
                let length = if longer == one { Length::Fixed(row) } else { Length::Asked };
                Some(Formula { base, length })
            };
            // Of an interface's field: the dearest.
            let formulas = self.owners.iter().filter_map(of_owner);
            formulas.max_by_key(|formula| (formula.base + formula.length(3), formula.base)).unwrap_or(Formula::PLAIN)
        })
    }
}

impl Formula {
    fn length(self, asked: u64) -> u64 {
        match self.length {
            Length::Fixed(length) => length,
            Length::Asked => asked,
        }
    }
}

/// The complexity of one field with a list of so many rows of so many fields
fn probe(prober: &Schema, owner: &str, name: &str, size: Option<&str>, length: usize, row: &str) -> Option<u64> {
    let argument = match size {
        Some("ids") => format!("(ids: [{}])", "\"\", ".repeat(length)),
        Some("page") => format!("(page: {{number: 1, size: {length}}})"),
        Some(size) => format!("({size}: {length})"),
        None => String::new(),
    };
    // Nothing is validated but what the count needs: the fragment need not fit, nor the row's fields exist.
    let document = format!("{{ ... on {owner} {{ {name}{argument} {{ {row} }} }} }}");
    let answer = prober.execute(Request::new(document)).now_or_never()?;
    match answer.extensions.get(COMPLEXITY)? {
        ConstValue::Number(complexity) => complexity.as_u64(),
        _ => None,
    }
}

struct Count<'a> {
    costs: &'a Costs,
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    /// None: it is being counted
    fragments: HashMap<&'a str, Option<u64>>,
    depth: usize,
    /// Whether a variable was looked at
    varies: bool,
}

impl<'a> Count<'a> {
    fn set(&mut self, ty: &str, set: &'a SelectionSet) -> AppResult<u64> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return Err(AppError::cost("The operation is nested too deep"));
        }
        let mut sum = 0_u64;
        for selection in &set.items {
            let cost = match &selection.node {
                Selection::Field(field) => self.field(ty, &field.node)?,
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map_or(ty, |condition| &condition.node.on.node);
                    self.set(on, &fragment.node.selection_set.node)?
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node)?,
            };
            sum = sum.saturating_add(cost);
        }
        self.depth -= 1;
        Ok(sum)
    }

    fn fragment(&mut self, name: &'a Name) -> AppResult<u64> {
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(0) };
        match self.fragments.get(name.as_str()) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => {
                let error = AppError::cost(format!("The fragment {name} contains itself"));
                return Err(AppError { code: Code::GraphqlValidationFailed, ..error });
            }
            None => {}
        }
        self.fragments.insert(name, None);
        let cost = self.set(&fragment.node.type_condition.node.on.node, &fragment.node.selection_set.node)?;
        self.fragments.insert(name, Some(cost));
        Ok(cost)
    }

    fn field(&mut self, ty: &str, field: &'a Selected) -> AppResult<u64> {
        let name = field.name.node.as_str();
        let costs = self.costs;
        let known = costs.types.get(ty).and_then(|fields| fields.get(name));
        let Some(known) = known else {
            let row = self.set("", &field.selection_set.node)?;
            return Ok(introspection::rows(name).saturating_mul(row).saturating_add(1));
        };
        let row = self.set(&known.ty, &field.selection_set.node)?;
        let formula = known.formula(name, &costs.prober);
        if field.selection_set.node.items.is_empty() && formula == Formula::PLAIN {
            return Ok(1);
        }
        let length = match formula.length {
            Length::Fixed(length) => length,
            Length::Asked => self.length(field),
        };
        Ok(length.saturating_mul(row.max(1)).saturating_add(formula.base))
    }

    /// How many rows the arguments ask for
    fn length(&mut self, field: &'a Selected) -> u64 {
        for (name, value) in &field.arguments {
            if !SIZES.contains(&name.node.as_str()) {
                continue;
            }
            match self.value(&value.node) {
                Some(ConstValue::List(items)) => return u64::try_from(items.len()).unwrap_or(u64::MAX),
                Some(value) => {
                    if let Some(size) = number(&value) {
                        return size.clamp(1, MAX_COUNTED).unsigned_abs();
                    }
                }
                None => {}
            }
        }
        DEFAULT_SIZE.unsigned_abs()
    }

    /// An argument's value; of a page only its size counts
    fn value(&mut self, value: &Value) -> Option<ConstValue> {
        match value {
            Value::Variable(name) => {
                self.varies = true;
                let default = || {
                    let mut definitions = self.operation.variable_definitions.iter();
                    let definition = definitions.find(|definition| definition.node.name.node == *name)?;
                    definition.node.default_value.as_ref().map(|value| value.node.clone())
                };
                self.variables.get(name).cloned().or_else(default)
            }
            Value::Object(fields) => self.value(fields.get("size")?),
            // Only its length counts, and variables may stand in it.
            Value::List(items) => Some(ConstValue::List(vec![ConstValue::Null; items.len()])),
            value => value.clone().into_const(),
        }
    }
}

fn number(value: &ConstValue) -> Option<i64> {
    match value {
        ConstValue::Number(number) => number.as_i64(),
        ConstValue::Object(page) => number(page.get("size")?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn cost(document: &str, variables: serde_json::Value) -> AppResult<u64> {
        let document = parse_query(document).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        costs().of(&document, &operation.node, &Variables::from_json(variables)).map(|(cost, _)| cost)
    }

    #[test]
    fn each_field_counts_as_often_as_its_list_may_repeat_it() {
        for (document, variables, expected) in [
            ("{ __typename }", "{}", 1),
            ("{ me { id name } }", "{}", 3),
            ("{ accounts { nodes { id } } }", "{}", 1 + 20 * 2),
            ("{ accounts(first: 3) { nodes { id } totalCount } }", "{}", 1 + 3 * 3),
            ("{ accounts(page: {number: 1, size: 7}) { nodes { id } } }", "{}", 1 + 7 * 2),
            ("query($n: Int) { accounts(first: $n) { nodes { id } } }", "{\"n\": 5}", 1 + 5 * 2),
            ("query($n: Int = 4) { accounts(first: $n) { nodes { id } } }", "{}", 1 + 4 * 2),
            ("query($n: Int) { accounts(first: $n) { nodes { id } } }", "{\"n\": null}", 1 + 20 * 2),
            (
                "query($p: PageInput) { accounts(page: $p) { nodes { id } } }",
                "{\"p\": {\"number\": 1, \"size\": 6}}",
                1 + 6 * 2,
            ),
            ("query($s: Int) { accounts(page: {number: 1, size: $s}) { nodes { id } } }", "{\"s\": 6}", 1 + 6 * 2),
            ("{ accounts(first: 99999999) { nodes { id } } }", "{}", 1 + 1000 * 2),
            ("{ nodes(ids: [\"a\", \"b\", \"c\"]) { id } }", "{}", 1 + 3),
            ("query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", "{\"ids\": [\"a\", \"b\"]}", 1 + 2 * 2),
            // An interface's field costs what it costs on its objects.
            (
                "{ customers(first: 10) { nodes { interactions(first: 50) { nodes { id } } } } }",
                "{}",
                1 + 10 * (1 + 1 + 50 * 2),
            ),
            ("{ a: me { ...f } b: me { ...f } } fragment f on Account { id name }", "{}", 6),
            ("{ me { ... on Account { id } ... { name } } }", "{}", 3),
        ] {
            assert_eq!(cost(document, serde_json::from_str(variables).unwrap()).unwrap(), expected, "{document}");
        }
    }

    #[test]
    fn fragments_are_counted_once() {
        let mut document = "{ ...f0 } ".to_owned();
        for index in 0..60 {
            document += &format!("fragment f{index} on Query {{ ...f{0} ...f{0} }} ", index + 1);
        }
        document += "fragment f60 on Query { __typename }";
        assert_eq!(cost(&document, serde_json::json!({})).unwrap(), 1 << 60);
        let circle = "{ ...a } fragment a on Query { ...b ...b } fragment b on Query { ...a ...a }";
        assert_eq!(cost(circle, serde_json::json!({})).unwrap_err().code, Code::GraphqlValidationFailed);
    }
}
