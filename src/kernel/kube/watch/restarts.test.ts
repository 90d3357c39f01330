import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startControlPlane } from "../../../lab/index.ts";
import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import type { Api } from "../api/api.ts";
import { connectKube } from "../kube.ts";
import { type KubeObject, keyOf } from "../object/object-meta.ts";
import { type SecretObject, Secrets } from "../object/resources.ts";
import type { Change } from "./object-store.ts";
import { type Reflector, reflect } from "./reflector.ts";

const RESTARTS = 10;
const WRITERS = 6;
const OBJECTS = 3;
type Kept = { readonly version: string };

/** What one reflector told: its changes by key, and between which versions it had to list again. */
class Witness {
  readonly changes = new Map<string, Change<Kept>[]>();
  readonly gaps: { readonly after: number; readonly upTo: number }[] = [];
  #highest = 0;

  readonly onChange = (change: Change<Kept>): void => {
    const key = keyOf(change.ref);
    this.changes.set(key, [...(this.changes.get(key) ?? []), change]);
    this.#pending.push(Number(change.resourceVersion));
  };
  #pending: number[] = [];

  /** Changes since the last list came from the watch, except those that this list found. */
  readonly onListed = (version: string): void => {
    this.gaps.push({ after: this.#highest, upTo: Number(version) });
    this.#advance();
  };

  /** Called now and then, so that a gap begins at the newest version that was seen before it. */
  readonly settle = (): void => this.#advance();

  #advance(): void {
    for (const version of this.#pending) this.#highest = Math.max(this.#highest, version);
    this.#pending = [];
  }

  inGap(version: number): boolean {
    return this.gaps.some(({ after, upTo }) => version > after && version <= upTo);
  }
}

test("ten restarts of the API server under churn: a watch misses nothing and tells nothing twice", async (t) => {
  await using plane = await startControlPlane({ components: { controllerManager: false } });
  const kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
  const witnesses = { pages: new Witness(), stream: new Witness() };
  const reflectors: Reflector<Kept>[] = [];
  const writers = Array.from(
    { length: WRITERS },
    (_, i) => new ChurnWriter(kube.namespaced(Secrets, "default"), `w${i}`),
  );
  try {
    for (const listBy of ["pages", "stream"] as const) {
      const { onChange, onListed } = witnesses[listBy];
      const reduce = (object: { metadata: { resourceVersion?: string } }) => ({
        version: object.metadata.resourceVersion ?? "",
      });
      reflectors.push(reflect(kube.allMetadata(Secrets), { listBy, reduce, onChange, onListed }));
    }
    await Promise.all(reflectors.map((reflector) => reflector.synced));
    const writing = writers.map((writer) => writer.run());
    for (let i = 0; i < RESTARTS; i++) {
      await sleep(300);
      for (const witness of Object.values(witnesses)) witness.settle();
      if (i % 2 === 1) await plane.kill("kube-apiserver");
      await plane.restart("kube-apiserver");
      // Each writer gets through at least once before the next restart.
      await Promise.all(writers.map((writer) => writer.progress()));
    }
    for (const writer of writers) writer.stop();
    await Promise.all(writing);

    const written = new Map(writers.flatMap((writer) => [...writer.log]));
    const { items } = await kube.allMetadata(Secrets).list();
    const truth = items.map(({ metadata }) => `${keyOf(metadata)} ${metadata.resourceVersion}`).sort();
    for (const [index, [name, witness]] of Object.entries(witnesses).entries()) {
      const reflector = reflectors[index];
      assert.ok(reflector);
      await until(() => states(witness).join() === truth.join(), `${name}: the last state is not reached`);
      assert.equal(reflector.size, items.length);
      const counts = { told: 0, missed: 0 };
      for (const [key, log] of written) compare(key, log, witness.changes.get(key) ?? [], witness, counts);
      t.diagnostic(
        `${name}: ${counts.told} changes told, ${counts.missed} passed over by ${witness.gaps.length} lists`,
      );
      assert.ok(counts.told > WRITERS * RESTARTS);
    }
  } finally {
    for (const writer of writers) writer.stop();
    await Promise.all(reflectors.map((reflector) => reflector.stop()));
    await kube.close();
  }
});

/** What a consumer that applies the changes one by one has in the end; each change must fit what it has. */
function states(witness: Witness): string[] {
  const present = new Map<string, string>();
  for (const [key, changes] of witness.changes) {
    for (const { type, value } of changes) {
      assert.equal(type === "added", !present.has(key), `${key}: ${type} does not fit`);
      if (type === "deleted") present.delete(key);
      else present.set(key, value.version);
    }
  }
  return [...present].map(([key, version]) => `${key} ${version}`).sort();
}

/** The told changes of one object against the writer's log. */
function compare(
  key: string,
  log: readonly Written[],
  told: readonly Change<Kept>[],
  witness: Witness,
  counts: { told: number; missed: number },
): void {
  const puts = told.filter(({ type }) => type !== "deleted").map(({ value }) => Number(value.version));
  const recorded = new Set(log.flatMap((entry) => (entry.put === undefined ? [] : [entry.put])));
  for (const [i, version] of puts.entries()) {
    assert.ok(version > (puts[i - 1] ?? 0), `${key}: ${version} was told twice or out of order`);
    assert.ok(recorded.has(version), `${key}: nobody wrote ${version}`);
  }
  counts.told += told.length;
  for (const version of recorded) {
    if (puts.includes(version)) continue;
    assert.ok(witness.inGap(version), `${key}: ${version} was missed, outside of any list`);
    counts.missed++;
  }
  // A deletion between two told versions is told even when a list came between.
  for (const [i, entry] of log.entries()) {
    if (entry.put !== undefined) continue;
    const before = log.slice(0, i).findLast(({ put }) => put !== undefined && puts.includes(put))?.put;
    const after = log.slice(i).find(({ put }) => put !== undefined && puts.includes(put))?.put;
    if (before === undefined) continue;
    const from = told.findIndex(({ type, value }) => type !== "deleted" && Number(value.version) === before);
    const to = told.findIndex(({ type, value }) => type !== "deleted" && Number(value.version) === after);
    const between = told.slice(from + 1, to < 0 ? undefined : to);
    assert.ok(
      between.some(({ type }) => type === "deleted"),
      `${key}: the deletion after ${before} was missed`,
    );
  }
}

async function until(condition: () => boolean, message: string): Promise<void> {
  for (let i = 0; i < 600 && !condition(); i++) await sleep(50);
  assert.ok(condition(), message);
}

/** A write that happened: a version, or (`put` undefined) a deletion. */
interface Written {
  readonly put: number | undefined;
}

/**
 * Creates, changes and deletes a few objects that nobody else writes, without rest, and keeps
 * a log of what really happened. After a write whose reply was lost it looks whether the write was carried out.
 */
class ChurnWriter {
  /** By key. */
  readonly log = new Map<string, Written[]>();
  readonly #secrets: Api<SecretObject, "namespace">;
  readonly #prefix: string;
  #count = 0;
  #stopped = false;
  #waiting: (() => void)[] = [];

  constructor(secrets: Api<SecretObject, "namespace">, prefix: string) {
    this.#secrets = secrets;
    this.#prefix = prefix;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Resolves after two more writes. */
  async progress(): Promise<void> {
    for (let i = 0; i < 2; i++) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      const name = `${this.#prefix}-${this.#count % OBJECTS}`;
      const key = keyOf({ namespace: "default", name });
      const log = this.log.get(key) ?? [];
      this.log.set(key, log);
      try {
        await this.#write(name, log);
      } catch (error) {
        if (!(error instanceof KustodyError)) throw error;
        await this.#look(name, log);
      }
      this.#count++;
      for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }

  async #write(name: string, log: Written[]): Promise<void> {
    const exists = log.at(-1)?.put !== undefined;
    const data = { value: Secret.fromText(`${this.#prefix} ${this.#count}`) };
    if (exists && this.#count % 7 < 2) {
      await this.#secrets.delete(name);
      log.push({ put: undefined });
    } else {
      // Both exactly once: neither has a reply that could hide that it was carried out twice.
      const object = exists
        ? await this.#secrets.mergePatch(name, { data }, { fieldManager: "churn" })
        : await this.#secrets.create({ metadata: { name }, data });
      this.#record(object, log);
    }
  }

  /** What is there now, once the API server answers again. */
  async #look(name: string, log: Written[]): Promise<void> {
    for (;;) {
      await sleep(50);
      try {
        const object = await this.#secrets.metadata().find(name);
        if (object !== undefined) this.#record(object, log);
        else if (log.at(-1)?.put !== undefined) log.push({ put: undefined });
        return;
      } catch (error) {
        if (!(error instanceof KustodyError)) throw error;
      }
    }
  }

  #record(object: KubeObject, log: Written[]): void {
    const put = Number(object.metadata.resourceVersion);
    if (log.at(-1)?.put !== put) log.push({ put });
  }
}
