// The reference of the legacy systems at /docs: all operations at the left, those of one chapter at the right.

import "swagger-ui-dist/swagger-ui.css";
import "../bar.css";
import "./style.css";

import { useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";

import { Bar, SignIn, useSession } from "../bar.jsx";
import { reference } from "../urls.jsx";
import { Chapter } from "./chapter.jsx";

/** The systems, with the logins of the demo data */
const systems = {
  rongzi: { title: "融助手", login: "1611" },
  eartip: { title: "CRM", login: "18800000001" },
  ihk: { title: "联动 Call 客", login: "00006" },
  grid: { title: "网格化营销", login: "admin" },
};

const files = {};
const load = (system) => (files[system] ??= fetch(`openapi/${system}.json`).then((response) => response.json()));

/** What the address names: #grid/tag/grid_tag_get, the later parts or all of it left out */
function named() {
  const [system, module, id] = location.hash.slice(1).split("/").map(decodeURIComponent);
  return { system: system in systems ? system : "rongzi", module, id };
}

function useAddress() {
  const [address, setAddress] = useState(named);
  useEffect(() => {
    const follow = () => setAddress(named());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return address;
}

/** Chapters with their operations, aliases left out; in the order of the legacy documentation */
function contents(file) {
  const all = Object.entries(file.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );
  return file.tags.map(({ name, description }) => {
    const [, title, note] = (description ?? name).match(/^([^:;]*)[:;]?(.*)$/);
    return { name, title, note, operations: all.filter(({ operationId, tags }) => operationId && tags[0] === name) };
  });
}

function Contents({ system, chapters, current }) {
  const [wanted, setWanted] = useState("");
  const words = wanted.toLowerCase().split(/\s+/);
  const matches = (chapter) => (operation) => {
    const { path, summary, operationId, description } = operation;
    const searched = `${operation["x-section"]} ${summary} ${path} ${operationId} ${description} ${chapter.title}`;
    return words.every((word) => searched.toLowerCase().includes(word));
  };
  const shown = chapters
    .map((chapter) => ({ ...chapter, operations: chapter.operations.filter(matches(chapter)) }))
    .filter(({ operations }) => operations.length);
  return (
    <nav className="contents" aria-label="Operations">
      <input
        type="search"
        placeholder="Search URLs, titles, GraphQL fields"
        aria-label="Search"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      {shown.map(({ name, title, operations }) => (
        <section key={name}>
          <h2>{title}</h2>
          <ul>
            {operations.map(({ operationId, method, summary, path }) => (
              <li key={operationId}>
                <a
                  href={reference({ system, module: name, id: operationId })}
                  aria-current={operationId === current ? "true" : undefined}
                  title={path}
                >
                  <span>{summary}</span>
                  <b className={`method ${method}`}>{method}</b>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {!shown.length && <p className="hint">Nothing like that here.</p>}
    </nav>
  );
}

function Page() {
  const { system, module, id } = useAddress();
  const [file, setFile] = useState(null);
  useEffect(() => {
    let isWanted = true;
    load(system).then((file) => isWanted && setFile(file));
    return () => {
      isWanted = false;
    };
  }, [system]);
  const chapters = useMemo(() => file && contents(file), [file]);
  const isHere = file?.["x-system"] === system;
  const chapter = isHere && (chapters.find(({ name }) => name === module) ?? chapters[0]);
  const [session, setSession] = useSession(isHere ? file["x-realm"] : null);
  return (
    <>
      <Bar page="docs">
        {isHere && (
          <SignIn
            key={system}
            realm={file["x-realm"]}
            session={session}
            onChange={setSession}
            hint={`A server started with --demo knows the login ${systems[system].login}, password quintet-demo`}
          />
        )}
      </Bar>
      <div className="tabs">
        {Object.entries(systems).map(([name, { title }]) => (
          <a key={name} href={`#${name}`} aria-current={name === system ? "page" : undefined}>
            {name} <span>{title}</span>
          </a>
        ))}
        <a className="file" href={`openapi/${system}.json`}>
          OpenAPI file
        </a>
      </div>
      {isHere ? (
        <main className="reference">
          <Contents system={system} chapters={chapters} current={id} />
          <Chapter key={system} file={file} chapter={chapter} id={id} token={session?.token} />
        </main>
      ) : (
        <p className="waiting">Loading the reference …</p>
      )}
    </>
  );
}

// Swagger UI's own switch
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

createRoot(document.getElementById("page")).render(<Page />);
