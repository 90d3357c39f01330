import path from "node:path";
import process from "node:process";
import type { Config } from "../../../kernel/config/config-schema.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import { printable } from "../../../kernel/finding/printable.ts";
import {
  type CheckedFile,
  checkRemote,
  type ExternalizePorts,
  type FilePlans,
  heldValues,
  moveFile,
  obstaclesOf,
  planFiles,
  writeReplacements,
} from "../../../practices/git/externalize/index.ts";
import type { Terminal } from "../terminal.ts";
import type { ExternalizeFlags } from "./externalize-command.ts";
import { interruptible } from "./interruptible.ts";
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
  const { stdout } = terminal;
  // The instructions name it from another folder.
  const replacements = flags.replacements === undefined ? undefined : path.resolve(flags.replacements);
  const { files, moved } = await interruptible(async (signal) => {
    await using cluster = lazyKube(config, terminal);
    await using stores = targetStores(store, flags, cluster);
    const checked = await checkRemote(plans.files, stores, signal);
    if (replacements !== undefined)
      writeReplacements(replacements, heldValues(checked.flatMap(({ plan }) => plan.secrets)));
    return {
      files: checked,
      moved: flags.apply === true ? await applyAll(checked, stores, signal, stdout) : undefined,
    };
  });
  if (files.length === 0) stdout.write(`${renderUnmoved(plans)}There is nothing to move.\n`);
  else if (moved === undefined) stdout.write(renderPlan(files, plans) + nextStep(files));
  else stdout.write(renderUnmoved(plans) + renderRepeats(plans));
  if (flags.history) {
    const told = await (await import("./tell-history.ts")).tellHistory(moved ?? files, replacements);
    if (told !== "") stdout.write(`\n${told}`);
  }
  const isDone =
    moved === undefined ? files.every((file) => obstaclesOf(file).length === 0) : moved.length === files.length;
  return isDone && !leavesValues(plans) ? 0 : 1;
}

/** The files that were changed. */
async function applyAll(
  files: readonly CheckedFile[],
  ports: ExternalizePorts,
  signal: AbortSignal,
  stdout: Terminal["stdout"],
): Promise<readonly CheckedFile[]> {
  const moved: CheckedFile[] = [];
  const obstacles: string[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    const { shown } = file.source;
    const outcome = await moveFile(file, ports, signal);
    if (outcome.is === "changed") {
      moved.push(file);
      const all = file.plan.secrets.length;
      stdout.write(
        `changed ${printable(shown)}: ${all} at the manager, ${outcome.written} of them written now; read back, the same\n`,
      );
    } else {
      obstacles.push(...outcome.obstacles.map((why) => `${shown}: ${why}`));
    }
  }
  stdout.write(section("Not changed", obstacles));
  return moved;
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
