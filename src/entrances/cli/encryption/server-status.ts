import type { Config } from "../../../kernel/config/config-schema.ts";
import type { Finding } from "../../../kernel/finding/finding.ts";
import { printable } from "../../../kernel/finding/printable.ts";
import type { Scorecard } from "../../../kernel/finding/scorecard.ts";
import { disagreements } from "../../../practices/encryption/api-servers/agreement.ts";
import { observeServer } from "../../../practices/encryption/api-servers/observe.ts";
import type { PrefixUse, ServerEncryption } from "../../../practices/encryption/api-servers/server-metrics.ts";
import { STORED_RULES } from "../../../practices/encryption/stored/index.ts";
import { render } from "../check/render.ts";
import type { Terminal } from "../terminal.ts";
import type { StatusFlags } from "./encryption-command.ts";
import { withServers } from "./with-servers.ts";

/** What remains to be told without etcd: how API servers say that they read and write. */
export async function serverStatus(flags: StatusFlags, config: Config, terminal: Terminal): Promise<Scorecard> {
  return await withServers(config, flags.apiServer, terminal, async ({ each, named }) => {
    const servers: ServerEncryption[] = [];
    for (const kube of each) servers.push(await observeServer(kube));
    const problems = disagreements(servers);
    const scorecard = scorecardOf(servers, flags.resource, problems);
    if (config.output === "text") terminal.stdout.write(renderServers(servers, flags.resource, problems, named));
    else if (config.output === "json") {
      const report = { schema: "kustody.dev/encryption-servers/v1", servers, problems };
      terminal.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    } else terminal.stdout.write(render(scorecard, config, terminal));
    return scorecard;
  });
}

function scorecardOf(
  servers: readonly ServerEncryption[],
  resources: readonly string[],
  problems: readonly string[],
): Scorecard {
  const findings = servers.flatMap(({ server, uses }) =>
    resources.flatMap((resource) => plainUse(server, resource, uses)),
  );
  return {
    practices: [
      {
        practice: "encryption",
        state: findings.length > 0 ? "failed" : "not assessed",
        assessed: 0,
        ...(findings.length > 0 ? {} : { reason: "only etcd shows what is stored: --etcd or --snapshot" }),
        findings,
      },
    ],
    rules: STORED_RULES.map((rule) => ({ ...rule, practice: "encryption" })),
    objects: 0,
    passedOver: {},
    inputErrors: problems.map((reason) => ({ location: { file: "<metrics>" }, reason })),
  };
}

function plainUse(server: string, resource: string, uses: readonly PrefixUse[]): Finding[] {
  const use = uses.find((one) => one.resource === resource && one.prefix === "identity");
  if (use === undefined || use.read + use.written === 0) return [];
  return [
    {
      rule: "encryption/StoredInTheClear",
      practice: "encryption",
      severity: "critical",
      subject: { kind: "APIServer", name: server },
      message: `since it started, this API server read ${use.read} values of ${resource} unencrypted from etcd, and wrote ${use.written}`,
      evidence: { resource, read: use.read, written: use.written },
      hint: "some may have been encrypted since; only etcd shows what is stored",
      fix: "kustody encryption migrate, then kustody encryption status with --etcd",
    },
  ];
}

/** Pure. */
export function renderServers(
  servers: readonly ServerEncryption[],
  resources: readonly string[],
  problems: readonly string[],
  named: boolean,
): string {
  const lines = [
    "API servers' metrics, since each started. This is weaker than a look into etcd: objects that nobody read don't count.",
  ];
  for (const { server, configHash, reloads, providers, uses } of servers) {
    lines.push(server);
    if (configHash !== undefined)
      lines.push(`  configuration ${configHash}, reloaded ${reloads.succeeded} times, ${reloads.failed} failed`);
    for (const { name, keyIdHash, read } of providers) {
      const old = read.filter((hash) => hash !== keyIdHash);
      lines.push(
        `  kms v2 ${name} writes with ${keyIdHash}${old.length === 0 ? "" : `, and read with ${old.length} other keys`}`,
      );
    }
    for (const { resource, prefix, read, written } of uses) {
      if (resources.includes(resource)) lines.push(`  ${resource} ${prefix}: ${read} read, ${written} written`);
    }
    if (!uses.some(({ resource }) => resources.includes(resource)))
      lines.push("  none of these resources was read or written");
  }
  for (const problem of problems) lines.push(`problem: ${problem}`);
  if (!named) lines.push("if there are other API servers, name each with --api-server");
  return `${lines.map(printable).join("\n")}\n`;
}
