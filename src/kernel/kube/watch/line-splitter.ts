import { KustodyError } from "../../errors.ts";

const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines. Works on bytes, so a chunk may end inside a UTF-8 character; a line that grows
 * beyond `maxBytes` is refused before it fills the memory.
 */
export class LineSplitter {
  #held: Buffer[] = [];
  #size = 0;
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that `chunk` completes, without their newline; empty ones are left out. */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      this.#hold(chunk.subarray(from, at));
      const line = this.#held.length === 1 && this.#held[0] !== undefined ? this.#held[0] : Buffer.concat(this.#held);
      if (line.length > 0) lines.push(line);
      this.#held = [];
      this.#size = 0;
      from = at + 1;
    }
    if (from < chunk.length) this.#hold(chunk.subarray(from));
    return lines;
  }

  #hold(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > this.#maxBytes) {
      throw new KustodyError(
        "KST_KUBE_REPLY",
        `the API server sent a watch event larger than ${this.#maxBytes} bytes`,
        {
          retry: "backoff",
        },
      );
    }
    this.#held.push(part);
  }
}
