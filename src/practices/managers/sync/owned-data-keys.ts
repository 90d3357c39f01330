/** One entry of `metadata.managedFields`, as far as it is read. */
export interface ManagedFields {
  readonly manager?: string;
  readonly fieldsV1?: unknown;
}

/**
 * Pure. The keys of `data` that a field manager decides, from managedFields: `{"f:data": {".": {}, "f:password": {}}}`.
 * What has another shape names no keys, so that nothing is removed that isn't surely ours.
 */
export function ownedDataKeys(managedFields: readonly ManagedFields[] | undefined, manager: string): Set<string> {
  const keys = new Set<string>();
  for (const entry of managedFields ?? []) {
    if (entry.manager !== manager) continue;
    const data = (entry.fieldsV1 as { readonly "f:data"?: unknown } | undefined)?.["f:data"];
    if (typeof data !== "object" || data === null) continue;
    for (const field of Object.keys(data)) if (field.startsWith("f:")) keys.add(field.slice(2));
  }
  return keys;
}
