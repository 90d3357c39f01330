import { applyDelta, deltaHead } from "./delta.ts";
import type { DeltaForest } from "./delta-forest.ts";
import { DeltaSteps } from "./delta-steps.ts";
import type { GitObject, ObjectProblem } from "./object-problem.ts";
import type { Pack } from "./pack.ts";

/** What a blob was made from, by which instructions; the state is what the visitor made of that. */
export interface Change<S> {
  readonly base: S;
  readonly steps: DeltaSteps;
}

export interface BlobWalkOptions<S> {
  readonly largest: number;
  /** `bytes` and `change` are good until it returns. */
  readonly visit: (rank: number, bytes: Buffer, change: Change<S> | undefined) => S;
  readonly onProblem: (rank: number, problem: ObjectProblem) => void;
  /** Reads an object anew that had to be forgotten meanwhile. */
  readonly readAgain: (pack: Pack, rank: number) => GitObject | ObjectProblem;
}

interface Frame<S> {
  readonly rank: number;
  bytes: Buffer | undefined;
  readonly size: number;
  readonly state: S;
  /** Whether the bytes came from the pool; those of zlib may share their memory with others. */
  pooled: boolean;
  child: number;
}

/** Chains beyond this are read again on the way back, and not kept. */
const CHAIN_BYTES = 96 * 1024 * 1024;

/**
 * Visits the objects of a pack along the trees that deltas make of them: first a base, then what was made from it. In memory is
 * the chain from the root to where the walk is, and of that only what still has children to come.
 */
export class BlobWalk<S> {
  readonly #pack: Pack;
  readonly #forest: DeltaForest;
  readonly #options: BlobWalkOptions<S>;
  readonly #steps = new DeltaSteps();
  readonly #pool = new BufferPool();
  #held = 0;

  constructor(pack: Pack, forest: DeltaForest, options: BlobWalkOptions<S>) {
    this.#pack = pack;
    this.#forest = forest;
    this.#options = options;
  }

  /** All of a tree; `given` is its root where that is not in the pack's own words (a delta on an object of another pack). */
  walk(root: number, given?: Buffer): void {
    const { sizes, dataOffsets, firstChild } = this.#forest;
    const size = given?.length ?? sizes[root] ?? 0;
    if (size > this.#options.largest) return this.give(root, "too large");
    const bytes = given ?? this.#pack.inflate(root, dataOffsets[root] ?? 0, size);
    if (bytes === undefined) return this.give(root, "corrupt");
    const state = this.#options.visit(root, bytes, undefined);
    const stack: Frame<S>[] = [{ rank: root, bytes, size, state, pooled: false, child: firstChild[root] ?? -1 }];
    this.#held += size;
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) this.#step(stack, top);
  }

  #step(stack: Frame<S>[], top: Frame<S>): void {
    const { child } = top;
    if (child < 0) {
      stack.pop();
      this.#release(top);
      return;
    }
    top.child = this.#forest.nextSibling[child] ?? -1;
    const made = this.#make(top, child);
    if (typeof made === "string") return this.give(child, made);
    const state = this.#options.visit(child, made, { base: top.state, steps: this.#steps });
    if (top.child < 0) {
      stack.pop();
      this.#release(top);
    }
    const next = this.#forest.firstChild[child] ?? -1;
    const frame: Frame<S> = { rank: child, bytes: made, size: made.length, state, pooled: true, child: next };
    this.#held += made.length;
    if (next < 0) return this.#release(frame);
    stack.push(frame);
    for (let oldest = 0; this.#held > CHAIN_BYTES && oldest < stack.length - 1; oldest++) {
      const held = stack[oldest];
      if (held?.bytes !== undefined) this.#release(held);
    }
  }

  #make(top: Frame<S>, child: number): Buffer | ObjectProblem {
    const { sizes, dataOffsets } = this.#forest;
    const size = sizes[child] ?? 0;
    if (size > this.#options.largest) return "too large";
    const delta = this.#pack.inflateDelta(child, dataOffsets[child] ?? 0, size);
    const head = delta === undefined ? undefined : deltaHead(delta);
    if (delta === undefined || head === undefined || head.baseSize !== top.size) return "corrupt";
    if (head.targetSize > this.#options.largest) return "too large";
    if (top.bytes === undefined) {
      const again = this.#options.readAgain(this.#pack, top.rank);
      if (typeof again === "string") return again;
      top.bytes = again.bytes;
      top.pooled = false;
      this.#held += top.size;
    }
    const target = this.#pool.take(head.targetSize);
    this.#steps.clear();
    if (applyDelta(top.bytes, delta, head.start, target, this.#steps)) return target;
    this.#pool.put(target);
    return "corrupt";
  }

  #release(frame: Frame<S>): void {
    if (frame.bytes === undefined) return;
    this.#held -= frame.size;
    if (frame.pooled) this.#pool.put(frame.bytes);
    frame.bytes = undefined;
  }

  /** What is made from something unreadable is unreadable too. */
  give(rank: number, problem: ObjectProblem): void {
    const { firstChild, nextSibling } = this.#forest;
    const left = [rank];
    for (let one = left.pop(); one !== undefined; one = left.pop()) {
      this.#options.onProblem(one, problem);
      for (let child = firstChild[one] ?? -1; child >= 0; child = nextSibling[child] ?? -1) left.push(child);
    }
  }
}

const POOLED = 64;
const LARGEST_POOLED = 4 * 1024 * 1024;

/** Buffers for use again: with millions of objects, getting each a new one keeps the collector busy. */
class BufferPool {
  readonly #free: Buffer[][] = [];

  take(size: number): Buffer {
    const level = levelOf(size);
    const own = this.#free[level]?.pop();
    if (own !== undefined) return own.subarray(0, size);
    return Buffer.from(new ArrayBuffer(size > LARGEST_POOLED ? size : 2 ** level)).subarray(0, size);
  }

  put(buffer: Buffer): void {
    const whole = buffer.buffer as ArrayBuffer;
    const level = levelOf(whole.byteLength);
    if (whole.byteLength > LARGEST_POOLED) return;
    const list = (this.#free[level] ??= []);
    if (list.length < POOLED && list.length * whole.byteLength < LARGEST_POOLED) list.push(Buffer.from(whole));
  }
}

function levelOf(size: number): number {
  return size <= 256 ? 8 : 32 - Math.clz32(size - 1);
}
