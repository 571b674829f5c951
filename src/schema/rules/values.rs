//! Whether values that came with a request fit the variables that its operation declares.

use apollo_compiler::{
    Node, Schema,
    ast::{Type, VariableDefinition},
    schema::{ExtendedType, InputObjectType},
};
use async_graphql::{Value, Variables};

/// What does not fit: its path (`input.items.0.name`) and what is wrong with it
pub struct Misfit {
    pub path: String,
    pub message: String,
}

type Checked = Result<(), Misfit>;

/// Checks the values of an operation's variables; ones that it does not declare do not matter
pub fn check(schema: &Schema, definitions: &[Node<VariableDefinition>], variables: &Variables) -> Checked {
    definitions.iter().try_for_each(|definition| {
        let name = definition.name.as_str();
        match variables.get(name) {
            None if definition.default_value.is_none() && definition.ty.is_non_null() => missing(&definition.ty),
            None => Ok(()),
            Some(value) => fits(schema, &definition.ty, value),
        }
        .map_err(|misfit| misfit.under(name))
    })
}

fn missing(ty: &Type) -> Checked {
    misfit(format!("A value of type {ty} is needed"))
}

fn misfit(message: String) -> Checked {
    Err(Misfit { path: String::new(), message })
}

impl Misfit {
    fn under(self, name: &str) -> Misfit {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{name}.{}", self.path) };
        Misfit { path, ..self }
    }
}

fn fits(schema: &Schema, ty: &Type, value: &Value) -> Checked {
    match (ty, value) {
        (_, Value::Null) if ty.is_non_null() => missing(ty),
        (_, Value::Null) => Ok(()),
        (Type::List(inner) | Type::NonNullList(inner), Value::List(items)) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| fits(schema, inner, item).map_err(|misfit| misfit.under(&index.to_string()))),
        // One item stands for a list of one.
        (Type::List(inner) | Type::NonNullList(inner), _) => fits(schema, inner, value),
        (Type::Named(name) | Type::NonNullNamed(name), _) => match (schema.types.get(name), value) {
            (Some(ExtendedType::InputObject(object)), Value::Object(_)) => fits_object(schema, object, value),
            (Some(ExtendedType::Enum(known)), Value::String(text)) if known.values.contains_key(text.as_str()) => {
                Ok(())
            }
            (Some(ExtendedType::Scalar(_)), _) if fits_scalar(name, value) => Ok(()),
            _ => misfit(format!("This is no {name}")),
        },
    }
}

fn fits_object(schema: &Schema, object: &InputObjectType, value: &Value) -> Checked {
    let Value::Object(given) = value else { return Ok(()) };
    if let Some(unknown) = given.keys().find(|name| !object.fields.contains_key(name.as_str())) {
        return misfit(format!("{} has no such field", object.name)).map_err(|misfit| misfit.under(unknown));
    }
    object.fields.iter().try_for_each(|(name, field)| {
        match given.get(name.as_str()) {
            None if field.is_required() => missing(&field.ty),
            None => Ok(()),
            Some(value) => fits(schema, &field.ty, value),
        }
        .map_err(|misfit| misfit.under(name))
    })
}

/// The scalars of GraphQL itself; ours check what they read
fn fits_scalar(name: &str, value: &Value) -> bool {
    match (name, value) {
        ("Int", Value::Number(number)) => number.as_i64().is_some_and(|whole| i32::try_from(whole).is_ok()),
        ("Float", Value::Number(_)) | ("String" | "ID", Value::String(_)) | ("Boolean", Value::Boolean(_)) => true,
        ("ID", Value::Number(number)) => number.is_i64() || number.is_u64(),
        ("Int" | "Float" | "String" | "ID" | "Boolean", _) => false,
        _ => true,
    }
}
