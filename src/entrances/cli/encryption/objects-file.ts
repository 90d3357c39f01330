import { closeSync, openSync, writeSync } from "node:fs";
import { KustodyError } from "../../../kernel/errors.ts";
import { keyIdHash, type StoredResource, type StoredUse } from "../../../practices/encryption/stored/index.ts";

const FLUSH_AT = 256 * 1024;

/** A file with one line of JSON for each object, written as they come, so that a million of them need no memory. */
export class ObjectsFile implements Disposable {
  readonly #path: string;
  readonly #fd: number;
  #text = "";

  /** Errors: KST_OUTPUT. Mode 0600: names tell much already. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#fd = openSync(path, "w", 0o600);
    } catch (cause) {
      throw this.#unwritable(cause);
    }
  }

  add(resource: StoredResource, name: string, { state, key, seed }: StoredUse): void {
    const hash = key.keyId === undefined ? {} : { keyIdHash: keyIdHash(key.keyId) };
    const { provider, name: keyName, keyId, dataKey } = key;
    const line = {
      resource: resource.name,
      object: name,
      state,
      provider,
      key: keyName,
      keyId,
      ...hash,
      dataKey,
      seed,
    };
    this.#text += `${JSON.stringify(line)}\n`;
    if (this.#text.length >= FLUSH_AT) this.#flush();
  }

  [Symbol.dispose](): void {
    try {
      this.#flush();
    } finally {
      closeSync(this.#fd);
    }
  }

  #flush(): void {
    try {
      writeSync(this.#fd, this.#text);
    } catch (cause) {
      throw this.#unwritable(cause);
    }
    this.#text = "";
  }

  #unwritable(cause: unknown): KustodyError {
    return new KustodyError("KST_OUTPUT", `cannot write ${this.#path}`, {
      hint: "check the folder, its permissions and the room on the disk",
      cause,
    });
  }
}
