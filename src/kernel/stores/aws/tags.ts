import { Secret } from "../../secret/secret.ts";
import type { StoreError } from "../store.ts";
import { quoteGoJson } from "../value/go-json.ts";

export interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** The mark by which External Secrets Operator knows what it wrote, and what it may overwrite and remove. */
export const MANAGED: { readonly Key: string; readonly Value: string } = {
  Key: "managed-by",
  Value: "external-secrets",
};

export function isManaged(tags: readonly Tag[] | undefined): boolean {
  return tags?.some(({ Key, Value }) => Key === MANAGED.Key && Value === MANAGED.Value) === true;
}

/** As External Secrets Operator: what a person or another tool made is not written over and not removed. */
export const NOT_OURS: StoreError = {
  error: "denied",
  message: "it is not managed by external-secrets: it lacks the tag managed-by=external-secrets",
};

/** `metadataPolicy: Fetch`: tags as Go writes a map of texts. */
export function tagsJson(tags: readonly Tag[] | undefined): Secret {
  const texts = new Map((tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
  const members = [...texts]
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([key, value]) => `${quoted(key)}:${quoted(value)}`);
  return Secret.fromText(`{${members.join(",")}}`);
}

function quoted(text: string): string {
  return quoteGoJson(Buffer.from(text), true).toString();
}

/** Whether every given tag is there with its value. */
export function hasTags(tags: readonly Tag[] | undefined, wanted: Readonly<Record<string, string>>): boolean {
  const present = new Map((tags ?? []).map(({ Key, Value }) => [Key, Value]));
  return Object.entries(wanted).every(([key, value]) => present.get(key) === value);
}
