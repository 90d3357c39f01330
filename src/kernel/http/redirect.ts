import { KustodyError } from "../errors.ts";

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Whether this reply to `method` is one to follow. */
export function isRedirect(method: string, status: number, location: string | undefined): location is string {
  return REDIRECTS.has(status) && location !== undefined && (method === "GET" || method === "HEAD");
}

/**
 * Where `location` leads. Credentials (a Secret header, a client certificate, a user in the URL) never go to another
 * origin: such a redirect is an error, not a request without them, for its reply would be taken for the first server's.
 */
export function followRedirect(from: URL, location: string, hasCredentials: boolean): URL {
  const refuse = (why: string) =>
    new KustodyError("KST_HTTP_REDIRECT", `${from.origin} redirects to ${why}`, {
      hint: "configure the final address instead",
    });
  if (!URL.canParse(location, from.href)) throw refuse("something that is not an address");
  const to = new URL(location, from);
  if (to.protocol !== "http:" && to.protocol !== "https:") throw refuse("an address that is not HTTP");
  if (to.username !== "" || to.password !== "") throw refuse("an address with credentials in it");
  if (to.origin !== from.origin && hasCredentials) throw refuse(`${to.origin}, which must not get the credentials`);
  if (from.protocol === "https:" && to.protocol === "http:") throw refuse("an unencrypted address");
  return to;
}
