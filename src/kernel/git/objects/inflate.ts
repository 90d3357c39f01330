import { constants, createInflate, type Inflate, inflateSync } from "node:zlib";

/** What a stream of node:zlib stands on. It is not documented, so it is used only where it is as expected. */
interface Handle {
  writeSync(
    flush: number,
    input: Buffer,
    inputAt: number,
    inputLength: number,
    output: Buffer,
    outputAt: number,
    outputLength: number,
  ): void;
  reset(): void;
  onerror: () => void;
}

/** One handle for all streams: making one costs more than inflating a small object. */
interface Reused {
  readonly stream: Inflate;
  readonly handle: Handle;
  /** How much room is left in the output, and how much is left of the input. */
  readonly left: Uint32Array;
}

let reused = reusedHandle();
let hasFailed = false;

function reusedHandle(): Reused | undefined {
  const stream = createInflate() as Inflate & { readonly _handle?: Partial<Handle>; readonly _writeState?: unknown };
  const { _handle: handle, _writeState: left } = stream;
  if (typeof handle?.writeSync !== "function" || typeof handle.reset !== "function") return undefined;
  if (!(left instanceof Uint32Array)) return undefined;
  handle.onerror = () => {
    hasFailed = true;
  };
  return { stream, handle: handle as Handle, left };
}

/**
 * The `size` bytes that a zlib stream (RFC 1950) at the beginning of `input` must hold; undefined when it holds others, or more.
 * They are in `room` where that is given and has at least one byte more.
 */
export function inflateExactly(input: Buffer, size: number, room?: Buffer): Buffer | undefined {
  // One byte more than wanted, so that a stream which goes on is refused, and never grows.
  if (reused === undefined) return inflateAlone(input, size);
  const output = room !== undefined && room.length > size ? room : Buffer.allocUnsafeSlow(size + 1);
  const { handle, left } = reused;
  hasFailed = false;
  handle.writeSync(constants.Z_FINISH, input, 0, input.length, output, 0, size + 1);
  if (hasFailed) reused = reusedHandle();
  else handle.reset();
  return !hasFailed && left[0] === 1 ? output.subarray(0, size) : undefined;
}

function inflateAlone(input: Buffer, size: number): Buffer | undefined {
  try {
    const bytes = inflateSync(input, { maxOutputLength: size + 1, chunkSize: Math.max(64, size + 1) });
    return bytes.length === size ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** The longest that zlib makes of `size` bytes, with room for odd writers. */
export function longestDeflated(size: number): number {
  return size + (size >> 8) + 1024;
}
