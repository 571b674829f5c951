// What makes a valid document wrong, or looks as if it did: the oracle says which.
import { Kind, parse, print } from 'graphql';
import { name } from './generate.mjs';

/** Every node of a document with the place where it stands: a list and an index in it, or an object and a key */
function places(document) {
  const found = [];
  const walk = (holder, key) => {
    const node = holder[key];
    if (Array.isArray(node)) node.forEach((_, index) => walk(node, index));
    else if (node && typeof node === 'object' && node.kind) {
      found.push({ holder, key, node });
      Object.keys(node).forEach((inner) => walk(node, inner));
    }
  };
  walk(document, 'definitions');
  return found;
}

const VALUES = ['0', '-1', '2147483648', '-2147483649', '1.0', '1e3', '"x"', '""', 'true', 'null', 'PLAIN', '[]', '[1]', '[[1]]', '[null]', '{}', '{x: 1}', '$v0', '$missing', '"""block"""', '"LOAN"', '99999999999999999999'];
const DIRECTIVES = ['@skip(if: true)', '@include(if: $v0)', '@skip', '@skip(if: null)', '@unknown', '@deprecated', '@skip(if: true, if: false)', '@include(if: "true")', '@specifiedBy(url: "x")', '@oneOf'];
const TYPES = ['Int', 'Int!', '[Int]', '[Int!]!', 'String', 'String!', 'ID', 'ID!', '[ID!]', 'Boolean', 'Long', 'Realm', '[Realm!]', 'Customer', 'Account', 'Missing', 'CustomerFilter', 'Money', '[[Int]]'];
const SELECTIONS = [
  '__typename',
  'id',
  'name',
  'nodes { id }',
  'missing',
  'name: id',
  'id: __typename',
  'same: id same: name',
  'id { x }',
  '... { id }',
  '... on Node { id }',
  '... on Customer { name mobile }',
  '... on LoanCustomer { id: name }',
  '... on Missing { id }',
  '... on Money { x }',
  '... on TagFilter { x }',
  '...Fragment0',
  '...Missing',
  '__schema { types { name } }',
  '__type(name: "Query") { name fields { name type { name ofType { name } } } }',
  '__type(name: "Query") { fields { type { fields { type { fields { name } } } } } }',
  '__schema { types { fields { args { type { inputFields { type { possibleTypes { name } } } } } } } }',
  '__type { name }',
  '__type(name: 1) { name }',
  'node(id: "x") { id ... on Tag { key: name } ... on Branch { key: id } }',
  'node(id: "x") { id ... on Tag { key: customerCount } ... on Branch { key: name } }',
  'n: node(id: "x") { key: id } n: node(id: "x") { key: __typename }',
  'n: node(id: "x") { key: id } n: node(id: "y") { key: id }',
  'n: nodes(ids: ["x"]) { id } n: nodes(ids: "x") { id }',
  'n: customers(first: 1) { nodes { id } } n: customers(first: 1) { nodes { id: name } }',
];

const fragment = (text) => parse(text, { noLocation: true });
const value = (text) => fragment(`{ a(b: ${text}) }`).definitions[0].selectionSet.selections[0].arguments[0].value;
const selections = (text) => fragment(`{ ${text} }`).definitions[0].selectionSet.selections;
const directives = (text) => fragment(`{ a ${text} }`).definitions[0].selectionSet.selections[0].directives;
const typeOf = (text) => fragment(`query ($a: ${text}) { a }`).definitions[0].variableDefinitions[0].type;

const isValue = ({ kind }) =>
  [Kind.INT, Kind.FLOAT, Kind.STRING, Kind.BOOLEAN, Kind.NULL, Kind.ENUM, Kind.LIST, Kind.OBJECT].includes(kind) ||
  kind === Kind.VARIABLE;
const withSelections = ({ kind }) => kind === Kind.SELECTION_SET;

