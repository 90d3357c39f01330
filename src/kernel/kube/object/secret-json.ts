import { randomUUID } from "node:crypto";
import { Secret } from "../../secret/secret.ts";
import { decodeBase64, encodeBase64 } from "./base64-bytes.ts";
import { findStrings } from "./find-strings.ts";

/** kubectl keeps a whole applied Secret here, values and all. */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * Parses the API's JSON of Secrets so that no value ever is a JavaScript string:
 *
 * 1. find the bytes of each value below `data` (and of kubectl's last-applied annotation) in the reply
 * 2. decode their base64 from bytes to bytes, into a `Secret`
 * 3. parse the rest, in which each value is replaced by its number; put the Secrets in place; drop the annotation
 * 4. overwrite `json` with zeros
 *
 * `json` is one Secret, a list of them, or a watch event. Metadata-only replies go through here too, for the annotation.
 */
export function parseSecretJson(json: Buffer): unknown {
  try {
    const secrets: Secret[] = [];
    const pieces: string[] = [];
    let from = 0;
    for (const { start, end, path } of findStrings(json, isGuarded)) {
      pieces.push(json.toString("utf8", from, start));
      from = end;
      if (path.at(-1) === LAST_APPLIED) continue; // (3)
      const bytes = decodeBase64(json, start, end);
      if (bytes === undefined) throw new SyntaxError("a value of a Secret is not base64");
      pieces.push(String(secrets.push(Secret.fromBytes(bytes)) - 1));
    }
    pieces.push(json.toString("utf8", from));
    const parsed: unknown = JSON.parse(pieces.join(""));
    for (const object of objectsIn(parsed)) settle(object, secrets);
    return parsed;
  } finally {
    json.fill(0); // (4)
  }
}

/**
 * JSON bytes of what is sent to the API, in which each `Secret`, wherever it stands, is its base64. A door, and again
 * without a string: the text is built with a mark for each Secret, and the bytes are put in its place.
 */
export function encodeJson(value: unknown): Buffer {
  const mark = randomUUID();
  const secrets: Secret[] = [];
  const text = JSON.stringify(value, function replace(this: unknown, key: string, plain: unknown) {
    const raw: unknown = (this as Record<string, unknown>)[key];
    if (!(raw instanceof Secret)) return plain;
    secrets.push(raw);
    return mark;
  });
  const parts = text.split(mark);
  return Buffer.concat(
    parts.flatMap((part, i) => {
      const secret = secrets[i];
      return secret === undefined ? [Buffer.from(part)] : [Buffer.from(part), encodeBase64(secret.unwrap())];
    }),
  );
}

/** Paths of one object, below `items.N`, or below `object` of a watch event. */
function isGuarded(path: readonly string[]): boolean {
  const root = path[0] === "items" ? 2 : path[0] === "object" ? 1 : 0;
  if (path[root] === "data") return path.length === root + 2;
  return path[root] === "metadata" && path[root + 1] === "annotations" && path[root + 2] === LAST_APPLIED;
}

type Loose = { data?: Record<string, unknown>; metadata?: { annotations?: Record<string, string> } };

function objectsIn(parsed: unknown): Loose[] {
  const { items, object } = (parsed ?? {}) as { items?: Loose[] | null; object?: Loose };
  return items ?? [object ?? (parsed as Loose)];
}

function settle(object: Loose, secrets: readonly Secret[]): void {
  delete object.metadata?.annotations?.[LAST_APPLIED];
  for (const [key, number] of Object.entries(object.data ?? {})) {
    if (object.data !== undefined) object.data[key] = secrets[Number(number)];
  }
}
