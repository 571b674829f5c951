//! Documents: measured before the parser sees them, read and checked once, kept by their text.

use std::{collections::HashSet, sync::Arc};

use async_graphql::{
    Name, Pos, ServerError, Value as ConstValue, Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet},
    },
};
use async_graphql_value::Value;
use moka::sync::Cache;

use super::{
    extent::{Extent, MAX_SELECTIONS, measure},
    mutation,
};
use crate::{
    config::Config,
    error::{AppError, Code},
    meters,
    schema::{
        Price, SIZES, Valid,
        rules::{Declared, Rules, introspection},
    },
};

/// A document that keeps the rules of the schema
#[derive(Clone)]
pub struct Document {
    pub parsed: Arc<Valid>,
    /// Variables that stand for the size of a list
    sizes: Arc<[Name]>,
    /// Whether it asks about the schema
    introspects: bool,
    extent: Extent,
    operations: Arc<[Operation]>,
    rules: Arc<Rules>,
    price: Arc<Price>,
}

struct Operation {
    declared: Declared,
    /// What the metrics call it
    label: &'static str,
}

/// Documents, the least used thrown out first
pub struct Documents {
    known: Cache<String, Document>,
    /// Texts whose operations have their own names in the metrics
    named: HashSet<Arc<str>>,
    rules: Arc<Rules>,
}

/// A parsed document takes about ten times its text
fn weight(text: &str) -> u32 {
    u32::try_from(text.len().saturating_mul(10)).unwrap_or(u32::MAX)
}

impl Documents {
    /// The metrics call operations of these texts by their names; other names are clients', and without end
    pub fn new(rules: Rules, named: HashSet<Arc<str>>) -> Documents {
        let known = Cache::builder().max_capacity(64 << 20).weigher(|text: &String, _| weight(text)).build();
        Documents { known, named, rules: Arc::new(rules) }
    }

    pub fn get(&self, text: &str, config: &Config) -> Result<Document, Vec<ServerError>> {
        if let Some(document) = self.known.get(text) {
            return Ok(document);
        }
        let document = self.read(text, config)?;
        self.known.insert(text.to_owned(), document.clone());
        Ok(document)
    }

    fn read(&self, text: &str, config: &Config) -> Result<Document, Vec<ServerError>> {
        measure(text, config).map_err(|error| vec![error])?;
        let parsed = match (parse_query(text), text.contains("\\u").then(|| self.rules.rewritten(text))) {
            (Err(_), Some(Some(plain))) if measure(&plain, config).is_ok() => parse_query(plain),
            (parsed, _) => parsed,
        };
        let mut parsed = parsed.map_err(|error| vec![coded(ServerError::from(error), Code::GraphqlParseFailed)])?;
        let declared =
            self.rules.check(text).map_err(|errors| errors.into_iter().map(broken_rule).collect::<Vec<_>>())?;
        let extent = Extent::of(&parsed);
        if extent.selections > MAX_SELECTIONS {
            return Err(vec![server_error(AppError::cost("The document's fragments come to too many selections"))]);
        }
        introspection::check(&parsed).map_err(|error| vec![server_error(error)])?;
        let is_named = self.named.contains(text);
        let operations = declared.into_iter().map(|declared| {
            let label = match declared.name.as_deref() {
                Some(name) if is_named => meters::word(name),
                name => meters::word(&described(&parsed, name)),
            };
            Operation { declared, label }
        });
        let operations = operations.collect();
        mutation::merge(&mut parsed);
        Ok(Document {
            operations,
            sizes: sizes(&parsed).into(),
            introspects: introspects(&parsed),
            extent,
            parsed: Arc::new(Valid::new(parsed)),
            rules: self.rules.clone(),
            price: Arc::default(),
        })
    }
}

