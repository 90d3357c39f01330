import { BYTES, WireReader } from "../../../kernel/protobuf/wire-reader.ts";

/** How an unencrypted object of a built-in kind begins in etcd: the magic number of Kubernetes' protobuf, then its TypeMeta. */
const MAGIC = Buffer.from("k8s\0\n");
/** And as JSON, where the API server was told to store that. */
const JSON_SECRET = Buffer.from('{"kind":"Secret","apiVersion":"v1","metadata":');
/** Bytes within which a beginning is recognised: apiVersion and kind are not longer. */
const REACH = 256;

/**
 * Counts unencrypted objects of some kinds in raw bytes, which come in pieces: free pages, a write-ahead log. It looks for
 * their beginnings and keeps nothing else.
 */
export class PlainObjects {
  readonly #kinds: ReadonlySet<string>;
  readonly #wantsSecrets: boolean;
  readonly #reader = new WireReader(MAGIC);
  #rest = Buffer.alloc(0);
  count = 0;
  bytes = 0;

  /** `resources`: plurals, perhaps with their group, such as `secrets`. */
  constructor(resources: readonly string[]) {
    this.#kinds = new Set(resources);
    this.#wantsSecrets = this.#kinds.has("secrets");
  }

  /** The next piece; `continues` where it follows directly on the one before. */
  feed(piece: Buffer, continues: boolean): void {
    if (!continues) this.flush();
    this.bytes += piece.length;
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const end = Math.max(0, bytes.length - REACH);
    this.#search(bytes, end);
    // What begins further behind may not be whole yet. Copied, since the piece is overwritten.
    this.#rest = Buffer.from(bytes.subarray(end));
  }

  /** No more follows on what came last. */
  flush(): void {
    this.#search(this.#rest, this.#rest.length);
    this.#rest = Buffer.alloc(0);
  }

  #search(bytes: Buffer, end: number): void {
    for (let at = bytes.indexOf(MAGIC); at >= 0 && at < end; at = bytes.indexOf(MAGIC, at + 1)) {
      if (this.#isWanted(bytes, at + MAGIC.length - 1)) this.count++;
    }
    if (!this.#wantsSecrets) return;
    for (let at = bytes.indexOf(JSON_SECRET); at >= 0 && at < end; at = bytes.indexOf(JSON_SECRET, at + 1))
      this.count++;
  }

  /** Whether the message runtime.Unknown at `at` says that it is of a kind that is looked for. */
  #isWanted(bytes: Buffer, at: number): boolean {
    const reader = this.#reader;
    reader.reset(bytes, at, Math.min(bytes.length, at + REACH));
    if (!reader.next() || reader.field !== 1 || reader.wire !== BYTES) return false;
    reader.reset(bytes, reader.start, reader.end);
    let apiVersion = "";
    let kind = "";
    while (reader.next()) {
      if (reader.field === 1) apiVersion = bytes.toString("latin1", reader.start, reader.end);
      else if (reader.field === 2) kind = bytes.toString("latin1", reader.start, reader.end);
    }
    const slash = apiVersion.indexOf("/");
    const group = slash < 0 ? "" : `.${apiVersion.slice(0, slash)}`;
    return pluralsOf(kind.toLowerCase()).some((plural) => this.#kinds.has(plural + group));
  }
}

/** Kinds don't tell their plural; these are how Kubernetes makes it. */
function pluralsOf(kind: string): string[] {
  return [`${kind}s`, `${kind}es`, kind, `${kind.slice(0, -1)}ies`];
}
