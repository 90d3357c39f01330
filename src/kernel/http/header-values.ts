import { Secret } from "../secret/secret.ts";
import type { HttpHeaders, HttpRequest } from "./http-types.ts";

/** Headers as they go on the wire. A door: the strings live until V8 collects them, since HTTP libraries take no bytes. */
export function headerValues(headers: HttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      value instanceof Secret ? value.unwrap().toString("latin1") : value,
    ]),
  );
}

/** A door, as `headerValues`; without a copy. */
export function bodyBytes(body: HttpRequest["body"]): Uint8Array | string | null {
  return body instanceof Secret ? body.unwrap() : (body ?? null);
}

/** Whether redirects must stay on the origin. Authorization and Cookie count even when given as plain text. */
export function carriesSecret(headers: HttpHeaders): boolean {
  return Object.entries(headers).some(
    ([name, value]) => value instanceof Secret || ["authorization", "cookie"].includes(name.toLowerCase()),
  );
}

/** undici's headers with one string for each name. */
export function joinHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return joined;
}
