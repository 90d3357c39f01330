import { Secret } from "../../secret/secret.ts";
import { quoteGoJson } from "../value/go-json.ts";
import type { VaultAuth } from "./vault-spec.ts";

export interface LoginRequest {
  /** Below `/v1/`. */
  readonly path: string;
  readonly body: Secret;
}

/** The request by which an identity logs in; it belongs to the caller. A door: credentials go into its body. */
export async function loginRequest(
  auth: Exclude<VaultAuth, { method: "token" }>,
  signal: AbortSignal,
): Promise<LoginRequest> {
  const path = `auth/${auth.path
    .replace(/^\/|\/$/g, "")
    .split("/")
    .map(encodeURIComponent)
    .join("/")}/login`;
  switch (auth.method) {
    case "appRole": {
      using roleId = await auth.roleId(signal);
      using secretId = await auth.secretId(signal);
      return { path, body: jsonObject({ role_id: trimmed(roleId), secret_id: trimmed(secretId) }) };
    }
    case "kubernetes":
    case "jwt": {
      using jwt = await auth.jwt(signal);
      return { path, body: jsonObject({ role: Buffer.from(auth.role.trim()), jwt: trimmed(jwt) }) };
    }
    case "userPass": {
      using password = await auth.password(signal);
      return {
        path: `${path}/${encodeURIComponent(auth.username)}`,
        body: jsonObject({ password: password.unwrap() }),
      };
    }
    default:
      return { path, body: jsonObject(auth.role === undefined ? {} : { name: Buffer.from(auth.role) }) };
  }
}

/** A JSON object of texts as bytes. */
function jsonObject(members: Readonly<Record<string, Buffer>>): Secret {
  const parts = Object.entries(members).flatMap(([name, value], n) => [
    Buffer.from(`${n === 0 ? "" : ","}"${name}":`),
    quoteGoJson(value, false),
  ]);
  return Secret.fromBytes(Buffer.concat([Buffer.from("{"), ...parts, Buffer.from("}")]));
}

/** Without the line end that files and `echo` leave behind a credential. */
export function trimmed(credential: Secret): Buffer {
  const bytes = credential.unwrap();
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] ?? 0) <= 0x20) end -= 1;
  return bytes.subarray(0, end);
}
