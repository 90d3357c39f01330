/** A delta (https://git-scm.com/docs/pack-format, "Deltified representation"): its sizes, and where its instructions begin. */
export interface DeltaHead {
  readonly baseSize: number;
  readonly targetSize: number;
  readonly start: number;
}

/** Undefined where the bytes are no delta. */
export function deltaHead(delta: Buffer): DeltaHead | undefined {
  const base = varint(delta, 0);
  const target = base === undefined ? undefined : varint(delta, base.end);
  if (base === undefined || target === undefined) return undefined;
  return { baseSize: base.value, targetSize: target.value, start: target.end };
}

function varint(bytes: Buffer, at: number): { value: number; end: number } | undefined {
  let value = 0;
  let factor = 1;
  for (let end = at; end < bytes.length; factor *= 128) {
    const byte = bytes[end++] ?? 0;
    value += (byte & 0x7f) * factor;
    if (value > Number.MAX_SAFE_INTEGER) return undefined;
    if (byte < 0x80) return { value, end };
  }
  return undefined;
}

/** Told of each instruction in order: bytes of the base that are taken over, or new ones. */
export interface DeltaReader {
  copied(from: number, to: number, length: number): void;
  inserted(to: number, length: number): void;
}

/** A native copy costs more than it saves below this. */
const SHORT = 24;

/**
 * Carries out a delta into `target`, whose length is the target size. False where the delta is damaged: then `target` holds
 * anything. Never reads or writes outside of the buffers.
 */
export function applyDelta(base: Buffer, delta: Buffer, start: number, target: Buffer, reader?: DeltaReader): boolean {
  const size = target.length;
  let at = start;
  let to = 0;
  while (at < delta.length) {
    const code = delta[at++] as number;
    if (code === 0) return false; // reserved
    let from = 0;
    let length = code;
    if ((code & 0x80) === 0) {
      if (at + length > delta.length || to + length > size) return false;
      if (length < SHORT) for (let index = 0; index < length; index++) target[to + index] = delta[at + index] as number;
      else delta.copy(target, to, at, at + length);
      at += length;
      reader?.inserted(to, length);
      to += length;
      continue;
    }
    length = 0;
    if ((code & 0x01) !== 0) from = delta[at++] ?? 0;
    if ((code & 0x02) !== 0) from |= (delta[at++] ?? 0) << 8;
    if ((code & 0x04) !== 0) from |= (delta[at++] ?? 0) << 16;
    if ((code & 0x08) !== 0) from += (delta[at++] ?? 0) * 0x1000000;
    if ((code & 0x10) !== 0) length = delta[at++] ?? 0;
    if ((code & 0x20) !== 0) length |= (delta[at++] ?? 0) << 8;
    if ((code & 0x40) !== 0) length |= (delta[at++] ?? 0) << 16;
    if (length === 0) length = 0x10000;
    if (at > delta.length || from + length > base.length || to + length > size) return false;
    if (length < SHORT) for (let index = 0; index < length; index++) target[to + index] = base[from + index] as number;
    else base.copy(target, to, from, from + length);
    reader?.copied(from, to, length);
    to += length;
  }
  return to === size;
}
