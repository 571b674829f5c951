// Values for the variables of an operation: fitting ones, and ones that may not fit.
import { getNullableType, isEnumType, isInputObjectType, isListType, isNonNullType, isRequiredInputField, typeFromAST } from 'graphql';

const ODD = [null, 0, -1, 1.5, 2147483648, -2147483649, 9007199254740991, true, '', 'x', '1', 'LOAN', [], [null], [1, 'x'], [[1]], {}, { x: 1 }, { name: null }];

export function variables(schema, operation, random) {
  const values = {};
  for (const definition of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, definition.type);
    const mayMiss = !isNonNullType(type) || definition.defaultValue;
    if (!mayMiss || random.chance(0.7)) values[definition.variable.name.value] = value(type, random, 0);
  }
  return values;
}

function value(type, random, level) {
  if (isNonNullType(type)) return plain(type.ofType, random, level);
  return random.chance(0.15) ? null : plain(type, random, level);
}

function plain(type, random, level) {
  if (isListType(type)) {
    if (random.chance(0.2)) return plain(getNullableType(type.ofType), random, level);
    return Array.from({ length: random.below(3) }, () => value(type.ofType, random, level + 1));
  }
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const chosen = type.isOneOf
      ? [random.pick(fields)]
      : fields.filter((field) => isRequiredInputField(field) || (level < 3 && random.chance(0.3)));
    const entry = (field) => [field.name, type.isOneOf ? plain(getNullableType(field.type), random, level + 1) : value(field.type, random, level + 1)];
    return Object.fromEntries(chosen.map(entry));
  }
  switch (type.name) {
    case 'Int':
      return random.pick([0, 1, -7, 2147483647]);
    case 'Float':
      return random.pick([0, 1.5]);
    case 'Boolean':
      return random.chance(0.5);
    case 'ID':
      return random.pick([7, 'x']);
    default:
      return random.pick(['', 'x', '客户']);
  }
}

/** Changes one value somewhere inside */
export function spoil(values, random) {
  const spoilt = structuredClone(values);
  const spots = [];
  const walk = (holder) => {
    for (const key of Object.keys(holder)) {
      spots.push([holder, key]);
      if (holder[key] && typeof holder[key] === 'object') walk(holder[key]);
    }
  };
  walk(spoilt);
  if (spots.length === 0) return { unknown: 1 };
  const [holder, key] = random.pick(spots);
  const act = random.below(4);
  if (act === 0) delete holder[key];
  else if (act === 1) Array.isArray(holder) ? holder.push(random.pick(ODD)) : (holder.unknown = 1);
  else holder[key] = random.pick(ODD);
  return JSON.parse(JSON.stringify(spoilt));
}
