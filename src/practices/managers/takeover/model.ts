import type { AnyObject, LeaseObject } from "../../../kernel/kube/object/resources.ts";
import type { ExternalSecret, SecretStore } from "../model/resources.ts";

/** What External Secrets Operator left in a cluster, or still does there. */
export interface EsoTraces {
  /** Its Deployments, pods and leases, as objects. */
  readonly deployments: readonly AnyObject[];
  readonly pods: readonly AnyObject[];
  readonly leases: readonly LeaseObject[];
  /** CustomResourceDefinitions of its groups. */
  readonly definitions: readonly AnyObject[];
  /** Its ValidatingWebhookConfigurations. */
  readonly webhooks: readonly AnyObject[];
  /** The guard's objects that are there. */
  readonly guards: readonly AnyObject[];
  readonly externalSecrets: readonly ExternalSecret[];
  readonly stores: readonly SecretStore[];
  /** How many objects there are of its other kinds, by the definition's name. */
  readonly others: Readonly<Record<string, number>>;
  /** When this was read, in milliseconds since the epoch. */
  readonly now: number;
}

/** One step, as data: what --dry-run prints is what --apply does. None of them touches a Secret. */
export type TakeoverChange =
  | { readonly kind: "guard"; readonly object: AnyObject }
  | {
      readonly kind: "keep-definition";
      readonly name: string;
      readonly resourceVersion: string;
      /** `namespace/name` of the Helm release that it belonged to. */
      readonly release: string | undefined;
    }
  | { readonly kind: "stop-conversion"; readonly name: string }
  | { readonly kind: "delete-webhook"; readonly name: string; readonly uid: string };

/** Something that will not be as it was. */
export interface Difference {
  /** `ExternalSecret shop/db` */
  readonly subject: string;
  readonly what: string;
}

export interface TakeoverPlan {
  /** Why nothing may be changed now, one sentence each. */
  readonly obstacles: readonly string[];
  readonly differences: readonly Difference[];
  readonly changes: readonly TakeoverChange[];
  /** What is left for a person to do, in order. */
  readonly advice: readonly string[];
}
