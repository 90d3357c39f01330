/** A copy of the manifest as it was applied last, values and all. */
export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** What `kubectl get -o yaml` shows and no manifest of another object may have. */
export const SET_BY_SERVER: ReadonlySet<string> = new Set([
  "creationTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
]);
