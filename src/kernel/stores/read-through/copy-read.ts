import { copySecret } from "../copy-secret.ts";
import { type Answer, isValue, type Read } from "../store.ts";

/**
 * Ownership: whoever receives a Value owns it and disposes of it. So the cache keeps one copy, wiped when it is evicted,
 * and each asker gets another; a wipe can't reach a reader.
 */
export function copyRead<T extends Answer>(read: T): T {
  if (!isValue(read)) return read;
  return {
    ...read,
    value: copySecret(read.value),
    ...(read.properties === undefined
      ? {}
      : { properties: new Map([...read.properties].map(([name, secret]) => [name, copySecret(secret)])) }),
  };
}

/** Wipes what a read brought, if it brought a value. */
export function disposeRead(read: Read | undefined): void {
  if (read === undefined || !isValue(read)) return;
  read.value.dispose();
  for (const secret of read.properties?.values() ?? []) secret.dispose();
}

/** Bytes that keeping a read costs: values, names, and a flat sum for the objects around them. */
export function sizeOfRead(read: Answer, key: string): number {
  let bytes = 256 + key.length * 2;
  if (!isValue(read)) return bytes + read.message.length * 2;
  bytes += read.value.size + read.version.length * 2;
  for (const [name, secret] of read.properties ?? []) bytes += 128 + name.length * 2 + secret.size;
  return bytes;
}
