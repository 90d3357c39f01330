import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { KustodyError } from "../errors.ts";

/** Read at once: neighbouring pages are mostly wanted one after the other. */
const WINDOW = 64 * 1024;

/** A file that is read at any position, in windows; one window is in memory. Synchronous: a page costs a microsecond, a promise more. */
export class PageFile implements Disposable {
  readonly path: string;
  readonly size: number;
  readonly #fd: number;
  readonly #window = Buffer.allocUnsafeSlow(WINDOW);
  #from = 0;
  #filled = 0;

  /** Errors: KST_SNAPSHOT_UNREADABLE. */
  constructor(path: string) {
    this.path = path;
    try {
      this.#fd = openSync(path, "r");
    } catch (cause) {
      throw unreadable(path, cause);
    }
    const stat = fstatSync(this.#fd);
    if (!stat.isFile()) {
      closeSync(this.#fd);
      throw new KustodyError("KST_SNAPSHOT_UNREADABLE", `${path} is no file`, {
        hint: "name the file that `etcdctl snapshot save` wrote, or a copy of member/snap/db",
      });
    }
    this.size = stat.size;
  }

  /** The bytes from `position`, fewer where the file ends. They are valid until the next read. */
  read(position: number, length: number): Buffer {
    if (position >= this.#from && position + length <= this.#from + this.#filled) {
      return this.#window.subarray(position - this.#from, position - this.#from + length);
    }
    if (length > WINDOW) return this.#fill(Buffer.allocUnsafe(length), position);
    // Pages are walked from the last to the first, so the window lies mostly before what is wanted.
    const end = Math.min(this.size, Math.ceil((position + length) / WINDOW) * WINDOW);
    this.#from = Math.max(0, Math.min(position, end - WINDOW));
    this.#filled = this.#fill(this.#window, this.#from).length;
    const start = position - this.#from;
    return this.#window.subarray(start, Math.max(start, Math.min(start + length, this.#filled)));
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #fill(buffer: Buffer, position: number): Buffer {
    let filled = 0;
    try {
      while (filled < buffer.length) {
        const count = readSync(this.#fd, buffer, filled, buffer.length - filled, position + filled);
        if (count === 0) break;
        filled += count;
      }
    } catch (cause) {
      throw unreadable(this.path, cause);
    }
    return buffer.subarray(0, filled);
  }
}

function unreadable(path: string, cause: unknown): KustodyError {
  const { code } = cause as NodeJS.ErrnoException;
  return new KustodyError("KST_SNAPSHOT_UNREADABLE", `cannot read ${path}${code === undefined ? "" : ` (${code})`}`, {
    hint: code === "ENOENT" ? "there is no such file" : "check its permissions; etcd's files belong to root",
    cause,
  });
}
