/** How a sync ended: what the Ready condition says. Reasons and messages are upstream's, since dashboards and Argo CD read them. */
export type Outcome =
  | { readonly kind: "synced" }
  /** nothing found at the store, and the target kept */
  | { readonly kind: "retained" }
  /** nothing found at the store, and the target deleted */
  | { readonly kind: "deleted" }
  /** creationPolicy Merge, and no Secret to merge into */
  | { readonly kind: "missing" }
  /** failed; `cause` is the true error, which upstream only puts into an event */
  | { readonly kind: "failed"; readonly step: FailedStep; readonly cause: string };

export type FailedStep = keyof typeof FAILURES;

const FAILURES = {
  read: "could not get secret data from provider",
  update: "could not update secret",
  immutable: "could not update secret, target is immutable",
  owned: "target is owned by another ExternalSecret",
  own: "failed to take ownership of target secret",
  delete: "could not delete secret",
  deleteOrphaned: "could not delete orphaned secrets",
  unsupported: "could not sync: not supported yet",
  heldDeletion: "deletion is held",
} as const;

/** `status`, `reason` and `message` of the Ready condition. A failure's message begins as upstream's and adds the cause. */
export function readyConditionOf(outcome: Outcome): { status: "True" | "False"; reason: string; message: string } {
  switch (outcome.kind) {
    case "synced":
      return { status: "True", reason: "SecretSynced", message: "secret synced" };
    case "retained":
      return { status: "True", reason: "SecretSynced", message: "secret retained due to DeletionPolicy=Retain" };
    case "deleted":
      return { status: "True", reason: "SecretDeleted", message: "secret deleted due to DeletionPolicy=Delete" };
    case "missing":
      return {
        status: "True",
        reason: "SecretMissing",
        message: "secret will not be created due to CreationPolicy=Merge",
      };
    case "failed":
      return {
        status: "False",
        reason: "SecretSyncedError",
        message: bounded(`${FAILURES[outcome.step]}: ${outcome.cause}`),
      };
  }
}

/** The Kubernetes API takes condition messages of at most 32768 bytes; nobody reads that many. */
function bounded(message: string): string {
  return message.length <= 1024 ? message : `${message.slice(0, 1023)}…`;
}
