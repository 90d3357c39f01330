import type { Binding, Role } from "../../model/rbac/rbac-objects.ts";
import type { SecretAccess } from "../../model/rbac/secret-access.ts";

/** One rule of a role that opens every Secret in the role's reach, and what is known about who holds it. */
export interface OpenRule {
  readonly role: Role;
  readonly access: SecretAccess;
  readonly bindings: readonly Binding[];
}

/** A binding, made by somebody, of a role that every cluster has and that opens every Secret. */
export interface DefaultRoleBinding {
  readonly binding: Binding;
  readonly access: SecretAccess;
}
