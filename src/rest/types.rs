//! The schema's types, as far as the shim needs them: read from its own definition, once at start.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::{
        parse_schema,
        types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition},
    },
};

/// Fields of objects, interfaces and input objects
pub struct Types(HashMap<String, Vec<Field>>);

pub struct Field {
    pub name: String,
    pub ty: Type,
    /// For input fields
    pub has_default: bool,
}

impl Types {
    pub fn read(sdl: &str) -> anyhow::Result<Types> {
        let mut types = HashMap::new();
        for definition in parse_schema(sdl)?.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let field = |name: Name, ty, has_default| Field { name: name.to_string(), ty, has_default };
            let output = |fields: Vec<Positioned<FieldDefinition>>| {
                fields.into_iter().map(|of| field(of.node.name.node, of.node.ty.node, false)).collect::<Vec<_>>()
            };
            let fields = match definition.node.kind {
                TypeKind::Object(object) => output(object.fields),
                TypeKind::Interface(interface) => output(interface.fields),
                TypeKind::InputObject(input) => {
                    let fields = input.fields.into_iter().map(|of| of.node);
                    fields.map(|of| field(of.name.node, of.ty.node, of.default_value.is_some())).collect()
                }
                _ => continue,
            };
            types.insert(definition.node.name.node.to_string(), fields);
        }
        Ok(Types(types))
    }

    pub fn fields(&self, name: &str) -> Option<&[Field]> {
        self.0.get(name).map(Vec::as_slice)
    }

    pub fn field(&self, name: &str, field: &str) -> Option<&Type> {
        self.fields(name)?.iter().find(|known| known.name == field).map(|known| &known.ty)
    }
}

/// The named type inside of lists
pub fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}
