// Who is signed in, kept until the browser tab is closed.

const KEY = "quintet:session";

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

export function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

function remember(session) {
  if (session) sessionStorage.setItem(KEY, JSON.stringify(session));
  else sessionStorage.removeItem(KEY);
  return session;
}

export async function signIn(input) {
  const document = `mutation SignIn($input: SessionCreateInput!) {
    sessionCreate(input: $input) { token session { account { login name realm } } }
  }`;
  const { token, session } = (await ask(document, { input })).sessionCreate;
  return remember({ token, ...session.account });
}

/** The remembered session if the server still knows it */
export async function resume() {
  const session = remembered();
  if (!session) return null;
  try {
    const { me } = await ask("query Me { me { login name realm } }", undefined, session.token);
    return remember({ token: session.token, ...me });
  } catch (error) {
    return error.code === "UNAUTHENTICATED" ? remember(null) : session;
  }
}

export async function signOut({ token }) {
  remember(null);
  await ask("mutation SignOut { sessionEnd { session { endedAt } } }", undefined, token);
}
