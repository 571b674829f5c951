// Runs the public audits of GraphQL over HTTP against a URL: node run.mjs http://127.0.0.1:8000/graphql
import { auditServer } from 'graphql-http';

const EXPECTED = 61;

const [url] = process.argv.slice(2);
const results = await auditServer({ url });
const failed = results.filter((result) => result.status !== 'ok');
for (const { id, name, status, reason } of failed) {
  console.error(`${status} ${id} ${name}: ${reason}`);
}
console.log(`graphql-http audits: ${results.length - failed.length} of ${results.length}`);
// An update of the package that audits less must not pass unnoticed.
if (failed.length > 0 || results.length !== EXPECTED) {
  process.exitCode = 1;
}
