import { withinTime } from "../../../../kernel/regexp/within-time.ts";
import type { Secret } from "../../../../kernel/secret/secret.ts";
import type { Leak } from "../leak.ts";
import type { Rule, RuleSet } from "../rule.ts";
import { Scanner, type ScanOptions, type Target } from "../scanner.ts";
import { textOfBytes } from "../text-of-bytes.ts";
import type { HashTable } from "./hash-table.ts";
import type { HistoryRules } from "./history-rules.ts";
import { finish } from "./line-list.ts";
import type { FarReach } from "./word-finder.ts";

/** The number of a rule's value: the same wherever the value stands. */
export type Hit = number;

type Kind = "near" | "far" | "structure";

/** A piece of a blob, looked at by itself. */
export interface Window {
  readonly kind: Kind;
  /** Undefined: not yet looked at. */
  hits: readonly Hit[] | undefined;
}

/** A window where it stands in a blob. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly window: Window;
  /** The line that it was looked at for; of near ones: none. */
  readonly line?: Place;
}

export interface Place {
  readonly start: number;
  readonly end: number;
}

/** A window that waits. */
interface Group {
  readonly window: Window;
  readonly start: number;
  readonly bytes: Buffer;
  /** Its neighbourhoods among those of the batch: from this one up to that one. */
  readonly first: number;
  readonly last: number;
  /** Whether something in it can be decoded. */
  readonly isEncoded: boolean;
  /** The places of the far rules that it is for; of other kinds: all. */
  readonly rules: ReadonlySet<number> | undefined;
}

/** Neighbourhoods of the batch: each a line with its surroundings. There are millions, so they are no objects. */
class Members {
  starts = new Float64Array(4096);
  ends = new Float64Array(4096);
  h1 = new Int32Array(4096);
  h2 = new Int32Array(4096);
  count = 0;

  add(start: number, end: number, h1: number, h2: number): void {
    if (this.count === this.starts.length) this.#grow();
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.h1[this.count] = h1;
    this.h2[this.count] = h2;
    this.count += 1;
  }

  #grow(): void {
    const size = this.count * 2;
    const [starts, ends, h1, h2] = [
      new Float64Array(size),
      new Float64Array(size),
      new Int32Array(size),
      new Int32Array(size),
    ];
    starts.set(this.starts);
    ends.set(this.ends);
    h1.set(this.h1);
    h2.set(this.h2);
    [this.starts, this.ends, this.h1, this.h2] = [starts, ends, h1, h2];
  }
}

const BATCH_BYTES = 2 * 1024 * 1024;
const BATCH_GROUPS = 4_000;
const LONGEST_GROUP = 16 * 1024;
const HAS_HITS = 1;
const NO_HITS: readonly Hit[] = [];
/** What all patterns of a batch get; where they take longer, the scanner with its own limits looks at all of it. */
const PATTERN_MILLIS = 5_000;
/** Tells windows of the other kinds from neighbourhoods in the one table. */
const SALT = { near: 0, far: 0x51ed270b, structure: 0x2545f491 } as const;

/**
 * Looks at windows, in batches, by the rules without their paths; it remembers what was clean. Values become numbers here: what
 * is compared is an HMAC under the run's key.
 */
export class WindowScanner {
  readonly #scanners: Readonly<Record<Kind, Scanner>>;
  /** They decode nothing. */
  readonly #plainScanners: Readonly<Record<Kind, Scanner>>;
  readonly #far: readonly Rule[];
  readonly #seen: HashTable;
  readonly #key: Secret;
  /** Windows with hits, by their hashes. */
  readonly #known = new Map<number, Window>();
  readonly #numbers = new Map<string, Hit>();
  readonly #names: string[] = [];
  readonly #groups: Group[] = [];
  #bytes = 0;
  readonly #members = new Members();
  readonly #arena = Buffer.allocUnsafeSlow(2 * BATCH_BYTES);
  /** Of the group that grows: its first neighbourhood, where it is, and whether something in it can be decoded. */
  #first = 0;
  #start = 0;
  #end = 0;
  #isEncoded = false;
  readonly #onFlush: () => void;

  constructor(
    { near, far, structural }: HistoryRules,
    { seen, key, onFlush, ...options }: ScanOptions & { seen: HashTable; key: Secret; onFlush: () => void },
  ) {
    const scanner = (set: RuleSet): Scanner => new Scanner(set, options);
    this.#scanners = { near: scanner(near), far: scanner(far), structure: scanner(structural) };
    const plain = (set: RuleSet): Scanner => new Scanner(set, { ...options, maxDecodeDepth: 0 });
    this.#plainScanners = { near: plain(near), far: plain(far), structure: this.#scanners.structure };
    this.#far = far.rules;
    this.#seen = seen;
    this.#key = key;
    this.#onFlush = onFlush;
  }

