import type { SecretReader } from "../../model/rbac/rbac-graph.ts";
import type { BoundSubject } from "../../model/rbac/rbac-objects.ts";

const EVERYONE: ReadonlySet<string> = new Set([
  "system:authenticated",
  "system:unauthenticated",
  "system:serviceaccounts",
]);
const ACCOUNTS_OF = "system:serviceaccounts:";

/** Whether the subject stands for all identities, for nobody in particular, or for all service accounts of another namespace. */
export function isEveryone(subject: BoundSubject, namespace: string | undefined): boolean {
  if (subject.kind === "User") return subject.name === "system:anonymous";
  if (subject.kind !== "Group") return false;
  if (EVERYONE.has(subject.name)) return true;
  return subject.name.startsWith(ACCOUNTS_OF) && subject.name.slice(ACCOUNTS_OF.length) !== namespace;
}

/** What a reader reads, in words. */
export function reachOf({ namespace, access }: SecretReader, readsAll: boolean): string {
  const where = namespace === undefined ? "every namespace" : `namespace ${namespace}`;
  if (readsAll) return `every Secret of ${where}`;
  const names = [...new Set(access.flatMap(({ names }) => names ?? []))].sort();
  return `${names.length === 1 ? "Secret" : "Secrets"} ${names.join(", ")} of ${where}`;
}
