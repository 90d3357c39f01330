import { createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { readEnvironment } from "../../../kernel/config/environment.ts";
import { replaceFile } from "../../../kernel/files/replace-file.ts";
import { asRecord, asText } from "../../../kernel/untyped.ts";

/**
 * How far rewriting has come where etcd cannot be asked what is left: the name up to which all is done, for one cluster,
 * resource and way of writing. With another key everything begins anew.
 */
export class MigrationState {
  readonly #file: string;
  readonly #writing: string;

  /** `writing`: whatever tells the key that now writes from another. */
  constructor(server: string, resource: string, writing: string) {
    const { stateHome, home } = readEnvironment();
    const base = join(stateHome ?? join(home ?? homedir(), ".local", "state"), "kustody", "encryption");
    this.#file = join(base, `${createHash("sha256").update(`${server} ${resource}`).digest("hex").slice(0, 16)}.json`);
    this.#writing = createHash("sha256").update(writing).digest("hex");
  }

  /** Where a run before this one came to; undefined where there is none. */
  async read(): Promise<string | undefined> {
    try {
      const state = asRecord(JSON.parse(await readFile(this.#file, "utf8")));
      return state["writing"] === this.#writing ? asText(state["upTo"]) : undefined;
    } catch {
      return undefined;
    }
  }

  async save(upTo: string): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    await replaceFile(this.#file, JSON.stringify({ writing: this.#writing, upTo }));
  }

  async forget(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}
