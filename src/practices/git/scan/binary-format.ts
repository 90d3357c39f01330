/** What a file begins with when it is of a format that holds no text to scan: a name, an offset and the bytes in hexadecimal. */
const SIGNATURES: readonly (readonly [name: string, offset: number, ...bytes: readonly string[]])[] = [
  ["WebAssembly", 0, "0061736d01000000"],
  ["zip", 0, "504b0304", "504b0506", "504b0708"],
  ["tar", 257, "7573746172"],
  ["rar", 0, "526172211a0700", "526172211a0701"],
  ["gzip", 0, "1f8b08"],
  ["bzip2", 0, "425a68"],
  ["7z", 0, "377abcaf271c"],
  ["xz", 0, "fd377a585a00"],
  ["zstd", 0, "28b52ffd"],
  ["compress", 0, "1fa0", "1f9d"],
  ["lzip", 0, "4c5a4950"],
  ["PDF", 0, "25504446"],
  ["Windows executable", 0, "4d5a"],
  ["ELF", 0, "7f454c46"],
  ["Mach-O", 0, "feedfacf", "feedface", "cffaedfe", "cefaedfe", "cafebabe", "bebafeca"],
  ["SQLite", 0, "53514c69"],
  ["rpm", 0, "edabeedb"],
  ["ar or deb", 0, "213c617263683e"],
  ["cab", 0, "4d534346", "49536328"],
  ["Flash", 0, "435753", "465753"],
  ["RTF", 0, "7b5c727466"],
  ["PostScript", 0, "2521"],
  ["Chrome extension", 0, "43723234"],
  ["NES", 0, "4e45531a"],
  ["DICOM", 128, "4449434d"],
  ["ISO 9660", 32769, "4344303031"],
  ["OLE document", 0, "d0cf11e0"],
  ["WOFF", 0, "774f464600010000", "774f463200010000"],
  ["TrueType", 0, "0001000000"],
  ["OpenType", 0, "4f54544f00"],
  ["Dalvik", 0, "6465780a"],
];

const COMPILED = SIGNATURES.flatMap(([name, offset, ...all]) =>
  all.map((bytes) => ({ name, offset, bytes: Buffer.from(bytes, "hex") })),
);

/** The name of the binary format that `bytes` begin, if it is one that scanners of text pass over (formats that gitleaks skips too). */
export function binaryFormat(bytes: Buffer): string | undefined {
  return COMPILED.find(
    ({ offset, bytes: wanted }) =>
      bytes.length >= offset + wanted.length && bytes.subarray(offset, offset + wanted.length).equals(wanted),
  )?.name;
}
