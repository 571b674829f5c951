//! The shim's own directives: read when a document is compiled, and removed from what is executed.

use std::collections::HashMap;

use anyhow::{Context as _, anyhow, bail, ensure};
use async_graphql::{
    Positioned, Value as ConstValue,
    parser::types::{Directive, Selection, SelectionSet, VariableDefinition},
};
use async_graphql_value::Value;
use serde_json::Value as Json;

use super::{
    input::{Ago, Source, Variable},
    output::{Condition, Form, NO, Shape, Tree, YES},
    types::named,
};
use crate::graphql::codes::{CodeBook, CodeValue};

/// Reads one of the shim's directives on a field
pub fn direct(shape: &mut Shape, directive: &Directive, codes: &CodeBook) -> anyhow::Result<()> {
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
        "wire" => match arguments.text("as").context("@wire needs as:")? {
            "YES_NO" => {
                shape.map = [("true", YES), ("false", NO)].map(|(value, word)| (value.to_owned(), word.into())).into()
            }
            "LABEL" => {
                let label = |value: &CodeValue| Some((value.name.to_owned(), value.label?.into()));
                shape.map = codes.values(named(&shape.ty)).iter().filter_map(label).collect();
                ensure!(!shape.map.is_empty(), "@wire(as: LABEL): the values of {} have no labels", shape.ty);
            }
            "CODE" => {
                let code = |value: &CodeValue| (value.name.to_owned(), value.code.to_string().into());
                shape.map = codes.values(named(&shape.ty)).iter().map(code).collect();
            }
            form => shape.form = Form::named(form).ok_or_else(|| anyhow!("@wire knows no {form}"))?,
        },
        "include" | "skip" => {}
        other => bail!("no directive @{other}"),
    }
    Ok(())
}

const OURS: [&str; 9] = ["spread", "hide", "tuple", "unwrap", "const", "null", "map", "wire", "tree"];

/// Removes the shim's directives
pub fn strip(set: &mut SelectionSet) {
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

pub fn variable(definition: &VariableDefinition) -> anyhow::Result<Variable> {
    let name = definition.name.node.to_string();
    let mut variable = Variable {
        source: match name.strip_prefix("has_") {
            Some(parameter) => Source::Presence(parameter.to_owned()),
            None => Source::Parameter(vec![name.clone()]),
        },
        ty: definition.var_type.node.clone(),
        default: definition.default_value.as_ref().map(|value| json(value.node.clone())).transpose()?,
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

/// What `@include` and `@skip` ask for
pub fn conditions(directives: &[Positioned<Directive>]) -> Vec<Condition> {
    let condition = |directive: &Positioned<Directive>| {
        let holds = match directive.node.name.node.as_str() {
            "include" => true,
            "skip" => false,
            _ => return None,
        };
        match &directive.node.get_argument("if")?.node {
            Value::Variable(name) => Some(Condition { of: name.to_string(), holds }),
            _ => None,
        }
    };
    directives.iter().filter_map(condition).collect()
}

/// A directive's arguments as JSON
pub struct Arguments(pub serde_json::Map<String, Json>);

impl Arguments {
    pub fn of(directive: &Directive) -> anyhow::Result<Arguments> {
        let mut arguments = serde_json::Map::new();
        for (name, value) in &directive.arguments {
            // A variable stands only in @include and @skip, which are GraphQL's own.
            if let Some(value) = value.node.clone().into_const() {
                arguments.insert(name.node.to_string(), json(value)?);
            }
        }
        Ok(Arguments(arguments))
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Json::as_str)
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Json::as_i64)
    }

    pub fn texts(&self, name: &str) -> Vec<&str> {
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

fn json(value: ConstValue) -> anyhow::Result<Json> {
    Ok(value.into_json()?)
}
