// The panel with the legacy URLs that use what the operation in front selects.

import { useGraphiQL } from "@graphiql/react";
import { parse, TypeInfo, visit, visitWithTypeInfo } from "graphql";
import { useEffect, useState } from "react";

import { load, Urls } from "../urls.jsx";

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <path d="M10 14a4.5 4.5 0 0 0 6.400 0l3-3a4.5 4.5 0 0 0-6.400-6.400l-1 1M14 10a4.5 4.5 0 0 0-6.400 0l-3 3a4.5 4.5 0 0 0 6.400 6.400l1-1" />
    </svg>
  );
}

/** Types and names of the fields that a document selects, in its order */
function selected(text, schema) {
  const found = new Set();
  const info = new TypeInfo(schema);
  const enter = (field) => {
    const parent = info.getParentType();
    if (parent) found.add(`${parent.name}.${field.name.value}`);
  };
  try {
    visit(parse(text), visitWithTypeInfo(info, { Field: { enter } }));
  } catch {
    // Half-written: what it would select shows when it is whole.
  }
  return found;
}

function Panel() {
  const [known, setKnown] = useState(null);
  const query = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.query) ?? "";
  const schema = useGraphiQL((state) => state.schema);
  useEffect(() => void load().then(setKnown), []);
  const wanted = schema && known ? selected(query, schema) : new Set();
  const used = [...wanted].map((name) => known.byName.get(name)).filter((field) => field?.operations.length);
  return (
    <section className="panel legacy" aria-label="Legacy URLs">
      <h2>Legacy URLs</h2>
      <p className="hint">
        Whose answers depend on what this operation selects. <a href="fields">All fields</a>
      </p>
      {used.map((field) => (
        <div key={`${field.type}.${field.name}`}>
          <h3>
            {field.type}.{field.name}
          </h3>
          <Urls operations={field.operations} />
        </div>
      ))}
      {known && !used.length && <p>None.</p>}
    </section>
  );
}

export const LEGACY = { title: "Legacy URLs", icon: Icon, content: Panel };
