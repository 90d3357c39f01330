import { open } from "node:fs/promises";
import { KustodyError } from "../../../kernel/errors.ts";

/** A file that a flag names; certificates and configurations are smaller than a mebibyte. Errors: KST_INPUT_UNREADABLE. */
export async function readInputFile(path: string, max = 1024 * 1024): Promise<Buffer> {
  try {
    await using file = await open(path, "r");
    const bytes = Buffer.alloc(max + 1);
    let size = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, size, bytes.length - size, null);
      size += bytesRead;
      if (bytesRead === 0 || size === bytes.length) break;
    }
    if (size <= max) return bytes.subarray(0, size);
  } catch (cause) {
    throw new KustodyError("KST_INPUT_UNREADABLE", `cannot read ${path}`, {
      hint: "check the path and its permissions",
      cause,
    });
  }
  throw new KustodyError("KST_INPUT_UNREADABLE", `${path} is larger than ${max} bytes`);
}
