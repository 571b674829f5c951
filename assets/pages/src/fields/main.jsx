// Which legacy URLs use a field of the schema, at /fields.

import "../bar.css";
import "./style.css";

import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

import { Bar } from "../bar.jsx";
import { load, Urls } from "../urls.jsx";

/** Most fields that are shown at once */
const MOST = 200;

function Fields({ operations, fields }) {
  const [wanted, setWanted] = useState(() => decodeURIComponent(location.hash.slice(1)));
  useEffect(() => history.replaceState(null, "", wanted ? `#${encodeURIComponent(wanted)}` : location.pathname), [wanted]);
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = ({ type, name, description, operations }) => {
    const urls = operations.map(({ id, system, path, summary }) => `${id} ${system} ${path} ${summary}`);
    const searched = `${type}.${name} ${description} ${urls.join(" ")}`.toLowerCase();
    return words.every((word) => searched.includes(word));
  };
  const found = words.length ? fields.filter(matches) : fields;
  const shown = found.slice(0, MOST);
  const types = [...new Set(shown.map(({ type }) => type))];
  return (
    <main className="fields">
      <h1>Fields and the legacy URLs that use them</h1>
      <p className="hint">
        Before a field of the schema changes: {operations.length} legacy operations are GraphQL documents, and these are
        the fields that they select. Root fields come first, the others when a URL uses them.
      </p>
      <input
        type="search"
        placeholder="Search fields, descriptions, URLs: Tag.name, whitelist, /grid/customer …"
        aria-label="Search"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      <p className="hint" role="status">
        {found.length} fields{found.length > MOST && `, the first ${MOST} of them here`}
      </p>
      {types.map((type) => (
        <section key={type}>
          <h2>{type}</h2>
          <dl>
            {shown
              .filter((field) => field.type === type)
              .map(({ name, description, operations }) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>
                    {description && <p>{description}</p>}
                    {operations.length ? <Urls operations={operations} /> : <p className="hint">No legacy URL</p>}
                  </dd>
                </div>
              ))}
          </dl>
        </section>
      ))}
    </main>
  );
}

const root = createRoot(document.getElementById("page"));
load().then((known) =>
  root.render(
    <>
      <Bar page="fields" />
      <Fields {...known} />
    </>,
  ),
);
