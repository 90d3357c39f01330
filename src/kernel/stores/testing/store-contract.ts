import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Secret } from "../../secret/secret.ts";
import {
  type Answer,
  isStoreError,
  isValue,
  type Read,
  type Ref,
  type Store,
  type StoreErrorReason,
  type Value,
} from "../store.ts";

export type Capability = "find" | "write" | "remove" | "versions" | "renew" | "revoke" | "watch";
const CAPABILITIES: readonly Capability[] = ["find", "write", "remove", "versions", "renew", "revoke", "watch"];

/** What the contract needs to know of one kind of store. Keys that it makes up are plain words. */
export interface StoreHarness {
  /** A store whose identity may do everything. Called once; the contract closes it. */
  open(): Promise<Store>;
  /** Ends whatever `open` started; called even when a test failed. */
  stop(): Promise<void>;
  /** Puts a payload under a key from outside, as another client would; a new version if the key exists. */
  put(key: string, payload: Buffer): Promise<void>;
  /** The payload in what the store read. */
  payload(value: Value): Buffer;
  /** A payload as the whole value that `write` takes. */
  wrap(payload: Buffer): Secret;
  readonly capabilities: readonly Capability[];
  /** Whether any byte may stand in a payload; else only UTF-8 text. */
  readonly carriesBinary: boolean;
  /** Bytes of the largest payload to try. */
  readonly largest: number;
  /** Whether a version can be read again after a newer one was put. */
  readonly keepsVersions: boolean;
  /** Whether writes can depend on a condition, or on absence alone; else such writes are refused. */
  readonly writesConditionally: boolean | "ifAbsent";
  /** A store whose identity may read nothing of what `put` puts, where there are such identities. */
  openDenied?(): Promise<Store>;
}

/** Keys that try to leave their place, or that no store has. Each must get an answer of its own, and none a value. */
const HOSTILE_KEYS = [
  "",
  "..",
  "../plain",
  "a/../plain",
  "%2e%2e/plain",
  "..%2fplain",
  "plain%00",
  "plain\0",
  "plain\n",
  "plain?version=1",
  "plain#x",
  "//plain",
  "\\plain",
  "-plain",
  "{{plain}}",
  "plain ",
  "ПЛЕЙН-\u202eniaplp",
  "__proto__",
  "constructor",
  `long-${"x".repeat(5_000)}`,
];

