import { z } from "zod";
import { KustodyError } from "../../errors.ts";
import type { Clock } from "../../observe/clock.ts";
import { Secret } from "../../secret/secret.ts";
import type { KubeconfigCluster, KubeconfigExec } from "../config/kubeconfig-schema.ts";
import type { Environment } from "../config/load-kubeconfig.ts";
import type { CredentialSource, Credentials } from "./credentials.ts";
import { runPlugin } from "./run-plugin.ts";

export interface ExecContext {
  readonly exec: KubeconfigExec;
  /** Of the kubeconfig: a command with a slash in it is relative to it. */
  readonly folder: string;
  readonly cluster: KubeconfigCluster;
  /** The cluster's CA, from whichever place. */
  readonly caPem: string | undefined;
  readonly env: Environment;
  readonly clock: Clock;
  readonly interactive: boolean;
}

const VERSIONS = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

const replySchema = z.object({
  apiVersion: z.string(),
  kind: z.literal("ExecCredential"),
  status: z.object({
    expirationTimestamp: z.string().nullish(),
    token: z
      .string()
      .transform((text) => Secret.fromText(text))
      .nullish(),
    clientCertificateData: z.string().nullish(),
    clientKeyData: z
      .string()
      .transform((text) => Secret.fromText(text))
      .nullish(),
  }),
});

/**
 * Credentials from a plugin (client.authentication.k8s.io v1 and v1beta1), kept until they expire or are refused.
 * Requests that need them at the same time share one run.
 */
export function execCredentials(context: ExecContext, rest: Credentials): CredentialSource {
  checkExec(context);
  let known: { credentials: Credentials; expires: number } | undefined;
  let running: Promise<Credentials> | undefined;

  const run = (): Promise<Credentials> => {
    running ??= askPlugin(context, rest)
      .then((fresh) => {
        known = fresh;
        return fresh.credentials;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  };

  return {
    current: () =>
      known !== undefined && context.clock.now() < known.expires ? Promise.resolve(known.credentials) : run(),
    async rejected(used) {
      // Another request may have fetched new ones since.
      if (known !== undefined && known.credentials !== used) return true;
      await run();
      return true;
    },
  };
}

function checkExec({ exec, interactive }: ExecContext): void {
  const invalid = (why: string, hint?: string) =>
    new KustodyError(
      "KST_KUBE_EXEC",
      `the credential plugin ${exec.command} ${why}`,
      hint === undefined ? {} : { hint },
    );
  if (!VERSIONS.includes(exec.apiVersion)) {
    throw invalid("is configured for an unknown version of ExecCredential", `supported are ${VERSIONS.join(" and ")}`);
  }
  if (exec.apiVersion.endsWith("/v1") && exec.interactiveMode === undefined) {
    throw invalid("lacks interactiveMode, which v1 requires", "set Never, IfAvailable or Always");
  }
  if (exec.interactiveMode === "Always" && !interactive) {
    throw invalid("wants to talk to a person, and there is no terminal", "run the command in a terminal");
  }
}

async function askPlugin(context: ExecContext, rest: Credentials) {
  const { exec } = context;
  const interactive = context.interactive && exec.interactiveMode !== "Never";
  const info = {
    apiVersion: exec.apiVersion,
    kind: "ExecCredential",
    spec: {
      interactive,
      ...(exec.provideClusterInfo === true ? { cluster: clusterInfo(context.cluster, context.caPem) } : {}),
    },
  };
  const output = await runPlugin(exec, context.folder, context.env, JSON.stringify(info), interactive);
  const reply = parseReply(exec, output);
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = reply.status;
  const bad = (why: string) => new KustodyError("KST_KUBE_EXEC", `the credential plugin ${exec.command} ${why}`);
  if (!token && !clientCertificateData) throw bad("gave neither a token nor a certificate");
  if (Boolean(clientCertificateData) !== Boolean(clientKeyData)) throw bad("gave a certificate without its key");
  const expires = expirationTimestamp ? Date.parse(expirationTimestamp) : Number.POSITIVE_INFINITY;
  if (Number.isNaN(expires)) throw bad("gave an expirationTimestamp that is not a time");
  const credentials: Credentials = {
    ...rest,
    ...(token ? { token } : {}),
    ...(clientCertificateData && clientKeyData
      ? { clientCertificate: { certificatePem: clientCertificateData, keyPem: clientKeyData } }
      : {}),
  };
  return { credentials, expires };
}

function parseReply(exec: KubeconfigExec, output: Buffer): z.output<typeof replySchema> {
  try {
    const reply = replySchema.safeParse(JSON.parse(output.toString("utf8")));
    if (reply.success && reply.data.apiVersion === exec.apiVersion) return reply.data;
  } catch {
    // What it printed may hold a token, so the parser's message is not passed on.
  } finally {
    output.fill(0);
  }
  throw new KustodyError(
    "KST_KUBE_EXEC",
    `the credential plugin ${exec.command} printed no ExecCredential of ${exec.apiVersion}`,
    {
      hint: "run it by hand to see what it prints",
    },
  );
}

/** `spec.cluster` of ExecCredential. */
function clusterInfo(cluster: KubeconfigCluster, pem: string | undefined): Record<string, unknown> {
  return {
    server: cluster.server,
    ...(cluster["tls-server-name"] ? { "tls-server-name": cluster["tls-server-name"] } : {}),
    ...(cluster["insecure-skip-tls-verify"] ? { "insecure-skip-tls-verify": true } : {}),
    ...(pem === undefined ? {} : { "certificate-authority-data": Buffer.from(pem, "latin1").toString("base64") }),
  };
}
