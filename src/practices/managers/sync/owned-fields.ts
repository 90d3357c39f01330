/** One entry of `metadata.managedFields`, as far as it is read. */
export interface ManagedFields {
  readonly manager?: string;
  readonly fieldsV1?: unknown;
}

/** Names of what one field manager decides in a Secret. */
export interface OwnedFields {
  readonly data: ReadonlySet<string>;
  readonly labels: ReadonlySet<string>;
  readonly annotations: ReadonlySet<string>;
}

/**
 * Pure. What of a Secret a field manager decides, from managedFields: `{"f:data": {".": {}, "f:password": {}}}`.
 * What has another shape names nothing, so that nothing is removed that isn't surely ours.
 */
export function ownedFields(managedFields: readonly ManagedFields[] | undefined, manager: string): OwnedFields {
  const own = (managedFields ?? []).filter((entry) => entry.manager === manager).map(({ fieldsV1 }) => fieldsV1);
  const metadata = own.map((fields) => member(fields, "f:metadata"));
  return {
    data: namesIn(own, "f:data"),
    labels: namesIn(metadata, "f:labels"),
    annotations: namesIn(metadata, "f:annotations"),
  };
}

function namesIn(parents: readonly unknown[], name: string): Set<string> {
  const fields = parents.flatMap((parent) => Object.keys(member(parent, name) ?? {}));
  return new Set(fields.filter((field) => field.startsWith("f:")).map((field) => field.slice(2)));
}

function member(parent: unknown, name: string): object | undefined {
  if (typeof parent !== "object" || parent === null) return undefined;
  const value = (parent as Readonly<Record<string, unknown>>)[name];
  return typeof value === "object" && value !== null ? value : undefined;
}
