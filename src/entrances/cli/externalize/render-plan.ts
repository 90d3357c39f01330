import { printable, printableLines } from "../../../kernel/finding/printable.ts";
import {
  type CheckedFile,
  type FilePlans,
  type MovableSecret,
  obstaclesOf,
  type RemoteState,
} from "../../../practices/git/externalize/index.ts";

/** What would be done, and what wouldn't and why. No value is in it. Pure. */
export function renderPlan(files: readonly CheckedFile[], plans: FilePlans): string {
  const blocks = [
    ...files.map(({ plan }) => printableLines(plan.diff)),
    section("Remote keys", files.flatMap(keysOf)),
    renderUnmoved(plans),
    renderRepeats(plans),
    section(
      "In the way",
      files.flatMap((file) => obstaclesOf(file).map((why) => `${file.source.shown}: ${why}`)),
    ),
  ];
  return blocks.filter((block) => block !== "").join("\n");
}

/** Secrets that stay as they are, and files that could not be read. Pure. */
export function renderUnmoved({ files, still, unread }: FilePlans): string {
  const left = [...files, ...still].flatMap(({ source, plan }) =>
    plan.unmoved
      .filter(({ outcome }) => outcome === "left" || plan.secrets.length === 0)
      .map(({ title, line, reason }) => `${source.shown}:${line} ${title}: ${reason}`),
  );
  return section("Left alone", [...left, ...unread.map(({ shown, reason }) => `${shown}: ${reason}`)]);
}

/** Where moved values stand besides. Pure. */
export function renderRepeats({ files }: FilePlans): string {
  const lines = files.flatMap(({ source, plan }) => plan.repeats.map((line) => `${source.shown}:${line}`));
  return section("Still holding a moved value, in a comment or another object", lines);
}

export function section(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  return `${title} (${lines.length})\n${lines.map((line) => `  ${printable(line)}\n`).join("")}`;
}

function keysOf({ source, plan, remote }: CheckedFile): string[] {
  return plan.secrets.map((secret) => {
    const { namespace, name, key, entries } = secret;
    const names = [...entries.keys()].join(", ");
    return `${key}  ${stateOf(remote.get(secret), secret)}  Secret ${namespace}/${name} in ${source.shown}: ${names}`;
  });
}

function stateOf(state: RemoteState | undefined, { encoding }: MovableSecret): string {
  const written = encoding === "base64" ? "to be written in base64" : "to be written";
  if (state?.is === "missing") return written;
  if (state?.is === "same") return "there already";
  return state?.is === "different" ? "has other values" : "unknown";
}
