// GraphiQL at /graphiql, with the explorer, the examples, what an operation costs, the legacy URLs that it answers for.

import "./workers.js";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "../bar.css";
import "./style.css";

import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from "@graphiql/plugin-doc-explorer";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { HISTORY_PLUGIN, HistoryStore } from "@graphiql/plugin-history";
import { GraphiQLProvider, useGraphiQL } from "@graphiql/react";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL, GraphiQLInterface } from "graphiql";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";

import { Bar, SignIn, useSession } from "../bar.jsx";
import { sessionOf } from "../session.js";
import { useAuthorization } from "./authorization.js";
import { COST, measuring } from "./cost.jsx";
import { Address, asTab, EXAMPLES, first } from "./examples.jsx";
import { LEGACY } from "./legacy.jsx";
import { left, storage } from "./storage.js";

const url = new URL("graphql", document.baseURI).href;
const fetcher = createGraphiQLFetcher({
  url,
  fetch: measuring,
  // Connects with the first subscription, as whoever is signed in then.
  wsClient: createClient({
    url: url.replace(/^http/, "ws"),
    connectionParams: () => {
      const session = sessionOf().remembered();
      return session ? { authorization: `Bearer ${session.token}` } : {};
    },
  }),
});

function Top() {
  const [session, setSession] = useSession();
  const realms = useGraphiQL((state) => state.schema)?.getType("Realm")?.getValues() ?? [];
  useAuthorization(session?.token);
  return (
    <Bar page="graphiql">
      <SignIn session={session} onChange={setSession} realms={realms} />
    </Bar>
  );
}

createRoot(document.getElementById("page")).render(
  <GraphiQLProvider
    fetcher={fetcher}
    storage={storage}
    shouldPersistHeaders={false}
    inputValueDeprecation
    schemaDescription
    defaultTabs={first && [asTab(first)]}
    {...left()}
    plugins={[DOC_EXPLORER_PLUGIN, EXAMPLES, explorerPlugin(), HISTORY_PLUGIN, COST, LEGACY]}
    referencePlugin={DOC_EXPLORER_PLUGIN}
    visiblePlugin={EXAMPLES}
  >
    <HistoryStore>
      <DocExplorerStore>
        <div className="graphiql-container quintet">
          <Top />
          <Address />
          <GraphiQLInterface defaultEditorToolsVisibility="variables" showPersistHeadersSettings={false}>
            <GraphiQL.Logo>
              <span />
            </GraphiQL.Logo>
          </GraphiQLInterface>
        </div>
      </DocExplorerStore>
    </HistoryStore>
  </GraphiQLProvider>,
);
