// The operations of a chapter, drawn by Swagger UI, each with the GraphQL that it runs.

import { useEffect, useRef, useState } from "react";
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";

import { hasGraphiql, linkTo } from "../link.js";
import { highlighted } from "./highlight.js";

/** Swagger UI draws with a React of its own */
const plugin = ({ React: { createElement: h, Fragment } }) => {
  const Graphql = ({ operation }) => {
    const text = operation.get("x-graphql");
    if (!text) return null;
    const variables = operation.get("x-graphql-variables")?.toJS?.();
    return h(
      "section",
      { className: "graphql" },
      h(
        "header",
        null,
        h("h4", null, "GraphQL"),
        hasGraphiql &&
          h("a", { href: linkTo(text, variables), title: "Fills the editors; nothing runs before you say so" }, "Open in GraphiQL"),
      ),
      h(
        "pre",
        { tabIndex: 0 },
        highlighted(text).map(([kind, part], index) => (kind ? h("span", { key: index, className: kind }, part) : part)),
      ),
    );
  };
  return {
    components: {
      Chapter: ({ getComponent }) => {
        const Operations = getComponent("operations", true);
        return h("div", { className: "swagger-ui" }, h(Operations));
      },
    },
    wrapComponents: {
      parameters: (Parameters) => (properties) =>
        h(Fragment, null, h(Graphql, { operation: properties.operation }), h(Parameters, properties)),
    },
    fn: { opsFilter: (operations, chapter) => operations.filter((_, name) => name === chapter) },
  };
};

export function Chapter({ file, chapter, id, token }) {
  const place = useRef(null);
  const [ui, setUi] = useState(null);

  useEffect(() => {
    const made = SwaggerUI({
      domNode: place.current,
      spec: file,
      layout: "Chapter",
      plugins: [plugin],
      filter: chapter.name,
      tryItOutEnabled: true,
      displayRequestDuration: true,
      defaultModelExpandDepth: 3,
      validatorUrl: null,
      onComplete: () => setUi(made),
    });
    // Swagger UI is made once for a system; what follows steers it.
  }, [file]);

  useEffect(() => {
    if (!ui) return;
    const { layoutActions } = ui.getSystem();
    layoutActions.updateFilter(chapter.name);
    if (id) layoutActions.show(["operations", chapter.name, id], true);
    // When it is drawn
    requestAnimationFrame(() => {
      const element = id && document.getElementById(`operations-${chapter.name}-${id}`);
      (element ?? place.current.parentElement.firstChild).scrollIntoView({ block: "start" });
    });
  }, [ui, chapter, id]);

  useEffect(() => {
    if (!ui || !token) return;
    // Of several ways to send it, a page can do without cookies.
    const schemes = Object.entries(file.components.securitySchemes).filter(([, scheme]) => scheme.in !== "cookie");
    const [name] = schemes[0] ?? [];
    if (!name) return;
    ui.preauthorizeApiKey(name, token);
    return () => ui.getSystem().authActions.logout([name]);
  }, [ui, file, token]);

  return (
    <article className="chapter">
      <h1>{chapter.title}</h1>
      {chapter.note && <p className="hint">{chapter.note}</p>}
      <div ref={place} />
    </article>
  );
}
