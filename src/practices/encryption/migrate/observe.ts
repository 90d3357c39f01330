import { KustodyError } from "../../../kernel/errors.ts";
import type { EtcdClient } from "../../../kernel/etcd/etcd-client.ts";
import type { Kube, Resource } from "../../../kernel/kube/index.ts";
import { objectName, type StoredResource } from "../stored/resources.ts";
import type { StoredKey } from "../stored/stored-key.ts";
import { stateOf } from "../stored/tally.ts";
import { ValueReader } from "../stored/value-reader.ts";
import { touch } from "./apply.ts";

/** Objects that are tried until one can be written. */
const TRIED = 20;

/**
 * The key that the API server writes `stored` with now: an object is written anew, and etcd tells by which key. Undefined where
 * there is no object, or none of the first that could be written.
 */
export async function provenKey(
  kube: Kube,
  etcd: EtcdClient,
  resource: Resource,
  stored: StoredResource,
): Promise<StoredKey | undefined> {
  const values = new ValueReader();
  const candidates: string[] = [];
  for await (const page of etcd.walk(stored.prefix, (record) => {
    const use = values.read(record.bytes, record.valueStart, record.valueEnd);
    if (use.state !== "damaged" && candidates.length < TRIED) candidates.push(objectName(record.key(), stored));
  })) {
    if (page.records > 0) break;
  }
  for (const name of candidates) {
    try {
      await touch(kube, resource, name);
    } catch {
      continue;
    }
    let key: StoredKey | undefined;
    await etcd.first(stored.prefix + name, (record) => {
      if (objectName(record.key(), stored) === name)
        key = values.read(record.bytes, record.valueStart, record.valueEnd).key;
    });
    if (key !== undefined) return key;
  }
  return undefined;
}

/** Names of what is not encrypted with `current`, as etcd has it, page by page. */
export async function* staleNames(
  etcd: EtcdClient,
  stored: StoredResource,
  current: StoredKey,
): AsyncGenerator<string, void, undefined> {
  const values = new ValueReader();
  let names: string[] = [];
  const pages = etcd.walk(stored.prefix, (record) => {
    const state = stateOf(values.read(record.bytes, record.valueStart, record.valueEnd), current);
    if (state === "stale" || state === "plain") names.push(objectName(record.key(), stored));
  });
  for await (const _ of pages) {
    yield* names;
    names = [];
  }
}

/**
 * Names of all objects, in order, those after `after`: what is left where etcd cannot be asked. Only metadata is read. When
 * rewriting takes so long that the API server forgets the list, it is begun again behind what was given out.
 */
export async function* allNames(kube: Kube, resource: Resource, after = ""): AsyncGenerator<string, void, undefined> {
  let last = after;
  for (;;) {
    try {
      for await (const { items } of kube.allMetadata(resource).pages()) {
        for (const { metadata } of items) {
          const name = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
          if (name <= last) continue;
          last = name;
          yield name;
        }
      }
      return;
    } catch (error) {
      if (!(error instanceof KustodyError) || error.code !== "KST_KUBE_EXPIRED") throw error;
    }
  }
}
