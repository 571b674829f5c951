// The bar above GraphiQL: who is signed in, or the form to do so. The token goes into the headers editor of each tab.

import { useGraphiQL } from "@graphiql/react";
import { applyEdits, modify, parse } from "jsonc-parser";
import { useEffect, useRef, useState } from "react";

import { remembered, resume, signIn, signOut } from "./session.js";

export function Bar() {
  const [session, setSession] = useState(remembered);
  useAuthorization(session?.token);
  useEffect(() => {
    resume().then(setSession);
  }, []);
  return (
    <header className="bar">
      <a className="brand" href="./" title="Start page">
        <img src="icon.svg" alt="" width="22" height="22" />
        Quintet
      </a>
      {session ? <SignedIn session={session} onChange={setSession} /> : <Form onChange={setSession} />}
    </header>
  );
}

function SignedIn({ session, onChange }) {
  const leave = () => {
    onChange(null);
    // The session may have ended already; there is nothing left to do then.
    signOut(session).catch(() => {});
  };
  return (
    <div className="session">
      <span className="who">
        Signed in as <b>{session.login}</b> ({session.name}), {session.realm ?? "all realms"}
      </span>
      <button type="button" onClick={leave}>
        Sign out
      </button>
    </div>
  );
}

function Form({ onChange }) {
  const realms = useGraphiQL((state) => state.schema)?.getType("Realm")?.getValues() ?? [];
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async (event) => {
    event.preventDefault();
    const { realm, login, password } = Object.fromEntries(new FormData(event.target));
    setBusy(true);
    setError(null);
    try {
      onChange(await signIn({ realm: realm || null, login, password }));
    } catch (error) {
      setError(error.message);
      setBusy(false);
    }
  };

  return (
    <form className="session" onSubmit={submit}>
      {error && (
        <span className="error" role="alert">
          {error}
        </span>
      )}
      <select name="realm" aria-label="Realm">
        <option value="">All realms</option>
        {realms.map(({ name, description }) => (
          <option key={name} value={name} title={description ?? undefined}>
            {name}
          </option>
        ))}
      </select>
      <input name="login" placeholder="Login" aria-label="Login" autoComplete="username" required />
      <input
        name="password"
        type="password"
        placeholder="Password"
        aria-label="Password"
        autoComplete="current-password"
        required
      />
      <button type="submit" disabled={isBusy}>
        Sign in
      </button>
    </form>
  );
}

/** Keeps the header of the tab in front in step with the session; leaves one alone that was written by hand */
function useAuthorization(token) {
  const editor = useGraphiQL((state) => state.headerEditor);
  const tab = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.id);
  const given = useRef(new Set());
  useEffect(() => {
    if (!editor) return;
    const text = editor.getValue();
    const header = parse(text)?.Authorization;
    if (header !== undefined && !given.current.has(header)) return;
    const wanted = token ? `Bearer ${token}` : undefined;
    if (wanted) given.current.add(wanted);
    if (header === wanted) return;
    const formattingOptions = { insertSpaces: true, tabSize: 2 };
    const changed = applyEdits(text, modify(text, ["Authorization"], wanted, { formattingOptions }));
    editor.setValue(changed.replace(/^\{\s*\}$/, ""));
  }, [editor, tab, token]);
}
