// Bundles the pages into src/server/pages/built: files named by their content and compressed, the pages that load them,
// the licences.

import { build } from "esbuild";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

const target = "../../src/server/pages/built";
const pages = ["graphiql", "docs", "fields"];

const options = {
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
  alias: {
    "prettier/parser-babel": "./src/graphiql/prettier_json.js",
    "prettier/plugins/estree": "./src/graphiql/prettier_json.js",
    "prettier/parser-graphql": "prettier/plugins/graphql",
  },
  loader: { ".ttf": "file", ".woff2": "file" },
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  outdir: target,
};

// The path of the built file of an entry point
const built = (result, entry) =>
  Object.entries(result.metafile.outputs).find(([, output]) => output.entryPoint?.endsWith(entry));

rmSync(target, { recursive: true, force: true });

const workers = await build({
  ...options,
  entryPoints: {
    "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
    "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
  },
});
const worker = (entry) => JSON.stringify(`./${basename(built(workers, entry)[0])}`);

const bundle = await build({
  ...options,
  entryPoints: Object.fromEntries(pages.map((page) => [page, `src/${page}/main.jsx`])),
  define: {
    ...options.define,
    EDITOR_WORKER: worker("editor.worker.js"),
    GRAPHQL_WORKER: worker("graphql.worker.js"),
    JSON_WORKER: worker("json.worker.js"),
  },
});

const sheets = new Set();
for (const page of pages) {
  const [script, { cssBundle }] = built(bundle, `src/${page}/main.jsx`);
  sheets.add(cssBundle);
  const html = readFileSync(`src/${page}/page.html`, "utf8")
    .replaceAll("main.js", basename(script))
    .replaceAll("main.css", basename(cssBundle));
  writeFileSync(join(target, `${page}.html`), html);
}

// Style sheets of chunks are never loaded, and the pages' own hold all that is in them.
for (const path of Object.keys(bundle.metafile.outputs)) {
  if (path.endsWith(".css") && !sheets.has(path)) rmSync(path);
}

// The server sends them as they are to whoever takes gzip, which is everybody. A woff2 is compressed already.
for (const file of readdirSync(target).filter((file) => /\.(js|css|ttf)$/.test(file))) {
  const path = join(target, file);
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  rmSync(path);
}

// Every package with a file in the bundle, with the text of its licence; some packages leave the text to a sibling
const siblings = {
  "@graphiql/plugin-doc-explorer": "graphiql",
  "@graphiql/plugin-explorer": "graphiql",
  "@graphiql/plugin-history": "graphiql",
  "react-compiler-runtime": "react",
  "react-remove-scroll-bar": "react-remove-scroll",
};
const folders = new Set();
const beside = {};
for (const { metafile } of [workers, bundle]) {
  for (const input of Object.keys(metafile.inputs)) {
    const folder = input.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0];
    if (folder) folders.add(folder);
    // What a file was bundled from before it came to us
    if (existsSync(`${input}.LICENSE.txt`)) beside[folder] = `${input}.LICENSE.txt`;
  }
}
const licences = [...folders].map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const home = siblings[name] ? join("node_modules", siblings[name]) : folder;
  const texts = readdirSync(home)
    .filter((file) => /^(licen[cs]e|notice|thirdpartynotices)/i.test(file))
    .map((file) => join(home, file))
    .concat(beside[folder] ?? [])
    .map((file) => readFileSync(file, "utf8").replaceAll("\r\n", "\n").trim());
  if (!texts.length) throw new Error(`${name} comes without a licence text`);
  return { title: `${name} ${version} (${license})`, texts };
});
licences.sort((a, b) => (a.title < b.title ? -1 : 1));
const rule = "-".repeat(100);
writeFileSync(
  join(target, "LICENCES.txt"),
  licences.map(({ title, texts }) => [rule, title, rule, ...texts].join("\n\n")).join("\n\n\n") + "\n",
);

const sizes = readdirSync(target).map((file) => readFileSync(join(target, file)).length);
console.log(`${sizes.length} files, ${(sizes.reduce((a, b) => a + b) / 1e6).toFixed(2)} MB, ${folders.size} packages`);
