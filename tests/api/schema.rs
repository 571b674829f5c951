//! `schema.graphql` is what the code says, every field is described, and every root field is guarded.

use std::{collections::BTreeMap, env, fs};

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};
use quintet::schema;
use serde_json::json;

use crate::{app::both, live::EventStream};

/// Root fields that need no token, and why
const PUBLIC: [(&str, &str); 5] = [
    ("sessionCreate", "signing in"),
    ("dictionaryEntries", "lists of codes and names, which the property realm documents without a token"),
    ("dictionaryEntry", "one of them"),
    ("estateAgentIsActive", "whether a number works, which the property realm documents without a token"),
    ("serverAuthority", "the address that the client has reached already"),
];

#[test]
fn schema_graphql_is_up_to_date() {
    let (written, now) = (fs::read_to_string("schema.graphql").unwrap_or_default(), schema::sdl());
    if written != now {
        fs::write("schema.graphql", now).unwrap();
        assert!(env::var("CI").is_err(), "schema.graphql was not up to date");
        panic!("schema.graphql was not up to date; it was written anew: look at its diff and commit it");
    }
}

fn types() -> BTreeMap<String, TypeDefinition> {
    let definitions = parse_schema(schema::sdl()).unwrap().definitions.into_iter();
    definitions
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some((definition.node.name.node.to_string(), definition.node)),
            _ => None,
        })
        .collect()
}

fn fields(definition: &TypeDefinition) -> Vec<FieldDefinition> {
    match &definition.kind {
        TypeKind::Object(object) => object.fields.iter().map(|field| field.node.clone()).collect(),
        TypeKind::Interface(interface) => interface.fields.iter().map(|field| field.node.clone()).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn everything_is_described() {
    let mut bare = Vec::new();
    let types = types();
    // The paging arguments of every list mean the same.
    let paging = ["first", "after", "last", "before", "page", "filter", "id", "ids", "input"];
    for (name, definition) in &types {
        if name.starts_with("__") {
            continue;
        }
        if definition.description.is_none() && !matches!(name.as_str(), "Query" | "Mutation" | "Subscription") {
            bare.push(name.clone());
        }
        for field in fields(definition) {
            if field.description.is_none() {
                bare.push(format!("{name}.{}", field.name.node));
            }
            for argument in field.arguments {
                let argument = argument.node;
                if argument.description.is_none() && !paging.contains(&argument.name.node.as_str()) {
                    bare.push(format!("{name}.{}({}:)", field.name.node, argument.name.node));
                }
            }
        }
        match &definition.kind {
            TypeKind::InputObject(input) => {
                let bare_fields = input.fields.iter().filter(|field| field.node.description.is_none());
                bare.extend(bare_fields.map(|field| format!("{name}.{}", field.node.name.node)));
            }
            TypeKind::Enum(values) => {
                let bare_values = values.values.iter().filter(|value| value.node.description.is_none());
                bare.extend(bare_values.map(|value| format!("{name}.{}", value.node.value.node)));
            }
            _ => {}
        }
    }
    assert!(types.len() > 100, "only {} types found", types.len());
    assert!(bare.is_empty(), "without a description: {bare:#?}");
}

/// Some value of a type, written in GraphQL
fn some(ty: &Type, types: &BTreeMap<String, TypeDefinition>) -> String {
    let name = match &ty.base {
        BaseType::List(inner) => return format!("[{}]", some(inner, types)),
        BaseType::Named(name) => name.as_str(),
    };
    match name {
        "Int" | "Long" | "ID" => "1".into(),
        "Boolean" => "true".into(),
        "Money" | "Rate" => "\"1\"".into(),
        "DateTime" => "\"2026-01-01T00:00:00Z\"".into(),
        "NaiveDate" | "Date" => "\"2026-01-01\"".into(),
        _ => match types.get(name).map(|definition| &definition.kind) {
            Some(TypeKind::Enum(values)) => values.values[0].node.value.node.to_string(),
            Some(TypeKind::InputObject(input)) => {
                let fields: Vec<&InputValueDefinition> = input.fields.iter().map(|field| &field.node).collect();
                format!("{{{}}}", required(&fields, types))
            }
            _ => "\"some text\"".into(),
        },
    }
}

fn required(of: &[&InputValueDefinition], types: &BTreeMap<String, TypeDefinition>) -> String {
    let needed = of.iter().filter(|argument| !argument.ty.node.nullable && argument.default_value.is_none());
    needed.map(|argument| format!("{}: {} ", argument.name.node, some(&argument.ty.node, types))).collect()
}

/// A document that asks one root field, or none where it takes an upload
fn ask(kind: &str, field: &FieldDefinition, types: &BTreeMap<String, TypeDefinition>) -> Option<String> {
    let arguments: Vec<_> = field.arguments.iter().map(|argument| &argument.node).collect();
    if arguments.iter().any(|argument| argument.ty.node.to_string().starts_with("Upload")) {
        return None;
    }
    let arguments = required(&arguments, types);
    let arguments = if arguments.is_empty() { arguments } else { format!("({arguments})") };
    let mut named = &field.ty.node.base;
    while let BaseType::List(inner) = named {
        named = &inner.base;
    }
    let is_leaf =
        matches!(types.get(&named.to_string()).map(|it| &it.kind), None | Some(TypeKind::Scalar | TypeKind::Enum(_)));
    let selection = if is_leaf { "" } else { " { __typename }" };
    Some(format!("{kind} {{ {}{arguments}{selection} }}", field.name.node))
}

both! {
    async fn every_root_field_is_guarded(app: TestApp) {
        let types = types();
        let mut asked = 0;
        let mut open = Vec::new();
        for (root, kind) in [("Query", "query"), ("Mutation", "mutation")] {
            for field in fields(&types[root]) {
                let Some(document) = ask(kind, &field, &types) else { continue };
                let answer = app.nobody().query_with(&document, json!({})).await;
                let code = answer.body.pointer("/errors/0/extensions/code").and_then(|code| code.as_str());
                let path = answer.body.pointer("/errors/0/path");
                assert!(path.is_some() || code.is_none(), "{document} is no valid document: {}", answer.body);
                asked += 1;
                if code != Some("UNAUTHENTICATED") || answer.body["data"].as_object().is_some() {
                    open.push(field.name.node.to_string());
                }
            }
        }
        assert!(asked > 100, "only {asked} root fields found");
        let subscriptions = fields(&types["Subscription"]);
        assert!(!subscriptions.is_empty());
        for field in subscriptions {
            let document = ask("subscription", &field, &types).unwrap();
            let events = EventStream::post(&app.nobody(), &document).await.rest().await;
            let code = events[0].1.pointer("/errors/0/extensions/code").and_then(|code| code.as_str());
            assert!(events[0].1.pointer("/errors/0/path").is_some(), "{document} is no valid document: {events:?}");
            if code != Some("UNAUTHENTICATED") {
                open.push(field.name.node.to_string());
            }
        }
        open.retain(|name| !PUBLIC.iter().any(|(public, _)| public == name));
        assert!(open.is_empty(), "open to everybody: {open:?}");
    }
}
