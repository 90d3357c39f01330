import type { Secret } from "../../secret/secret.ts";

/**
 * `staged` decrypts only, so that every plugin knows it before one encrypts with it; one is `active` and encrypts;
 * `retired` decrypts what it encrypted. The order is staged → active → retired, and never back: a key id is not used twice.
 */
export type LocalKeyState = "staged" | "active" | "retired";

export interface LocalKey {
  /** 32 hex digits that follow from the key itself, so that no other key can have them. */
  readonly id: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly state: LocalKeyState;
  /** 32 bytes. */
  readonly key: Secret;
}

/** The keys of one file, oldest first. */
export interface LocalKeys {
  readonly keys: readonly LocalKey[];
}

export function activeKey({ keys }: LocalKeys): LocalKey | undefined {
  return keys.find(({ state }) => state === "active");
}

export function stagedKey({ keys }: LocalKeys): LocalKey | undefined {
  return keys.find(({ state }) => state === "staged");
}

/** Pure: the staged key becomes the active one, and that retires. */
export function activated({ keys }: LocalKeys): LocalKeys {
  const next: Readonly<Record<LocalKeyState, LocalKeyState>> = {
    staged: "active",
    active: "retired",
    retired: "retired",
  };
  return { keys: keys.map((key) => ({ ...key, state: next[key.state] })) };
}

export function disposeLocalKeys({ keys }: LocalKeys): void {
  for (const { key } of keys) key.dispose();
}