/** Each takes a document's places and a source of chance; false where it finds nothing to do */
const MUTATIONS = {
  replaceValue: one(({ node, key }) => isValue(node) && key !== 'variable', (place, random) => {
    place.holder[place.key] = value(random.pick(VALUES));
  }),
  wrapValue: one(({ node, key }) => isValue(node) && key !== 'variable', (place) => {
    place.holder[place.key] = { kind: Kind.LIST, values: [place.node] };
  }),
  renameField: one(({ node }) => node.kind === Kind.FIELD, ({ node }, random) => {
    node.name = name(random.pick(['id', 'name', 'nodes', 'missing', '__typename', 'totalCount']));
  }),
  renameArgument: one(({ node }) => node.kind === Kind.ARGUMENT, ({ node }, random) => {
    node.name = name(random.pick(['id', 'first', 'input', 'filter', 'missing']));
  }),
  renameInputField: one(({ node }) => node.kind === Kind.OBJECT_FIELD, ({ node }, random) => {
    node.name = name(random.pick(['name', 'id', 'missing', 'mobile']));
  }),
  drop: one(({ holder }) => Array.isArray(holder) && holder.length > 1, ({ holder, key }) => {
    holder.splice(key, 1);
  }),
  dropArguments: one(({ node }) => node.arguments?.length > 0, ({ node }) => {
    node.arguments = [];
  }),
  double: one(({ holder }) => Array.isArray(holder), ({ holder, key, node }) => {
    holder.splice(key, 0, structuredClone(node));
  }),
  alias: one(({ node }) => node.kind === Kind.FIELD, ({ node }, random) => {
    node.alias = random.chance(0.3) ? undefined : name(random.pick(['id', 'name', 'k0', 'k1', 'k2']));
  }),
  addDirective: one(({ node }) => node.directives, ({ node }, random) => {
    node.directives = [...node.directives, ...directives(random.pick(DIRECTIVES))];
  }),
  addSelections: one(({ node }) => withSelections(node), ({ node }, random) => {
    node.selections = [...node.selections, ...selections(random.pick(SELECTIONS))];
  }),
  dropSelections: one(({ node }) => node.kind === Kind.FIELD && node.selectionSet, ({ node }) => {
    node.selectionSet = undefined;
  }),
  changeCondition: one(({ node }) => node.typeCondition, ({ node }, random) => {
    node.typeCondition.name = name(random.pick(['Query', 'Customer', 'Node', 'Tag', 'LoanCustomer', 'Interaction', 'Missing', 'IdCard', 'Long']));
  }),
  changeType: one(({ node }) => node.kind === Kind.VARIABLE_DEFINITION, ({ node }, random) => {
    node.type = typeOf(random.pick(TYPES));
  }),
  changeDefault: one(({ node }) => node.kind === Kind.VARIABLE_DEFINITION, ({ node }, random) => {
    node.defaultValue = value(random.pick(VALUES.filter((text) => !text.startsWith('$'))));
  }),
  renameVariable: one(({ node }) => node.kind === Kind.VARIABLE, ({ node }, random) => {
    node.name = name(random.pick(['v0', 'v1', 'v2', 'missing']));
  }),
  spreadSomewhere: one(({ node }) => withSelections(node), ({ node }, random, document) => {
    const known = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
    const wanted = known.length > 0 ? random.pick(known).name : name('Fragment0');
    node.selections = [...node.selections, { kind: Kind.FRAGMENT_SPREAD, name: wanted, directives: [] }];
  }),
  addOperation: one(({ node }) => node.kind === Kind.OPERATION_DEFINITION, (_, random, document) => {
    const text = random.pick(['{ __typename }', 'query Operation { __typename }', 'query Other { __typename }', 'query Other($v0: Int) { __typename }', 'fragment Unused on Query { __typename }', 'fragment Fragment0 on Query { __typename }']);
    document.definitions = [...document.definitions, ...fragment(text).definitions];
  }),
  /** Two nodes of one kind change places */
  swap: (found, random) => {
    const first = random.pick(found);
    const others = found.filter(({ node }) => node !== first.node && node.kind === first.node.kind);
    if (others.length === 0) return false;
    const second = random.pick(others);
    first.holder[first.key] = structuredClone(second.node);
    second.holder[second.key] = structuredClone(first.node);
    return true;
  },
};

function one(fits, act) {
  return (found, random, document) => {
    const fit = found.filter(fits);
    if (fit.length === 0) return false;
    act(random.pick(fit), random, document);
    return true;
  };
}

/** One to three mutations of a copy; null where none fits */
export function mutate(document, random) {
  const copy = structuredClone(document);
  const done = [];
  for (let left = random.pick([1, 1, 1, 2, 3]); left > 0; left--) {
    const wanted = random.pick(Object.keys(MUTATIONS));
    if (MUTATIONS[wanted](places(copy), random, copy)) done.push(wanted);
  }
  return done.length > 0 ? { done, text: print(copy) } : null;
}

const TOKENS = ['{', '}', '(', ')', '[', ']', ':', '!', '$', '=', '@', '...', '|', '&', 'on', 'query', 'fragment', 'name', '1', '01', '1.', '-', '"x"', '"', '"""', '#', ',', '\ufeff', '.5', '1x', 'true', 'null', '"\\u00e9"', '"\\u{1F600}"', '"\\uD83D\\uDE00"', '"\\uD83D"', '"\\q"', 'type', 'trueish', 'nullable', 'queryx', '{}', '()'];

export const tokens = (text) => text.match(/"""[^]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*|\.\.\.|[A-Za-z_]\w*|-?\d[\w.+-]*|\s+|[^]/g) ?? [];

/** A token more, less, or another */
export function garble(text, random) {
  const list = tokens(text);
  for (let left = random.pick([1, 1, 2]); left > 0; left--) {
    const at = random.below(list.length);
    const act = random.below(3);
    list.splice(at, act === 0 ? 0 : 1, ...(act === 1 ? [] : [random.pick(TOKENS)]));
  }
  return list.join('');
}
