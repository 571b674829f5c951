//! Documents compiled: what a route runs, which variables it takes, what its answer looks like.
//!
//! The shim's own directives are read and removed here; what is left is plain GraphQL and is validated against the
//! schema at start.

use std::collections::HashMap;

use anyhow::{Context as _, anyhow, bail, ensure};
use async_graphql::{
    Name, Positioned, Value,
    parser::{
        parse_query,
        types::{
            Directive, DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, OperationType,
            Selection, SelectionSet, VariableDefinition,
        },
    },
};
use axum::http::Method;
use serde_json::Value as Json;

use super::{
    Dialect,
    input::{Ago, Source, Variable},
    output::{Form, Shape, Tree},
    types::{Types, named},
};
use crate::graphql::codes::CodeBook;

/// A legacy operation
pub struct Operation {
    /// The contract's operationId
    pub id: String,
    pub system: &'static str,
    pub dialect: &'static dyn Dialect,
    pub is_mutation: bool,
    /// Needs no credential
    pub public: bool,
    /// The envelope's text on success
    pub message: Option<String>,
    /// The envelope's text by error code; `DEFAULT` for the others
    pub errors: HashMap<String, String>,
    pub routes: Vec<Route>,
    pub variables: Vec<Variable>,
    pub shapes: Vec<Shape>,
    pub document: ExecutableDocument,
}

/// One way to reach an operation
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    pub method: Method,
    pub path: String,
    /// A query parameter that selects the operation among those of one path
    pub selector: Option<(String, String)>,
}

impl Route {
    /// The path without the names of its parameters: operations of one such path may call them differently
    pub fn pattern(&self) -> String {
        let parts = self.path.split('/').enumerate();
        let parts =
            parts.map(|(place, part)| if part.starts_with('{') { format!("{{{place}}}") } else { part.to_owned() });
        parts.collect::<Vec<_>>().join("/")
    }

    /// Names of the path's parameters, in order
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Compiles a file; also answers it as plain GraphQL, for validation
pub fn compile(
    system: &'static str,
    dialect: &'static dyn Dialect,
    text: &str,
    types: &Types,
    codes: &CodeBook,
) -> anyhow::Result<(Vec<Operation>, ExecutableDocument)> {
    let mut file = parse_query(text)?;
    let mut operations = Vec::new();
    let compiler = Compiler { types, codes, fragments: &file.fragments.clone() };
    for fragment in file.fragments.values_mut() {
        strip(&mut fragment.node.selection_set.node);
    }
    let DocumentOperations::Multiple(definitions) = &mut file.operations else {
        bail!("every operation needs a name");
    };
    for (name, definition) in definitions.iter_mut() {
        let operation = compiler
            .operation(system, dialect, name, &mut definition.node)
            .with_context(|| format!("operation {name}"))?;
        let document = ExecutableDocument {
            operations: DocumentOperations::Single(definition.clone()),
            fragments: file.fragments.clone(),
        };
        operations.push(Operation { document, ..operation });
    }
    Ok((operations, file))
}

struct Compiler<'a> {
    types: &'a Types,
    codes: &'a CodeBook,
    fragments: &'a Fragments,
}

impl Compiler<'_> {
    fn operation(
        &self,
        system: &'static str,
        dialect: &'static dyn Dialect,
        name: &Name,
        definition: &mut OperationDefinition,
    ) -> anyhow::Result<Operation> {
        let root = match definition.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => bail!("a subscription has no legacy URL"),
        };
        let rest = definition.directives.iter().find(|directive| directive.node.name.node == "rest");
        let rest = Arguments::of(&rest.context("@rest is missing")?.node)?;
        let mut routes = Vec::new();
        for method in ["get", "post", "put", "delete"] {
            if let Some(path) = rest.text(method) {
                routes.push(route(method, path)?);
            }
        }
        for alias in rest.texts("alias") {
            let (method, path) = alias.split_once(' ').context("an alias is \"METHOD /path\"")?;
            routes.push(route(method, path)?);
        }
        ensure!(!routes.is_empty(), "@rest names no route");
        let errors = match rest.0.get("errors") {
            Some(Json::Object(errors)) => {
                errors.iter().map(|(code, text)| (code.clone(), text.as_str().unwrap_or_default().to_owned())).collect()
            }
            _ => HashMap::new(),
        };
        let operation = Operation {
            id: name.to_string(),
            system,
            dialect,
            is_mutation: root == "Mutation",
            public: rest.0.get("public") == Some(&Json::Bool(true)),
            message: rest.text("message").map(str::to_owned),
            errors,
            routes,
            variables: definition.variable_definitions.iter().map(|it| variable(&it.node)).collect::<Result<_, _>>()?,
            shapes: self.shapes(root, &definition.selection_set.node)?,
            document: ExecutableDocument {
                operations: DocumentOperations::Multiple(HashMap::new()),
                fragments: HashMap::new(),
            },
        };
        definition.directives.clear();
        for variable in &mut definition.variable_definitions {
            variable.node.directives.clear();
        }
        strip(&mut definition.selection_set.node);
        Ok(operation)
    }

    fn shapes(&self, parent: &str, set: &SelectionSet) -> anyhow::Result<Vec<Shape>> {
        let mut shapes = Vec::new();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    let ty = match name {
                        "__typename" => "String",
                        _ => named(
                            self.types.field(parent, name).ok_or_else(|| anyhow!("{parent} has no field {name}"))?,
                        ),
                    };
                    let mut shape = Shape {
                        key: field.node.response_key().node.to_string(),
                        form: if ty == "DateTime" { Form::DateTime } else { Form::Plain },
                        map: self
                            .codes
                            .values(ty)
                            .iter()
                            .map(|(name, code)| ((*name).to_owned(), (*code).into()))
                            .collect(),
                        children: self.shapes(ty, &field.node.selection_set.node)?,
                        ..Shape::default()
                    };
                    for directive in &field.node.directives {
                        direct(&mut shape, &directive.node).with_context(|| format!("field {parent}.{name}"))?;
                    }
                    shapes.push(shape);
                }
                Selection::InlineFragment(fragment) => {
                    let ty = fragment.node.type_condition.as_ref().map_or(parent, |condition| &condition.node.on.node);
                    shapes.extend(self.shapes(ty, &fragment.node.selection_set.node)?);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let fragment = &self.fragments.get(name).ok_or_else(|| anyhow!("no fragment {name}"))?.node;
                    shapes.extend(self.shapes(&fragment.type_condition.node.on.node, &fragment.selection_set.node)?);
                }
            }
        }
        Ok(shapes)
    }
}

