import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { isBuiltIn, readBinding, readRole } from "../../model/rbac/rbac-objects.ts";
import { secretAccessOf } from "../../model/rbac/secret-access.ts";
import type { World } from "../../model/world/world.ts";
import type { DefaultRoleBinding, OpenRule } from "./model.ts";

/**
 * The rules of a role that open every Secret. None for the roles that the API server itself makes and repairs: nobody can
 * change them, so what counts is who is bound to them. None for a ClusterRole that aggregates: its rules are told where they come from.
 */
export function openRulesOf(object: KubeObject, world: World): readonly OpenRule[] | undefined {
  const role = readRole(object);
  if (role === undefined) return undefined;
  if (isBuiltIn(object) || role.aggregates.length > 0) return [];
  const bindings = world.rbac.bindingsOf(role);
  return role.rules
    .map(secretAccessOf)
    .filter((access) => access !== undefined)
    .filter(({ names }) => names === undefined)
    .map((access) => ({ role, access, bindings }));
}

/** The binding as a subject, where it is somebody's own and grants a default role that opens every Secret. */
export function defaultRoleBindingsOf(object: KubeObject, world: World): readonly DefaultRoleBinding[] | undefined {
  const binding = readBinding(object);
  if (binding === undefined) return undefined;
  const role = world.rbac.roleOf(binding);
  if (isBuiltIn(object) || binding.subjects.length === 0 || (role !== undefined && !isBuiltIn(role.object))) return [];
  const access = world.rbac.accessThrough(binding).find(({ names }) => names === undefined);
  return access === undefined ? [] : [{ binding, access }];
}
