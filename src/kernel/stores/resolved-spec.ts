import type { ResolvedAws } from "./aws/aws-spec.ts";
import type { FakeSpec } from "./fake/fake-spec.ts";
import type { ResolvedReference } from "./resolve-reference.ts";

/** Whom to trust: PEM text, or where it stands. */
export type ResolvedTrust = string | ResolvedReference<"Secret" | "ConfigMap"> | undefined;

/** A credential: an entry of a Secret, or a token made for a ServiceAccount. */
export type ResolvedCredential =
  | ResolvedReference<"Secret">
  | {
      readonly serviceAccount: ResolvedReference<"ServiceAccount">;
      readonly audiences: readonly string[];
      readonly expirationSeconds: number;
    };

export type ResolvedVaultAuth =
  | { readonly method: "token"; readonly token: ResolvedCredential }
  | {
      readonly method: "appRole";
      readonly path: string;
      readonly roleId: string | ResolvedCredential;
      readonly secretId: ResolvedCredential;
    }
  | {
      readonly method: "kubernetes" | "jwt";
      readonly path: string;
      readonly role: string;
      readonly jwt: ResolvedCredential | "own";
    }
  | {
      readonly method: "userPass";
      readonly path: string;
      readonly username: string;
      readonly password: ResolvedCredential;
    }
  | { readonly method: "cert"; readonly path: string; readonly role: string | undefined };

export interface ResolvedCertificate {
  readonly certificate: ResolvedReference<"Secret">;
  readonly key: ResolvedReference<"Secret">;
}

/** A store's specification whose references have all passed the namespace rule; one member for each kind of provider. */
export type ResolvedSpec =
  | ResolvedAws
  | { readonly kind: "fake"; readonly fake: FakeSpec }
  | { readonly kind: "local" }
  | {
      readonly kind: "vault";
      readonly server: string;
      readonly path: string | undefined;
      readonly version: "v1" | "v2";
      readonly namespace: string | undefined;
      readonly headers: Readonly<Record<string, string>>;
      readonly trust: ResolvedTrust;
      readonly clientCertificate: ResolvedCertificate | undefined;
      readonly auth: ResolvedVaultAuth;
      readonly authNamespace: string | undefined;
      /** Requires of each reply what earlier ones told of the cluster's state. */
      readonly followsIndex: boolean;
      /** Every write says which version it replaces. */
      readonly checksAndSets: boolean;
      /** Fields that are set and have no effect, each with why. */
      readonly unused: readonly string[];
    }
  | {
      readonly kind: "kubernetes";
      readonly remoteNamespace: string;
      /** Says where the server is, too. */
      readonly auth: { readonly kubeconfig: ResolvedReference<"Secret"> };
    }
  | {
      readonly kind: "kubernetes";
      readonly server: string;
      readonly trust: ResolvedTrust;
      readonly remoteNamespace: string;
      readonly auth: { readonly token: ResolvedCredential } | { readonly certificate: ResolvedCertificate };
    };