/// Reads one of the shim's directives on a field
fn direct(shape: &mut Shape, directive: &Directive) -> anyhow::Result<()> {
    let arguments = Arguments::of(directive)?;
    match directive.name.node.as_str() {
        "spread" => shape.spread = true,
        "hide" => shape.hide = true,
        "tuple" => shape.tuple = true,
        "unwrap" => shape.unwrap = true,
        "const" => shape.constant = Some(arguments.0.get("value").cloned().unwrap_or_default()),
        "null" => shape.null = Some(arguments.0.get("as").cloned().unwrap_or_default()),
        "map" => shape.map = arguments.map()?,
        "tree" => {
            let name =
                |argument| arguments.text(argument).map(str::to_owned).context("@tree needs key:, parent:, children:");
            shape.tree = Some(Tree { key: name("key")?, parent: name("parent")?, children: name("children")? });
        }
        "wire" => {
            let form = arguments.text("as").context("@wire needs as:")?;
            shape.form = Form::named(form).ok_or_else(|| anyhow!("@wire knows no {form}"))?;
        }
        "include" | "skip" => {}
        other => bail!("no directive @{other}"),
    }
    Ok(())
}

const OURS: [&str; 9] = ["spread", "hide", "tuple", "unwrap", "const", "null", "map", "wire", "tree"];

/// Removes the shim's directives
fn strip(set: &mut SelectionSet) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                field.node.directives.retain(|directive| !OURS.contains(&directive.node.name.node.as_str()));
                strip(&mut field.node.selection_set.node);
            }
            Selection::InlineFragment(fragment) => strip(&mut fragment.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn variable(definition: &VariableDefinition) -> anyhow::Result<Variable> {
    let name = definition.name.node.to_string();
    let mut variable = Variable {
        source: match name.strip_prefix("has_") {
            Some(parameter) => Source::Presence(parameter.to_owned()),
            None => Source::Parameter(vec![name.clone()]),
        },
        ty: definition.var_type.node.clone(),
        has_default: definition.default_value.is_some(),
        ago: None,
        rename: HashMap::new(),
        map: HashMap::new(),
        name,
    };
    for directive in &definition.directives {
        let arguments = Arguments::of(&directive.node)?;
        match directive.node.name.node.as_str() {
            "body" => variable.source = Source::Body,
            "param" => {
                let names: Vec<String> = arguments.texts("name").into_iter().map(str::to_owned).collect();
                ensure!(!names.is_empty(), "@param needs name:");
                variable.source = Source::Parameter(names);
            }
            "rename" => {
                let pairs = arguments.0.iter();
                variable.rename =
                    pairs.map(|(wire, field)| (wire.clone(), field.as_str().unwrap_or_default().to_owned())).collect();
            }
            "map" => variable.map = arguments.map()?,
            "default" => {
                variable.ago = match (arguments.number("daysAgo"), arguments.number("yearsAgo")) {
                    (Some(days), _) => Some(Ago::Days(days)),
                    (None, Some(years)) => Some(Ago::Years(u32::try_from(years)?)),
                    (None, None) => bail!("@default needs daysAgo: or yearsAgo:"),
                };
            }
            other => bail!("no directive @{other} for a variable"),
        }
    }
    Ok(variable)
}

fn route(method: &str, path: &str) -> anyhow::Result<Route> {
    let method = Method::from_bytes(method.to_uppercase().as_bytes())?;
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let selector = query.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(Route { method, path: path.to_owned(), selector })
}

/// A directive's arguments as JSON
struct Arguments(serde_json::Map<String, Json>);

impl Arguments {
    fn of(directive: &Directive) -> anyhow::Result<Arguments> {
        let mut arguments = serde_json::Map::new();
        for (name, value) in &directive.arguments {
            // A variable stands only in @include and @skip, which are GraphQL's own.
            if let Some(value) = value.node.clone().into_const() {
                arguments.insert(name.node.to_string(), json(value)?);
            }
        }
        Ok(Arguments(arguments))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Json::as_str)
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Json::as_i64)
    }

    fn texts(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(Json::String(text)) => vec![text],
            Some(Json::Array(texts)) => texts.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// `to:` of a @map: JSON in a text, because its keys are no GraphQL names
    fn map(&self) -> anyhow::Result<HashMap<String, Json>> {
        Ok(serde_json::from_str(self.text("to").context("@map needs to:")?)?)
    }
}

fn json(value: Value) -> anyhow::Result<Json> {
    Ok(value.into_json()?)
}
