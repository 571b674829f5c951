// Who is signed in, kept until the browser tab is closed.

/** Runs an operation against the server; throws its first error */
export async function ask(query, variables, token) {
  const response = await fetch("graphql", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json;q=0.9",
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors?.length) {
    throw Object.assign(new Error(errors[0].message), { code: errors[0].extensions?.code });
  }
  return data;
}

/** The session of a realm's pages, or of those of all realms */
export function sessionOf(realm) {
  const key = realm ? `quintet:session:${realm}` : "quintet:session";

  const remember = (session) => {
    if (session) sessionStorage.setItem(key, JSON.stringify(session));
    else sessionStorage.removeItem(key);
    return session;
  };

  const remembered = () => {
    try {
      return JSON.parse(sessionStorage.getItem(key));
    } catch {
      return null;
    }
  };

  return {
    remembered,

    async signIn(input) {
      const document = `mutation SignIn($input: SessionCreateInput!) {
        sessionCreate(input: $input) { token session { account { login name realm } } }
      }`;
      const { token, session } = (await ask(document, { input })).sessionCreate;
      return remember({ token, ...session.account });
    },

    /** The remembered session if the server still knows it */
    async resume() {
      const session = remembered();
      if (!session) return null;
      try {
        const { me } = await ask("query Me { me { login name realm } }", undefined, session.token);
        return remember({ token: session.token, ...me });
      } catch (error) {
        return error.code === "UNAUTHENTICATED" ? remember(null) : session;
      }
    },

    async signOut({ token }) {
      remember(null);
      await ask("mutation SignOut { sessionEnd { session { endedAt } } }", undefined, token);
    },
  };
}
