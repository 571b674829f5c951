// The bar above each page: the way to the other pages, and who is signed in or the form to do so.

import { useEffect, useState } from "react";

import { hasGraphiql } from "./link.js";
import { sessionOf } from "./session.js";

const pages = { ...(hasGraphiql && { graphiql: "GraphiQL" }), docs: "Legacy URLs", fields: "Fields" };

export function Bar({ page, children }) {
  return (
    <header className="bar">
      <a className="brand" href="./" title="Start page">
        <img src="icon.svg" alt="" width="22" height="22" />
        Quintet
      </a>
      <nav>
        {Object.entries(pages).map(([path, title]) => (
          <a key={path} href={path} aria-current={path === page ? "page" : undefined}>
            {title}
          </a>
        ))}
      </nav>
      {children}
    </header>
  );
}

/** The session of a realm, or of all; null where nobody is signed in */
export function useSession(realm) {
  const [session, setSession] = useState(() => sessionOf(realm).remembered());
  useEffect(() => {
    let isWanted = true;
    setSession(sessionOf(realm).remembered());
    sessionOf(realm)
      .resume()
      .then((session) => isWanted && setSession(session));
    return () => {
      isWanted = false;
    };
  }, [realm]);
  return [session, setSession];
}

/** Who is signed in, or the form; `realms` to choose from where `realm` does not say which */
export function SignIn({ realm, realms, session, onChange, hint }) {
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);

  if (session) {
    const leave = () => {
      onChange(null);
      // The session may have ended already; there is nothing left to do then.
      sessionOf(realm)
        .signOut(session)
        .catch(() => {});
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

  const submit = async (event) => {
    event.preventDefault();
    const { login, password, realm: chosen } = Object.fromEntries(new FormData(event.target));
    setBusy(true);
    setError(null);
    try {
      onChange(await sessionOf(realm).signIn({ realm: realm ?? (chosen || null), login, password }));
    } catch (error) {
      setError(error.message);
    }
    setBusy(false);
  };

  return (
    <form className="session" onSubmit={submit} title={hint}>
      {error && (
        <span className="error" role="alert">
          {error}
        </span>
      )}
      {realms && (
        <select name="realm" aria-label="Realm">
          <option value="">All realms</option>
          {realms.map(({ name, description }) => (
            <option key={name} value={name} title={description ?? undefined}>
              {name}
            </option>
          ))}
        </select>
      )}
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
