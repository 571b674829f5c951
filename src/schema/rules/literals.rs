//! What apollo-compiler overlooks in the values that a document writes down: variables within lists and objects (and
//! ones whose default is null) where their type does not fit, and a field given twice in one object.

use std::collections::HashSet;

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema,
    ast::{Argument, DirectiveList, InputValueDefinition, Type, Value, VariableDefinition},
    executable::{Operation, Selection, SelectionSet},
    parser::SourceSpan,
    schema::ExtendedType,
};

/// What is wrong, and where
pub struct Flaw(pub String, pub Option<SourceSpan>);

type Checked = Result<(), Flaw>;

/// Checks the values of a document that is valid so far
pub fn check(schema: &Schema, document: &ExecutableDocument) -> Checked {
    document.operations.iter().try_for_each(|operation| Walk::over(schema, document, operation))
}

struct Walk<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    variables: &'a [Node<VariableDefinition>],
    /// Fragments that were seen
    seen: HashSet<&'a Name>,
}

impl<'a> Walk<'a> {
    fn over(schema: &'a Schema, document: &'a ExecutableDocument, operation: &'a Operation) -> Checked {
        let mut walk = Walk { schema, document, variables: &operation.variables, seen: HashSet::new() };
        walk.directives(&operation.directives)?;
        for variable in &operation.variables {
            variable.default_value.iter().try_for_each(|value| walk.value(value, &variable.ty, None))?;
        }
        walk.selections(&operation.selection_set)
    }

    fn selections(&mut self, set: &'a SelectionSet) -> Checked {
        for selection in &set.selections {
            self.directives(selection.directives())?;
            match selection {
                Selection::Field(field) => {
                    self.arguments(&field.arguments, &field.definition.arguments)?;
                    self.selections(&field.selection_set)?;
                }
                Selection::InlineFragment(fragment) => self.selections(&fragment.selection_set)?,
                Selection::FragmentSpread(spread) if self.seen.insert(&spread.fragment_name) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name) {
                        self.directives(&fragment.directives)?;
                        self.selections(&fragment.selection_set)?;
                    }
                }
                Selection::FragmentSpread(_) => {}
            }
        }
        Ok(())
    }

    fn directives(&self, directives: &DirectiveList) -> Checked {
        directives.iter().try_for_each(|directive| match self.schema.directive_definitions.get(&directive.name) {
            Some(definition) => self.arguments(&directive.arguments, &definition.arguments),
            None => Ok(()),
        })
    }

    fn arguments(&self, given: &[Node<Argument>], known: &[Node<InputValueDefinition>]) -> Checked {
        given.iter().try_for_each(|argument| match known.iter().find(|known| known.name == argument.name) {
            Some(known) => self.value(&argument.value, &known.ty, known.default_value.as_ref()),
            None => Ok(()),
        })
    }

    fn value(&self, value: &Node<Value>, expected: &Type, default: Option<&Node<Value>>) -> Checked {
        match &**value {
            Value::Variable(name) => match self.variables.iter().find(|variable| variable.name == *name) {
                Some(variable) if !may_stand(variable, expected, default.is_some()) => {
                    let message = format!(
                        "Variable \"${name}\" of type \"{}\" used in position expecting type \"{expected}\".",
                        variable.ty
                    );
                    Err(Flaw(message, value.location()))
                }
                _ => Ok(()),
            },
            Value::List(items) => {
                let inner = if expected.is_list() { expected.item_type() } else { expected };
                items.iter().try_for_each(|item| self.value(item, inner, None))
            }
            Value::Object(fields) => self.object(fields, expected, value.location()),
            _ => Ok(()),
        }
    }

    fn object(&self, fields: &[(Name, Node<Value>)], expected: &Type, location: Option<SourceSpan>) -> Checked {
        let mut names = HashSet::new();
        if let Some((twice, _)) = fields.iter().find(|(name, _)| !names.insert(name)) {
            return Err(Flaw(format!("There can be only one input field named \"{twice}\"."), location));
        }
        // What stands within an object for a scalar of our own is the scalar's matter.
        let Some(ExtendedType::InputObject(object)) = self.schema.types.get(expected.inner_named_type()) else {
            return Ok(());
        };
        fields.iter().try_for_each(|(name, value)| match object.fields.get(name) {
            Some(known) => self.value(value, &known.ty, known.default_value.as_ref()),
            None => Ok(()),
        })
    }
}

/// Whether a variable may stand where a type is expected: a default of either lets it be null where null may not stand
fn may_stand(variable: &VariableDefinition, expected: &Type, has_default: bool) -> bool {
    let made_good = has_default || variable.default_value.as_ref().is_some_and(|default| !default.is_null());
    match expected.is_non_null() && !variable.ty.is_non_null() && made_good {
        true => variable.ty.is_assignable_to(&expected.clone().nullable()),
        false => variable.ty.is_assignable_to(expected),
    }
}