  /** What a hit's number stands for: the rule, and the value's HMAC in hexadecimal. */
  get names(): readonly string[] {
    return this.#names;
  }

  /**
   * A neighbourhood with its hash. Calls come in the order of the text; those that touch are looked at together, so what is to
   * be looked at is added to `found` when its group ends.
   */
  near(
    bytes: Buffer,
    { start, end, isEncoded }: { readonly start: number; readonly end: number; readonly isEncoded: boolean },
    h1: number,
    h2: number,
    found: Mark[],
  ): void {
    const known = this.#find(h1, h2);
    if (known !== "new") {
      if (known !== undefined) found.push({ start, end, window: known });
      return;
    }
    const isGrowing = this.#members.count > this.#first;
    if (isGrowing && (start > this.#end || end - this.#start > LONGEST_GROUP)) this.endGroup(bytes, found);
    if (this.#members.count === this.#first) this.#start = start;
    this.#members.add(start, end, h1, h2);
    this.#end = end;
    this.#isEncoded ||= isEncoded;
  }

  far(bytes: Buffer, start: number, end: number, { rules, isEncoded }: FarReach): Window {
    const salt = [...rules].reduce((sum, rule) => Math.imul(sum + rule + 1, 0x01000193), SALT.far);
    return this.#alone({ kind: "far", rules, isEncoded }, bytes, start, end, salt);
  }

  structure(bytes: Buffer, start: number, end: number): Window {
    return this.#alone({ kind: "structure", rules: undefined, isEncoded: true }, bytes, start, end, SALT.structure);
  }

  endGroup(bytes: Buffer, found: Mark[]): void {
    const [first, last] = [this.#first, this.#members.count];
    if (first === last) return;
    const window: Window = { kind: "near", hits: undefined };
    const [start, end, isEncoded] = [this.#start, this.#end, this.#isEncoded];
    this.#add({
      window,
      start,
      bytes: this.#copy(bytes, start, end),
      first,
      last,
      isEncoded,
      rules: undefined,
    });
    found.push({ start, end, window });
    this.#first = last;
    this.#isEncoded = false;
  }

  flushIfFull(): void {
    if (this.#bytes >= BATCH_BYTES || this.#groups.length >= BATCH_GROUPS) this.flush();
  }

  /** Looks at all that waits. */
  flush(): void {
    for (const kind of ["near", "far", "structure"] as const) {
      const [encoded, plain] = [true, false].map((is) =>
        this.#groups.filter((group) => group.window.kind === kind && group.isEncoded === is),
      );
      this.#scan(kind, encoded ?? [], this.#scanners[kind]);
      if (kind === "far") this.#scan(kind, this.#matching(plain ?? []), this.#plainScanners.far);
      else this.#scan(kind, plain ?? [], this.#plainScanners[kind]);
    }
    this.#groups.length = 0;
    this.#members.count = 0;
    this.#first = 0;
    this.#bytes = 0;
    this.#onFlush();
  }

  #alone(
    { kind, rules, isEncoded }: { kind: Kind; rules: ReadonlySet<number> | undefined; isEncoded: boolean },
    bytes: Buffer,
    start: number,
    end: number,
    salt: number,
  ): Window {
    const [h1, h2] = hashOf(bytes, start, end, salt);
    const known = this.#find(h1, h2);
    if (known !== "new") return known ?? { kind, hits: [] };
    const window: Window = { kind, hits: undefined };
    const first = this.#members.count;
    this.#members.add(start, end, h1, h2);
    this.#first = first + 1;
    this.#add({
      window,
      start,
      bytes: this.#copy(bytes, start, end),
      first,
      last: first + 1,
      isEncoded,
      rules,
    });
    return window;
  }

  #find(h1: number, h2: number): Window | undefined | "new" {
    const bits = this.#seen.get(h1, h2);
    if (bits === 0) return undefined;
    // In the table with hits: another thread may have found them.
    return bits < 0 ? "new" : (this.#known.get(keyOf(h1, h2)) ?? "new");
  }

  #add(group: Group): void {
    this.#groups.push(group);
    this.#bytes += group.bytes.length;
  }

