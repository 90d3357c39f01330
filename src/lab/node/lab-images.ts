import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { arch } from "node:os";
import { promisify } from "node:util";
import { packImages } from "./image.ts";
import type { TarEntry } from "./tar.ts";

/** Images that every lab node has. */
export const LAB_IMAGES = {
  /** A static busybox: `sh`, `cat`, `wget`… */
  busybox: "kustody.dev/lab/busybox:1",
  /** Holds a pod's namespaces. */
  pause: "kustody.dev/lab/pause:1",
} as const;

/** Sleeps until it is asked to end, and reaps what is left to it as the first process of a pod. */
const PAUSE = "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait; done";

/** An archive of the lab's images, made of the machine's own static busybox. */
export async function packLabImages(busyboxFile: string): Promise<Buffer> {
  const [content, { stdout }] = await Promise.all([
    readFile(busyboxFile),
    promisify(execFile)(busyboxFile, ["--list"]),
  ]);
  const applets = stdout.split("\n").filter((applet) => /^[\w[-]+$/.test(applet) && applet !== "busybox");
  const files: TarEntry[] = [
    { path: "bin", kind: "folder", mode: 0o755 },
    { path: "bin/busybox", kind: "file", mode: 0o755, content },
    ...applets.map((applet): TarEntry => ({ path: `bin/${applet}`, kind: "link", target: "busybox" })),
    { path: "etc", kind: "folder", mode: 0o755 },
    { path: "etc/passwd", kind: "file", mode: 0o644, content: Buffer.from("root:x:0:0:root:/:/bin/sh\n") },
    { path: "etc/group", kind: "file", mode: 0o644, content: Buffer.from("root:x:0:\n") },
    { path: "tmp", kind: "folder", mode: 0o1777 },
  ];
  const goArch = arch() === "x64" ? "amd64" : arch();
  return packImages(
    [
      { tag: LAB_IMAGES.busybox, files, entrypoint: ["/bin/sh"] },
      { tag: LAB_IMAGES.pause, files, entrypoint: ["/bin/sh", "-c", PAUSE] },
    ],
    goArch,
  );
}
