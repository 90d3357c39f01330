import type { ResolvedReference } from "../resolve-reference.ts";

/** The login that everything else begins with. */
export type ResolvedAwsAuth =
  | {
      readonly method: "keys";
      readonly accessKeyId: ResolvedReference<"Secret">;
      readonly secretAccessKey: ResolvedReference<"Secret">;
      readonly sessionToken: ResolvedReference<"Secret"> | undefined;
    }
  /** A token of a ServiceAccount for the role that its annotation names (EKS's IAM roles for service accounts). */
  | {
      readonly method: "serviceAccount";
      readonly serviceAccount: ResolvedReference<"ServiceAccount">;
      readonly audiences: readonly string[];
    }
  /** The operator's own. */
  | { readonly method: "own" };

export interface AwsTags {
  readonly fixed: readonly (readonly [key: string, value: string])[];
  /** Adds `esoNamespace`, `esoStoreName` and `esoStoreKind`. */
  readonly tellsAsker: boolean;
  readonly transitiveKeys: readonly string[];
  /** Whether the session differs by who asks: then the identity must name the namespace. */
  readonly fromAsker: boolean;
}

/** A role to assume with the credentials before it. */
export interface AwsRole {
  readonly arn: string;
  readonly externalId?: string | undefined;
  readonly tags?: AwsTags;
}

export interface ResolvedAws {
  readonly kind: "aws";
  readonly service: "SecretsManager" | "ParameterStore";
  readonly region: string;
  /** Stands before every key. */
  readonly prefix: string;
  readonly auth: ResolvedAwsAuth;
  /** Assumed one after the other. */
  readonly roles: readonly AwsRole[];
  /** How Secrets Manager removes: at once, after days, or after AWS's own 30 days. */
  readonly removal: { readonly force: boolean; readonly recoveryDays: number | undefined };
  /** Fields that are set and have no effect, each with why. */
  readonly unused: readonly string[];
}
