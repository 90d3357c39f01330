import { Secret } from "../../secret/secret.ts";
import { type ValueShape, valueShape } from "../../secret/value-shape.ts";
import { asList, asRecord, isRecord } from "../../untyped.ts";
import type { KubeObject, WrappedValue } from "./manifest.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;
const LONGEST_CHECKED = 64 * 1024;

/**
 * `object` with each secret value in it wrapped, so that no later code can print one: `data` and `stringData` of a Secret,
 * its last-applied annotation (a copy of both), and the keys of an EncryptionConfiguration. Other objects as they are.
 */
export function wrapSecrets(object: KubeObject): KubeObject {
  if (object.kind === "Secret") return wrapSecret(object);
  if (object.kind === "EncryptionConfiguration" || object.kind === "EncryptionConfig") return wrapKeys(object);
  return object;
}

/** Whether `value` was wrapped here. */
export function isWrapped(value: unknown): value is WrappedValue {
  return isRecord(value) && value["secret"] instanceof Secret;
}

function wrapSecret(object: KubeObject): KubeObject {
  const wrapped: Record<string, unknown> = { ...object };
  if (object["data"] !== undefined) wrapped["data"] = wrapMembers(object["data"], shapeOfBase64);
  if (object["stringData"] !== undefined) wrapped["stringData"] = wrapMembers(object["stringData"], valueShape);
  const metadata = asRecord(object.metadata);
  const annotations = asRecord(metadata["annotations"]);
  if (Object.hasOwn(annotations, LAST_APPLIED)) {
    const copy = wrap(annotations[LAST_APPLIED], valueShape);
    wrapped["metadata"] = { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: copy } };
  }
  return wrapped as unknown as KubeObject;
}

function wrapMembers(members: unknown, shape: (text: string) => ValueShape): unknown {
  if (!isRecord(members)) return members === null ? null : wrap(members, shape);
  return Object.fromEntries(Object.entries(members).map(([key, value]) => [key, wrap(value, shape)]));
}

/** Numbers, lists and so on are no valid values, yet may be secrets in the wrong form: they are wrapped as JSON. */
function wrap(value: unknown, shape: (text: string) => ValueShape): WrappedValue {
  const text = typeof value === "string" ? value : value === null || value === undefined ? "" : JSON.stringify(value);
  return { secret: Secret.fromText(text), shape: shape(text) };
}

/** The shape of what `data` holds encoded; a text that is no base64 (a template, SOPS) is looked at as it stands. */
function shapeOfBase64(text: string): ValueShape {
  const asWritten = valueShape(text);
  if (asWritten !== "value" || !BASE64.test(text.slice(0, LONGEST_CHECKED))) return asWritten;
  return valueShape(Buffer.from(text, "base64").toString("utf8"));
}

function wrapKeys(object: KubeObject): KubeObject {
  const resources = asList(object["resources"]).map((entry) =>
    isRecord(entry) ? { ...entry, providers: asList(entry["providers"]).map(wrapProvider) } : entry,
  );
  return { ...object, resources };
}

function wrapProvider(provider: unknown): unknown {
  if (!isRecord(provider)) return provider;
  return Object.fromEntries(
    Object.entries(provider).map(([name, settings]) => {
      if (!isRecord(settings) || !Array.isArray(settings["keys"])) return [name, settings];
      const keys = settings["keys"].map((key: unknown) =>
        isRecord(key) && key["secret"] !== undefined ? { ...key, secret: wrap(key["secret"], shapeOfBase64) } : key,
      );
      return [name, { ...settings, keys }];
    }),
  );
}
