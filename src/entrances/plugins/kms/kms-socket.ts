import { chmod, chown, lstat, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import { KustodyError } from "../../../kernel/errors.ts";

/** The longest path of a Unix socket on Linux (unix(7)). */
const LONGEST = 107;

/** The path of `unix:///run/kms.sock`; with a NUL in front for `unix:///@name`. Pure. Errors: KST_KMS_SOCKET. */
export function socketPathOf(endpoint: string, allowAbstract: boolean): string {
  const path = /^unix:\/\/(\/.*)$/.exec(endpoint)?.[1];
  if (path === undefined || path.length < 2 || path.includes("\0")) {
    throw new KustodyError("KST_KMS_SOCKET", `'${endpoint.slice(0, 200)}' is not the address of a socket`, {
      hint: "write unix:///run/kustody/kms.sock, as in the EncryptionConfiguration's endpoint",
    });
  }
  if (Buffer.byteLength(path) > LONGEST) {
    throw new KustodyError("KST_KMS_SOCKET", `the path of a socket has at most ${LONGEST} bytes`, {
      hint: "choose a shorter one",
    });
  }
  if (!path.startsWith("/@")) return path;
  if (allowAbstract) return `\0${path.slice(2)}`;
  throw new KustodyError("KST_KMS_SOCKET", "an abstract socket has no owner and no permissions", {
    hint: "use a file in a folder that only root may enter; --allow-abstract-socket if you must",
  });
}

/** Makes the path free: a socket that nobody serves is removed; one that answers, or another kind of file, is refused. */
export async function freeSocketPath(path: string): Promise<void> {
  if (path.startsWith("\0")) return;
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw unusable(path, "cannot be looked at", error);
  });
  if (found === undefined) {
    await lstat(dirname(path)).catch((error: unknown) => {
      throw unusable(path, "is in a folder that is not there", error);
    });
    return;
  }
  if (!found.isSocket()) throw unusable(path, "is there already and is not a socket");
  if (await answers(path)) {
    throw new KustodyError("KST_KMS_SOCKET", `another process serves ${path}`, {
      hint: "end it first, or choose another path",
    });
  }
  await rm(path, { force: true });
}

/** Lets a group connect, or sets another mode; without either only the owner may. */
export async function shareSocket(path: string, group: string | undefined, mode: number | undefined): Promise<void> {
  if (path.startsWith("\0")) return;
  try {
    if (group !== undefined) await chown(path, process.geteuid?.() ?? 0, await groupId(group));
    await chmod(path, mode ?? (group === undefined ? 0o600 : 0o660));
  } catch (error) {
    if (error instanceof KustodyError) throw error;
    throw unusable(path, "cannot be given to that group or mode", error);
  }
}

async function groupId(group: string): Promise<number> {
  if (/^\d{1,9}$/.test(group)) return Number(group);
  const lines = (await readFile("/etc/group", "utf8")).split("\n").map((line) => line.split(":"));
  const id = lines.find(([name]) => name === group)?.[2];
  if (id !== undefined) return Number(id);
  throw new KustodyError("KST_KMS_SOCKET", `there is no group ${group.slice(0, 60)}`, { hint: "see /etc/group" });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.setTimeout(2_000);
    // One that accepts nothing in time is served by somebody who is busy.
    for (const event of ["connect", "timeout"]) socket.once(event, () => resolve(socket.destroy() !== undefined));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EAGAIN"));
  });
}

function unusable(path: string, why: string, cause?: unknown): KustodyError {
  return new KustodyError("KST_KMS_SOCKET", `the socket ${path} ${why}`, {
    hint: "check the path and who may write there",
    ...(cause === undefined ? {} : { cause }),
  });
}
