import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { moduleFolder } from "../../src/lab/index.ts";

/** A repository to measure on: how it is made, and what is typical of it. */
export interface History {
  readonly name: string;
  readonly make: (folder: string) => Promise<void>;
}

interface Source {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Text files below a folder. */
function sourcesOf(folder: string, largest: number): Source[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => statSync(file).size <= largest && statSync(file).size > 0)
    .map((file) => ({ path: relative(folder, file), bytes: readFileSync(file) }))
    .filter(({ bytes, path }) => !bytes.includes(0) && !/["\n]/.test(path));
}

/** Writes commits into a new repository by `git fast-import`, then packs it as a server would. */
export class Importer {
  readonly #folder: string;
  readonly #child;
  #commits = 0;

  constructor(folder: string) {
    this.#folder = folder;
    spawnSync("git", ["init", "-q", "--bare", "-b", "main", folder]);
    this.#child = spawn("git", ["-C", folder, "fast-import", "--quiet"], { stdio: ["pipe", "inherit", "inherit"] });
  }

  async commit(message: string, files: readonly Source[]): Promise<void> {
    this.#commits += 1;
    const author = `Writer ${this.#commits % 17} <writer${this.#commits % 17}@example.com> ${1_600_000_000 + this.#commits * 600} +0000`;
    const text = Buffer.from(message);
    const pieces: Buffer[] = [
      Buffer.from(`commit refs/heads/main\ncommitter ${author}\ndata ${text.length}\n`),
      text,
      NEWLINE,
    ];
    for (const { path, bytes } of files) {
      pieces.push(Buffer.from(`M 100644 inline ${path}\ndata ${bytes.length}\n`), bytes, NEWLINE);
    }
    if (!this.#child.stdin.write(Buffer.concat(pieces))) await once(this.#child.stdin, "drain");
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    await once(this.#child, "close");
    spawnSync("git", ["-C", this.#folder, "repack", "-adfq", "--depth=50", "--window=10"], { stdio: "inherit" });
  }
}

const NEWLINE = Buffer.from("\n");

/** Repeatable numbers below `below` (the linear congruence of Numerical Recipes). */
function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * A tree of real sources whose files are edited again and again: a few places of one to eight lines, with lines of other files;
 * in every fortieth commit with a token of a known form, made up.
 */
export async function editedTree(
  folder: string,
  tree: string,
  {
    commits,
    filesEach,
    largest,
    only,
  }: { commits: number; filesEach: number; largest: number; only?: (source: Source) => boolean },
): Promise<void> {
  const importer = new Importer(folder);
  const random = numbers(7);
  const sources = sourcesOf(tree, largest);
  await importer.commit("Begin", sources);
  const files = sources.filter((source) => only?.(source) ?? true);
  const lines = files.map(({ bytes }) => bytes.toString("latin1").split("\n"));
  // Some files change often, most hardly ever.
  const pick = (): number => Math.floor(files.length * (random(1_000_000) / 1_000_000) ** 3);
  for (let commit = 0; commit < commits; commit++) {
    const changed = new Set(Array.from({ length: 1 + random(filesEach * 2 - 1) }, pick));
    for (const index of changed) {
      const own = lines[index] ?? [];
      for (let edits = 1 + random(3); edits > 0; edits--) {
        const other = lines[random(lines.length)] ?? [];
        const from = random(other.length);
        own.splice(random(own.length + 1), random(6), ...other.slice(from, from + 1 + random(8)));
      }
      if (commit % 40 === 0) {
        const token = Array.from({ length: 36 }, () => LETTERS[random(LETTERS.length)]).join("");
        own.splice(random(own.length + 1), 0, `// use ghp_${token} for now`);
      }
    }
    await importer.commit(
      `Change ${commit}`,
      [...changed].map((index) => ({
        path: files[index]?.path ?? "",
        bytes: Buffer.from((lines[index] ?? []).join("\n"), "latin1"),
      })),
    );
  }
  await importer.end();
}

/** What is measured: many small commits over a big tree; large generated files with many versions; the first with more commits. */
export const HISTORIES: readonly History[] = [
  {
    name: "vault-3000-commits",
    make: async (folder) =>
      editedTree(folder, await moduleFolder("vault", "github.com/hashicorp/vault"), {
        commits: 3_000,
        filesEach: 3,
        largest: 1_000_000,
      }),
  },
  {
    name: "kubernetes-api-large-files",
    make: async (folder) =>
      editedTree(folder, await moduleFolder("vault", "k8s.io/api"), {
        commits: 1_500,
        filesEach: 2,
        largest: 3_000_000,
        only: ({ bytes }) => bytes.length > 200_000,
      }),
  },
  {
    name: "vault-40000-commits",
    make: async (folder) =>
      editedTree(folder, await moduleFolder("vault", "github.com/hashicorp/vault"), {
        commits: 40_000,
        filesEach: 4,
        largest: 1_000_000,
      }),
  },
];
