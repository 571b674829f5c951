// The token of who is signed in, in the headers editor of the tab in front.

import { useGraphiQL } from "@graphiql/react";
import { applyEdits, modify, parse } from "jsonc-parser";
import { useEffect, useRef } from "react";

/** Keeps the header of the tab in front in step with the session; leaves one alone that was written by hand */
export function useAuthorization(token) {
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
