// Stands in for Prettier's parser and printer of JavaScript (half a megabyte), which GraphiQL uses for JSON alone.

import { applyEdits, format } from "jsonc-parser";

const whole = (text) => applyEdits(text, format(text, undefined, { insertSpaces: true, tabSize: 2 })).trim();

export const parsers = {
  jsonc: {
    astFormat: "whole",
    parse: (text) => ({ text }),
    locStart: () => 0,
    locEnd: ({ text }) => text.length,
  },
};

export const printers = { whole: { print: ({ node }) => whole(node.text) } };
