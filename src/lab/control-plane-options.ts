import type { Component } from "./components/component.ts";
import type { LabEnvironment } from "./environment.ts";
import type { ProcessSpec } from "./supervisor.ts";

export interface ControlPlaneOptions {
  /** Name of cluster, context and user in the kubeconfig; "kustody-lab" unless told. */
  readonly name?: string;
  /** Where it keeps everything; it continues there when started again. Without, a throw-away folder that `stop` removes. */
  readonly dataDir?: string;
  /** Also a real node: kube-scheduler, containerd and kubelet, in namespaces of their own. Needs root. */
  readonly node?: boolean;
  /** Path of an EncryptionConfiguration; the API server reads it again when it changes. */
  readonly encryptionConfig?: string;
  /** Starts what the API server waits for, such as a KMS plugin: `run` is that of ControlPlane. */
  readonly beforeApiServer?: (run: ControlPlane["run"]) => Promise<void>;
  /** Paths of an audit policy and of a kubeconfig for the audit webhook. A webhook without policy gets all metadata. */
  readonly audit?: { readonly policy?: string; readonly webhookConfig?: string };
  /** Appended to a server's arguments: of a flag that is given twice, the last counts. */
  readonly extraArgs?: Partial<Record<Component, readonly string[]>>;
  /** Without the controller manager there are no service accounts, tokens or garbage collection, but it starts sooner. */
  readonly components?: { readonly controllerManager?: boolean };
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
  /** For tests; the process's own otherwise. */
  readonly environment?: LabEnvironment;
}

/** A control plane that runs. Disposing of it is `stop`. */
export interface ControlPlane extends AsyncDisposable {
  /** Path of a kubeconfig of a cluster-admin; it needs no other file; mode 0600. */
  readonly kubeconfig: string;
  /** Base URL of the API server. */
  readonly server: string;
  /** Path of the CA that signs the API server's certificate, PEM. */
  readonly caFile: string;
  readonly dataDir: string;
  /** How to reach etcd directly. Its gRPC gateway takes JSON as well: POST `<endpoint>/v3/kv/range`. */
  readonly etcd: EtcdAccess;
  /** Those that run now, with what `run` added. */
  processes(): ComponentProcess[];
  /** Runs a program beside the servers, on a free port that `specOn` puts into it: it lives and ends with them. */
  run(specOn: (port: number) => ProcessSpec): Promise<void>;
  /** Ends a component gracefully and starts it again at the same address with the same data; resolves when it is ready. */
  restart(component: Component): Promise<void>;
  /** SIGKILL; it stays dead until `restart`. */
  kill(component: Component): Promise<void>;
  /** Path of a component's log. */
  logs(component: Component): string;
  /** Ends everything; resolves when all processes are gone. */
  stop(): Promise<void>;
  /** From now on the processes outlive us; `stopDetached(dataDir)` ends them. */
  detach(): Promise<void>;
}

export interface EtcdAccess {
  readonly endpoint: string;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface ComponentProcess {
  /** A Component, or the name of what `run` added. */
  readonly component: string;
  readonly pid: number;
  /** Where it listens, when it does so over HTTPS. */
  readonly url?: string;
}
