/** What is counted. Names and labels of the first group are External Secrets Operator's, so that its dashboards go on working. */
export interface SyncMetrics {
  synced(labels: ObjectLabels): void;
  failed(labels: ObjectLabels): void;
  condition(labels: ObjectLabels, condition: { readonly type: string; readonly status: string }): void;
  reconciled(labels: ObjectLabels, millis: number): void;
  storeCondition(
    kind: string,
    labels: ObjectLabels,
    condition: { readonly type: string; readonly status: string },
  ): void;
  /** Deletions that are held back, by store. */
  heldDeletions(
    store: { readonly kind: string; readonly namespace: string; readonly name: string },
    held: number,
  ): void;
  /** The object is gone: its label sets are forgotten. */
  forget(labels: ObjectLabels): void;
}

export interface ObjectLabels {
  readonly namespace: string;
  readonly name: string;
}
