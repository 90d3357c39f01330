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

/** Windows that touch are looked at together. */
interface Group {
  readonly kind: Kind;
  readonly start: number;
  readonly bytes: Buffer;
  readonly members: readonly Member[];
  /** Whether something in it can be decoded. */
  readonly isEncoded: boolean;
  /** The places of the far rules that it is for; of other kinds: all. */
  readonly rules: ReadonlySet<number> | undefined;
}

interface Member {
  readonly window: Window;
  readonly start: number;
  readonly end: number;
  readonly h1: number;
  readonly h2: number;
  readonly isEncoded: boolean;
}

const BATCH_BYTES = 2 * 1024 * 1024;
const BATCH_GROUPS = 4_000;
const LONGEST_GROUP = 16 * 1024;
const HAS_HITS = 1;
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
  readonly #known = new Map<number, Window>();
  readonly #numbers = new Map<string, Hit>();
  readonly #groups: Group[] = [];
  #bytes = 0;
  #members: Member[] = [];
  #source: Buffer | undefined;
  readonly #onFlush: () => void;

  constructor(
    { near, far }: HistoryRules,
    structural: RuleSet,
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
    return [...this.#numbers.keys()];
  }

  /** A neighbourhood with its hash; undefined where it is known to be clean. Calls come in the order of the text. */
  near(
    bytes: Buffer,
    { start, end, isEncoded }: { readonly start: number; readonly end: number; readonly isEncoded: boolean },
    h1: number,
    h2: number,
  ): Window | undefined {
    const known = this.#find(h1, h2);
    if (known !== "new") return known;
    const window: Window = { kind: "near", hits: undefined };
    const previous = this.#members.at(-1);
    if (previous !== undefined && (start > previous.end || end - (this.#members[0]?.start ?? 0) > LONGEST_GROUP))
      this.endGroup();
    this.#source = bytes;
    this.#members.push({ window, start, end, h1, h2, isEncoded });
    this.#known.set(keyOf(h1, h2), window);
    return window;
  }

  far(bytes: Buffer, start: number, end: number, { rules, isEncoded }: FarReach): Window {
    const salt = [...rules].reduce((sum, rule) => Math.imul(sum + rule + 1, 0x01000193), SALT.far);
    return this.#alone({ kind: "far", rules, isEncoded }, bytes, start, end, salt);
  }

  structure(bytes: Buffer, start: number, end: number): Window {
    return this.#alone({ kind: "structure", rules: undefined, isEncoded: true }, bytes, start, end, SALT.structure);
  }

  endGroup(): void {
    const first = this.#members[0];
    const last = this.#members.at(-1);
    if (first === undefined || last === undefined || this.#source === undefined) return;
    const end = this.#members.reduce((most, member) => Math.max(most, member.end), 0);
    const isEncoded = this.#members.some((member) => member.isEncoded);
    const bytes = Buffer.from(this.#source.subarray(first.start, end));
    this.#add({ kind: "near", start: first.start, bytes, members: this.#members, isEncoded, rules: undefined });
    this.#members = [];
    this.#source = undefined;
  }

  flushIfFull(): void {
    if (this.#bytes >= BATCH_BYTES || this.#groups.length >= BATCH_GROUPS) this.flush();
  }

  /** Looks at all that waits. */
  flush(): void {
    for (const kind of ["near", "far", "structure"] as const) {
      const [encoded, plain] = [true, false].map((is) =>
        this.#groups.filter((group) => group.kind === kind && group.isEncoded === is),
      );
      this.#scan(kind, encoded ?? [], this.#scanners[kind]);
      if (kind === "far") this.#scan(kind, this.#matching(plain ?? []), this.#plainScanners.far);
      else this.#scan(kind, plain ?? [], this.#plainScanners[kind]);
    }
    this.#groups.length = 0;
    this.#bytes = 0;
    this.#onFlush();
  }

  #alone(
    asked: Pick<Group, "kind" | "rules" | "isEncoded">,
    bytes: Buffer,
    start: number,
    end: number,
    salt: number,
  ): Window {
    const { kind, isEncoded } = asked;
    const [h1, h2] = hashOf(bytes, start, end, salt);
    const known = this.#find(h1, h2);
    if (known !== "new") return known ?? { kind, hits: [] };
    const window: Window = { kind, hits: undefined };
    this.#known.set(keyOf(h1, h2), window);
    const members = [{ window, start, end, h1, h2, isEncoded }];
    this.#add({ ...asked, start, bytes: Buffer.from(bytes.subarray(start, end)), members });
    return window;
  }

  #find(h1: number, h2: number): Window | undefined | "new" {
    const bits = this.#seen.get(h1, h2);
    if (bits === 0) return undefined;
    // Not in the table: it may wait. In it with hits: another thread may have found them.
    return this.#known.get(keyOf(h1, h2)) ?? "new";
  }

  #add(group: Group): void {
    this.#groups.push(group);
    this.#bytes += group.bytes.length;
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
      const lineStarts = leaks.length === 0 ? [] : lineStartsOf(group.bytes);
      for (const { window, start, end, h1, h2 } of group.members) {
        const hits = new Set<Hit>();
        for (const { leak, hit } of leaks) {
          const from = group.start + (lineStarts[leak.startLine - 1] ?? 0);
          const to = group.start + (lineStarts[leak.endLine] ?? group.bytes.length);
          if (from < end && to > start) hits.add(hit);
        }
        window.hits = [...hits];
        this.#seen.set(h1, h2, hits.size > 0 ? HAS_HITS : 0);
        if (hits.size === 0) this.#known.delete(keyOf(h1, h2));
      }
    });
  }

  numberOf(name: string): Hit {
    let number = this.#numbers.get(name);
    if (number === undefined) this.#numbers.set(name, (number = this.#numbers.size));
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
