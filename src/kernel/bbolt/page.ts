import { PAGE_HEADER, readPageId } from "./meta-page.ts";

const BRANCH = 0x01;
const LEAF = 0x02;
const ELEMENT = 16;
const BUCKET = 0x01;
/** Of a bucket's value: its root page and a counter. */
const BUCKET_HEADER = 16;

/** The entries of a leaf page. `load` puts one of them into the fields; nothing is copied. */
export class LeafPage {
  readonly bytes: Buffer;
  readonly count: number;
  keyStart = 0;
  valueStart = 0;
  valueEnd = 0;
  isBucket = false;

  constructor(bytes: Buffer, count: number) {
    this.bytes = bytes;
    this.count = count;
  }

  /** False where the entry reaches out of the page. */
  load(index: number): boolean {
    const at = PAGE_HEADER + index * ELEMENT;
    if (at + ELEMENT > this.bytes.length) return false;
    this.isBucket = (this.bytes.readUInt32LE(at) & BUCKET) !== 0;
    this.keyStart = at + this.bytes.readUInt32LE(at + 4);
    this.valueStart = this.keyStart + this.bytes.readUInt32LE(at + 8);
    this.valueEnd = this.valueStart + this.bytes.readUInt32LE(at + 12);
    return this.valueEnd <= this.bytes.length;
  }
}

export type Page =
  | { readonly kind: "leaf"; readonly leaf: LeafPage }
  | { readonly kind: "branch"; readonly children: readonly number[] }
  | { readonly kind: "damaged"; readonly reason: string };

/** How many pages after its own a page takes up. */
export function overflowOf(bytes: Buffer): number {
  return bytes.length < PAGE_HEADER ? 0 : bytes.readUInt32LE(12);
}

/** `bytes` as the page of this number; `undefined` as number: a bucket that lies within a value, whose number is not kept. */
export function readPage(bytes: Buffer, id: number | undefined): Page {
  if (bytes.length < PAGE_HEADER) return damaged("the file ends before it");
  if (id !== undefined && readPageId(bytes, 0) !== id) return damaged("it bears another page's number");
  const flags = bytes.readUInt16LE(8);
  const count = bytes.readUInt16LE(10);
  if (flags !== LEAF && flags !== BRANCH) return damaged("it is neither a leaf nor a branch");
  if (PAGE_HEADER + count * ELEMENT > bytes.length) return damaged("it has more entries than room");
  if (flags === LEAF) return { kind: "leaf", leaf: new LeafPage(bytes, count) };
  const children = Array.from({ length: count }, (_, index) => readPageId(bytes, PAGE_HEADER + index * ELEMENT + 8));
  return { kind: "branch", children };
}

/** Where a bucket's entries are: on pages of their own, or within the bucket's value. Undefined for a damaged one. */
export function readBucket(value: Buffer): { readonly root: number } | { readonly inline: Buffer } | undefined {
  if (value.length < BUCKET_HEADER) return undefined;
  const root = readPageId(value, 0);
  return root === 0 ? { inline: value.subarray(BUCKET_HEADER) } : { root };
}

function damaged(reason: string): Page {
  return { kind: "damaged", reason };
}
