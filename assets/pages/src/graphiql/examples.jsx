// The panel with the example operations, and how one gets into the editors.

import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect, useState } from "react";

import { brought } from "../link.js";

/** Every example: id, domain, title, query, variables */
export const examples = await fetch("graphiql/examples.json").then((response) => response.json());

const byId = (id) => examples.find((example) => example.id === id);
const text = (variables) => (variables ? JSON.stringify(variables, null, 2) : "");

/** The example to begin with */
export const first = byId("identity/me") ?? examples[0];

export const asTab = ({ query, variables }) => ({ query, variables: text(variables) });

/** Puts an operation into a tab: the one in front if nothing was written there, or a new one */
function useOpen() {
  const { addTab, setOperationName, updateActiveTabValues } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(({ queryEditor, variableEditor }) => ({
    queryEditor,
    variableEditor,
  }));
  return ({ query, variables }) => {
    if (!queryEditor) return;
    const written = queryEditor.getValue().trim();
    if (written && !examples.some(({ query }) => query.trim() === written)) addTab();
    queryEditor.setValue(query);
    variableEditor?.setValue(variables);
    updateActiveTabValues({ query, variables, response: null });
    // GraphiQL finds it out half a second later, which the play button may not wait for.
    setOperationName(query.match(/^(?:query|mutation|subscription)\s+(\w+)/m)?.[1]);
  };
}

/** Opens what the address names: an example, /graphiql#identity/me, or the operation of a link */
export function Address() {
  const open = useOpen();
  const isReady = useGraphiQL((state) => Boolean(state.queryEditor));
  useEffect(() => {
    if (!isReady) return;
    const follow = () => {
      const example = byId(location.hash.slice(1));
      const wanted = example ? asTab(example) : brought(location);
      if (!wanted) return;
      open(wanted);
      // A reload must not open it again, over what was written since.
      history.replaceState(null, "", location.pathname);
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  });
  return null;
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <path d="M4 5h2M4 12h2M4 19h2M10 5h10M10 12h10M10 19h10" />
    </svg>
  );
}

function Panel() {
  const open = useOpen();
  const [wanted, setWanted] = useState("");
  const current = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.query)?.trim();
  const words = wanted.toLowerCase().split(/\s+/);
  const shown = examples.filter(({ id, title, query }) => {
    const searched = `${id} ${title} ${query}`.toLowerCase();
    return words.every((word) => searched.includes(word));
  });
  const domains = [...new Set(shown.map(({ domain }) => domain))];
  return (
    <section className="examples" aria-label="Examples">
      <h2>Examples</h2>
      <p className="hint">
        Pick one and press the play button. Most want you to sign in first, above; a server started with{" "}
        <code>--demo</code> knows the login <code>admin</code>, password <code>quintet-demo</code>.
      </p>
      {examples.length > 8 && (
        <input
          type="search"
          placeholder="Search examples"
          aria-label="Search examples"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      )}
      {domains.map((domain) => (
        <div key={domain}>
          <h3>{domain}</h3>
          <ul>
            {shown
              .filter((example) => example.domain === domain)
              .map((example) => (
                <li key={example.id}>
                  <button
                    type="button"
                    aria-current={example.query.trim() === current}
                    title={example.query}
                    onClick={() => open(asTab(example))}
                  >
                    {example.title}
                    {example.kind !== "query" && <small>{example.kind}</small>}
                  </button>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

export const EXAMPLES = { title: "Examples", icon: Icon, content: Panel };