  /** A copy that is good until the batch is done: all are in one piece of memory, which is used again and again. */
  #copy(bytes: Buffer, start: number, end: number): Buffer {
    const at = this.#bytes;
    const size = end - start;
    if (at + size > this.#arena.length) return Buffer.from(bytes.subarray(start, end));
    bytes.copy(this.#arena, at, start, end);
    return this.#arena.subarray(at, at + size);
  }

  /** Far windows are large, and few hold what they are looked at for: the patterns alone are tried first. */
  #matching(groups: readonly Group[]): readonly Group[] {
    const matches = ({ bytes, rules }: Group): boolean => {
      const { text, ascii } = textOfBytes(bytes);
      return [...(rules ?? [])].some((rule) => this.#far[rule]?.regex?.search(text, 0, ascii) !== undefined);
    };
    const matching = withinTime(PATTERN_MILLIS, () => new Set(groups.filter(matches)))?.result ?? new Set(groups);
    this.#settle(
      groups.filter((group) => !matching.has(group)),
      new Map(),
    );
    return [...matching];
  }

  #scan(kind: Kind, groups: readonly Group[], scanner: Scanner): void {
    if (groups.length === 0) return;
    const targets = groups.map(({ bytes }, index): Target => {
      const path = kind === "structure" ? `${index}${looksLikeJson(bytes) ? ".json" : ".yaml"}` : `${index}`;
      return { origin: { path }, bytes: kind === "structure" ? bytes : undefined, added: [{ bytes, startLine: 1 }] };
    });
    const byGroup = Map.groupBy(scanner.scan(targets), ({ file }) => Number.parseInt(file, 10));
    this.#settle(groups, byGroup);
  }

  /** Tells each window what was found in it, and the table which were clean. */
  #settle(groups: readonly Group[], byGroup: ReadonlyMap<number, readonly Leak[]>): void {
    groups.forEach((group, index) => {
      const leaks = (byGroup.get(index) ?? []).map((leak) => ({
        leak,
        hit: this.numberOf(hitName(leak.rule, leak.secret, this.#key)),
      }));
      const { starts, ends, h1, h2 } = this.#members;
      if (leaks.length === 0) {
        group.window.hits = NO_HITS;
        for (let one = group.first; one < group.last; one++) this.#seen.set(h1[one] as number, h2[one] as number, 0);
        return;
      }
      group.window.hits = [...new Set(leaks.map(({ hit }) => hit))];
      const lineStarts = lineStartsOf(group.bytes);
      for (let one = group.first; one < group.last; one++) {
        const hits = new Set<Hit>();
        for (const { leak, hit } of leaks) {
          const from = group.start + (lineStarts[leak.startLine - 1] ?? 0);
          const to = group.start + (lineStarts[leak.endLine] ?? group.bytes.length);
          if (from < (ends[one] as number) && to > (starts[one] as number)) hits.add(hit);
        }
        const [a, b] = [h1[one] as number, h2[one] as number];
        this.#seen.set(a, b, hits.size > 0 ? HAS_HITS : 0);
        if (hits.size > 0) this.#known.set(keyOf(a, b), { kind: group.window.kind, hits: [...hits] });
      }
    });
  }

  numberOf(name: string): Hit {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      this.#numbers.set(name, (number = this.#names.length));
      this.#names.push(name);
    }
    return number;
  }
}

/** By what a rule's value is recognised within a run. */
export function hitName(rule: string, secret: Secret, key: Secret): string {
  return `${rule}:${secret.fingerprint(key).toString("hex", 0, 16)}`;
}

function keyOf(h1: number, h2: number): number {
  return (h1 >>> 0) * 0x200000 + (h2 >>> 11);
}

function looksLikeJson(bytes: Buffer): boolean {
  return /^\s*[[{]/.test(bytes.toString("latin1", 0, 64));
}

function lineStartsOf(bytes: Buffer): readonly number[] {
  const starts = [0];
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) starts.push(at + 1);
  return starts;
}

function hashOf(bytes: Buffer, from: number, to: number, salt: number): readonly [number, number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let a = salt ^ (to - from);
  let b = (salt + (to - from)) | 0;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const word = view.getInt32(at, true);
    a = Math.imul(a ^ word, 0x9e3779b1);
    a ^= a >>> 15;
    b = Math.imul(b + word, 0x85ebca77);
    b ^= b >>> 13;
  }
  for (; at < to; at++) {
    a = Math.imul(a ^ (bytes[at] as number), 0x9e3779b1);
    b = Math.imul(b + (bytes[at] as number), 0x85ebca77);
  }
  return [finish(a), finish(b)];
}
