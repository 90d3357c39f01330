import { readFile } from "node:fs/promises";
import type { KubeObject } from "../../../kernel/kube/manifests/manifest.ts";
import { asList, asRecord, asTexts } from "../../../kernel/untyped.ts";

/** `external-secrets.io externalsecrets/status patch`: one right, wherever it holds. */
export type Right = string;

/** Every right that the roles among `objects` give. */
export function rightsIn(objects: readonly KubeObject[]): Right[] {
  const rights = new Set<Right>();
  for (const { kind, rules } of objects) {
    if (kind !== "Role" && kind !== "ClusterRole") continue;
    for (const rule of asList(rules).map(asRecord)) {
      for (const group of asTexts(rule["apiGroups"]))
        for (const resource of asTexts(rule["resources"]))
          for (const verb of asTexts(rule["verbs"])) rights.add(`${group || "core"} ${resource} ${verb}`);
    }
  }
  return [...rights].sort();
}

/** Every right in the table `| API group | resource | verbs | why |` of a practice's README. */
export async function rightsInReadme(file: string): Promise<Right[]> {
  const text = await readFile(file, "utf8");
  const section = text.split("\n## What it reads and writes\n")[1]?.split("\n## ")[0] ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines
    .slice(2)
    .flatMap((line) => {
      const [, group = "", resource = "", verbs = "", why = ""] = line.split("|").map((cell) => cell.trim());
      if (why === "") throw new Error(`a right without a reason: ${line}`);
      return verbs.split(", ").map((verb) => `${group} ${resource} ${verb}`);
    })
    .sort();
}
