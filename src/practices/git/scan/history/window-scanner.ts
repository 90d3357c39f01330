import type { Secret } from "../../../../kernel/secret/secret.ts";
import type { RuleSet } from "../rule.ts";
import { Scanner, type ScanOptions, type Target } from "../scanner.ts";
import type { HashTable } from "./hash-table.ts";
import type { HistoryRules } from "./history-rules.ts";
import { finish } from "./line-list.ts";

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
}

interface Member {
  readonly window: Window;
  readonly start: number;
  readonly end: number;
  readonly h1: number;
  readonly h2: number;
}

const BATCH_BYTES = 2 * 1024 * 1024;
const BATCH_GROUPS = 4_000;
const LONGEST_GROUP = 16 * 1024;
const HAS_HITS = 1;
/** Tells windows of the other kinds from neighbourhoods in the one table. */
const SALT = { near: 0, far: 0x51ed270b, structure: 0x2545f491 } as const;

/**
 * Looks at windows, in batches, by the rules without their paths; it remembers what was clean. Values become numbers here: what
 * is compared is an HMAC under the run's key.
 */
export class WindowScanner {
  readonly #scanners: Readonly<Record<Kind, Scanner>>;
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
    this.#seen = seen;
    this.#key = key;
    this.#onFlush = onFlush;
  }

  /** What a hit's number stands for: the rule, and the value's HMAC in hexadecimal. */
  get names(): readonly string[] {
    return [...this.#numbers.keys()];
  }

  /** A neighbourhood with its hash; undefined where it is known to be clean. Calls come in the order of the text. */
  near(bytes: Buffer, start: number, end: number, h1: number, h2: number): Window | undefined {
    const known = this.#find(h1, h2);
    if (known !== "new") return known;
    const window: Window = { kind: "near", hits: undefined };
    const previous = this.#members.at(-1);
    if (previous !== undefined && (start > previous.end || end - (this.#members[0]?.start ?? 0) > LONGEST_GROUP))
      this.endGroup();
    this.#source = bytes;
    this.#members.push({ window, start, end, h1, h2 });
    this.#known.set(keyOf(h1, h2), window);
    return window;
  }

  far(bytes: Buffer, start: number, end: number): Window {
    return this.#alone("far", bytes, start, end);
  }

  structure(bytes: Buffer, start: number, end: number): Window {
    return this.#alone("structure", bytes, start, end);
  }

  endGroup(): void {
    const first = this.#members[0];
    const last = this.#members.at(-1);
    if (first === undefined || last === undefined || this.#source === undefined) return;
    const end = this.#members.reduce((most, member) => Math.max(most, member.end), 0);
    this.#add("near", this.#source, first.start, end, this.#members);
    this.#members = [];
    this.#source = undefined;
  }

  flushIfFull(): void {
    if (this.#bytes >= BATCH_BYTES || this.#groups.length >= BATCH_GROUPS) this.flush();
  }

  /** Looks at all that waits. */
  flush(): void {
    for (const kind of ["near", "far", "structure"] as const) {
      const groups = this.#groups.filter((group) => group.kind === kind);
      if (groups.length > 0) this.#scan(kind, groups);
    }
    this.#groups.length = 0;
    this.#bytes = 0;
    this.#onFlush();
  }

  #alone(kind: Kind, bytes: Buffer, start: number, end: number): Window {
    const [h1, h2] = hashOf(bytes, start, end, SALT[kind]);
    const known = this.#find(h1, h2);
    if (known !== "new") return known ?? { kind, hits: [] };
    const window: Window = { kind, hits: undefined };
    this.#known.set(keyOf(h1, h2), window);
    this.#add(kind, bytes, start, end, [{ window, start, end, h1, h2 }]);
    return window;
  }

  #find(h1: number, h2: number): Window | undefined | "new" {
    const bits = this.#seen.get(h1, h2);
    if (bits === 0) return undefined;
    // Not in the table: it may wait. In it with hits: another thread may have found them.
    return this.#known.get(keyOf(h1, h2)) ?? "new";
  }

  #add(kind: Kind, bytes: Buffer, start: number, end: number, members: readonly Member[]): void {
    this.#groups.push({ kind, start, bytes: Buffer.from(bytes.subarray(start, end)), members });
    this.#bytes += end - start;
  }

  #scan(kind: Kind, groups: readonly Group[]): void {
    const targets = groups.map(({ bytes }, index): Target => {
      const path = kind === "structure" ? `${index}${looksLikeJson(bytes) ? ".json" : ".yaml"}` : `${index}`;
      return { origin: { path }, bytes: kind === "structure" ? bytes : undefined, added: [{ bytes, startLine: 1 }] };
    });
    const byGroup = Map.groupBy(this.#scanners[kind].scan(targets), ({ file }) => Number.parseInt(file, 10));
    groups.forEach((group, index) => {
      const leaks = (byGroup.get(index) ?? []).map((leak) => ({ leak, hit: this.numberOf(leak.rule, leak.secret) }));
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

  numberOf(rule: string, secret: Secret): Hit {
    const name = hitName(rule, secret, this.#key);
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
