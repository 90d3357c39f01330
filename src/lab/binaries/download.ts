import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { chmod } from "node:fs/promises";
import { arch, platform } from "node:os";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { KustodyError } from "../../kernel/errors.ts";

const BOUND = 1024 * 1024 * 1024;
const MILLIS = 10 * 60_000;

/**
 * Address of a binary: `<base>/<version>/<os>-<arch>/<name>`, in Go's words for both, and the same with `.sha256` for
 * the checksum, which holds the digest in hex, alone or as sha256sum prints it. Pure.
 *
 * @example
 * downloadUrl("https://mirror.example/lab/", "1.36.3", "etcd") // https://mirror.example/lab/1.36.3/linux-amd64/etcd
 */
export function downloadUrl(base: string, version: string, name: string): string {
  const goArch: Record<string, string> = { x64: "amd64", ia32: "386" };
  return `${base.replace(/\/+$/, "")}/${version}/${platform()}-${goArch[arch()] ?? arch()}/${name}`;
}

/**
 * Downloads to `file` and makes it executable. False when the server has none (404) or cannot be reached: there are
 * other ways to get it. Errors: KST_LAB_CHECKSUM when what came is not what its checksum names; nothing is kept then.
 */
export async function download(
  url: string,
  file: string,
  options: { readonly onProgress: (line: string) => void; readonly signal?: AbortSignal | undefined },
): Promise<boolean> {
  const limits = [AbortSignal.timeout(MILLIS), ...(options.signal === undefined ? [] : [options.signal])];
  const signal = AbortSignal.any(limits);
  try {
    const sum = await fetch(`${url}.sha256`, { signal });
    if (!sum.ok || sum.body === null) return unavailable(`${url}.sha256: HTTP ${sum.status}`, options.onProgress);
    const expected = digestIn(await firstBytes(sum.body));
    const reply = await fetch(url, { signal });
    if (!reply.ok || reply.body === null) return unavailable(`${url}: HTTP ${reply.status}`, options.onProgress);
    const actual = await save(reply.body, file, signal);
    if (expected === undefined || actual !== expected) throw checksumError(url, expected, actual);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof KustodyError) throw error;
    return unavailable(`${url}: ${reason(error)}`, options.onProgress);
  }
  await chmod(file, 0o755);
  return true;
}

/** The digest at the beginning of a checksum file. Pure. */
export function digestIn(text: string): string | undefined {
  return /^\s*([0-9a-f]{64})(?:\s|$)/i.exec(text)?.[1]?.toLowerCase();
}

type Body = NonNullable<Response["body"]>;

async function firstBytes(body: Body): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > 4096) break;
  }
  return Buffer.concat(chunks).toString("latin1");
}

async function save(body: Body, file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  let size = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      done(size > BOUND ? new RangeError("larger than 1 GiB") : null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(body), meter, createWriteStream(file, { mode: 0o600 }), { signal });
  return hash.digest("hex");
}

function unavailable(what: string, onProgress: (line: string) => void): false {
  onProgress(`no download: ${what}`);
  return false;
}

function checksumError(url: string, expected: string | undefined, actual: string): KustodyError {
  const named = expected === undefined ? "which holds no SHA-256 digest" : `which names ${expected}`;
  return new KustodyError("KST_LAB_CHECKSUM", `${url} has the digest ${actual}, unlike ${url}.sha256, ${named}`, {
    hint: "nothing was kept; ask whoever runs that server, or unset KUSTODY_LAB_DOWNLOAD_URL to build it with go",
  });
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
