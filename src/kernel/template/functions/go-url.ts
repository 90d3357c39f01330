import { isIPv6 } from "node:net";
import { failed } from "../template-fault.ts";

export interface UrlUser {
  readonly name: string;
  readonly password: string | undefined;
}

/** A URL's parts as Go's net/url keeps them: byte strings, decoded but for `query`, `opaque` and those called raw. */
export interface UrlParts {
  readonly scheme: string;
  readonly opaque: string;
  readonly user: UrlUser | undefined;
  readonly host: string;
  readonly path: string;
  /** As it stood there, where it would be written otherwise. */
  readonly rawPath: string;
  readonly query: string;
  readonly forceQuery: boolean;
  readonly fragment: string;
  readonly rawFragment: string;
  readonly omitHost: boolean;
}

type Place = "path" | "user" | "host" | "fragment";

/** Characters that need no escape besides letters, digits and `-_.~` (RFC 3986 §2.3 and on, as Go reads it). */
const PLAIN: Readonly<Record<Place, string>> = {
  path: "$&+,/:;=@",
  user: "$&+,;=",
  host: "!$&'()*+,;=:[]<>\"",
  fragment: "!$&'()*+,/:;=?@",
};

const isPlain = (char: string, place: Place): boolean => /[A-Za-z0-9\-_.~]/.test(char) || PLAIN[place].includes(char);

function escapePart(text: string, place: Place): string {
  return Array.from(text, (char) => {
    if (isPlain(char, place)) return char;
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

function unescapePart(text: string, place: Place): string {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) throw failed("a URL holds a % that is no escape");
  if (place === "host") {
    if (/%(?!25)[0-7]/.test(text)) throw failed("the host of a URL holds an escape that it cannot");
    const wrong = Array.from(text.replaceAll(/%../g, "")).some((char) => char < "\u0080" && !isPlain(char, "host"));
    if (wrong) throw failed("the host of a URL holds a character that it cannot");
  }
  return text.replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** As Go's url.Parse. @throws TemplateFault */
export function parseUrl(text: string): UrlParts {
  const hash = text.indexOf("#");
  const before = hash === -1 ? text : text.slice(0, hash);
  const rawFragment = hash === -1 ? "" : text.slice(hash + 1);
  const parts = parseWithoutFragment(before);
  const fragment = unescapePart(rawFragment, "fragment");
  return { ...parts, fragment, rawFragment: escapePart(fragment, "fragment") === rawFragment ? "" : rawFragment };
}

function parseWithoutFragment(text: string): UrlParts {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\0-\x1f\x7f]/.test(text)) throw failed("a URL holds a control character");
  const none = { opaque: "", user: undefined, host: "", rawPath: "", query: "", fragment: "", rawFragment: "" };
  if (text === "*") return { ...none, scheme: "", path: "*", forceQuery: false, omitHost: false };
  if (text.startsWith(":")) throw failed("a URL has no scheme before its colon");
  const given = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1];
  const scheme = given?.toLowerCase() ?? "";
  let rest = given === undefined ? text : text.slice(given.length + 1);
  const question = rest.indexOf("?");
  const forceQuery = question !== -1 && question === rest.length - 1;
  const query = question === -1 ? "" : rest.slice(question + 1);
  if (question !== -1) rest = rest.slice(0, question);
  if (!rest.startsWith("/")) {
    if (scheme !== "") return { ...none, scheme, opaque: rest, path: "", query, forceQuery, omitHost: false };
    if (rest.split("/")[0]?.includes(":") === true) throw failed("the first part of a URL's path holds a colon");
  }
  let authority: { user: UrlUser | undefined; host: string } = { user: undefined, host: "" };
  let omitHost = false;
  if (rest.startsWith("//") && (scheme !== "" || !rest.startsWith("///"))) {
    const slash = rest.indexOf("/", 2);
    authority = parseAuthority(scheme, rest.slice(2, slash === -1 ? undefined : slash));
    rest = slash === -1 ? "" : rest.slice(slash);
  } else omitHost = scheme !== "" && rest.startsWith("/");
  const path = unescapePart(rest, "path");
  const rawPath = escapePart(path, "path") === rest ? "" : rest;
  return { ...none, ...authority, scheme, path, rawPath, query, forceQuery, omitHost };
}

function parseAuthority(scheme: string, authority: string): { user: UrlUser | undefined; host: string } {
  const at = authority.lastIndexOf("@");
  const host = parseHost(scheme, authority.slice(at + 1));
  if (at === -1) return { user: undefined, host };
  const info = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(info))
    throw failed("the user of a URL holds a character that it cannot");
  const colon = info.indexOf(":");
  const name = unescapePart(colon === -1 ? info : info.slice(0, colon), "user");
  return { user: { name, password: colon === -1 ? undefined : unescapePart(info.slice(colon + 1), "user") }, host };
}

function parseHost(scheme: string, host: string): string {
  const open = host.lastIndexOf("[");
  if (open > 0) throw failed("the address in a URL is malformed");
  if (open === 0) {
    const close = host.lastIndexOf("]");
    if (close === -1 || !/^(?::[0-9]*)?$/.test(host.slice(close + 1)))
      throw failed("the address in a URL is malformed");
    const [address = "", ...zone] = host.slice(1, close).split("%25");
    const shown = [unescapePart(address, "host"), ...zone.map((part) => unescapePart(part, "fragment"))].join("%");
    if (!isIPv6(shown)) throw failed("the address in a URL is malformed");
    return `[${shown}]${host.slice(close + 1)}`;
  }
  const isWeb = scheme === "http" || scheme === "https";
  const colon = isWeb ? host.indexOf(":") : host.lastIndexOf(":");
  if (colon !== -1 && !/^:[0-9]*$/.test(host.slice(colon))) throw failed("the port of a URL is no number");
  return unescapePart(host, "host");
}

/** Without the port, and without the brackets of an address. */
export function hostnameOf(host: string): string {
  const withoutPort = host.replace(/:[0-9]*$/, "");
  return withoutPort.startsWith("[") && withoutPort.endsWith("]") ? withoutPort.slice(1, -1) : withoutPort;
}

export function writeUser({ name, password }: UrlUser): string {
  const user = escapePart(name, "user");
  return password === undefined ? user : `${user}:${escapePart(password, "user")}`;
}

/** As Go's URL.String. */
export function writeUrl(url: UrlParts): string {
  let out = url.scheme === "" ? "" : `${url.scheme}:`;
  if (url.opaque !== "") out += url.opaque;
  else {
    const isBare = url.omitHost && url.host === "" && url.user === undefined;
    const hasAuthority = url.host !== "" || url.user !== undefined || (url.scheme !== "" && url.path !== "");
    if (!isBare && hasAuthority) {
      out += `//${url.user === undefined ? "" : `${writeUser(url.user)}@`}${escapePart(url.host, "host")}`;
    }
    const path = url.rawPath === "" ? (url.path === "*" ? "*" : escapePart(url.path, "path")) : url.rawPath;
    if (path !== "" && !path.startsWith("/") && url.host !== "") out += "/";
    if (out === "" && path.split("/")[0]?.includes(":") === true) out += "./";
    out += path;
  }
  if (url.forceQuery || url.query !== "") out += `?${url.query}`;
  if (url.fragment !== "") out += `#${url.rawFragment === "" ? escapePart(url.fragment, "fragment") : url.rawFragment}`;
  return out;
}
