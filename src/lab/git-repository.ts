import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A repository made for a test by the real git, without the settings of whoever runs it. Ends with its folder. */
export class GitRepository implements Disposable {
  readonly folder: string;
  #commits = 0;

  constructor(...options: readonly string[]) {
    this.folder = mkdtempSync(join(tmpdir(), "kustody-git-"));
    this.git("init", "-q", "-b", "main", ...options);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What git prints, without the space around it. Throws with what it complains of. */
  git(...args: readonly string[]): string {
    const output = execFileSync("git", ["-C", this.folder, ...args], {
      env: {
        PATH: process.env["PATH"],
        HOME: this.folder,
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_AUTHOR_NAME: "Ada",
        GIT_AUTHOR_EMAIL: "ada@example.com",
        GIT_AUTHOR_DATE: `${1_700_000_000 + this.#commits * 60} +0000`,
        GIT_COMMITTER_NAME: "Ada",
        GIT_COMMITTER_EMAIL: "ada@example.com",
        GIT_COMMITTER_DATE: `${1_700_000_000 + this.#commits * 60} +0000`,
      },
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 256 * 1024 * 1024,
    });
    return output.toString("utf8").trim();
  }

  write(path: string, content: string | Uint8Array): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  /** Commits files, on top of what is there, and returns the commit's id. */
  commit(files: Readonly<Record<string, string | Uint8Array>>, message = "Change"): string {
    for (const [path, content] of Object.entries(files)) this.write(path, content);
    this.git("add", "-A");
    this.#commits += 1;
    this.git("commit", "-q", "--allow-empty", "-m", message);
    return this.git("rev-parse", "HEAD");
  }
}
