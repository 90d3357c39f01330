/** What `kustody up` tells when everything runs. */
export interface UpReport {
  /** How the reader calls Kustody from her folder. */
  readonly command: string;
  readonly kubeconfig: string;
  /** How many objects of the example were applied. */
  readonly objects: number;
  /** How the example's ExternalSecret stands, where an operator runs. */
  readonly synced: string | undefined;
  /** How Secrets stand in etcd, where that is ours. */
  readonly encrypted: string | undefined;
  readonly processes: readonly { readonly component: string; readonly pid: number; readonly url?: string }[];
}

/** Pure; ends with a newline. */
export function renderUpReport({ command, kubeconfig, objects, processes, synced, encrypted }: UpReport): string {
  const width = Math.max(0, ...processes.map(({ component }) => component.length));
  const running = processes.map(({ component, pid, url }) =>
    [`  ${component.padEnd(width)}`, ...(url === undefined ? [] : [url]), `pid ${pid}`].join("  "),
  );
  return [
    "",
    ...(running.length === 0 ? [] : ["What runs:", ...running, ""]),
    `The example (examples/quickstart, ${objects} objects) is in the cluster: namespace quickstart-good is as it should be, quickstart-bad is not.`,
    ...(synced === undefined ? [] : [`ExternalSecret quickstart-good/db, from the local store: ${synced}.`]),
    ...(encrypted === undefined ? [] : [`${encrypted}.`]),
    "",
    "Try:",
    `  export KUBECONFIG=${kubeconfig}`,
    "  kubectl get externalsecrets,secrets --all-namespaces",
    `  ${command} check --cluster`,
    "",
  ].join("\n");
}
