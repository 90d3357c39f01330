/** A document's slice of a stream: its text and where that begins. */
export interface DocumentSlice {
  readonly text: string;
  readonly start: number;
}

const MARKER = /^(?:---|\.\.\.)(?=[ \t\r\n]|$)/gm;

/**
 * Cuts a stream at its document markers. They stand in column 0 and can't be part of any scalar
 * (https://yaml.org/spec/1.2.2/#9-document-stream-productions), so no parsing is needed.
 * Slices without content (blank, comments, `%` directives) are left out.
 */
export function* splitDocuments(stream: string): Generator<DocumentSlice> {
  let start = 0;
  if (stream.includes("\n---") || stream.includes("\n...") || stream.startsWith("---") || stream.startsWith("...")) {
    for (const marker of stream.matchAll(MARKER)) {
      yield* withContent(stream, start, marker.index);
      start = marker.index + 3;
    }
  }
  yield* withContent(stream, start, stream.length);
}

function* withContent(stream: string, start: number, end: number): Generator<DocumentSlice> {
  const text = stream.slice(start, end);
  if (hasContent(text)) yield { text, start };
}

function hasContent(text: string): boolean {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end === -1 ? text.length : end).trim();
    if (line !== "" && !line.startsWith("#") && !line.startsWith("%")) return true;
    if (end === -1) return false;
    at = end + 1;
  }
  return false;
}
