import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { labelsOf } from "../objects/identity.ts";
import { type Binding, type BoundSubject, type Role, readBinding, readRole, selects } from "./rbac-objects.ts";
import { type SecretAccess, secretAccessOf } from "./secret-access.ts";

/** A subject that can read Secrets, where, and by which objects. */
export interface SecretReader {
  readonly subject: BoundSubject;
  readonly binding: Binding;
  /** The role whose rule opens them; undefined where only its name is known (a default role that the input leaves out). */
  readonly role: Role | undefined;
  /** undefined: every namespace. */
  readonly namespace: string | undefined;
  readonly access: readonly SecretAccess[];
}

/**
 * The graph of grants: roles, the ClusterRoles that aggregate them, bindings, subjects. Built once, then only asked.
 * Rules that a ClusterRole gets by aggregation count where they come from: the controller writes the same rules into the
 * aggregating role's `rules`, which in files are usually empty.
 */
export class RbacGraph {
  readonly roles: readonly Role[];
  readonly bindings: readonly Binding[];
  readonly #roleByKey: ReadonlyMap<string, Role>;
  readonly #aggregatedBy: ReadonlyMap<Role, readonly Role[]>;
  readonly #parts: ReadonlyMap<Role, readonly Role[]>;
  readonly #bindingsByRole: ReadonlyMap<string, readonly Binding[]>;

  constructor(objects: Iterable<KubeObject>) {
    const roles: Role[] = [];
    const bindings: Binding[] = [];
    for (const object of objects) {
      const role = readRole(object);
      if (role !== undefined) roles.push(role);
      const binding = readBinding(object);
      if (binding !== undefined) bindings.push(binding);
    }
    this.roles = roles;
    this.bindings = bindings;
    this.#roleByKey = new Map(roles.map((role) => [keyOf(role.kind, role.namespace, role.name), role]));
    this.#aggregatedBy = aggregation(roles);
    this.#parts = partsOf(this.#aggregatedBy);
    this.#bindingsByRole = Map.groupBy(bindings, (binding) => roleKeyOf(binding));
  }

  /** The role that `binding` grants, where it is known. */
  roleOf(binding: Binding): Role | undefined {
    return this.#roleByKey.get(roleKeyOf(binding));
  }

  /** The bindings that grant `role`, by itself or through ClusterRoles that aggregate it. */
  bindingsOf(role: Role): readonly Binding[] {
    const direct = this.#bindingsByRole.get(keyOf(role.kind, role.namespace, role.name)) ?? [];
    const through =
      this.#aggregatedBy.get(this.#roleByKey.get(keyOf(role.kind, role.namespace, role.name)) ?? role) ?? [];
    return [
      ...direct,
      ...through.flatMap((parent) => this.#bindingsByRole.get(keyOf(parent.kind, undefined, parent.name)) ?? []),
    ];
  }

  /** What holders of `binding` can read of Secrets, through the role's own rules and those it aggregates. */
  accessThrough(binding: Binding): readonly SecretAccess[] {
    const role = this.roleOf(binding);
    if (role === undefined) return DEFAULT_ACCESS.get(`${binding.roleKind}/${binding.roleName}`) ?? [];
    const rules = [role, ...(this.#parts.get(role) ?? [])].flatMap((source) => source.rules);
    return rules.map(secretAccessOf).filter((access) => access !== undefined);
  }

  /** Every subject of every binding that can read Secrets. */
  *secretReaders(): Generator<SecretReader> {
    for (const binding of this.bindings) yield* this.secretReadersOf(binding);
  }

  /** The subjects of `binding` that can read Secrets through it. */
  *secretReadersOf(binding: Binding): Generator<SecretReader> {
    const access = this.accessThrough(binding);
    if (access.length === 0) return;
    for (const subject of binding.subjects) {
      yield { subject, binding, role: this.roleOf(binding), namespace: binding.namespace, access };
    }
  }
}

/** The other way round: the parts of each aggregating ClusterRole. */
function partsOf(aggregatedBy: ReadonlyMap<Role, readonly Role[]>): Map<Role, Role[]> {
  const parts = new Map<Role, Role[]>();
  for (const [part, parents] of aggregatedBy) {
    for (const parent of parents) {
      const known = parts.get(parent);
      if (known === undefined) parts.set(parent, [part]);
      else known.push(part);
    }
  }
  return parts;
}

function keyOf(kind: string, namespace: string | undefined, name: string): string {
  return JSON.stringify([kind, namespace ?? "", name]);
}

function roleKeyOf(binding: Binding): string {
  const namespace = binding.roleKind === "Role" ? binding.namespace : undefined;
  return keyOf(binding.roleKind, namespace, binding.roleName);
}

/** For each ClusterRole, the ClusterRoles that take its rules over. */
function aggregation(roles: readonly Role[]): Map<Role, Role[]> {
  const parents = roles.filter(({ kind, aggregates }) => kind === "ClusterRole" && aggregates.length > 0);
  const aggregatedBy = new Map<Role, Role[]>();
  if (parents.length === 0) return aggregatedBy;
  for (const part of roles) {
    if (part.kind !== "ClusterRole") continue;
    const labels = labelsOf(part.object);
    if (Object.keys(labels).length === 0) continue;
    const taken = parents.filter(
      (parent) => parent !== part && parent.aggregates.some((selector) => selects(selector, labels)),
    );
    if (taken.length > 0) aggregatedBy.set(part, taken);
  }
  return closeTransitively(aggregatedBy);
}

/** `admin` aggregates `edit`, which aggregates `view`: each part counts for all above it. */
function closeTransitively(aggregatedBy: Map<Role, Role[]>): Map<Role, Role[]> {
  const closed = new Map<Role, Role[]>();
  for (const part of aggregatedBy.keys()) {
    const above = new Set<Role>();
    const pending = [...(aggregatedBy.get(part) ?? [])];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (above.has(next)) continue;
      above.add(next);
      pending.push(...(aggregatedBy.get(next) ?? []));
    }
    above.delete(part);
    closed.set(part, [...above]);
  }
  return closed;
}

const ALL = { verbs: ["*"], apiGroups: ["*"], resources: ["*"], resourceNames: [], index: 0 };
const SECRETS = {
  verbs: ["get", "list", "watch"],
  apiGroups: [""],
  resources: ["secrets"],
  resourceNames: [],
  index: 0,
};

/** What the roles that every cluster has open of Secrets, for files that bind them without containing them. */
const DEFAULT_ACCESS: ReadonlyMap<string, readonly SecretAccess[]> = new Map(
  (
    [
      ["cluster-admin", ALL],
      ["admin", SECRETS],
      ["edit", SECRETS],
    ] as const
  ).map(([name, rule]) => {
    const access = secretAccessOf(rule);
    return [`ClusterRole/${name}`, access === undefined ? [] : [access]];
  }),
);
