import { type KustodyError, toKustodyError } from "../../../kernel/errors.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";
import { copySecret } from "../../../kernel/stores/copy-secret.ts";
import type { Value } from "../../../kernel/stores/store.ts";
import { checkKeys, convertKeys } from "../../../kernel/stores/value/convert-keys.ts";
import { decodeValue } from "../../../kernel/stores/value/decode-value.ts";
import { extractObject } from "../../../kernel/stores/value/extract.ts";
import { checkNullBytes } from "../../../kernel/stores/value/null-bytes.ts";
import { propertyOf, propertyOfFields } from "../../../kernel/stores/value/property.ts";
import type { RemoteRef } from "../model/remote-ref.ts";
import type { TargetData } from "./target-data.ts";
import type { Wanted } from "./wanted.ts";

/**
 * Adds to `data` what one entry of the spec takes out of the value that was read for it; later entries win over earlier.
 *
 * @returns why it can't be, in words that never hold a value.
 */
export function addTo(data: TargetData, wanted: Wanted, value: Value): KustodyError | undefined {
  const { remoteRef, secretKey } = wanted;
  try {
    if (secretKey === undefined) for (const [key, secret] of extract(value, remoteRef)) data.set(key, secret);
    else data.set(secretKey, finished(remoteRef.key, single(value, remoteRef.property), remoteRef));
    return undefined;
  } catch (error) {
    return toKustodyError(error);
  }
}

/** The whole value, or one property of it. */
function single(value: Value, property: string | undefined): Secret {
  if (property === undefined || property === "") return copySecret(value.value);
  return value.properties === undefined
    ? propertyOf(value.value, property)
    : propertyOfFields(value.properties, property);
}

/** All keys of a value, or of an object inside it. */
function extract(value: Value, remoteRef: RemoteRef): Map<string, Secret> {
  const spread = fieldsOf(value, remoteRef.property);
  try {
    const named = checkKeys(convertKeys(spread, remoteRef.conversionStrategy));
    return new Map([...named].map(([key, secret]) => [key, finished(key, copySecret(secret), remoteRef)]));
  } finally {
    for (const secret of spread.values()) secret.dispose();
  }
}

function fieldsOf(value: Value, property: string | undefined): Map<string, Secret> {
  if (value.properties !== undefined && (property === undefined || property === "")) {
    return new Map([...value.properties].map(([key, secret]) => [key, copySecret(secret)]));
  }
  using whole = single(value, property);
  return extractObject(whole);
}

/** Takes `raw` over. */
function finished(key: string, raw: Secret, remoteRef: RemoteRef): Secret {
  using undecoded = raw;
  const secret = decodeValue(undecoded, remoteRef.decodingStrategy);
  try {
    checkNullBytes(key, secret, remoteRef.nullBytePolicy);
    return secret;
  } catch (error) {
    secret.dispose();
    throw error;
  }
}
