// Is every document accepted or refused exactly as graphql-js does it?
//   node run.mjs <program that answers each line {"query": …, "variables": …} with a line {"errors": […]}> [argument …]
// SEED and COUNT may be set; what differs is shown as short as it can be made.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { buildClientSchema, buildSchema, getVariableValues, introspectionFromSchema, parse, print, validate, validateSchema } from 'graphql';
import { Generator } from './generate.mjs';
import { garble, mutate, tokens } from './mutate.mjs';
import { Random } from './random.mjs';
import { spoil, variables } from './variables.mjs';

const SEED = Number(process.env.SEED ?? 20260101);
const COUNT = Number(process.env.COUNT ?? 2000);
const SHOWN = 5;

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const flaws = [...validateSchema(schema), ...validateSchema(buildClientSchema(introspectionFromSchema(schema)))];
flaws.forEach((flaw) => console.error(flaw.message));

/** Why a document that graphql-js takes may be refused all the same */
const KNOWN = {
  'descriptions of operations, fragments and variables, which the specification of 2025 adds': ({ definitions }) =>
    definitions.some(({ description, variableDefinitions }) => description || variableDefinitions?.some((it) => it.description)),
  'one field twice at the root of a subscription, and conditions there, which the same one forbids': ({ definitions }, query) =>
    definitions.some(
      ({ operation, selectionSet }) =>
        operation === 'subscription' && (selectionSet.selections.length > 1 || /@(skip|include)/.test(query)),
    ),
  'shapes of __typename, which graphql-js does not compare': (_, query, ours) =>
    query.includes('__typename') && ours.includes('they return conflicting types') && ours.includes('"String!'),
  'null in a list for a scalar of ours, none of which takes lists': (_, query, ours) =>
    ours.endsWith('cannot represent value: null') && query.includes('null'),
  'a comma after dots or before a colon, a comma or blank before the ! of a type': (_, query) =>
    /\.\.\.\s*,|,\s*:|[\s,]!/.test(query),
};

/** What graphql-js finds wrong; null for nothing */
function oracle({ query, variables }) {
  let document;
  try {
    document = parse(query);
    // At the root of a subscription, conditions without a value make it throw.
    const [error] = validate(schema, document);
    if (error) return error.message;
  } catch (error) {
    return error.message;
  }
  if (variables === undefined) return null;
  const operation = document.definitions.find(({ kind }) => kind === 'OperationDefinition');
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return errors ? errors[0].message : null;
}

/** What the program finds wrong with each request */
function asked(requests) {
  const [program, ...options] = process.argv.slice(2);
  const input = requests.map((request) => `${JSON.stringify(request)}\n`).join('');
  const { stdout, stderr, error } = spawnSync(program, options, { input, encoding: 'utf8', maxBuffer: 1 << 30 });
  const lines = stdout?.trimEnd().split('\n') ?? [];
  if (error || lines.length !== requests.length) {
    throw new Error(`${program} answered ${lines.length} of ${requests.length} requests: ${error ?? stderr}`);
  }
  return lines.map((line) => JSON.parse(line).errors?.[0]?.message ?? null);
}

function differing(requests) {
  const answers = asked(requests);
  const expected = requests.map(oracle);
  return requests.map(({ query }, index) => {
    const same = (answers[index] === null) === (expected[index] === null);
    const isKnown = () => expected[index] === null && Object.values(KNOWN).some((is) => is(parse(query), query, answers[index]));
    return same || isKnown() ? null : { accepted: answers[index] === null, ours: answers[index], theirs: expected[index] };
  });
}

/** Drops tokens as long as the difference stays */
function shorten(request, accepted) {
  let list = tokens(request.query);
  for (let size = list.length >> 1; size > 0; ) {
    const starts = Array.from({ length: Math.ceil(list.length / size) }, (_, index) => index * size);
    const without = (start) => list.filter((_, index) => index < start || index >= start + size);
    const candidates = starts.map((start) => ({ ...request, query: without(start).join('') }));
    const found = differing(candidates).findIndex((difference) => difference?.accepted === accepted);
    if (found >= 0) list = without(starts[found]);
    else size >>= 1;
  }
  return { ...request, query: list.join('') };
}

const random = new Random(SEED);
const generator = new Generator(schema, random);
const requests = [];
for (let index = 0; index < COUNT; index++) {
  const document = generator.document();
  const query = print(document);
  requests.push({ query });
  const values = variables(schema, document.definitions[0], random);
  requests.push({ query, variables: values }, { query, variables: spoil(values, random) });
  const mutated = mutate(document, random);
  if (mutated) requests.push({ query: mutated.text });
  requests.push({ query: garble(query, random) });
}

const differences = differing(requests);
const wrong = differences.flatMap((difference, index) => (difference ? [{ difference, request: requests[index] }] : []));
const seen = new Set();
for (const { difference, request } of wrong) {
  const kind = (difference.ours ?? difference.theirs).replace(/"[^"]*"|\d+/g, '…');
  if (seen.has(kind) || seen.size >= SHOWN) continue;
  seen.add(kind);
  const short = shorten(request, difference.accepted);
  const [{ ours, theirs }] = differing([short]);
  console.error(`\n${difference.accepted ? `accepted, but: ${theirs}` : `refused: ${ours}`}`);
  console.error(short.query.trim(), short.variables === undefined ? '' : JSON.stringify(short.variables));
}
const refused = requests.filter((request) => oracle(request) !== null).length;
console.log(
  `differential validation: ${requests.length - wrong.length} of ${requests.length} requests judged as graphql-js does, ` +
    `${refused} of them refused; ${flaws.length} flaws of the schema`,
);
// Where nearly all were refused, or nearly none, little was tried.
const isMixed = refused > requests.length / 5 && refused < (requests.length * 4) / 5;
if (wrong.length > 0 || flaws.length > 0 || !isMixed) process.exitCode = 1;
