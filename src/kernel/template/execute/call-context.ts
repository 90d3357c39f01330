import type { Value } from "../values/value.ts";
import type { Meter } from "./meter.ts";

/** Where functions take everything from that is not their arguments. */
export interface CallContext {
  readonly meter: Meter;
  /** Milliseconds since the epoch, the same throughout a rendering. */
  readonly now: number;
  /** Random bytes. */
  readonly random: (count: number) => Buffer;
  /** What takes too long for the event loop: see costly-calls.ts. */
  readonly costly: (work: () => Promise<Value>) => Value;
}
