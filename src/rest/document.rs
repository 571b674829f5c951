//! Documents compiled: what a route runs, which variables it takes, what its answer looks like.
//!
//! The shim's own directives (`directives.rs`) are read and removed; what is left is plain GraphQL and is validated
//! against the schema at start.

use std::{collections::HashMap, sync::Arc};

use anyhow::{Context as _, anyhow, bail, ensure};
use async_graphql::{
    Name, Positioned, Value as ConstValue, Variables,
    parser::{
        parse_query,
        types::{
            BaseType, DocumentOperations, ExecutableDocument, FragmentDefinition, InlineFragment, OperationDefinition,
            OperationType, Selection, SelectionSet, Type,
        },
    },
};
use axum::http::Method;
use serde_json::Value as Json;

use super::{
    Dialect,
    directives::{Arguments, conditions, direct, strip, variable},
    input::{Source, Variable},
    output::{Condition, Form, Shape},
    types::{Types, named},
    uses::{Use, uses},
};
use crate::{
    error::Code,
    graphql::codes::CodeBook,
    meters,
    schema::{Price, Valid},
};

/// A legacy operation
pub struct Operation {
    /// The contract's operationId
    pub id: String,
    /// The same for the metrics
    pub label: &'static str,
    pub system: &'static str,
    pub dialect: &'static dyn Dialect,
    /// The file that it stands in, which is the contract's chapter
    pub module: String,
    pub title: Title,
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
    /// The same as it is executed, with what its fragments hold in their places
    pub valid: Arc<Valid>,
    pub price: Price,
    /// What the variables are for
    pub uses: Vec<Use>,
}

impl Operation {
    /// Whether one of its variables is a file
    pub fn takes_file(&self) -> bool {
        self.file_names().next().is_some()
    }

    /// Parameters that are files
    pub fn file_names(&self) -> impl Iterator<Item = &str> {
        let files = self.variables.iter().filter(|variable| named(&variable.ty) == "Upload");
        files.filter_map(|variable| match &variable.source {
            Source::Parameter(names) => names.first().map(String::as_str),
            _ => None,
        })
    }

    /// What the variables say that decide, by `@include` and `@skip`, what is in the answer
    pub fn flags(&self, variables: &Variables) -> HashMap<String, bool> {
        let flag = |variable: &Variable| match variables.get(variable.name.as_str()) {
            Some(ConstValue::Boolean(flag)) => Some(*flag),
            Some(_) => None,
            None => variable.default.as_ref().and_then(Json::as_bool),
        };
        self.variables.iter().filter_map(|variable| Some((variable.name.clone(), flag(variable)?))).collect()
    }

    /// What the document says for an error
    pub fn error(&self, code: Code) -> Option<&str> {
        self.errors.get(code.name()).or_else(|| self.errors.get("DEFAULT")).map(String::as_str)
    }
}

impl Title {
    /// Sections by their numbers: 2 before 10
    pub fn order(&self) -> Vec<u32> {
        self.section.split('.').map(|number| number.parse().unwrap_or(u32::MAX)).collect()
    }
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

/// The comment above an operation: `# <section> <summary>`, and what there is to know behind a colon or semicolon
pub struct Title {
    pub section: String,
    pub summary: String,
    pub note: Option<String>,
}

/// A file of documents
pub struct File<'a> {
    pub system: &'static str,
    pub dialect: &'static dyn Dialect,
    pub module: &'a str,
    pub text: &'a str,
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Compiles a file; also answers it as plain GraphQL, for validation
pub fn compile(
    file: &File<'_>,
    types: &Types,
    codes: &CodeBook,
) -> anyhow::Result<(Vec<Operation>, ExecutableDocument)> {
    let mut plain = parse_query(file.text)?;
    let mut operations = Vec::new();
    let compiler = Compiler { file, types, codes, fragments: &plain.fragments.clone() };
    for fragment in plain.fragments.values_mut() {
        strip(&mut fragment.node.selection_set.node);
    }
    let DocumentOperations::Multiple(definitions) = &mut plain.operations else {
        bail!("every operation needs a name");
    };
    for (name, definition) in definitions.iter_mut() {
        let operation = compiler.operation(name, definition).with_context(|| format!("operation {name}"))?;
        let document = ExecutableDocument {
            operations: DocumentOperations::Single(definition.clone()),
            fragments: plain.fragments.clone(),
        };
        let mut whole = definition.clone();
        unfold(&mut whole.node.selection_set.node, &plain.fragments);
        let whole = ExecutableDocument { operations: DocumentOperations::Single(whole), fragments: HashMap::new() };
        let valid = Arc::new(Valid::new(whole));
        let mut operation = Operation { document, valid, ..operation };
        operation.uses = uses(types, &operation);
        operations.push(operation);
    }
    Ok((operations, plain))
}

fn nothing() -> ExecutableDocument {
    ExecutableDocument { operations: DocumentOperations::Multiple(HashMap::new()), fragments: HashMap::new() }
}

/// Puts what fragments hold where they are spread, so that no request copies all fragments of a file
fn unfold(set: &mut SelectionSet, fragments: &Fragments) {
    for item in &mut set.items {
        if let Selection::FragmentSpread(spread) = &item.node
            && let Some(Positioned { node: fragment, .. }) = fragments.get(&spread.node.fragment_name.node)
        {
            let inline = InlineFragment {
                type_condition: Some(fragment.type_condition.clone()),
                directives: spread.node.directives.clone(),
                selection_set: fragment.selection_set.clone(),
            };
            item.node = Selection::InlineFragment(Positioned::new(inline, spread.pos));
        }
        match &mut item.node {
            Selection::Field(field) => unfold(&mut field.node.selection_set.node, fragments),
            Selection::InlineFragment(inline) => unfold(&mut inline.node.selection_set.node, fragments),
            Selection::FragmentSpread(_) => {}
        }
    }
}

struct Compiler<'a> {
    file: &'a File<'a>,
    types: &'a Types,
    codes: &'a CodeBook,
    fragments: &'a Fragments,
}

