// What GraphiQL remembers. The look of the page and starred operations stay in the browser; documents, variables and
// history, which may hold passwords and people's data, go when the browser tab is closed.

const lasting = /^graphiql:(theme|visiblePlugin|favorites|\w+Flex)$/;
const home = (key) => (lasting.test(key) ? localStorage : sessionStorage);
const ours = (storage) => Object.keys(storage).filter((key) => key.startsWith("graphiql:"));

export const storage = {
  getItem: (key) => home(key).getItem(key),
  setItem: (key, value) => home(key).setItem(key, value),
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
