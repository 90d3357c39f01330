import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { KustodyError } from "../../kernel/errors.ts";
import { type LabEnvironment, readLabEnvironment } from "../environment.ts";
import { onPath } from "./find.ts";
import { modulesFolder } from "./pinned-version.ts";

export interface ModuleFolderOptions {
  readonly signal?: AbortSignal | undefined;
  readonly environment?: LabEnvironment;
}

/**
 * The folder with the files of a Go module in the version that `modules/<pinnedIn>/go.mod` pins; read-only. Go downloads it
 * once and checks it against go.sum. Errors: KST_LAB_BINARY_MISSING without `go`, KST_LAB_BUILD_FAILED when it cannot be had.
 */
export async function moduleFolder(
  pinnedIn: string,
  module: string,
  { signal, environment = readLabEnvironment() }: ModuleFolderOptions = {},
): Promise<string> {
  const go = await onPath(environment.path, "go");
  if (go === undefined) {
    throw new KustodyError("KST_LAB_BINARY_MISSING", `the files of ${module} need go, which is not here`, {
      hint: "install Go (https://go.dev/dl) and allow it the network, so that they are downloaded once",
    });
  }
  try {
    const { stdout } = await promisify(execFile)(go, ["mod", "download", "-json", module], {
      cwd: join(modulesFolder(), pinnedIn),
      env: environment.all,
      maxBuffer: 1024 * 1024,
      ...(signal === undefined ? {} : { signal }),
    });
    return (JSON.parse(stdout) as { Dir: string }).Dir;
  } catch (cause) {
    signal?.throwIfAborted();
    // With -json, go explains on its standard output.
    const reason = /"Error": "(.*)"/.exec((cause as { stdout?: string }).stdout ?? "")?.[1] ?? "";
    throw new KustodyError("KST_LAB_BUILD_FAILED", `go cannot download ${module}: ${reason}`, {
      hint: "allow go the network, or set GOPROXY to a proxy that has the module",
      cause,
    });
  }
}
