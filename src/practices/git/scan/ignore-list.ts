import type { NamedLeak } from "./fingerprint.ts";

/** The fingerprints that a `.gitleaksignore` names, gitleaks' and ours; `#` begins a comment line. */
export function parseIgnoreFile(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.replaceAll("\\", "/"));
}

/** Whether a leak is among the ignored: by its place in whatever commit, by its place in this commit, or by our name for it. */
export function isIgnored(leak: NamedLeak, ignored: ReadonlySet<string>): boolean {
  const anywhere = `${leak.file}:${leak.rule}:${leak.startLine}`;
  return ignored.has(anywhere) || ignored.has(leak.fingerprint) || ignored.has(leak.stableFingerprint);
}
