import { failed } from "../template-fault.ts";
import { kindName } from "../values/type-name.ts";
import { GoMap } from "../values/value.ts";
import { type FunctionTable, fn } from "./go-function.ts";
import { hostnameOf, parseUrl, type UrlParts, writeUrl, writeUser } from "./go-url.ts";

export const URL_FUNCTIONS: FunctionTable = {
  urlParse: fn(["string"], ([text]) => {
    const url = parseUrl(text);
    return new GoMap(
      new Map([
        ["scheme", url.scheme],
        ["host", url.host],
        ["hostname", hostnameOf(url.host)],
        ["path", url.path],
        ["query", url.query],
        ["opaque", url.opaque],
        ["fragment", url.fragment],
        ["userinfo", url.user === undefined ? "" : writeUser(url.user)],
      ]),
    );
  }),
  urlJoin: fn(["dict"], ([dict]) => {
    const userinfo = part(dict, "userinfo");
    const parts: UrlParts = {
      scheme: part(dict, "scheme"),
      host: part(dict, "host"),
      path: part(dict, "path"),
      rawPath: "",
      query: part(dict, "query"),
      opaque: part(dict, "opaque"),
      fragment: part(dict, "fragment"),
      rawFragment: "",
      user: userinfo === "" ? undefined : parseUrl(`proto://${userinfo}@host`).user,
      forceQuery: false,
      omitHost: false,
    };
    return writeUrl(parts);
  }),
};

function part(dict: GoMap, key: string): string {
  const value = dict.entries.get(key) ?? (dict.entries.has(key) ? null : "");
  if (typeof value !== "string") throw failed(`a part of a URL is of kind ${kindName(value)}, not a text`);
  return value;
}
