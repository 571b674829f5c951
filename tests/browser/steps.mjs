// What is done on the pages. Each step has a page of its own, where nobody is signed in.
import assert from 'node:assert/strict';

const password = 'quintet-demo';

async function signIn(page, login) {
  await page.getByPlaceholder('Login').fill(login);
  await page.getByPlaceholder('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText(`Signed in as ${login}`).waitFor();
}

/** GraphiQL when it has its schema */
async function graphiql(page, origin, hash = '') {
  await page.goto(`${origin}/graphiql${hash}`);
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  await page.getByLabel('Realm').locator('option', { hasText: 'LOAN' }).waitFor({ state: 'attached' });
}

/** Presses the button; answers what the server answered to the operation */
async function run(page) {
  const [response] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith('/graphql') && response.request().method() === 'POST'),
    page.locator('.graphiql-execute-button').click(),
  ]);
  return response.json();
}

const panel = (page, name) => page.getByRole('button', { name: `Show ${name}` }).click();

/** Document and variables of the tab in front */
async function front(page) {
  // GraphiQL writes what is in its editors a moment later.
  await page.waitForTimeout(700);
  const { tabs, activeTabIndex } = await page.evaluate(() => JSON.parse(sessionStorage.getItem('graphiql:tabState')));
  return tabs[activeTabIndex];
}

/** What goes to /graphql besides the question for the schema and for who is signed in */
function operations(page) {
  const sent = [];
  page.on('request', (request) => {
    const name = request.url().endsWith('/graphql') && request.postDataJSON()?.operationName;
    if (name && name !== 'IntrospectionQuery') sent.push(name);
  });
  return sent;
}

export const steps = {
  async 'the start page leads on'({ page, origin }) {
    for (const [name, path] of [['GraphiQL', 'graphiql'], ['Legacy URLs', 'docs'], ['Fields', 'fields']]) {
      await page.goto(origin);
      await page.getByRole('link', { name: new RegExp(`^${name}`) }).click();
      assert.equal(page.url(), `${origin}/${path}`);
    }
  },

  async 'GraphiQL signs in, runs an example and tells what it cost'({ page, origin, screenshots }) {
    await graphiql(page, origin);
    await signIn(page, 'admin');
    await page.getByPlaceholder('Search examples').fill('customers');
    await page.getByRole('button', { name: 'The last changed customers' }).click();
    const answer = await run(page);
    assert.ok(answer.data && !answer.errors, JSON.stringify(answer.errors));
    assert.ok(answer.extensions.trace.statements > 0);
    await page.locator('.result-window', { hasText: '"data"' }).waitFor();
    await panel(page, 'Cost');
    const cost = page.getByRole('region', { name: 'Cost' });
    await cost.getByText('SQL statements').waitFor();
    assert.match(await cost.locator('pre').first().innerText(), /^SELECT/);
    // The answer that is shown is the operation's own.
    assert.ok(!(await page.locator('.result-window').innerText()).includes('trace'));
    if (screenshots) await page.screenshot({ path: 'docs/graphiql.png' });
    await page.reload();
    await page.getByText('Signed in as admin').waitFor();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  },

  async 'GraphiQL shows nobody else the SQL'({ page, origin }) {
    await graphiql(page, origin);
    await page.getByLabel('Realm').selectOption('LOAN');
    await signIn(page, '1611');
    const answer = await run(page);
    assert.ok(answer.data.me && !answer.extensions?.trace, JSON.stringify(answer));
    await panel(page, 'Cost');
    await page.getByText('The SQL is shown to administrators').waitFor();
  },

  async 'GraphiQL explains, explores and remembers'({ page, origin }) {
    await graphiql(page, origin);
    await run(page);
    await panel(page, 'Documentation Explorer');
    await page.getByRole('link', { name: 'Query', exact: true }).click();
    await page.getByText('legacy', { exact: false }).first().waitFor();
    await panel(page, 'GraphiQL Explorer');
    await page.locator('.graphiql-explorer-root').getByText('tags', { exact: true }).first().click();
    assert.match((await front(page)).query, /tags/);
    await panel(page, 'History');
    assert.equal(await page.locator('.graphiql-history-item').count(), 1);
    await panel(page, 'Legacy URLs');
    await page.getByRole('region', { name: 'Legacy URLs' }).getByText('/grid/super/tag/list').first().waitFor();
  },

  async 'a link fills GraphiQL and runs nothing'({ page, origin }) {
    const sent = operations(page);
    const wanted = { query: 'query Linked($n: Int!) { customers(first: $n) { nodes { name } } }', variables: '{"n": 3}' };
    await graphiql(page, origin, `#${new URLSearchParams(wanted)}`);
    const { query, variables } = await front(page);
    assert.deepEqual({ query, variables }, wanted);
    assert.equal(page.url(), `${origin}/graphiql`);
    await graphiql(page, origin, `?${new URLSearchParams({ query: 'mutation Bad { sessionEnd { session { id } } }' })}`);
    assert.match((await front(page)).query, /^mutation Bad/);
    await page.waitForTimeout(1000);
    assert.deepEqual(sent, []);
  },

  async 'GraphiQL is dark for those who like it'({ page, origin }) {
    await page.emulateMedia({ colorScheme: 'dark' });
    await graphiql(page, origin);
    const lightness = await page.locator('.bar').evaluate((bar) => getComputedStyle(bar).backgroundColor);
    assert.ok(lightness.match(/\d+/g).every((part) => Number(part) < 100), lightness);
  },

  async 'a subscription receives an event'({ page, origin }) {
    await graphiql(page, origin);
    const { data } = await page.evaluate(() =>
      fetch('graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ __schema { subscriptionType { name } } }' }),
      }).then((response) => response.json()),
    );
    // The schema has none yet.
    if (!data.__schema.subscriptionType) return 'skipped, there are none';
    await signIn(page, 'admin');
    await page.goto(`${origin}/graphiql#engagement/interaction_added`);
    assert.match((await front(page)).query, /^subscription InteractionAdded/m);
    // Listened to from its first frame on: on a busy machine all may be sent before a promise is awaited.
    const subscribed = new Promise((resolve) => {
      const sent = ({ payload }) => payload.includes('"subscribe"') && resolve();
      page.once('websocket', (socket) => socket.on('framesent', sent));
    });
    await page.locator('.graphiql-execute-button').click();
    await subscribed;
    // What is written before the server has read that would not be seen.
    await page.waitForTimeout(500);
    await page.evaluate(async (password) => {
      const post = (url, body, headers) =>
        fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        }).then((response) => response.json());
      const login = `mutation { sessionCreate(input: {realm: LOAN, login: "1611", password: "${password}"}) { token } }`;
      const { token } = (await post('graphql', { query: login })).data.sessionCreate;
      const call = { mobile: '19900000001', billSec: 41, callDate: '2026-01-05 18:30:55', empCode: 'AA1611', callStatus: 1 };
      await post('api/call/syncRecords', [call], { authorization: `Bearer ${token}` });
    }, password);
    await page.locator('.result-window', { hasText: '"interactionAdded"' }).waitFor();
    await page.locator('.graphiql-execute-button').click();
  },
};

