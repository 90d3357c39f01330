import type { OwnerReference } from "../../../kernel/kube/object/object-meta.ts";

/** What is kept of a target Secret after decoding: which values it has is known by keyed HMAC alone. */
export interface ObservedTarget {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly type: string;
  readonly immutable: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly owners: readonly OwnerReference[];
  /** Each data key with the HMAC of its value, base64url. */
  readonly prints: Readonly<Record<string, string>>;
  /** Whether the data-hash annotation is that of the data: nobody has changed the data since the last sync. */
  readonly hashMatches: boolean;
}
