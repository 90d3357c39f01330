import type { Secret } from "../../../kernel/secret/secret.ts";

/** The store that the ExternalSecrets name. */
export interface StoreName {
  readonly kind: "SecretStore" | "ClusterSecretStore";
  readonly name: string;
}

/** How Secrets are called at the manager. */
export interface Naming {
  readonly store: StoreName;
  /** Of manifests that name none. */
  readonly namespace: string | undefined;
  /** The remote key, with `{namespace}` and `{name}` to be filled in. */
  readonly keyPattern: string;
}

/** One entry of a Secret manifest. */
export interface Entry {
  readonly value: Secret;
  /** As it stands in the file: base64 in `data`. */
  readonly written: Secret;
}

/** A Secret manifest that can become an ExternalSecret. */
export interface MovableSecret {
  readonly namespace: string;
  readonly name: string;
  /** From 1. */
  readonly line: number;
  readonly key: string;
  readonly entries: ReadonlyMap<string, Entry>;
  /** What is written under the key: a JSON object of the entries. */
  readonly value: Secret;
  readonly encoding: "text" | "base64";
}

/** A Secret manifest that stays as it is. */
export interface UnmovedSecret {
  readonly title: string;
  readonly line: number;
  readonly reason: string;
  /** `left`: nothing to move, or not by us; the rest of the file goes on. `failed`: the file is not changed. */
  readonly outcome: "left" | "failed";
  /** Whether it still has a value in the clear. */
  readonly inTheClear: boolean;
}

/** What becomes of one file's text. */
export interface TextPlan {
  readonly secrets: readonly MovableSecret[];
  readonly unmoved: readonly UnmovedSecret[];
  /** The text afterwards; the same where nothing moves. */
  readonly after: string;
  /** Lines of it that hold a value which was moved, elsewhere than in its Secret: in a comment or another object. */
  readonly repeats: readonly number[];
  /** The lines that change, for a person: values are masked. Empty where nothing moves. */
  readonly diff: string;
}