/** The one suite that every store passes. What a store can't do is asserted to be absent, so nothing is passed over in silence. */
export function storeContract(name: string, harness: StoreHarness): void {
  describe(`the store contract, kept by ${name}`, () => {
    const { signal } = new AbortController();
    let store: Store;
    const none = new Map<Ref, string>();
    const read = async (ref: Ref, known?: string): Promise<Read> => {
      const reads = await store.read([ref], known === undefined ? none : new Map([[ref, known]]), signal);
      assert.deepEqual([...reads.keys()], [ref]);
      return reads.get(ref) as Read;
    };
    const value = (answer: Read | undefined): Value => {
      assert.ok(answer !== undefined && isValue(answer), `expected a value, got ${JSON.stringify(answer)}`);
      return answer;
    };
    const reason = (answer: Answer | string | undefined): StoreErrorReason => {
      assert.ok(typeof answer === "object" && isStoreError(answer), "expected an error");
      return answer.error;
    };

    before(async () => {
      store = await harness.open();
      await harness.put("plain", Buffer.from("hello"));
    });
    after(async () => {
      try {
        await store?.close();
      } finally {
        await harness.stop();
      }
    });

    test("it has the capabilities that it claims, and no others", () => {
      assert.deepEqual(
        CAPABILITIES.filter((capability) => store[capability] !== undefined),
        CAPABILITIES.filter((one) => harness.capabilities.includes(one)),
      );
    });

    test("it validates", async () => {
      assert.equal(await store.validate(signal), undefined);
    });

    test("it reads a value, byte for byte, with a version", async () => {
      const answer = value(await read({ key: "plain" }));
      assert.deepEqual(harness.payload(answer), Buffer.from("hello"));
      assert.ok(answer.version.length > 0);
    });

    test("a value that is known and did not change is unchanged; a known one that changed is sent", async () => {
      await harness.put("changing", Buffer.from("one"));
      const first = value(await read({ key: "changing" }));
      assert.equal(await read({ key: "changing" }, first.version), "unchanged");
      await harness.put("changing", Buffer.from("two"));
      const second = value(await read({ key: "changing" }, first.version));
      assert.deepEqual(harness.payload(second), Buffer.from("two"));
      assert.notEqual(second.version, first.version);
    });

    test("a key that does not exist is missing", async () => {
      assert.equal(reason(await read({ key: "no-such-key" })), "missing");
    });

    test("an old version is read by its name, or said to be missing, never replaced by the newest", async () => {
      await harness.put("versioned", Buffer.from("one"));
      const first = value(await read({ key: "versioned" }));
      await harness.put("versioned", Buffer.from("two"));
      const old = await read({ key: "versioned", version: first.version });
      if (harness.keepsVersions) assert.deepEqual(harness.payload(value(old)), Buffer.from("one"));
      else assert.ok(["missing", "invalid"].includes(reason(old)));
      assert.ok(["missing", "invalid"].includes(reason(await read({ key: "versioned", version: "999999" }))));
      assert.ok(["missing", "invalid"].includes(reason(await read({ key: "versioned", version: "../../plain" }))));
    });

    test("in a batch each ref gets its own answer, under its own object, and a bad one spoils nothing", async () => {
      const refs: Ref[] = [{ key: "plain" }, { key: "no-such-key" }, { key: "" }, { key: "../x" }, { key: "plain" }];
      const reads = await store.read(refs, none, signal);
      assert.deepEqual([...reads.keys()], refs);
      const [first, second, third, fourth, fifth] = refs.map((ref) => reads.get(ref));
      assert.deepEqual(
        [first, fifth].map((one) => harness.payload(value(one)).toString()),
        ["hello", "hello"],
      );
      assert.notEqual(value(first).value, value(fifth).value, "each owner needs a Secret of its own");
      for (const bad of [second, third, fourth]) assert.ok(isStoreError(bad as Read));
    });

    test("an empty batch is answered", async () => {
      assert.equal((await store.read([], none, signal)).size, 0);
    });

    test("hostile keys get an error, never a value and never an exception", async () => {
      const refs = HOSTILE_KEYS.map((key) => ({ key }));
      const reads = await store.read(refs, none, signal);
      for (const ref of refs) {
        const got = reads.get(ref);
        assert.ok(
          got !== undefined && isStoreError(got),
          `${JSON.stringify(ref.key.slice(0, 40))} was answered with a value`,
        );
        assert.ok(
          ["missing", "invalid", "denied"].includes(got.error),
          `${JSON.stringify(ref.key.slice(0, 40))}: ${got.error}`,
        );
        assert.ok(got.message.length > 0 && got.message.length < 1_000);
      }
    });

    test("a large value arrives whole", async () => {
      const payload = Buffer.from(randomBytes(harness.largest / 2).toString("hex"));
      await harness.put("large", payload);
      assert.ok(harness.payload(value(await read({ key: "large" }))).equals(payload));
    });

    test("text beyond ASCII, quotes and line ends arrive as they are", async () => {
      const payload = Buffer.from('{"ключ": "<&>\u2028\\n"}\r\n\t🔑');
      await harness.put("text", payload);
      assert.deepEqual(harness.payload(value(await read({ key: "text" }))), payload);
    });

    test(
      harness.carriesBinary ? "every byte arrives as it is" : "bytes that are no text are refused when written",
      async () => {
        const payload = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
        if (harness.carriesBinary) {
          await harness.put("binary", payload);
          assert.deepEqual(harness.payload(value(await read({ key: "binary" }))), payload);
        } else if (store.write !== undefined) {
          assert.equal(
            reason(await store.write({ key: "binary" }, harness.wrap(payload), undefined, signal)),
            "invalid",
          );
        }
      },
    );

    test("a read that is aborted rejects", async () => {
      const aborted = AbortSignal.abort();
      await assert.rejects(async () => await store.read([{ key: "plain" }], none, aborted), { name: "AbortError" });
      value(await read({ key: "plain" }));
    });

    test("messages never contain a value", async () => {
      await harness.put("canary", Buffer.from("canary-4f1c"));
      const refs = [{ key: "canary", version: "nonsense" }, { key: "canary/canary" }];
      const reads = await store.read(refs, none, signal);
      assert.ok(!JSON.stringify([...reads.values()]).includes("canary-4f1c"));
    });

    if (harness.openDenied !== undefined) {
      test("an identity that may not read is denied, key by key", async () => {
        const denied = (await harness.openDenied?.()) as Store;
        try {
          const ref = { key: "plain" };
          assert.equal(reason((await denied.read([ref], none, signal)).get(ref)), "denied");
        } finally {
          await denied.close();
        }
      });
    }

    if (harness.capabilities.includes("write")) {
      test("what is written is read back, and its version is the one that write returned", async () => {
        const version = await store.write?.({ key: "written" }, harness.wrap(Buffer.from("w1")), undefined, signal);
        const answer = value(await read({ key: "written" }));
        assert.equal(answer.version, version);
        assert.deepEqual(harness.payload(answer), Buffer.from("w1"));
      });

      test("a conditional write happens only if its condition holds", async () => {
        const write = async (text: string, condition: { ifAbsent: true } | { ifVersion: string }) =>
          await store.write?.({ key: "conditional" }, harness.wrap(Buffer.from(text)), condition, signal);
        const first = await write("one", { ifAbsent: true });
        if (!harness.writesConditionally) {
          assert.equal(reason(first), "invalid");
          assert.equal(reason(await read({ key: "conditional" })), "missing");
          return;
        }
        assert.equal(typeof first, "string");
        assert.equal(reason(await write("clash", { ifAbsent: true })), "conflict");
        const second = await write("two", { ifVersion: first as string });
        if (harness.writesConditionally === "ifAbsent") {
          assert.equal(reason(second), "invalid");
          return;
        }
        assert.equal(typeof second, "string");
        assert.equal(reason(await write("late", { ifVersion: first as string })), "conflict");
        assert.deepEqual(harness.payload(value(await read({ key: "conditional" }))), Buffer.from("two"));
      });

      test("hostile keys are not written to", async () => {
        for (const key of ["", "..", "../escaped", "a/../b", "nul\0", "%2e%2e/x"]) {
          const answer = await store.write?.({ key }, harness.wrap(Buffer.from("x")), undefined, signal);
          assert.equal(reason(answer), "invalid", JSON.stringify(key));
        }
      });
    }

    if (harness.capabilities.includes("remove")) {
      test("what is removed is missing, and removing it again says so", async () => {
        await store.write?.({ key: "doomed" }, harness.wrap(Buffer.from("x")), undefined, signal);
        assert.equal(await store.remove?.({ key: "doomed" }, signal), undefined);
        assert.equal(reason(await read({ key: "doomed" })), "missing");
        assert.equal(reason(await store.remove?.({ key: "doomed" }, signal)), "missing");
      });
    }

    if (harness.capabilities.includes("versions")) {
      test("the versions of a key contain the one that a read brings", async () => {
        const { version } = value(await read({ key: "plain" }));
        assert.ok((await collect(store.versions?.("plain", signal))).includes(version));
        assert.deepEqual(await collect(store.versions?.("no-such-key", signal)), []);
      });
    }

    if (harness.capabilities.includes("find")) {
      test("find lists the keys that match, and each can be read", async () => {
        await harness.put("find-a", Buffer.from("x"));
        await harness.put("find-b", Buffer.from("y"));
        const found = await collect(store.find?.({ name: "^find-" }, signal));
        assert.deepEqual(found.map(({ key }) => key).sort(), ["find-a", "find-b"]);
        for (const ref of found) value(await read(ref));
        assert.deepEqual(await collect(store.find?.({ name: "^nothing-like-this$" }, signal)), []);
      });
    }
  });
}

async function collect<T>(items: AsyncIterable<T> | undefined): Promise<T[]> {
  const all: T[] = [];
  if (items !== undefined) for await (const item of items) all.push(item);
  return all;
}
