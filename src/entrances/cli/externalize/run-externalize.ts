import process from "node:process";
import type { Config } from "../../../kernel/config/config-schema.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import { printable } from "../../../kernel/finding/printable.ts";
import {
  type CheckedFile,
  checkRemote,
  type ExternalizePorts,
  type FilePlans,
  moveFile,
  obstaclesOf,
  planFiles,
} from "../../../practices/git/externalize/index.ts";
import type { Terminal } from "../terminal.ts";
import { untilInterrupted } from "../up/until-interrupted.ts";
import type { ExternalizeFlags } from "./externalize-command.ts";
import { lazyKube } from "./lazy-kube.ts";
import { renderPlan, renderRepeats, renderUnmoved, section } from "./render-plan.ts";
import { parseStoreName } from "./store-object.ts";
import { targetStores } from "./target-stores.ts";

/**
 * Shows what moving the values of Secret manifests to a store changes, and with --apply does it, file by file. 1 when a value
 * is left in the clear. Errors: KST_USAGE, KST_INPUT_UNREADABLE.
 */
export async function runExternalize(
  paths: readonly string[],
  flags: ExternalizeFlags,
  config: Config,
  terminal: Terminal,
): Promise<0 | 1> {
  if (flags.apply === true && flags.dryRun === true) {
    throw new KustodyError("KST_USAGE", "--dry-run and --apply exclude each other");
  }
  if (!flags.key.includes("{name}")) {
    throw new KustodyError("KST_USAGE", "--key names the same key for every Secret", { hint: "put {name} into it" });
  }
  const store = parseStoreName(flags.store);
  const plans = planFiles(paths, process.cwd(), { store, namespace: config.namespace, keyPattern: flags.key });
  const { signal } = untilInterrupted();
  await using cluster = lazyKube(config, terminal);
  await using stores = targetStores(store, flags, cluster);
  const files = await checkRemote(plans.files, stores, signal);
  const isApplied = flags.apply === true;
  const done = isApplied
    ? await applyAll(files, stores, signal, terminal)
    : files.every((file) => obstaclesOf(file).length === 0);
  const { stdout } = terminal;
  if (files.length === 0) stdout.write(`${renderUnmoved(plans)}There is nothing to move.\n`);
  else
    stdout.write(isApplied ? renderUnmoved(plans) + renderRepeats(plans) : renderPlan(files, plans) + nextStep(files));
  return done && !leavesValues(plans) ? 0 : 1;
}

/** Whether all files were changed. */
async function applyAll(
  files: readonly CheckedFile[],
  ports: ExternalizePorts,
  signal: AbortSignal,
  { stdout }: Terminal,
): Promise<boolean> {
  let done = true;
  const obstacles: string[] = [];
  for (const file of files) {
    const { shown } = file.source;
    const outcome = await moveFile(file, ports, signal);
    if (outcome.is === "changed") {
      const all = file.plan.secrets.length;
      stdout.write(
        `changed ${printable(shown)}: ${all} at the manager, ${outcome.written} of them written now; read back, the same\n`,
      );
    } else {
      done = false;
      obstacles.push(...outcome.obstacles.map((why) => `${shown}: ${why}`));
    }
  }
  stdout.write(section("Not changed", obstacles));
  return done;
}

function nextStep(files: readonly CheckedFile[]): string {
  const free = files.filter((file) => obstaclesOf(file).length === 0).length;
  if (free === 0) return "";
  return `\nNothing was changed. With --apply ${free === 1 ? "1 file is" : `${free} files are`} changed, after the values are at the manager.\n`;
}

function leavesValues({ files, still, unread }: FilePlans): boolean {
  return (
    unread.length > 0 ||
    [...files, ...still].some(
      ({ plan }) => plan.repeats.length > 0 || plan.unmoved.some(({ inTheClear }) => inTheClear),
    )
  );
}