fn sizes(document: &ExecutableDocument) -> Vec<Name> {
    fn names(value: &Value, found: &mut Vec<Name>) {
        match value {
            Value::Variable(name) => found.push(name.clone()),
            Value::Object(fields) => fields.values().for_each(|value| names(value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    each_field(document, &mut |field| {
        for (name, value) in &field.arguments {
            if SIZES.contains(&name.node.as_str()) {
                names(&value.node, &mut found);
            }
        }
    });
    found
}

/// Whether a document asks about the schema
fn introspects(document: &ExecutableDocument) -> bool {
    let mut found = false;
    each_field(document, &mut |field| found |= matches!(field.name.node.as_str(), "__schema" | "__type"));
    found
}

/// Of operations the one that a request runs: that of the name, or the only one
fn wanted<T>(mut all: impl Iterator<Item = T>, name: Option<&str>, own: impl Fn(&T) -> Option<&str>) -> Option<T> {
    match name {
        Some(_) => all.find(|operation| own(operation) == name),
        None => all.next().filter(|_| all.next().is_none()),
    }
}

fn operation<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Option<&'a OperationDefinition> {
    let found = wanted(document.operations.iter(), name, |(name, _)| name.map(Name::as_str));
    found.map(|(_, operation)| &operation.node)
}

/// An operation by what it is and its first root field, as `query customers`: words of the schema's
fn described(document: &ExecutableDocument, name: Option<&str>) -> String {
    fn first<'a>(document: &'a ExecutableDocument, set: &'a SelectionSet) -> Option<&'a str> {
        match &set.items.first()?.node {
            Selection::Field(field) => Some(&field.node.name.node),
            Selection::InlineFragment(fragment) => first(document, &fragment.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.node.fragment_name.node)?;
                first(document, &fragment.node.selection_set.node)
            }
        }
    }
    let words = operation(document, name)
        .and_then(|operation| Some(format!("{} {}", operation.ty, first(document, &operation.selection_set.node)?)));
    words.unwrap_or_default()
}

/// Goes through the fields that stand in a document
fn each_field<'a>(document: &'a ExecutableDocument, act: &mut impl FnMut(&'a Field)) {
    fn walk<'a>(set: &'a SelectionSet, act: &mut impl FnMut(&'a Field)) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    act(&field.node);
                    walk(&field.node.selection_set.node, act);
                }
                Selection::InlineFragment(fragment) => walk(&fragment.node.selection_set.node, act),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set);
    operations.chain(fragments).for_each(|set| walk(&set.node, act));
}

impl Document {
    /// Gives null to the sizes of lists that were left out: the library counts a list's cost from its arguments, and
    /// refuses a variable that has no value although it may be left out
    pub fn fill_sizes(&self, name: Option<&str>, variables: &mut Variables) {
        let Some(operation) = self.operation(name).filter(|_| !self.sizes.is_empty()) else { return };
        for definition in &operation.variable_definitions {
            let definition = &definition.node;
            let optional = definition.var_type.node.nullable && definition.default_value.is_none();
            let name = &definition.name.node;
            if optional && self.sizes.contains(name) && !variables.contains_key(name) {
                variables.insert(name.clone(), ConstValue::Null);
            }
        }
    }

    /// Whether it asks about the schema
    pub fn introspects(&self) -> bool {
        self.introspects
    }

    /// What the operation costs; refused where that is more than an operation may
    pub fn cost(&self, name: Option<&str>, variables: &Variables, most: usize) -> Result<u64, ServerError> {
        let Some(operation) = self.operation(name) else { return Ok(1) };
        let cost = self.price.of(&self.parsed, operation, variables).map_err(server_error)?;
        match usize::try_from(cost).is_ok_and(|cost| cost <= most) {
            true => Ok(cost),
            false => Err(server_error(AppError::cost(format!("The operation costs {cost}, more than {most}")))),
        }
    }

    /// The operation that a request runs
    pub fn operation(&self, name: Option<&str>) -> Option<&OperationDefinition> {
        operation(&self.parsed, name)
    }

    pub fn operation_type(&self, name: Option<&str>) -> Option<OperationType> {
        self.operation(name).map(|operation| operation.ty)
    }

    /// The operation's own name, as far as the log needs it
    pub fn name(&self, wanted: Option<&str>) -> Option<&str> {
        let mut names = self.parsed.operations.iter().filter_map(|(name, _)| name.map(Name::as_str));
        let name = names.find(|name| wanted.is_none_or(|wanted| wanted == *name))?;
        Some(name.get(..100).unwrap_or(name))
    }

    /// What the metrics call the operation: bounded by the schema and the named documents
    pub fn label(&self, name: Option<&str>) -> &'static str {
        self.read_operation(name).map(|operation| operation.label).unwrap_or_default()
    }

    fn read_operation(&self, name: Option<&str>) -> Option<&Operation> {
        wanted(self.operations.iter(), name, |operation| operation.declared.name.as_deref())
    }

    /// Refuses variables whose values do not fit: the library finds out only where one is used, when other fields of a
    /// mutation may have been executed
    pub fn check_variables(&self, name: Option<&str>, variables: &Variables) -> Result<(), ServerError> {
        let Some(operation) = self.read_operation(name) else { return Ok(()) };
        self.rules
            .check_variables(&operation.declared, variables)
            .map_err(|misfit| server_error(AppError::bad_input(format!("variables.{}", misfit.path), misfit.message)))
    }

    /// Refuses what has too many levels, aliases or root fields, and a mutation that may run one of them twice
    pub fn check_extent(&self, name: Option<&str>, config: &Config) -> Result<(), ServerError> {
        let Some(operation) = self.operation(name) else { return Ok(()) };
        let set = &operation.selection_set.node;
        for (number, most, what) in [
            (self.extent.levels, config.max_depth, "levels"),
            (self.extent.aliases, config.max_aliases, "aliases"),
            (self.fields(set), config.max_root_fields, "root fields"),
        ] {
            if number > most {
                return Err(server_error(AppError::cost(format!("An operation has at most {most} {what}"))));
            }
        }
        let repeated = if operation.ty == OperationType::Mutation { mutation::repeated(set) } else { None };
        match repeated {
            Some(key) => {
                let message = format!("{key} is selected twice under conditions: give each selection an alias");
                Err(server_error(AppError::bad_input("query", message)))
            }
            None => Ok(()),
        }
    }

    /// Refuses a subscription that is to more than one field: each event answers one
    pub fn check_subscription(&self, name: Option<&str>) -> Result<(), ServerError> {
        let Some(operation) = self.operation(name) else { return Ok(()) };
        match operation.selection_set.node.items.as_slice() {
            // What the schema does not know is the validation's business.
            [item] if matches!(&item.node, Selection::Field(field) if !field.node.name.node.starts_with("__")) => {
                Ok(())
            }
            _ => {
                let message = "A subscription selects exactly one field, without a fragment around it";
                Err(coded(ServerError::new(message, None), Code::GraphqlValidationFailed))
            }
        }
    }

    /// How many fields a selection executes: those of a fragment each time that it is spread
    fn fields(&self, set: &SelectionSet) -> usize {
        let of_each = set.items.iter().map(|selection| match &selection.node {
            Selection::Field(_) => 1,
            Selection::InlineFragment(fragment) => self.fields(&fragment.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                let fragment = self.parsed.fragments.get(&spread.node.fragment_name.node);
                fragment.map_or(0, |fragment| self.fields(&fragment.node.selection_set.node))
            }
        });
        of_each.sum()
    }
}

fn broken_rule(error: ServerError) -> ServerError {
    let code = match error.message.contains("too much ") {
        // … recursion, or nesting, for the rules to be checked
        true => Code::CostExceeded,
        false => Code::GraphqlValidationFailed,
    };
    coded(error, code)
}

/// Adds a code to an error that has none
pub fn coded(mut error: ServerError, code: Code) -> ServerError {
    error.extensions.get_or_insert_default().set("code", code.name());
    error
}

pub fn server_error(error: AppError) -> ServerError {
    // Of the document as a whole: there is no line 0.
    ServerError { locations: Vec::new(), ..async_graphql::Error::from(error).into_server_error(Pos::default()) }
}
