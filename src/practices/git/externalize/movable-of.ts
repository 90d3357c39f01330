import type { KubeObject } from "../../../kernel/kube/manifests/manifest.ts";
import { refuseKey } from "../../../kernel/stores/refuse-key.ts";
import { joinObject } from "../../../kernel/stores/value/join-object.ts";
import { nameOf, namespaceOf } from "../../../model/objects/identity.ts";
import { entriesOf } from "./entries-of.ts";
import type { MovableSecret, Naming } from "./model.ts";

/** A Secret manifest as it goes to the manager, or what is wrong with it. */
export function movableOf(
  object: KubeObject,
  raw: KubeObject,
  line: number,
  { namespace: given, keyPattern }: Naming,
): MovableSecret | { readonly mistake: string } {
  const namespace = namespaceOf(object) ?? given;
  if (namespace === undefined) return { mistake: "it names no namespace: say with --namespace which one it is for" };
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace))
    return { mistake: "its namespace has an impossible name" };
  const name = nameOf(object);
  const key = keyPattern.replaceAll(/\{(namespace|name)\}/g, (_, word: string) => (word === "name" ? name : namespace));
  const refused = refuseKey(key);
  if (refused !== undefined) return { mistake: refused.message };
  const entries = entriesOf(object, raw);
  if ("mistake" in entries) return entries;
  const joined = joinObject(new Map([...entries].map(([entry, { value }]) => [entry, value])));
  return { namespace, name, line, key, entries, ...joined };
}
