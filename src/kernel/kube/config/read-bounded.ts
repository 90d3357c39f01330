import { open } from "node:fs/promises";
import { KustodyError } from "../../errors.ts";

/** A configuration file's bytes. Only regular files (through links too) and pipes up to `max` bytes; undefined if absent and `optional`. */
export async function readBounded(path: string, max: number, optional = false): Promise<Buffer | undefined> {
  try {
    await using file = await open(path, "r");
    const chunks: Buffer[] = [];
    let size = 0;
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(65_536), 0, 65_536, null);
      if (bytesRead === 0) return Buffer.concat(chunks);
      size += bytesRead;
      if (size > max) throw new KustodyError("KST_KUBE_CONFIG", `${path} is larger than ${max} bytes`);
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } catch (error) {
    if (error instanceof KustodyError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (optional && code === "ENOENT") return undefined;
    throw new KustodyError("KST_KUBE_CONFIG", `cannot read ${path}`, {
      hint: code === "ENOENT" ? "there is no such file" : "check its permissions",
      cause: error,
    });
  }
}
