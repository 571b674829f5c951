// Signs in to a server with demo data, walks through the customers of two realms, writes something and takes it back:
//   npm start -- http://127.0.0.1:8000/graphql
import { graphql } from './gql/gql.js';
import type { TypedDocumentString } from './gql/graphql.js';

const SignIn = graphql(`
  mutation SignIn($input: SessionCreateInput!) {
    sessionCreate(input: $input) { token }
  }
`);

const Customers = graphql(`
  query Customers($realms: [Realm!], $after: String) {
    customers(realms: $realms, first: 50, after: $after) {
      nodes { realm name mobile ... on LoanCustomer { stage } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

const CreateTemplate = graphql(`
  mutation CreateTemplate($input: SmsTemplateCreateInput!) {
    smsTemplateCreate(input: $input) { smsTemplate { id title } }
  }
`);

const DeleteTemplate = graphql(`
  mutation DeleteTemplate($id: ID!) {
    smsTemplateDelete(id: $id) { smsTemplate { title } }
  }
`);

interface GraphqlError {
  message: string;
  extensions?: { code?: string; field?: string };
}

/** Refusals of the server; `extensions.code` is one of a closed list */
class Refused extends Error {
  constructor(readonly errors: GraphqlError[]) {
    super(errors.map(({ message, extensions }) => `${extensions?.code}: ${message}`).join('\n'));
  }
}

const [url = 'http://127.0.0.1:8000/graphql'] = process.argv.slice(2);
let token: string | undefined;

/** Runs an operation; its types follow from its document */
async function ask<Data, Variables>(document: TypedDocumentString<Data, Variables>, variables: Variables): Promise<Data> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      accept: 'application/graphql-response+json',
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const answer = (await response.json()) as { data?: Data; errors?: GraphqlError[] };
  if (!answer.data || answer.errors) throw new Refused(answer.errors ?? []);
  return answer.data;
}

({ token } = (await ask(SignIn, { input: { login: 'admin', password: 'quintet-demo' } })).sessionCreate);

const found = new Map<string, number>();
for (let after: string | null | undefined, pages = 0; pages < 4; pages++) {
  const { customers } = await ask(Customers, { realms: ['LOAN', 'SERVICE'], after });
  for (const { realm, name } of customers.nodes) {
    if (!name) throw new Error('a customer without a name');
    found.set(realm, (found.get(realm) ?? 0) + 1);
  }
  if (!customers.pageInfo.hasNextPage) break;
  after = customers.pageInfo.endCursor;
}
for (const [realm, count] of found) console.log(`${realm}: ${count} customers`);

const { smsTemplate } = (await ask(CreateTemplate, { input: { title: 'From TypeScript', content: '您好' } })).smsTemplateCreate;
console.log(`written: ${smsTemplate.title}`);
await ask(DeleteTemplate, { id: smsTemplate.id });
try {
  await ask(DeleteTemplate, { id: smsTemplate.id });
} catch (error) {
  if (!(error instanceof Refused) || error.errors[0]?.extensions?.code !== 'NOT_FOUND') throw error;
  console.log('deleted');
}
