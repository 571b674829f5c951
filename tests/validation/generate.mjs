// Documents that are valid by how they are made, as syntax trees of graphql-js.
import {
  Kind,
  astFromValue,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  parseType,
} from 'graphql';

const MOST_LEVELS = 5;

export const name = (value) => ({ kind: Kind.NAME, value });
const variable = (value) => ({ kind: Kind.VARIABLE, name: name(value) });
const object = (fields) => ({ kind: Kind.OBJECT, fields });

export class Generator {
  constructor(schema, random) {
    this.schema = schema;
    this.random = random;
  }

  document() {
    this.fragments = [];
    this.variables = new Map();
    this.keys = 0;
    const roots = [this.schema.getQueryType(), this.schema.getMutationType(), this.schema.getSubscriptionType()];
    const kinds = ['query', 'mutation', 'subscription'];
    const wanted = this.random.pick([0, 0, 0, 1, 1, 2]);
    const index = roots[wanted] ? wanted : 0;
    const most = index === 2 ? 1 : 2;
    const selectionSet = this.selections(roots[index], 0, most);
    if (index === 2) selectionSet.selections.forEach((selection) => (selection.directives = []));
    const definitions = [...this.variables].map(([key, { type, defaultValue }]) => ({
      kind: Kind.VARIABLE_DEFINITION,
      variable: variable(key),
      type: parseType(type),
      defaultValue,
      directives: [],
    }));
    const operation = {
      kind: Kind.OPERATION_DEFINITION,
      operation: kinds[index],
      name: this.random.chance(0.8) || definitions.length > 0 ? name('Operation') : undefined,
      variableDefinitions: definitions,
      directives: [],
      selectionSet,
    };
    return { kind: Kind.DOCUMENT, definitions: [operation, ...this.fragments] };
  }

  selections(type, level, most = 4) {
    const { random } = this;
    const fields = type.getFields ? Object.values(type.getFields()) : [];
    const fit = fields.filter((field) => level < MOST_LEVELS || !isCompositeType(getNamedType(field.type)));
    const chosen = fit.length > 0 ? random.some(fit, 1 + random.below(most)) : [];
    const selections = chosen.map((field) => this.field(field, level));
    const isSubscription = type === this.schema.getSubscriptionType();
    if (!isSubscription && (selections.length === 0 || random.chance(0.15))) {
      selections.push({ kind: Kind.FIELD, name: name('__typename'), arguments: [], directives: [] });
    }
    if (!isSubscription && level < MOST_LEVELS) {
      if (random.chance(isAbstractType(type) ? 0.8 : 0.12)) selections.push(this.inline(type, level));
      if (random.chance(0.12)) selections.push(this.spread(type, level));
      // The same field twice, which is no conflict.
      if (random.chance(0.1)) selections.push(structuredClone(random.pick(selections)));
    }
    return { kind: Kind.SELECTION_SET, selections };
  }

  field(field, level) {
    const named = getNamedType(field.type);
    // Two fields of one name could differ in their arguments, so each has a key of its own.
    const alias = field.args.length > 0 || this.random.chance(0.2) ? name(`k${this.keys++}`) : undefined;
    return {
      kind: Kind.FIELD,
      alias,
      name: name(field.name),
      arguments: this.arguments(field.args),
      directives: this.directives(),
      selectionSet: isCompositeType(named) ? this.selections(named, level + 1) : undefined,
    };
  }

  /** A type that this one may turn out to be */
  narrower(type) {
    if (!isAbstractType(type)) {
      return this.random.pick([type, ...type.getInterfaces()]);
    }
    return this.random.pick([type, ...this.schema.getPossibleTypes(type)]);
  }

  inline(type, level) {
    const on = this.random.chance(0.2) ? type : this.narrower(type);
    return {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: on === type ? undefined : { kind: Kind.NAMED_TYPE, name: name(on.name) },
      directives: this.directives(),
      selectionSet: this.selections(on, level + 1, 2),
    };
  }

  spread(type, level) {
    const on = this.narrower(type);
    const fragment = `Fragment${this.keys++}`;
    this.fragments.push({
      kind: Kind.FRAGMENT_DEFINITION,
      name: name(fragment),
      typeCondition: { kind: Kind.NAMED_TYPE, name: name(on.name) },
      directives: [],
      selectionSet: this.selections(on, level + 1, 2),
    });
    return { kind: Kind.FRAGMENT_SPREAD, name: name(fragment), directives: this.directives() };
  }

