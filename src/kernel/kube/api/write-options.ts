export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends CallOptions {
  /** Keep `metadata.managedFields`, which otherwise are dropped at once: half of an object's bytes. */
  readonly managedFields?: boolean;
}

export interface WriteOptions extends CallOptions {
  /** Who changes: shown in managedFields. */
  readonly fieldManager?: string;
  /** Let the server validate and admit without storing. */
  readonly dryRun?: boolean;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  /** Take over fields that another manager owns. */
  readonly force?: boolean;
}

export interface DeleteOptions extends CallOptions {
  /** Delete only the object that was looked at. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly propagationPolicy?: "Foreground" | "Background" | "Orphan";
  readonly dryRun?: boolean;
}

/** RFC 6902 operations. */
export type JsonPatch = readonly (
  | { readonly op: "test" | "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "move" | "copy"; readonly from: string; readonly path: string }
)[];
