import { spawn } from "node:child_process";
import { join } from "node:path";
import { KustodyError } from "../../kernel/errors.ts";
import type { LabEnvironment } from "../environment.ts";
import { BINARIES, type BinaryName, type BinarySource } from "./catalog.ts";
import { onPath } from "./find.ts";
import { modulesFolder } from "./pinned-version.ts";

export interface BuildRequest {
  readonly name: BinaryName;
  readonly version: string;
  readonly output: string;
  readonly environment: LabEnvironment;
  readonly onProgress: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const PROGRESS_EVERY = 15_000;

/**
 * Builds one binary with the machine's `go` from the module that pins it.
 * Errors: KST_LAB_BINARY_MISSING without `go`, KST_LAB_BUILD_FAILED when the build fails (most often: no network).
 */
export async function goBuild(request: BuildRequest): Promise<void> {
  const { name, version, environment, onProgress } = request;
  const source: BinarySource = BINARIES[name];
  const go = await onPath(environment.path, "go");
  if (go === undefined) throw missing(name, version);
  onProgress(`building ${name} ${version} with go (cold: about ${source.coldBuild} on two cores; kept afterwards)`);
  const started = Date.now();
  let packages = 0;
  let lastLine = "";
  const tick = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    onProgress(`building ${name} ${version}: ${seconds} s, ${packages} packages compiled`);
  }, PROGRESS_EVERY);
  try {
    const code = await run(go, buildArgs(source, version, request.output), request, (line) => {
      if (/^[\w./-]+$/.test(line)) packages++;
      else if (line.trim() !== "") lastLine = line;
    });
    request.signal?.throwIfAborted();
    if (code !== 0) throw failed(name, version, lastLine);
  } finally {
    clearInterval(tick);
  }
  onProgress(`built ${name} ${version} in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Arguments of `go`. A Kubernetes server that was not told its version calls itself 0.0.0 and refuses API versions. Pure. */
export function buildArgs(source: BinarySource, version: string, output: string): string[] {
  const [major = "", minor = ""] = version.split(".");
  const base = "k8s.io/component-base/version";
  const told =
    source.module === "kubernetes"
      ? ` -X ${base}.gitVersion=v${version} -X ${base}.gitMajor=${major} -X ${base}.gitMinor=${minor}`
      : "";
  return ["build", "-v", "-trimpath", "-ldflags", `-s -w${told}`, "-o", output, source.package];
}

/** What a person can do to get a binary; part of every error about one. */
export function waysToGet(name: BinaryName, version: string): string {
  return [
    `install Go (https://go.dev/dl) and allow it the network, so that it is built once`,
    `or put ${name} ${version} into a folder that KUBEBUILDER_ASSETS names`,
    `or on the PATH`,
    `or set KUSTODY_LAB_DOWNLOAD_URL to a server that has it (src/lab/README.md says how it is laid out)`,
  ].join("; ");
}

function missing(name: BinaryName, version: string): KustodyError {
  return new KustodyError("KST_LAB_BINARY_MISSING", `${name} ${version} is not on this machine, and neither is go`, {
    hint: waysToGet(name, version),
  });
}

function failed(name: BinaryName, version: string, lastLine: string): KustodyError {
  return new KustodyError("KST_LAB_BUILD_FAILED", `go could not build ${name} ${version}: ${lastLine}`, {
    hint: waysToGet(name, version),
  });
}

/** Runs go in a group of its own, so that an abort ends its compilers as well. Resolves with its exit code. */
function run(go: string, args: string[], request: BuildRequest, onLine: (line: string) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(go, args, {
      cwd: join(modulesFolder(), BINARIES[request.name].module),
      env: { ...request.environment.all, CGO_ENABLED: "0" },
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
    });
    const end = (): void => {
      if (child.pid === undefined || child.exitCode !== null) return;
      process.kill(-child.pid, "SIGKILL");
    };
    request.signal?.addEventListener("abort", end, { once: true });
    process.once("exit", end);
    let rest = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = (lines.pop() ?? "").slice(0, 4096);
      for (const line of lines) onLine(line);
    });
    child.once("error", reject);
    child.once("close", (code) => {
      request.signal?.removeEventListener("abort", end);
      process.off("exit", end);
      resolve(code ?? 1);
    });
  });
}