/** Of each system: who signs in, and an operation with what its answer must hold */
const systems = {
  rongzi: ['1611', 'customer', 'rongzi_customer_list', '"code": 0'],
  eartip: ['18800000001', 'customer', 'eartip_customer_list', '"status": 0'],
  ihk: ['00006', 'weixin', 'ihk_getpros', '"pro_id"'],
  grid: ['admin', 'whitelist', 'grid_whitelist_list', '"code": 200'],
};

for (const [system, [login, module, id, expected]] of Object.entries(systems)) {
  steps[`the reference of ${system} answers`] = async ({ page, origin, screenshots }) => {
    const sent = operations(page);
    await page.goto(`${origin}/docs#${system}`);
    const file = await page.evaluate((path) => fetch(path).then((response) => response.json()), `openapi/${system}.json`);
    const ids = Object.values(file.paths).flatMap(Object.values).flatMap(({ operationId }) => operationId ?? []);
    const contents = page.getByRole('navigation', { name: 'Operations' });
    await contents.getByRole('link').first().waitFor();
    assert.equal(await contents.getByRole('link').count(), ids.length);
    await signIn(page, login);
    await page.getByRole('searchbox').fill(id);
    await contents.getByRole('link').first().click();
    assert.equal(page.url(), `${origin}/docs#${system}/${module}/${id}`);
    const operation = page.locator(`#operations-${module}-${id}`);
    await operation.locator('.graphql pre').waitFor();
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table .highlight-code').first();
    await answer.waitFor();
    assert.ok((await answer.innerText()).includes(expected), await answer.innerText());
    if (screenshots && system === 'grid') {
      await page.getByRole('searchbox').fill('');
      await page.getByRole('searchbox').blur();
      await page.locator('.chapter').evaluate((chapter) => chapter.scrollTo(0, 0));
      await page.screenshot({ path: 'docs/reference.png' });
    }
    sent.length = 0;
    await operation.getByRole('link', { name: 'Open in GraphiQL' }).click();
    await page.locator('.graphiql-query-editor .view-line').first().waitFor();
    assert.match((await front(page)).query, new RegExp(`^(query|mutation) ${id}`));
    assert.deepEqual(sent, []);
    return `${ids.length} operations`;
  };
}

steps['the fields lead to their URLs'] = async ({ page, origin }) => {
  await page.goto(`${origin}/fields`);
  await page.getByRole('searchbox').fill('Tag.name');
  await page.getByRole('link', { name: /grid\/super\/tag/ }).first().click();
  await page.locator('.chapter .opblock.is-open .graphql pre').waitFor();
  assert.match(page.url(), /docs#grid\/tag\/grid_tag_/);
};
