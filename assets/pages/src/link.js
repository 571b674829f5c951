// Links that fill the editors of GraphiQL, and nothing more: what a link brings runs only when its reader says so.

/** Whether the server has GraphiQL: where it has none, it takes this out of the pages */
export const hasGraphiql = Boolean(document.querySelector('meta[name="graphiql"]'));

/** The address of GraphiQL with an operation in it; behind the #, so that it is in no server's log */
export function linkTo(query, variables) {
  const wanted = new URLSearchParams({ query });
  if (variables && Object.keys(variables).length) wanted.set("variables", JSON.stringify(variables, null, 2));
  return `graphiql#${wanted}`;
}

/** What an address brings, by its hash or its query string: a document with its variables as text, or nothing */
export function brought({ hash, search }) {
  for (const text of [hash.slice(1), search]) {
    const wanted = new URLSearchParams(text);
    const query = wanted.get("query");
    if (query) return { query, variables: wanted.get("variables") ?? "" };
  }
  return null;
}
