// The panel that tells what the last operation cost: its time, its statements, its points.

import { useSyncExternalStore } from "react";

let last = null;
const readers = new Set();

function tell(measured) {
  last = measured;
  for (const reader of readers) reader();
}

function subscribe(reader) {
  readers.add(reader);
  return () => readers.delete(reader);
}

/** Whether somebody runs an operation, or GraphiQL asks for the schema */
const isIntrospection = (body) => JSON.parse(body).operationName === "IntrospectionQuery";

/** `fetch` that asks the server what an operation costs, and keeps that out of the answer that is shown */
export async function measuring(url, init) {
  if (typeof init?.body !== "string" || isIntrospection(init.body)) return fetch(url, init);
  const headers = new Headers(init.headers);
  headers.set("quintet-trace", "sql");
  headers.set("graphql-cost", "report");
  const start = performance.now();
  const response = await fetch(url, { ...init, headers });
  const took = performance.now() - start;
  const answer = await response.json();
  const { trace, cost, ...others } = answer.extensions ?? {};
  tell({ took, trace, cost, name: JSON.parse(init.body).operationName });
  if (Object.keys(others).length) answer.extensions = others;
  else delete answer.extensions;
  return Response.json(answer, { status: response.status });
}

const milliseconds = (micros) => `${(micros / 1000).toFixed(micros < 10_000 ? 2 : 0)} ms`;

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <path d="M4 17a8.5 8.5 0 1 1 16 0M12 15l4-5M4 17h2M18 17h2M12 5.5v2" />
    </svg>
  );
}

function Panel() {
  const measured = useSyncExternalStore(subscribe, () => last);
  return (
    <section className="panel cost" aria-label="Cost">
      <h2>Cost</h2>
      {measured ? <Measured {...measured} /> : <p className="hint">Run an operation: what it cost will stand here.</p>}
    </section>
  );
}

function Measured({ name, took, trace, cost }) {
  return (
    <>
      {name && <h3>{name}</h3>}
      <dl>
        <dt>Until the answer</dt>
        <dd>{milliseconds(took * 1000)}</dd>
        {trace && (
          <>
            <dt>On the server</dt>
            <dd>{milliseconds(trace.micros)}</dd>
            <dt>SQL statements</dt>
            <dd>{trace.statements}</dd>
          </>
        )}
        {Object.entries(cost ?? {}).map(([name, value]) => (
          <Cost key={name} name={name} value={value} />
        ))}
      </dl>
      {trace ? (
        <ol>
          {trace.sql.map(({ text, micros }, index) => (
            <li key={index}>
              <small>{milliseconds(micros)}</small>
              <pre title={text}>{lines(text)}</pre>
            </li>
          ))}
        </ol>
      ) : (
        <p className="hint">The SQL is shown to administrators of all realms.</p>
      )}
    </>
  );
}

function Cost({ name, value }) {
  const words = name.replace(/([A-Z])/g, " $1").toLowerCase();
  return (
    <>
      <dt>Cost, {words}</dt>
      <dd>{typeof value === "object" ? JSON.stringify(value) : String(value)}</dd>
    </>
  );
}

/** Most columns of a statement that are shown */
const MOST = 6;

/** A statement with its parts on lines of their own, without the quotes of its engine and the rest of many columns */
function lines(sql) {
  const parts = / (?=(?:FROM|WHERE|ORDER BY|GROUP BY|LIMIT|RETURNING|VALUES|SET|LEFT|INNER) )/g;
  const shorter = (all, columns) => {
    const names = columns.split(", ");
    return names.length > MOST ? `SELECT ${names.slice(0, MOST).join(", ")}, … (${names.length})` : all;
  };
  return sql.replace(/[`"]/g, "").replace(/^SELECT ([^(]*?)(?= FROM )/, shorter).replace(parts, "\n");
}

export const COST = { title: "Cost", icon: Icon, content: Panel };
