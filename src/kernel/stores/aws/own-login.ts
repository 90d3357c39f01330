import { readFile } from "node:fs/promises";
import type { AwsOwnLogin } from "../../config/aws-environment.ts";
import { KustodyError } from "../../errors.ts";
import { createHttpClient } from "../../http/http-client.ts";
import { Secret } from "../../secret/secret.ts";
import { copySecret } from "../copy-secret.ts";
import { parseJson, rawOf, unescapeJson } from "../value/json-node.ts";
import type { AwsCredentials, AwsLogin } from "./aws-credentials.ts";
import type { Sts } from "./sts.ts";

const LARGEST_TOKEN = 64 * 1024;

/** How the operator itself logs in, from what its environment says. Files are read at each login: others renew them. */
export function ownLogin(own: AwsOwnLogin | undefined, sts: Sts): AwsLogin {
  switch (own?.method) {
    case undefined:
      return () => Promise.reject(noneFound());
    case "keys": {
      const { accessKeyId, secretAccessKey, sessionToken } = own;
      return async () => ({
        accessKeyId,
        secretAccessKey: copySecret(secretAccessKey),
        ...(sessionToken === undefined ? {} : { sessionToken: copySecret(sessionToken) }),
      });
    }
    case "webIdentity":
      return async (signal) => {
        using token = await readToken(own.tokenFile);
        return await sts.assumeRoleWithToken(own.roleArn, token, signal);
      };
    case "container":
      return (signal) => fromContainer(own.url, own.tokenFile, signal);
  }
}

async function readToken(file: string): Promise<Secret> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new KustodyError("KST_STORE_SPEC", `cannot read AWS's token file ${file}`, {
      hint: "check the pod's projected volume",
      retry: "backoff",
      cause,
    });
  });
  // A line end is no part of it, and no header may have one.
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] ?? 0) <= 32) end--;
  if (end > 0 && end <= LARGEST_TOKEN) return Secret.fromBytes(bytes.subarray(0, end));
  throw new KustodyError("KST_STORE_SPEC", `AWS's token file ${file} is empty or too large`, { retry: "backoff" });
}

/** EKS Pod Identity (and ECS): an agent on the node gives credentials for the token of the pod's ServiceAccount. */
async function fromContainer(
  address: string,
  tokenFile: string | undefined,
  signal: AbortSignal,
): Promise<AwsCredentials> {
  const url = agentUrl(address);
  const http = createHttpClient({ baseUrl: url.origin, timeouts: { total: 10_000 } });
  using token = tokenFile === undefined ? undefined : await readToken(tokenFile);
  try {
    const headers = token === undefined ? {} : { authorization: token };
    const { status, body } = await http.request({ path: url.pathname + url.search, headers, signal });
    const given = status === 200 ? parseCredentials(body) : undefined;
    if (given !== undefined) return given;
    throw new KustodyError("KST_STORE_FAILED", `the agent of EKS Pod Identity answered ${status} without credentials`, {
      hint: "check that the operator's ServiceAccount has a Pod Identity association",
      retry: "backoff",
    });
  } finally {
    await http.close();
  }
}

/** AWS's own rule: plain http only to the node itself, so that the token never crosses a network in the clear. */
const AGENTS = new Set(["127.0.0.1", "localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"]);

function agentUrl(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === "https:" || (url?.protocol === "http:" && AGENTS.has(url.hostname))) return url;
  throw new KustodyError(
    "KST_STORE_SPEC",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI is not the address of an agent on the node",
  );
}

function parseCredentials(body: Buffer): AwsCredentials | undefined {
  const members = parseJson(body)?.members ?? [];
  const text = (name: string): Buffer | undefined => {
    const node = members.findLast((member) => member.name === name)?.value;
    return node?.kind === "string" ? unescapeJson(rawOf(node)) : undefined;
  };
  const [id, key, token, expires] = ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"].map(text);
  body.fill(0);
  if (id === undefined || key === undefined || token === undefined) return undefined;
  const expiresAt = Date.parse(expires?.toString() ?? "");
  return {
    accessKeyId: id.toString(),
    secretAccessKey: Secret.fromBytes(key),
    sessionToken: Secret.fromBytes(token),
    ...(Number.isNaN(expiresAt) ? {} : { expiresAt }),
  };
}

function noneFound(): KustodyError {
  return new KustodyError(
    "KST_STORE_SPEC",
    "provider.aws cannot be used: the operator has no login of its own to AWS",
    {
      hint: "name secretRef or jwt in auth, or give the operator's ServiceAccount a role",
    },
  );
}
