// Monaco's background workers. The build puts the names of their files in.

const files = { json: JSON_WORKER, graphql: GRAPHQL_WORKER };

globalThis.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(new URL(files[label] ?? EDITOR_WORKER, import.meta.url), { type: "module" }),
};
