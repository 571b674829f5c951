//! Documents: read once, kept by their text, measured before the parser sees them.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use async_graphql::{
    Name, Pos, ServerError, Value as ConstValue, Variables,
    parser::{
        parse_query,
        types::{BaseType, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet, Type},
    },
};
use async_graphql_value::Value;
use moka::sync::Cache;

use crate::{
    config::Config,
    error::{AppError, Code},
    schema::{Price, SIZES},
};

/// PostgreSQL keeps no NUL in a text, and nobody means one
pub const NO_NUL: &str = "A NUL character is not allowed";

/// A document that was parsed
#[derive(Clone)]
pub struct Document {
    pub parsed: Arc<ExecutableDocument>,
    /// Variables that stand for the size of a list
    sizes: Arc<[Name]>,
    /// Whether it asks about the schema
    introspects: bool,
    validated: Arc<AtomicBool>,
    price: Arc<Price>,
}

/// Deepest nesting of brackets: the parser works by recursion, and a hostile document must not exhaust its stack
const MAX_NESTING: usize = 100;

/// Most words and signs of a document
const MAX_TOKENS: usize = 10_000;

/// Parsed documents, the least used thrown out first
pub struct Documents(Cache<String, Document>);

impl Default for Documents {
    fn default() -> Self {
        Documents(Cache::builder().max_capacity(64 << 20).weigher(|text: &String, _| weight(text)).build())
    }
}

/// A parsed document takes about ten times its text
fn weight(text: &str) -> u32 {
    u32::try_from(text.len().saturating_mul(10)).unwrap_or(u32::MAX)
}

impl Documents {
    pub fn get(&self, text: &str, config: &Config) -> Result<Document, ServerError> {
        if let Some(document) = self.0.get(text) {
            return Ok(document);
        }
        measure(text, config)?;
        let parsed = parse_query(text).map_err(|error| coded(ServerError::from(error), Code::GraphqlParseFailed))?;
        let introspects = text.replace("__typename", "").contains("__");
        let sizes = sizes(&parsed).into();
        let (validated, price) = Default::default();
        let document = Document { sizes, introspects, parsed: Arc::new(parsed), validated, price };
        self.0.insert(text.to_owned(), document.clone());
        Ok(document)
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

fn sizes(document: &ExecutableDocument) -> Vec<Name> {
    fn names(value: &Value, found: &mut Vec<Name>) {
        match value {
            Value::Variable(name) => found.push(name.clone()),
            Value::Object(fields) => fields.values().for_each(|value| names(value, found)),
            _ => {}
        }
    }
    fn walk(set: &SelectionSet, found: &mut Vec<Name>) {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    for (name, value) in &field.node.arguments {
                        if SIZES.contains(&name.node.as_str()) {
                            names(&value.node, found);
                        }
                    }
                    walk(&field.node.selection_set.node, found);
                }
                Selection::InlineFragment(fragment) => walk(&fragment.node.selection_set.node, found),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    let mut found = Vec::new();
    for (_, operation) in document.operations.iter() {
        walk(&operation.node.selection_set.node, &mut found);
    }
    for fragment in document.fragments.values() {
        walk(&fragment.node.selection_set.node, &mut found);
    }
    found
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

    /// Remembers that the document passed validation
    pub fn validated(&self) {
        self.validated.store(true, Ordering::Relaxed);
    }

    /// Whether validation would find nothing: it did not before, and these variables fit plainly. (Where their types
    /// are more than the built-in scalars, it looks at them again.) Not said of what asks about the schema: the one
    /// for validated documents has more in it.
    pub fn is_validated(&self, name: Option<&str>, variables: &Variables) -> bool {
        let fit = |operation: &OperationDefinition| {
            operation.variable_definitions.iter().all(|definition| {
                let definition = &definition.node;
                match variables.get(&definition.name.node) {
                    // A default lets a nullable variable stand where null may not.
                    Some(ConstValue::Null) if definition.default_value.is_some() => false,
                    Some(value) => fits(&definition.var_type.node, value),
                    None => definition.var_type.node.nullable || definition.default_value.is_some(),
                }
            })
        };
        !self.introspects && self.validated.load(Ordering::Relaxed) && self.operation(name).is_some_and(fit)
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

    /// Refuses an operation without a variable that it needs: the library finds out only where the variable is used,
    /// when other fields of a mutation may have been executed
    pub fn check_variables(&self, name: Option<&str>, variables: &Variables) -> Result<(), ServerError> {
        let definitions = self.operation(name).map(|operation| operation.variable_definitions.as_slice());
        for definition in definitions.unwrap_or_default() {
            let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
            let given = variables.get(name).is_some_and(|value| *value != ConstValue::Null);
            if !given && !ty.nullable && (variables.contains_key(name) || definition.node.default_value.is_none()) {
                let message = format!("Variable ${name} of type {ty} needs a value");
                return Err(server_error(AppError::bad_input(format!("variables.{name}"), message)));
            }
        }
        Ok(())
    }

    /// Refuses an operation with too many root fields
    pub fn check_root(&self, name: Option<&str>, most: usize) -> Result<(), ServerError> {
        let Some(operation) = self.operation(name) else { return Ok(()) };
        let mut seen = HashSet::new();
        match self.fields(&operation.selection_set.node, &mut seen) > most {
            true => Err(server_error(AppError::cost(format!("An operation has at most {most} root fields")))),
            false => Ok(()),
        }
    }

    fn fields<'a>(&'a self, set: &'a SelectionSet, seen: &mut HashSet<&'a str>) -> usize {
        let mut count = 0;
        for selection in &set.items {
            count += match &selection.node {
                Selection::Field(_) => 1,
                Selection::InlineFragment(fragment) => self.fields(&fragment.node.selection_set.node, seen),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    match (seen.insert(name), self.parsed.fragments.get(name)) {
                        (true, Some(fragment)) => self.fields(&fragment.node.selection_set.node, seen),
                        _ => 0,
                    }
                }
            };
        }
        count
    }
}

/// Whether a variable's value is plainly one of its type's
fn fits(ty: &Type, value: &ConstValue) -> bool {
    match (&ty.base, value) {
        (_, ConstValue::Null) => ty.nullable,
        (BaseType::List(inner), ConstValue::List(items)) => items.iter().all(|item| fits(inner, item)),
        (BaseType::List(_), _) => false,
        (BaseType::Named(name), ConstValue::String(_)) => matches!(name.as_str(), "ID" | "String"),
        (BaseType::Named(name), ConstValue::Boolean(_)) => name == "Boolean",
        (BaseType::Named(name), ConstValue::Number(number)) => {
            let whole = number.as_i64();
            name == "ID" && whole.is_some() || name == "Int" && whole.is_some_and(|whole| i32::try_from(whole).is_ok())
        }
        _ => false,
    }
}

/// Adds a code to an error that has none
pub fn coded(mut error: ServerError, code: Code) -> ServerError {
    error.extensions.get_or_insert_default().set("code", code.name());
    error
}

pub fn server_error(error: AppError) -> ServerError {
    async_graphql::Error::from(error).into_server_error(Pos::default())
}