  directives() {
    if (!this.random.chance(0.06)) return [];
    const value = this.value(this.schema.getDirective('skip').args[0].type, undefined, 0);
    return [
      {
        kind: Kind.DIRECTIVE,
        name: name(this.random.pick(['skip', 'include'])),
        arguments: [{ kind: Kind.ARGUMENT, name: name('if'), value }],
      },
    ];
  }

  arguments(args) {
    return args
      .filter((arg) => isRequiredArgument(arg) || this.random.chance(0.3))
      .map((arg) => ({
        kind: Kind.ARGUMENT,
        name: name(arg.name),
        value: this.value(arg.type, arg.defaultValue, 0),
      }));
  }

  value(type, defaultValue, level) {
    const { random } = this;
    if (random.chance(0.3)) return this.variable(type, defaultValue);
    if (isNonNullType(type)) return this.plain(type.ofType, level);
    return random.chance(0.1) ? { kind: Kind.NULL } : this.plain(type, level);
  }

  plain(type, level) {
    const { random } = this;
    if (isListType(type)) {
      // One item stands for a list of one.
      if (random.chance(0.2)) return this.plain(getNullableType(type.ofType), level);
      const values = Array.from({ length: random.below(3) }, () => this.value(type.ofType, undefined, level + 1));
      return { kind: Kind.LIST, values };
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      if (type.isOneOf) {
        const field = random.pick(fields);
        return object([this.entry(field, this.plain(getNullableType(field.type), level + 1))]);
      }
      const chosen = fields.filter((field) => isRequiredInputField(field) || (level < 3 && random.chance(0.2)));
      return object(chosen.map((field) => this.entry(field, this.value(field.type, field.defaultValue, level + 1))));
    }
    if (isEnumType(type)) return { kind: Kind.ENUM, value: random.pick(type.getValues()).name };
    return this.scalar(type.name);
  }

  entry(field, value) {
    return { kind: Kind.OBJECT_FIELD, name: name(field.name), value };
  }

  scalar(type) {
    const { random } = this;
    const number = String(random.pick([0, 1, -7, 2147483647, -2147483648]));
    switch (type) {
      case 'Int':
        return { kind: Kind.INT, value: number };
      case 'Float':
        return random.pick([{ kind: Kind.INT, value: number }, { kind: Kind.FLOAT, value: '-1.5e3' }]);
      case 'Boolean':
        return { kind: Kind.BOOLEAN, value: random.chance(0.5) };
      case 'ID':
        return random.pick([{ kind: Kind.INT, value: number }, { kind: Kind.STRING, value: '7' }]);
      case 'String':
        return { kind: Kind.STRING, value: random.pick(['', 'a "quoted" word', '客户\n', '\\ / \u{1f600} é']), block: random.chance(0.1) };
      default:
        // Custom scalars: what they take is their own, and no matter of validation.
        return random.pick([{ kind: Kind.STRING, value: '2026-01-01' }, { kind: Kind.INT, value: '99999999999' }]);
    }
  }

  /** A variable that may stand where this type is wanted */
  variable(type, locationDefault) {
    const { random } = this;
    const same = [...this.variables].filter(([, known]) => known.type === String(type));
    if (same.length > 0 && random.chance(0.5)) return variable(random.pick(same)[0]);
    const key = `v${this.variables.size}`;
    const known = { type: String(type) };
    this.variables.set(key, known);
    const nullable = getNullableType(type);
    const isLeaf = !isInputObjectType(getNamedType(type));
    if (isNonNullType(type)) {
      const defaultValue = isLeaf && random.chance(0.3) ? this.constant(nullable) : undefined;
      // Nullable where null may not stand, made good by a default of one of both.
      if (locationDefault !== undefined || (defaultValue && random.chance(0.5))) known.type = String(nullable);
      known.defaultValue = defaultValue;
    } else if (random.chance(0.3)) {
      if (random.chance(0.5)) known.type = `${type}!`;
      else if (isLeaf) known.defaultValue = random.chance(0.2) ? { kind: Kind.NULL } : this.constant(nullable);
    }
    return variable(key);
  }

  constant(type) {
    if (isListType(type)) return { kind: Kind.LIST, values: [this.constant(getNullableType(type.ofType))] };
    if (isEnumType(type)) return astFromValue(this.random.pick(type.getValues()).value, type);
    return this.scalar(type.name);
  }
}
