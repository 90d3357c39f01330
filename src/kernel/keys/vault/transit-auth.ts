import { readFile } from "node:fs/promises";
import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import type { Credential, VaultAuth } from "../../stores/vault/vault-spec.ts";
import { type KeyUri, wrongKeyUri } from "../key-uri.ts";

const SERVICE_ACCOUNT_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/** How the address of a Transit key says to log in. Files are read at each login. Pure. Errors: KST_KEY_URI. */
export function transitAuth(uri: KeyUri): VaultAuth {
  const method = uri.parameters.get("auth") ?? "token";
  const need = (name: string): string => {
    const value = uri.parameters.get(name);
    if (value === undefined) throw wrongKeyUri(`${uri.scheme}://${uri.place}`, `auth=${method} needs ${name}`);
    return value;
  };
  const path = uri.parameters.get("auth-mount") ?? method;
  const role = uri.parameters.get("role");
  switch (method) {
    case "token":
      return { method, token: credentialFile(need("token-file")) };
    case "approle": {
      const roleId = credentialFile(need("role-id-file"));
      return { method: "appRole", path, roleId, secretId: credentialFile(need("secret-id-file")) };
    }
    case "kubernetes": {
      const file = uri.parameters.get("jwt-file") ?? SERVICE_ACCOUNT_TOKEN;
      return { method, path, role: need("role"), jwt: credentialFile(file) };
    }
    case "jwt":
      return { method, path, role: role ?? "", jwt: credentialFile(need("jwt-file")) };
    case "cert":
      need("cert-file");
      need("key-file");
      return { method, path, ...(role === undefined ? {} : { role }) };
    default:
      throw wrongKeyUri(`${uri.scheme}://${uri.place}`, "auth is token, approle, kubernetes, jwt or cert");
  }
}

/** A credential in a file, read anew each time. Errors: KST_KEY_FILE. */
export function credentialFile(file: string): Credential {
  return async (signal) => Secret.fromBytes(await readFile(file, { signal }).catch((cause) => unreadable(file, cause)));
}

/** PEM in a file. Errors: KST_KEY_FILE. */
export async function pemFile(file: string): Promise<string> {
  return await readFile(file, "utf8").catch((cause) => unreadable(file, cause));
}

function unreadable(file: string, cause: unknown): never {
  throw new KustodyError("KST_KEY_FILE", `cannot read ${file}`, { hint: "check the path in the key's address", cause });
}
