import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** What the lab takes from the environment of the process. Read here and nowhere else in the lab. */
export interface LabEnvironment {
  /** KUBEBUILDER_ASSETS: a folder with ready-made binaries, as controller-runtime's envtest uses it. */
  readonly assets: string | undefined;
  /** PATH, split. */
  readonly path: readonly string[];
  /** Where binaries are kept: `$XDG_CACHE_HOME/kustody/bin`. */
  readonly cache: string;
  /** KUSTODY_LAB_DOWNLOAD_URL: base of the layout that binaries/download.ts describes. */
  readonly downloadUrl: string | undefined;
  /** KUSTODY_LAB_RUNTIME_DIR: where runs are registered and throw-away data lives; a folder of this user in /tmp otherwise. */
  readonly runtime: string;
  /** Everything, for `go`, which has dozens of variables of its own (GOPROXY, GOFLAGS, HTTPS_PROXY…). */
  readonly all: NodeJS.ProcessEnv;
  /** What a server needs to run, and no more: a token in the caller's environment does not reach it. */
  readonly server: NodeJS.ProcessEnv;
}

/** The environment as it is now. Tests pass their own `variables`. */
export function readLabEnvironment(variables: NodeJS.ProcessEnv = process.env): LabEnvironment {
  const home = filled(variables.HOME) ?? homedir();
  const path = filled(variables.PATH) ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const cacheHome = filled(variables.XDG_CACHE_HOME) ?? join(home, ".cache");
  const uid = process.getuid?.() ?? 0;
  return {
    assets: filled(variables.KUBEBUILDER_ASSETS),
    path: path.split(":").filter((folder) => folder !== ""),
    cache: join(cacheHome, "kustody", "bin"),
    downloadUrl: filled(variables.KUSTODY_LAB_DOWNLOAD_URL),
    runtime: filled(variables.KUSTODY_LAB_RUNTIME_DIR) ?? join(tmpdir(), `kustody-lab-${uid}`),
    all: variables,
    server: { PATH: path, HOME: home, TMPDIR: tmpdir(), LANG: "C.UTF-8" },
  };
}

function filled(value: string | undefined): string | undefined {
  return value === undefined || value === "" ? undefined : value;
}
