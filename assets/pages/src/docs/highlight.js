// The colours of GraphQL, by the shapes of its tokens.

const tokens =
  /(?<string>"(?:[^"\\]|\\.)*")|(?<variable>\$\w+)|(?<directive>@\w+)|(?<keyword>\b(?:query|mutation|fragment|on|true|false|null)\b)|(?<type>\b[A-Z]\w*\b)|(?<argument>\b\w+(?=:))/g;

/** Pairs of what a part of the text is and the part; what is plain has no name */
export function highlighted(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(tokens)) {
    if (match.index > end) parts.push([null, text.slice(end, match.index)]);
    parts.push([Object.entries(match.groups).find(([, part]) => part)[0], match[0]]);
    end = match.index + match[0].length;
  }
  parts.push([null, text.slice(end)]);
  return parts;
}
