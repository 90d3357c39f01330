/** A string value in JSON text: the bytes between its quotes, and the keys and indices that lead to it. */
export interface FoundString {
  readonly start: number;
  readonly end: number;
  readonly path: readonly string[];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY, COLON, COMMA] = Buffer.from("{}[]:,");

/**
 * The string values of valid JSON whose path `wanted` accepts, in their order, without parsing the rest.
 * Text that is not JSON gives an arbitrary result, but an end: JSON.parse is to judge it afterwards.
 */
export function* findStrings(
  json: Buffer,
  wanted: (path: readonly string[]) => boolean,
): Generator<FoundString, void, undefined> {
  /** One step for each container that is open; an array's step is its index. */
  const path: string[] = [];
  const arrays: boolean[] = [];
  let key = false;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i];
    if (byte === QUOTE) {
      const start = i + 1;
      i = closingQuote(json, start);
      if (key) {
        path[path.length - 1] = json.toString("utf8", start, i);
        key = false;
      } else if (wanted(path)) yield { start, end: i, path: [...path] };
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      arrays.push(byte === OPEN_ARRAY);
      path.push(byte === OPEN_ARRAY ? "0" : "");
      key = byte === OPEN_OBJECT;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      arrays.pop();
      path.pop();
      key = false;
    } else if (byte === COMMA) {
      if (arrays.at(-1) === true) path[path.length - 1] = String(Number(path.at(-1)) + 1);
      else key = true;
    } else if (byte === COLON) key = false;
  }
}

function closingQuote(json: Buffer, start: number): number {
  let at = json.indexOf(QUOTE, start);
  while (at >= 0 && isEscaped(json, start, at)) at = json.indexOf(QUOTE, at + 1);
  return at < 0 ? json.length : at;
}

function isEscaped(json: Buffer, start: number, at: number): boolean {
  let slashes = 0;
  while (at - 1 - slashes >= start && json[at - 1 - slashes] === BACKSLASH) slashes++;
  return slashes % 2 === 1;
}
