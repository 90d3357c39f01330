import { dirname, join, resolve } from "node:path";
import { KustodyError } from "../../errors.ts";
import { parseYaml } from "../../yaml/parse-yaml.ts";
import {
  type KubeconfigCluster,
  type KubeconfigContext,
  type KubeconfigUser,
  kubeconfigSchema,
  type ParsedKubeconfig,
} from "./kubeconfig-schema.ts";
import { readBounded } from "./read-bounded.ts";

/** The environment as kernel/config hands it over. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An entry with the folder of the file that it stands in: relative paths start there. */
export type Located<T> = T & { readonly folder: string };

/** All files merged as kubectl does: of entries with one name the first counts. */
export interface Kubeconfig {
  readonly files: readonly string[];
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, Located<KubeconfigCluster>>;
  readonly users: ReadonlyMap<string, Located<KubeconfigUser>>;
  readonly contexts: ReadonlyMap<string, KubeconfigContext>;
}

const MAX_BYTES = 4 * 1024 * 1024;

/** Which files: `explicit` (--kubeconfig) alone, else each of KUBECONFIG, else ~/.kube/config. */
export function kubeconfigFiles(explicit: string | undefined, env: Environment): { paths: string[]; strict: boolean } {
  if (explicit !== undefined) return { paths: [resolve(explicit)], strict: true };
  const listed = (env["KUBECONFIG"] ?? "")
    .split(process.platform === "win32" ? ";" : ":")
    .filter((path) => path !== "");
  if (listed.length > 0) return { paths: [...new Set(listed.map((path) => resolve(path)))], strict: false };
  const home = env["HOME"];
  return { paths: home === undefined ? [] : [join(home, ".kube", "config")], strict: false };
}

/** Undefined where none of the files exists; a file that exists but cannot be understood is an error. */
export async function loadKubeconfig(explicit: string | undefined, env: Environment): Promise<Kubeconfig | undefined> {
  const { paths, strict } = kubeconfigFiles(explicit, env);
  const found: { path: string; parsed: ParsedKubeconfig }[] = [];
  for (const path of paths) {
    const bytes = await readBounded(path, MAX_BYTES, !strict);
    if (bytes !== undefined) found.push({ path, parsed: parseKubeconfig(path, bytes) });
  }
  return found.length === 0 ? undefined : mergeKubeconfigs(found);
}

/** Pure. */
export function mergeKubeconfigs(
  parts: readonly { readonly path: string; readonly parsed: ParsedKubeconfig }[],
): Kubeconfig {
  const clusters = new Map<string, Located<KubeconfigCluster>>();
  const users = new Map<string, Located<KubeconfigUser>>();
  const contexts = new Map<string, KubeconfigContext>();
  let currentContext: string | undefined;
  for (const { path, parsed } of parts) {
    const folder = dirname(path);
    currentContext ??= parsed["current-context"] || undefined;
    for (const { name, cluster } of parsed.clusters ?? []) setOnce(clusters, name, { ...cluster, folder });
    for (const { name, user } of parsed.users ?? []) setOnce(users, name, { ...user, folder });
    for (const { name, context } of parsed.contexts ?? []) setOnce(contexts, name, context);
  }
  return { files: parts.map(({ path }) => path), currentContext, clusters, users, contexts };
}

/** What a kubeconfig says; its bytes are wiped. `path` names it in errors. */
export function parseKubeconfig(path: string, bytes: Buffer): ParsedKubeconfig {
  const invalid = (why: string) =>
    new KustodyError("KST_KUBE_CONFIG", `the kubeconfig ${path} ${why}`, {
      hint: "compare it with the output of `kubectl config view`",
    });
  const yaml = parseYaml(bytes.toString("utf8"), { maxLength: MAX_BYTES });
  bytes.fill(0);
  if (!yaml.ok) throw invalid(`cannot be read at line ${yaml.line}: ${yaml.reason}`);
  const checked = kubeconfigSchema.safeParse(yaml.value ?? {});
  if (checked.success) return checked.data;
  // zod's messages may quote what they found, so only the places are told.
  const places = checked.error.issues.slice(0, 3).map((issue) => issue.path.join(".") || "its top level");
  throw invalid(`has something unexpected at ${places.join(", ")}`);
}

function setOnce<T>(map: Map<string, T>, name: string, value: T): void {
  if (!map.has(name)) map.set(name, value);
}
