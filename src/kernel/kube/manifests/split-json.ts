import type { DocumentSlice } from "../../yaml/split-documents.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Cuts a text of JSON objects that follow one another, as `kubectl get -o json` of several calls gives. No promise for other texts. */
export function* splitJson(text: string): Generator<DocumentSlice> {
  let start = -1;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      for (at++; at < text.length && text.charCodeAt(at) !== QUOTE; at++) {
        if (text.charCodeAt(at) === BACKSLASH) at++;
      }
    } else if (code === 0x7b || code === 0x5b) {
      if (depth++ === 0) start = at;
    } else if ((code === 0x7d || code === 0x5d) && --depth === 0) {
      yield { text: text.slice(start, at + 1), start };
    } else if (depth === 0 && code > 0x20) return;
  }
}
