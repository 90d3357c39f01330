import { childEnvironment } from "../../../kernel/config/environment.ts";
import { loadConfig } from "../../../kernel/config/load-config.ts";
import { createHmacKey } from "../../../kernel/crypto/hmac-key.ts";
import { connectKube, Secrets } from "../../../kernel/kube/index.ts";
import type { NamedLeak } from "../../../practices/git/scan/fingerprint.ts";
import { LeakIndex } from "../../../practices/git/scan/match/leak-index.ts";
import type { Terminal } from "../terminal.ts";
import type { ScanFlags } from "./scan-flags.ts";
import type { ScanLog } from "./scan-log.ts";

/** Of the cluster only a page of values is in memory at a time. */
const PAGE = 100;

/**
 * The leaks with the Secrets of the cluster that hold the same values. Both sides are reduced to HMACs by a key that is
 * made for this run and kept nowhere; the cluster's values are overwritten page by page. It takes `list` on secrets.
 */
export async function matchCluster(
  leaks: readonly NamedLeak[],
  { kubeconfig, context }: ScanFlags,
  { stderrIsTty }: Terminal,
  log: ScanLog,
): Promise<readonly NamedLeak[]> {
  const { config } = await loadConfig({ flags: { kubeconfig, context } });
  const kube = await connectKube({
    env: childEnvironment(),
    interactive: stderrIsTty,
    ...(config.kubeconfig === undefined ? {} : { kubeconfig: config.kubeconfig }),
    ...(config.context === undefined ? {} : { context: config.context }),
  });
  try {
    using key = createHmacKey();
    const index = new LeakIndex(leaks, key);
    let secrets = 0;
    for await (const { items, invalid } of kube.allNamespaces(Secrets).pages({ pageSize: PAGE })) {
      for (const { message } of invalid) log.warn(`warning: a Secret of the cluster was not compared: ${message}`);
      for (const { metadata, data } of items) {
        secrets += 1;
        for (const [name, value] of Object.entries(data ?? {})) {
          index.look(`${metadata.namespace ?? ""}/${metadata.name ?? ""}`, name, value);
          value.dispose();
        }
      }
    }
    const matched = index.matched();
    const count = matched.filter(({ live }) => live !== undefined).length;
    log.info(`${secrets} Secrets in the cluster: they hold ${count} of the values that were found`);
    return matched;
  } finally {
    await kube.close();
  }
}
