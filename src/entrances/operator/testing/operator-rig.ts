import { setTimeout as sleep } from "node:timers/promises";
import { connectKube, type Kube, Namespaces, RoleBindings, Roles } from "../../../kernel/kube/index.ts";
import { type SecretObject, Secrets } from "../../../kernel/kube/object/resources.ts";
import { createLogger } from "../../../kernel/observe/logger.ts";
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from "../../../lab/index.ts";
import {
  ClusterSecretStores,
  type ExternalSecret,
  ExternalSecrets,
  SecretStores,
} from "../../../practices/managers/model/resources.ts";
import { type CrdSet, installCrds } from "../../../practices/managers/testing/crd-sets.ts";
import { type OperatorOptions, runOperator } from "../run-operator.ts";

/** A control plane with CRDs, and operators that run in this process. Everything ends with `close`. */
export class OperatorRig implements AsyncDisposable {
  readonly plane: ControlPlane;
  readonly kube: Kube;
  readonly log: string[] = [];
  readonly #running: { readonly stop: AbortController; readonly ended: Promise<void>; readonly kube: Kube }[] = [];

  private constructor(plane: ControlPlane, kube: Kube) {
    this.plane = plane;
    this.kube = kube;
  }

  static async start(
    options: {
      readonly controllerManager?: boolean;
      readonly crds?: CrdSet;
      readonly plane?: ControlPlaneOptions;
    } = {},
  ) {
    const { controllerManager = false, crds = "kustody" } = options;
    const plane = await startControlPlane({ components: { controllerManager }, ...options.plane });
    const kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
    await installCrds(kube, crds);
    return new OperatorRig(plane, kube);
  }

  /** Returns what stops it. */
  async operator(options: Partial<OperatorOptions> = {}): Promise<(() => Promise<void>) & { ended: Promise<void> }> {
    const stop = new AbortController();
    const kube = await connectKube({ env: {}, kubeconfig: this.plane.kubeconfig });
    const destination = { write: (line: string) => this.log.push(line) };
    const ended = runOperator({
      kube,
      logger: createLogger({ level: "debug", format: "json", destination }),
      signal: stop.signal,
      namespace: undefined,
      controllerClass: "default",
      heartbeatMillis: 3_600_000,
      storeIntervalMillis: 300_000,
      concurrency: 64,
      election: undefined,
      listen: undefined,
      local: undefined,
      observe: undefined,
      ...options,
    });
    const one = { stop, ended, kube };
    this.#running.push(one);
    const end = async (): Promise<void> => {
      stop.abort();
      await ended;
      await kube.close();
      this.#running.splice(this.#running.indexOf(one), 1);
    };
    return Object.assign(end, { ended });
  }

  /** A Role, and its binding to one subject. */
  async allow(namespace: string, name: string, subject: object, rules: readonly object[]): Promise<void> {
    await this.kube.namespaced(Roles, namespace).create({ metadata: { name }, rules });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
    await this.kube.namespaced(RoleBindings, namespace).create({ metadata: { name }, roleRef, subjects: [subject] });
  }

  async storeReady(namespace: string, name: string, status = "True"): Promise<void> {
    await this.until(`store ${name} is Ready=${status}`, async () => {
      const store = await this.kube.namespaced(SecretStores, namespace).get(name);
      return store.status?.conditions?.some((one) => one.type === "Ready" && one.status === status) === true;
    });
  }

  async namespace(name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.kube.cluster(Namespaces).create({ metadata: { name, labels } });
  }

  async secretStore(namespace: string, name: string, spec: object): Promise<void> {
    const object = { metadata: { name }, spec: spec as never };
    await this.kube.namespaced(SecretStores, namespace).create(object);
  }

  async clusterStore(name: string, spec: object): Promise<void> {
    await this.kube.cluster(ClusterSecretStores).create({ metadata: { name }, spec: spec as never });
  }

  async externalSecret(
    namespace: string,
    name: string,
    spec: object,
    metadata: { readonly labels?: Record<string, string>; readonly annotations?: Record<string, string> } = {},
  ): Promise<ExternalSecret> {
    const object = { metadata: { name, ...metadata }, spec: spec as never };
    return await this.kube.namespaced(ExternalSecrets, namespace).create(object);
  }

  async patch(namespace: string, name: string, patch: Readonly<Record<string, unknown>>): Promise<void> {
    await this.kube.namespaced(ExternalSecrets, namespace).mergePatch(name, patch);
  }

  async get(namespace: string, name: string): Promise<ExternalSecret | undefined> {
    return await this.kube.namespaced(ExternalSecrets, namespace).find(name);
  }

  async secret(namespace: string, name: string): Promise<SecretObject | undefined> {
    return await this.kube.namespaced(Secrets, namespace).find(name);
  }

  /** The values of a Secret as text. */
  async values(namespace: string, name: string): Promise<Record<string, string> | undefined> {
    const secret = await this.secret(namespace, name);
    if (secret === undefined) return undefined;
    return Object.fromEntries(
      Object.entries(secret.data ?? {}).map(([key, value]) => [key, value.unwrap().toString()]),
    );
  }

  /** Waits until the Ready condition is as wanted; the object then. */
  async ready(namespace: string, name: string, wanted: { status?: string; reason?: string; message?: RegExp } = {}) {
    let last: unknown;
    for (let tries = 0; tries < 600; tries++) {
      const object = await this.get(namespace, name);
      const ready = object?.status?.conditions?.find(({ type }) => type === "Ready");
      last = ready;
      if (
        object !== undefined &&
        ready?.status === (wanted.status ?? "True") &&
        (wanted.reason === undefined || ready.reason === wanted.reason) &&
        (wanted.message === undefined || wanted.message.test(ready.message ?? ""))
      ) {
        return object;
      }
      await sleep(50);
    }
    throw new Error(`${namespace}/${name} did not become so: ${JSON.stringify(last)}\n${this.lastLog()}`);
  }

  /** What an operator that listens shows of itself. */
  async metrics(): Promise<string> {
    const url = this.log.join("").match(/"url":"(http:[^"]+)"/)?.[1];
    return await (await fetch(`${url}/metrics`)).text();
  }

  /** The last lines, without stacks. */
  lastLog(): string {
    return this.log
      .slice(-20)
      .join("")
      .replace(/"stack":"[^"]*"/g, "");
  }

  /** Waits until `check` holds. */
  async until(what: string, check: () => Promise<boolean> | boolean): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      if (await check()) return;
      await sleep(50);
    }
    throw new Error(`it did not come to this: ${what}\n${this.lastLog()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { stop } of this.#running) stop.abort();
    await Promise.allSettled(this.#running.map(({ ended }) => ended));
    await Promise.allSettled(this.#running.map(({ kube }) => kube.close()));
    await this.kube.close();
    await this.plane.stop();
  }
}

/** A fake store with these values. */
export function fake(values: Readonly<Record<string, string>>): object {
  return { provider: { fake: { data: Object.entries(values).map(([key, value]) => ({ key, value })) } } };
}

/** A spec with one data entry for each `secretKey: remote key`. */
export function wants(store: string, data: Readonly<Record<string, string>>, more: object = {}): object {
  return {
    secretStoreRef: { name: store },
    data: Object.entries(data).map(([secretKey, key]) => ({ secretKey, remoteRef: { key } })),
    ...more,
  };
}
