import { type KustodyError, toKustodyError } from "../../../kernel/errors.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";
import { copySecret } from "../../../kernel/stores/copy-secret.ts";
import type { Value } from "../../../kernel/stores/store.ts";
import { checkKeys, convertKeys } from "../../../kernel/stores/value/convert-keys.ts";
import { decodeValue } from "../../../kernel/stores/value/decode-value.ts";
import { extractObject } from "../../../kernel/stores/value/extract.ts";
import { checkNullBytes } from "../../../kernel/stores/value/null-bytes.ts";
import { propertyOf, propertyOfFields } from "../../../kernel/stores/value/property.ts";
import type { Sources } from "../../../kernel/template/render-value.ts";
import type { Strategies } from "../model/remote-ref.ts";
import { rewriteKeys } from "./rewrite/rewrite-keys.ts";
import type { TargetData } from "./target-data.ts";
import type { Sought, Wanted } from "./wanted.ts";

/** What renaming keys by templates needs. */
export interface Renaming {
  readonly sources: Sources;
  readonly signal: AbortSignal;
}

/**
 * Adds to `data` what one entry of the spec takes out of the value that was read for it; later entries win over earlier.
 *
 * @returns why it can't be, in words that never hold a value. Rejects when the signal aborts.
 */
export async function addTo(
  data: TargetData,
  wanted: Wanted,
  value: Value,
  renaming: Renaming,
): Promise<KustodyError | undefined> {
  const { remoteRef, secretKey } = wanted;
  return await attempt(renaming.signal, async () => {
    if (secretKey === undefined) await addAll(data, wanted, fieldsOf(value, remoteRef.property), remoteRef, renaming);
    else data.set(secretKey, finished(remoteRef.key, single(value, remoteRef.property), remoteRef));
  });
}

/** The same for a search: each value that it found, under its key. */
export async function addFound(
  data: TargetData,
  sought: Sought,
  values: ReadonlyMap<string, Value>,
  renaming: Renaming,
): Promise<KustodyError | undefined> {
  return await attempt(renaming.signal, async () => {
    const whole = new Map([...values].map(([key, value]) => [key, copySecret(value.value)]));
    await addAll(data, sought, whole, sought.find, renaming);
  });
}

async function attempt(signal: AbortSignal, add: () => Promise<void>): Promise<KustodyError | undefined> {
  try {
    await add();
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    return toKustodyError(error);
  }
}

/** Renames keys by the entry's `rewrite`, or else by its conversion strategy, as upstream does. Takes `raw` over. */
async function addAll(
  data: TargetData,
  { rewrite }: Pick<Wanted, "rewrite">,
  raw: ReadonlyMap<string, Secret>,
  strategies: Strategies,
  { sources, signal }: Renaming,
): Promise<void> {
  using made = new DisposableStack();
  for (const secret of raw.values()) made.use(secret);
  const renamed =
    rewrite === undefined
      ? convertKeys(raw, strategies.conversionStrategy ?? "Default")
      : await rewriteKeys(rewrite, raw, (secret) => made.use(secret), sources, signal);
  for (const [key, secret] of checkKeys(renamed)) data.set(key, finished(key, copySecret(secret), strategies));
}

/** The whole value, or one property of it. */
function single(value: Value, property: string | undefined): Secret {
  if (property === undefined || property === "") return copySecret(value.value);
  return value.properties === undefined
    ? propertyOf(value.value, property)
    : propertyOfFields(value.properties, property);
}

/** All keys of a value, or of an object inside it. The caller's. */
function fieldsOf(value: Value, property: string | undefined): Map<string, Secret> {
  if (value.properties !== undefined && (property === undefined || property === "")) {
    return new Map([...value.properties].map(([key, secret]) => [key, copySecret(secret)]));
  }
  using whole = single(value, property);
  return extractObject(whole);
}

/** Takes `raw` over. */
function finished(key: string, raw: Secret, { decodingStrategy, nullBytePolicy }: Strategies): Secret {
  using undecoded = raw;
  const secret = decodeValue(undecoded, decodingStrategy);
  try {
    checkNullBytes(key, secret, nullBytePolicy);
    return secret;
  } catch (error) {
    secret.dispose();
    throw error;
  }
}
