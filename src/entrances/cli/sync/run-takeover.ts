import type { Config } from "../../../kernel/config/config-schema.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import { applyTakeover, describeChange, observeEso, planTakeover } from "../../../practices/managers/index.ts";
import type { Terminal } from "../terminal.ts";
import { renderTakeover } from "./render-takeover.ts";
import type { TakeoverFlags } from "./sync-command.ts";
import { withCluster } from "./with-cluster.ts";

/**
 * Reports, and with --apply carries out what was reported, step by step. Errors: KST_TAKEOVER_REFUSED, with nothing
 * changed, while the operator that is to be taken over from still runs.
 */
export async function runTakeover(flags: TakeoverFlags, config: Config, terminal: Terminal): Promise<0 | 1> {
  if (flags.apply === true && flags.dryRun === true) {
    throw new KustodyError("KST_USAGE", "--dry-run and --apply exclude each other");
  }
  return await withCluster(config, terminal, async (kube) => {
    const plan = planTakeover(await observeEso(kube), flags.controllerClass);
    const isJson = config.output === "json";
    terminal.stdout.write(isJson ? `${JSON.stringify(plan, undefined, 2)}\n` : renderTakeover(plan));
    if (flags.apply !== true) return plan.obstacles.length + plan.differences.length > 0 ? 1 : 0;
    if (plan.obstacles.length > 0) {
      throw new KustodyError("KST_TAKEOVER_REFUSED", `nothing was changed: ${plan.obstacles.join("; ")}`, {
        hint: plan.advice[0] ?? "scale it to zero first",
      });
    }
    for (const change of plan.changes) {
      await applyTakeover(kube, change);
      if (!isJson) terminal.stdout.write(`done: ${describeChange(change)}\n`);
    }
    return plan.differences.length > 0 ? 1 : 0;
  });
}
