import { decodeAs, ENCODINGS, type Encoding } from "./encodings.ts";
import { findEncoded } from "./find-encoded.ts";
import { contains, overlap, type Span, union } from "./span.ts";

/** A piece of a text that was decoded in place. */
export interface Segment {
  /** Where it stands in the text as it was first, in the text before this round, and in the text behind it. */
  readonly original: Span;
  readonly encoded: Span;
  readonly decoded: Span;
  readonly encodings: ReadonlySet<Encoding>;
  readonly depth: number;
  /** All segments of the round before. */
  readonly predecessors: readonly Segment[];
}

export interface DecodedText {
  readonly text: string;
  readonly segments: readonly Segment[];
}

/** `text` with all that looks encoded decoded in place, one layer of it; no segments where there is nothing. */
export function decodeText(text: string, predecessors: readonly Segment[]): DecodedText {
  const segments: Segment[] = [];
  const pieces: string[] = [];
  let copied = 0;
  let shift = 0;
  for (const { encoding, start, end } of findEncoded(text)) {
    const decoded = decodeAs(encoding, text.slice(start, end));
    if (decoded === "") continue;
    pieces.push(text.slice(copied, start), decoded);
    copied = end;
    const encoded = { start, end };
    segments.push({
      original: toOriginal(predecessors, encoded),
      encoded,
      decoded: { start: start + shift, end: start + shift + decoded.length },
      encodings: new Set([
        encoding,
        ...predecessors.filter((one) => overlap(encoded, one.decoded)).flatMap((one) => [...one.encodings]),
      ]),
      depth: 1 + (predecessors[0]?.depth ?? 0),
      predecessors,
    });
    shift += decoded.length - (end - start);
  }
  pieces.push(text.slice(copied));
  return { text: segments.length === 0 ? text : pieces.join(""), segments };
}

/** The segments that a match in decoded text touches. */
export function touched(segments: readonly Segment[], match: Span): readonly Segment[] {
  return segments.filter(({ decoded }) => overlap(decoded, match));
}

/** Where a piece of decoded text stood before anything was decoded: whole segments where it lies inside of one. */
export function toOriginal(segments: readonly Segment[], decoded: Span): Span {
  let encoded: Span | undefined;
  for (const segment of segments) {
    if (!overlap(segment.decoded, decoded)) continue;
    if (contains(segment.decoded, decoded)) return segment.original;
    const both = union(segment.decoded, decoded);
    const before = {
      start: segment.encoded.start + both.start - segment.decoded.start,
      end: segment.encoded.end + both.end - segment.decoded.end,
    };
    encoded = encoded === undefined ? before : union(encoded, before);
  }
  return encoded === undefined ? decoded : toOriginal(segments[0]?.predecessors ?? [], encoded);
}

/** `decoded:base64`, …, `decode-depth:1`: how a finding was come by. */
export function decodeTags(segments: readonly Segment[]): readonly string[] {
  const [first] = segments;
  if (first === undefined) return [];
  const kinds = ENCODINGS.filter((encoding) => segments.some(({ encodings }) => encodings.has(encoding)));
  return [...kinds.map((kind) => `decoded:${kind}`), `decode-depth:${first.depth}`];
}

/** The decoded lines that these segments stand in. */
export function decodedLine(segments: readonly Segment[], text: string): string {
  const whole = segments.map(({ decoded }) => decoded).reduce(union);
  const before = text.lastIndexOf("\n", whole.start);
  const behind = text.indexOf("\n", whole.end);
  return text.slice(Math.max(before, 0), behind < 0 ? text.length : behind);
}
