/** A file, folder or symbolic link to pack. Folders come before what lies in them. */
export type TarEntry =
  | { readonly path: string; readonly kind: "file"; readonly mode: number; readonly content: Uint8Array }
  | { readonly path: string; readonly kind: "folder"; readonly mode: number }
  | { readonly path: string; readonly kind: "link"; readonly target: string };

const BLOCK = 512;
const TYPE = { file: "0", folder: "5", link: "2" } as const;

/** Packs entries as a ustar archive (POSIX.1-1988), owned by root and without times, so that equal input gives equal bytes. */
export function packTar(entries: readonly TarEntry[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    parts.push(header(entry));
    if (entry.kind !== "file") continue;
    parts.push(entry.content, Buffer.alloc((BLOCK - (entry.content.length % BLOCK)) % BLOCK));
  }
  parts.push(Buffer.alloc(2 * BLOCK));
  return Buffer.concat(parts);
}

function header(entry: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK);
  const name = entry.kind === "folder" ? `${entry.path}/` : entry.path;
  const target = entry.kind === "link" ? entry.target : "";
  for (const text of [name, target]) {
    if (Buffer.byteLength(text) > 100) throw new RangeError(`${text} is longer than the 100 bytes that ustar allows`);
  }
  block.write(name, 0);
  octal(block, 100, 8, entry.kind === "link" ? 0o777 : entry.mode);
  octal(block, 108, 8, 0);
  octal(block, 116, 8, 0);
  octal(block, 124, 12, entry.kind === "file" ? entry.content.length : 0);
  octal(block, 136, 12, 0);
  block.write(TYPE[entry.kind], 156);
  block.write(target, 157);
  block.write("ustar\u000000", 257);
  block.fill(" ", 148, 156); // the checksum counts its own field as blanks
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function octal(block: Buffer, offset: number, width: number, value: number): void {
  block.write(value.toString(8).padStart(width - 1, "0"), offset);
}
