// What GraphiQL remembers. The look of the page and starred operations stay in the browser; documents, variables and
// history, which may hold passwords and people's data, go when the browser tab is closed.

const lasting = /^graphiql:(theme|visiblePlugin|favorites|\w+Flex)$/;
// Contents of the editors, which GraphiQL keeps beside its tabs and compares with them: they get out of step, and a
// reload then makes a tab without its variables. The tabs alone are enough.
const copies = /^graphiql:(query|variables)$/;
const home = (key) => (lasting.test(key) ? localStorage : sessionStorage);
const ours = (storage) => Object.keys(storage).filter((key) => key.startsWith("graphiql:"));

export const storage = {
  getItem: (key) => home(key).getItem(key),
  setItem: (key, value) => copies.test(key) || home(key).setItem(key, value),
  removeItem: (key) => home(key).removeItem(key),
  get length() {
    return ours(localStorage).length + ours(sessionStorage).length;
  },
  clear() {
    for (const storage of [localStorage, sessionStorage]) {
      for (const key of ours(storage)) storage.removeItem(key);
    }
  },
};

/** What the tab in front held when the page was left */
export function left() {
  try {
    const { tabs, activeTabIndex } = JSON.parse(sessionStorage.getItem("graphiql:tabState"));
    const { query, variables } = tabs[activeTabIndex];
    return { initialQuery: query ?? undefined, initialVariables: variables ?? undefined };
  } catch {
    return {};
  }
}
