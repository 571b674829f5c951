//! Documents: measured before the parser sees them, read and checked once, kept by their text.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Name, Pos, ServerError, Value as ConstValue, Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet},
    },
};
use async_graphql_value::Value;
use moka::sync::Cache;

use super::mutation;
use crate::{
    config::Config,
    error::{AppError, Code},
    schema::{
        Price, SIZES,
        rules::{Declared, Rules, introspection},
    },
};

/// PostgreSQL keeps no NUL in a text, and nobody means one
pub const NO_NUL: &str = "A NUL character is not allowed";

/// A document that keeps the rules of the schema
#[derive(Clone)]
pub struct Document {
    pub parsed: Arc<ExecutableDocument>,
    /// Variables that stand for the size of a list
    sizes: Arc<[Name]>,
    /// Whether it asks about the schema
    introspects: bool,
    declared: Arc<[Declared]>,
    rules: Arc<Rules>,
    price: Arc<Price>,
}

/// Deepest nesting of brackets: the parser works by recursion, and a hostile document must not exhaust its stack
const MAX_NESTING: usize = 100;

/// Most words and signs of a document
const MAX_TOKENS: usize = 10_000;

/// Most selections of a document, those of a fragment counted wherever it is spread: whatever goes through them does
/// so again for each of its uses
const MAX_SELECTIONS: usize = 20_000;

/// Documents, the least used thrown out first
pub struct Documents {
    known: Cache<String, Document>,
    rules: Arc<Rules>,
}

/// A parsed document takes about ten times its text
fn weight(text: &str) -> u32 {
    u32::try_from(text.len().saturating_mul(10)).unwrap_or(u32::MAX)
}

impl Documents {
    pub fn new(rules: Rules) -> Documents {
        let known = Cache::builder().max_capacity(64 << 20).weigher(|text: &String, _| weight(text)).build();
        Documents { known, rules: Arc::new(rules) }
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
        if selections(&parsed) > MAX_SELECTIONS {
            return Err(vec![server_error(AppError::cost("The document's fragments come to too many selections"))]);
        }
        introspection::check(&parsed).map_err(|error| vec![server_error(error)])?;
        mutation::merge(&mut parsed);
        Ok(Document {
            sizes: sizes(&parsed).into(),
            introspects: introspects(&parsed),
            parsed: Arc::new(parsed),
            declared: declared.into(),
            rules: self.rules.clone(),
            price: Arc::default(),
        })
    }
}

fn measure(text: &str, config: &Config) -> Result<(), ServerError> {
    let refuse = |message: &str| Err(server_error(AppError::cost(message)));
    if text.len() > config.max_document {
        return refuse(&format!("A document has at most {} bytes", config.max_document));
    }
    if text.contains("\\u0000") || text.contains('\0') {
        return Err(server_error(AppError::bad_input("query", NO_NUL)));
    }
    let (mut nesting, mut tokens, mut word) = (0_usize, 0_usize, false);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' | b'(' => nesting += 1,
            b'}' | b']' | b')' => nesting = nesting.saturating_sub(1),
            _ => {}
        }
        let in_word = byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
        if !byte.is_ascii_whitespace() && byte != b',' && !(in_word && word) {
            tokens += 1;
        }
        word = in_word;
        if nesting > MAX_NESTING {
            return refuse("The document is nested too deep");
        }
    }
    match tokens > MAX_TOKENS {
        true => refuse("The document has too many tokens"),
        false => Ok(()),
    }
}

/// How many selections a document comes to
fn selections(document: &ExecutableDocument) -> usize {
    fn count<'a>(
        document: &'a ExecutableDocument,
        set: &'a SelectionSet,
        known: &mut HashMap<&'a str, usize>,
    ) -> usize {
        let of_each = set.items.iter().map(|selection| match &selection.node {
            Selection::Field(field) => 1 + count(document, &field.node.selection_set.node, known),
            Selection::InlineFragment(fragment) => 1 + count(document, &fragment.node.selection_set.node, known),
            Selection::FragmentSpread(spread) => {
                let name = spread.node.fragment_name.node.as_str();
                let counted = known.get(name).copied();
                let counted = counted.or_else(|| {
                    let fragment = document.fragments.get(name)?;
                    Some(count(document, &fragment.node.selection_set.node, known))
                });
                known.insert(name, counted.unwrap_or_default());
                1 + counted.unwrap_or_default()
            }
        });
        // Saturating far below where the next sum could overflow.
        of_each.fold(0, |sum, next| (sum + next).min(usize::MAX >> 1))
    }
    let mut known = HashMap::new();
    let operations = document.operations.iter();
    operations.fold(0, |sum, (_, operation)| {
        sum.saturating_add(count(document, &operation.node.selection_set.node, &mut known))
    })
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
        let mut operations = self.parsed.operations.iter();
        match name {
            Some(wanted) => operations.find(|(name, _)| name.is_some_and(|name| name == wanted)),
            None => operations.next().filter(|_| operations.next().is_none()),
        }
        .map(|(_, operation)| &operation.node)
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

    /// The operation's first root field: a name of the schema's, since what it does not know was not executed
    pub fn label(&self, name: Option<&str>) -> String {
        let root = self.operation(name).and_then(|operation| operation.selection_set.node.items.first());
        match root.map(|selection| &selection.node) {
            Some(Selection::Field(field)) => field.node.name.node.to_string(),
            _ => "fragment".to_owned(),
        }
    }

    /// Refuses variables whose values do not fit: the library finds out only where one is used, when other fields of a
    /// mutation may have been executed
    pub fn check_variables(&self, name: Option<&str>, variables: &Variables) -> Result<(), ServerError> {
        let mut declared = self.declared.iter();
        let operation = match name {
            Some(_) => declared.find(|operation| operation.name.as_deref() == name),
            None => declared.next().filter(|_| declared.next().is_none()),
        };
        let Some(operation) = operation else { return Ok(()) };
        self.rules
            .check_variables(operation, variables)
            .map_err(|misfit| server_error(AppError::bad_input(format!("variables.{}", misfit.path), misfit.message)))
    }

    /// Refuses an operation with too many root fields, and a mutation that may run one of them twice
    pub fn check_root(&self, name: Option<&str>, most: usize) -> Result<(), ServerError> {
        let Some(operation) = self.operation(name) else { return Ok(()) };
        let set = &operation.selection_set.node;
        if self.fields(set) > most {
            return Err(server_error(AppError::cost(format!("An operation has at most {most} root fields"))));
        }
        match mutation::repeated(set).filter(|_| operation.ty == OperationType::Mutation) {
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
                Err(coded(ServerError::new(message, Some(Pos::default())), Code::GraphqlValidationFailed))
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
    async_graphql::Error::from(error).into_server_error(Pos::default())
}