impl Compiler<'_> {
    fn operation(&self, name: &Name, definition: &mut Positioned<OperationDefinition>) -> anyhow::Result<Operation> {
        let title = self.file.title(definition.pos.line).context("it needs a comment, # <section> <title>")?;
        let definition = &mut definition.node;
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
            label: meters::word(name),
            system: self.file.system,
            dialect: self.file.dialect,
            module: self.file.module.to_owned(),
            title,
            is_mutation: root == "Mutation",
            public: rest.0.get("public") == Some(&Json::Bool(true)),
            message: rest.text("message").map(str::to_owned),
            errors,
            routes,
            variables: definition.variable_definitions.iter().map(|it| variable(&it.node)).collect::<Result<_, _>>()?,
            shapes: self.shapes(root, &definition.selection_set.node, &[])?,
            document: nothing(),
            valid: Arc::new(Valid::new(nothing())),
            price: Price::default(),
            uses: Vec::new(),
        };
        definition.directives.clear();
        for variable in &mut definition.variable_definitions {
            variable.node.directives.clear();
        }
        strip(&mut definition.selection_set.node);
        Ok(operation)
    }

    fn shapes(&self, parent: &str, set: &SelectionSet, outer: &[Condition]) -> anyhow::Result<Vec<Shape>> {
        let mut shapes = Vec::new();
        for selection in &set.items {
            let when = [outer, &conditions(selection.node.directives())].concat();
            match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    let known = match name {
                        "__typename" => None,
                        _ => Some(
                            self.types.field(parent, name).ok_or_else(|| anyhow!("{parent} has no field {name}"))?,
                        ),
                    };
                    let ty = known.map_or_else(text_type, |known| known.ty.clone());
                    let codes = self.codes.values(named(&ty)).iter();
                    let mut shape = Shape {
                        key: field.node.response_key().node.to_string(),
                        description: known.and_then(|known| known.description.clone()),
                        when,
                        form: if named(&ty) == "DateTime" { Form::DateTime } else { Form::Plain },
                        spread: false,
                        hide: false,
                        tuple: false,
                        unwrap: false,
                        constant: None,
                        null: None,
                        tree: None,
                        map: codes.map(|value| (value.name.to_owned(), value.code.into())).collect(),
                        children: self.shapes(named(&ty), &field.node.selection_set.node, &[])?,
                        ty,
                    };
                    for directive in &field.node.directives {
                        direct(&mut shape, &directive.node, self.codes)
                            .with_context(|| format!("field {parent}.{name}"))?;
                    }
                    shapes.push(shape);
                }
                Selection::InlineFragment(fragment) => {
                    let ty = fragment.node.type_condition.as_ref().map_or(parent, |condition| &condition.node.on.node);
                    shapes.extend(self.fragment(parent, ty, &fragment.node.selection_set.node, when)?);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let fragment = &self.fragments.get(name).ok_or_else(|| anyhow!("no fragment {name}"))?.node;
                    let ty = &fragment.type_condition.node.on.node;
                    shapes.extend(self.fragment(parent, ty, &fragment.selection_set.node, when)?);
                }
            }
        }
        Ok(shapes)
    }

    fn fragment(
        &self,
        parent: &str,
        ty: &str,
        set: &SelectionSet,
        mut when: Vec<Condition>,
    ) -> anyhow::Result<Vec<Shape>> {
        if ty != parent {
            when.push(Condition { of: format!("on {ty}"), holds: true });
        }
        self.shapes(ty, set, &when)
    }
}

/// `String!`
fn text_type() -> Type {
    Type { base: BaseType::Named(Name::new("String")), nullable: false }
}

impl File<'_> {
    /// The comment that a file begins with, when it belongs to no operation
    pub fn chapter(&self) -> Option<&str> {
        let (first, rest) = self.text.split_once('\n')?;
        first.strip_prefix("# ").filter(|_| rest.starts_with('\n'))
    }

    /// What the comment above a line says
    fn title(&self, line: usize) -> Option<Title> {
        let comment = self.text.lines().nth(line.checked_sub(2)?)?.strip_prefix("# ")?;
        let (section, text) = comment.split_once(' ')?;
        let (summary, note) = match text.find([':', ';']) {
            Some(end) => (&text[..end], Some(text[end + 1..].trim().to_owned())),
            None => (text, None),
        };
        Some(Title { section: section.to_owned(), summary: summary.trim().to_owned(), note })
    }
}

fn route(method: &str, path: &str) -> anyhow::Result<Route> {
    let method = Method::from_bytes(method.to_uppercase().as_bytes())?;
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let selector = query.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(Route { method, path: path.to_owned(), selector })
}
