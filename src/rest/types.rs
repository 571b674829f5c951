//! The schema's types, as far as the shim needs them: read from its own definition, once at start.

use std::collections::HashMap;

use async_graphql::{
    Positioned,
    parser::{
        parse_schema,
        types::{BaseType, EnumValueDefinition, FieldDefinition, InputValueDefinition, Type, TypeKind},
        types::{TypeDefinition, TypeSystemDefinition},
    },
};

/// Fields of objects, interfaces and input objects; values of enums
#[derive(Default)]
pub struct Types {
    fields: HashMap<String, Vec<Field>>,
    values: HashMap<String, Vec<EnumValue>>,
}

/// A field of an object or input object, or an argument
pub struct Field {
    pub name: String,
    pub ty: Type,
    pub description: Option<String>,
    /// For input fields and arguments
    pub has_default: bool,
    pub arguments: Vec<Field>,
}

/// A value of an enum
pub struct EnumValue {
    pub name: String,
    pub description: Option<String>,
}

impl Types {
    pub fn read(sdl: &str) -> anyhow::Result<Types> {
        let mut types = Types::default();
        for definition in parse_schema(sdl)?.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            types.add(definition.node);
        }
        Ok(types)
    }

    fn add(&mut self, definition: TypeDefinition) {
        let fields = match definition.kind {
            TypeKind::Object(object) => object.fields.into_iter().map(field).collect(),
            TypeKind::Interface(interface) => interface.fields.into_iter().map(field).collect(),
            TypeKind::InputObject(input) => input.fields.into_iter().map(argument).collect(),
            TypeKind::Enum(values) => {
                let values = values.values.into_iter().map(value).collect();
                self.values.insert(definition.name.node.to_string(), values);
                return;
            }
            TypeKind::Scalar | TypeKind::Union(_) => return,
        };
        self.fields.insert(definition.name.node.to_string(), fields);
    }

    pub fn fields(&self, name: &str) -> Option<&[Field]> {
        self.fields.get(name).map(Vec::as_slice)
    }

    pub fn field(&self, name: &str, field: &str) -> Option<&Field> {
        self.fields(name)?.iter().find(|known| known.name == field)
    }

    /// Values of an enum
    pub fn values(&self, name: &str) -> Option<&[EnumValue]> {
        self.values.get(name).map(Vec::as_slice)
    }
}

fn text(description: Option<Positioned<String>>) -> Option<String> {
    description.map(|text| text.node.trim().to_owned())
}

fn field(definition: Positioned<FieldDefinition>) -> Field {
    let FieldDefinition { description, name, arguments, ty, .. } = definition.node;
    Field {
        name: name.node.to_string(),
        ty: ty.node,
        description: text(description),
        has_default: false,
        arguments: arguments.into_iter().map(argument).collect(),
    }
}

fn argument(definition: Positioned<InputValueDefinition>) -> Field {
    let InputValueDefinition { description, name, ty, default_value, .. } = definition.node;
    Field {
        name: name.node.to_string(),
        ty: ty.node,
        description: text(description),
        has_default: default_value.is_some(),
        arguments: Vec::new(),
    }
}

fn value(definition: Positioned<EnumValueDefinition>) -> EnumValue {
    EnumValue { name: definition.node.value.node.to_string(), description: text(definition.node.description) }
}

/// The named type inside of lists
pub fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}
