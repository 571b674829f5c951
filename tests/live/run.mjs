// The reference clients against a demo server: node run.mjs http://127.0.0.1:8000/graphql
import assert from 'node:assert/strict';
import { createClient as createEventClient } from 'graphql-sse';
import { CloseCode, createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';

const [url] = process.argv.slice(2);
const socketUrl = url.replace(/^http/, 'ws');
const ADDED = 'subscription { interactionAdded { kind summary } }';
const checks = [];
const check = (name, run) => checks.push([name, run]);

async function post(query, variables, token) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

async function signIn(realm, login) {
  const input = { realm, login, password: 'quintet-demo' };
  const create = 'mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { token } }';
  return (await post(create, { input })).sessionCreate.token;
}

// An officer's message to one of his customers; each with a time of its own, since the same one is stored once
let second = 0;
async function write(token, content) {
  const sentAt = new Date(Date.UTC(2026, 0, 1) + 1000 * second++).toISOString();
  const message = { sender: 'AA1611', receiver: 'C1', senderRole: 'OFFICER', sentAt, content };
  const add = 'mutation($messages: [SmsMessageInput!]!) { smsMessagesAdd(messages: $messages) { added } }';
  assert.equal((await post(add, { messages: [message] }, token)).smsMessagesAdd.added, 1);
}

// Writes until the subscription, which begins when it likes, has brought something
async function firstEvent(iterator, token, content) {
  const next = iterator.next();
  let arrived = false;
  next.finally(() => (arrived = true)).catch(() => {});
  while (!arrived) {
    await write(token, content);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { value } = await next;
  assert.equal(value.errors, undefined, JSON.stringify(value.errors));
  assert.equal(value.data.interactionAdded.kind, 'SMS_MESSAGE');
  assert.ok(value.data.interactionAdded.summary.includes(content));
}

function socketClient(token, more = {}) {
  const connectionParams = token && { authorization: `Bearer ${token}` };
  return createSocketClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0, ...more });
}

function eventClient(token, more = {}) {
  return createEventClient({ url, headers: token && { authorization: `Bearer ${token}` }, retryAttempts: 0, ...more });
}

async function all(iterator) {
  const answers = [];
  for await (const answer of iterator) {
    answers.push(answer);
  }
  return answers;
}

async function rejection(iterator) {
  return iterator.next().then((value) => assert.fail(JSON.stringify(value)), (error) => error);
}

for (const [name, open] of [['graphql-ws', socketClient], ['graphql-sse', eventClient]]) {
  check(`${name}: a query is answered and completed`, async ({ officer }) => {
    const client = open(officer);
    const answers = await all(client.iterate({ query: '{ me { login } }' }));
    assert.deepEqual(answers, [{ data: { me: { login: '1611' } } }]);
    client.dispose();
  });
  check(`${name}: an interaction arrives`, async ({ officer }) => {
    const client = open(officer);
    const iterator = client.iterate({ query: ADDED });
    await firstEvent(iterator, officer, `by ${name}`);
    await iterator.return();
    client.dispose();
  });
  check(`${name}: without a token the field is refused`, async () => {
    const client = open();
    const [answer] = await all(client.iterate({ query: ADDED }));
    assert.equal(answer.errors[0].extensions.code, 'UNAUTHENTICATED');
    client.dispose();
  });
}

check('graphql-ws: a document that does not fit the schema is an error', async ({ officer }) => {
  const client = socketClient(officer);
  const error = await rejection(client.iterate({ query: 'subscription { nothing }' }));
  assert.equal(error[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  client.dispose();
});

check('graphql-sse: a document that does not fit the schema is an event', async ({ officer }) => {
  const client = eventClient(officer);
  const [answer] = await all(client.iterate({ query: 'subscription { nothing }' }));
  assert.equal(answer.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  client.dispose();
});

check('graphql-ws: a token that is worth nothing is forbidden', async () => {
  const client = socketClient('nonsense');
  assert.equal((await rejection(client.iterate({ query: ADDED }))).code, CloseCode.Forbidden);
  client.dispose();
});

check('graphql-ws: the end of a session closes the socket', async () => {
  const token = await signIn('LOAN', '1611');
  const client = socketClient(token);
  const iterator = client.iterate({ query: ADDED });
  await firstEvent(iterator, token, 'before the end');
  // What was written meanwhile may still come.
  const end = all(iterator).then(() => assert.fail('it ended well'), (error) => error);
  await post('mutation { sessionEnd { session { id } } }', {}, token);
  assert.equal((await end).code, CloseCode.Forbidden);
  client.dispose();
});

check('graphql-ws: pings are answered', async ({ officer }) => {
  const pongs = [];
  const on = { pong: (received) => received && pongs.push(Date.now()) };
  const client = socketClient(officer, { keepAlive: 50, lazy: false, on });
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.ok(pongs.length >= 3, `${pongs.length} pongs`);
  client.dispose();
});

// What the client library would never do is sent by hand; the codes are its own.
const init = { type: 'connection_init' };
const subscribe = { id: '1', type: 'subscribe', payload: { query: ADDED } };
for (const [code, messages] of [
  [CloseCode.BadRequest, [{ type: 'start' }]],
  [CloseCode.BadRequest, [init, { id: '1', type: 'subscribe', payload: {} }]],
  [CloseCode.Unauthorized, [subscribe]],
  [CloseCode.Forbidden, [{ ...init, payload: { authorization: 'nonsense' } }]],
  [CloseCode.ConnectionInitialisationTimeout, []],
  [CloseCode.SubscriberAlreadyExists, ['authorized', subscribe, subscribe]],
  [CloseCode.TooManyInitialisationRequests, [init, init]],
]) {
  check(`closes with ${code} ${CloseCode[code]}`, async ({ officer }) => {
    const socket = new WebSocket(socketUrl, 'graphql-transport-ws');
    await new Promise((resolve) => socket.once('open', resolve));
    for (const message of messages) {
      const authorized = { ...init, payload: { authorization: `Bearer ${officer}` } };
      socket.send(JSON.stringify(message === 'authorized' ? authorized : message));
    }
    const closed = await new Promise((resolve) => socket.once('close', resolve));
    assert.equal(closed, code);
  });
}

const EXPECTED = 18;

const officer = await signIn('LOAN', '1611');
let passed = 0;
for (const [name, run] of checks) {
  try {
    await run({ officer });
    passed += 1;
  } catch (error) {
    console.error(`failed: ${name}: ${error.stack ?? JSON.stringify(error)}`);
  }
}
console.log(`clients of subscriptions: ${passed} of ${checks.length}`);
process.exit(passed === EXPECTED && checks.length === EXPECTED ? 0 : 1);
