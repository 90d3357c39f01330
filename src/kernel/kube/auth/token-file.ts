import { KustodyError } from "../../errors.ts";
import type { Clock } from "../../observe/clock.ts";
import { Secret } from "../../secret/secret.ts";
import { readBounded } from "../config/read-bounded.ts";
import type { CredentialSource, Credentials } from "./credentials.ts";

const MAX_BYTES = 64 * 1024;
/** kubelet renews a bound token at 80 % of its life, at least 10 minutes: reading once a minute is never too late. */
const REREAD_MILLIS = 60_000;

/** A token in a file that somebody else renews: read again after a minute, and at once when the server refuses it. */
export function tokenFile(path: string, clock: Clock, rest: Credentials = {}): CredentialSource {
  let known: Credentials | undefined;
  let readAt = Number.NEGATIVE_INFINITY;

  const read = async (): Promise<Credentials> => {
    const token = await readToken(path);
    readAt = clock.now();
    if (known?.token === undefined || !known.token.equals(token)) known = { ...rest, token };
    return known;
  };

  return {
    async current() {
      if (known !== undefined && Math.abs(clock.now() - readAt) < REREAD_MILLIS) return known;
      try {
        return await read();
      } catch (error) {
        // While the file is being replaced the old token is better than none; 401 will tell.
        if (known !== undefined) return known;
        throw error;
      }
    },
    async rejected(used) {
      return (await read()) !== used;
    },
  };
}

async function readToken(path: string): Promise<Secret> {
  const bytes = await readBounded(path, MAX_BYTES);
  const token = trimmed(bytes ?? Buffer.alloc(0));
  if (token.length === 0) {
    throw new KustodyError("KST_KUBE_CONFIG", `the token file ${path} is empty`, { hint: "wait for it to be written" });
  }
  return Secret.fromBytes(token);
}

/** Without white space around it, as a view of the same bytes. */
function trimmed(bytes: Buffer): Buffer {
  let start = 0;
  let end = bytes.length;
  while (start < end && (bytes[start] ?? 0) <= 32) start++;
  while (end > start && (bytes[end - 1] ?? 0) <= 32) end--;
  return bytes.subarray(start, end);
}
