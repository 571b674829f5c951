// GraphiQL at /graphiql, with the explorer, the examples and the sign-in bar.

import "./workers.js";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./style.css";

import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from "@graphiql/plugin-doc-explorer";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { HISTORY_PLUGIN, HistoryStore } from "@graphiql/plugin-history";
import { GraphiQLProvider } from "@graphiql/react";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL, GraphiQLInterface } from "graphiql";
import { createRoot } from "react-dom/client";

import { Address, asTab, EXAMPLES, first } from "./examples.jsx";
import { Bar } from "./sign_in.jsx";
import { left, storage } from "./storage.js";

const url = new URL("graphql", document.baseURI);
const fetcher = createGraphiQLFetcher({
  url: url.href,
  subscriptionUrl: url.href.replace(/^http/, "ws"),
});

createRoot(document.getElementById("page")).render(
  <GraphiQLProvider
    fetcher={fetcher}
    storage={storage}
    shouldPersistHeaders={false}
    inputValueDeprecation
    schemaDescription
    defaultTabs={first && [asTab(first)]}
    {...left()}
    plugins={[DOC_EXPLORER_PLUGIN, EXAMPLES, explorerPlugin(), HISTORY_PLUGIN]}
    referencePlugin={DOC_EXPLORER_PLUGIN}
    visiblePlugin={EXAMPLES}
  >
    <HistoryStore>
      <DocExplorerStore>
        <div className="graphiql-container quintet">
          <Bar />
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
