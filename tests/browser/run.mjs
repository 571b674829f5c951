// Uses the pages as people do, in a Chromium that reaches no other host: node run.mjs [--screenshots] <URL of /graphql>
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

import { steps } from './steps.mjs';

const screenshots = process.argv.includes('--screenshots');
const { origin } = new URL(process.argv.at(-1));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  ],
});

/** What must not happen on any page */
const complaints = [];

async function newPage() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && url.host !== new URL(origin).host) complaints.push(`asks ${url}`);
  });
  return page;
}

let failed = 0;
for (const [name, step] of Object.entries(steps)) {
  const page = await newPage();
  try {
    const note = await step({ page, origin, screenshots });
    assert.deepEqual(complaints, [], 'complaints of the browser');
    console.log(`ok ${name}${note ? `: ${note}` : ''}`);
  } catch (error) {
    failed += 1;
    console.error(`FAILED ${name}: ${error.stack}`);
    if (process.env.FAILURES) await page.screenshot({ path: `${process.env.FAILURES}/${name}.png` });
  }
  complaints.length = 0;
  await page.context().close();
}
await browser.close();
console.log(`pages in a browser: ${Object.keys(steps).length - failed} of ${Object.keys(steps).length}`);
process.exitCode = failed ? 1 : 0;
