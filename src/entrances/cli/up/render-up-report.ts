/** What `kustody up` tells when everything runs. */
export interface UpReport {
  readonly kubeconfig: string;
  /** How many objects of the example were applied. */
  readonly objects: number;
  readonly processes: readonly { readonly component: string; readonly pid: number; readonly url?: string }[];
}

/** Pure; ends with a newline. */
export function renderUpReport({ kubeconfig, objects, processes }: UpReport): string {
  const width = Math.max(0, ...processes.map(({ component }) => component.length));
  const running = processes.map(({ component, pid, url }) => `  ${component.padEnd(width)}  ${url ?? ""}  pid ${pid}`);
  return [
    "",
    ...(running.length === 0 ? [] : ["What runs:", ...running, ""]),
    `The example (examples/quickstart, ${objects} objects) is in the cluster: namespace quickstart-good is as it should be, quickstart-bad is not.`,
    "",
    "Try:",
    `  export KUBECONFIG=${kubeconfig}`,
    "  kubectl get secrets --all-namespaces",
    "  kustody check --cluster",
    "",
  ].join("\n");
}
