import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Secret } from "../../../secret/secret.ts";
import { isStoreError, isValue, type Read, type Ref, type Store, type Version } from "../../store.ts";
import { AwsRig } from "../testing/aws-rig.ts";
import { openWithKey } from "../testing/open-aws.ts";

const { signal } = new AbortController();
let rig: AwsRig;
let store: Store;
before(async () => {
  rig = await AwsRig.start();
  for (let n = 0; n < 60; n++) await rig.putParameter(`/wave/key-${n}`, `value-${n}`);
  store = await openWithKey(rig, { service: "ParameterStore" });
});
after(async () => {
  await store?.close();
  await rig?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  rig.gate.decide = () => undefined;
  rig.gate.calls.length = 0;
});

const keys = (count: number): Ref[] => Array.from({ length: count }, (_, n) => ({ key: `/wave/key-${n}` }));
const textOf = (read: Read | undefined): string => {
  assert.ok(read !== undefined && read !== "unchanged");
  return isStoreError(read) ? read.error : read.value.unwrap().toString();
};
const versions = (reads: ReadonlyMap<Ref, Read>): Map<Ref, Version> =>
  new Map([...reads].flatMap(([ref, read]) => (isValue(read) ? [[ref, read.version] as const] : [])));
const one = async (key: string, more: Partial<Ref> = {}): Promise<string> => {
  const ref = { key, ...more };
  return textOf((await store.read([ref], new Map(), signal)).get(ref));
};

test("what is not known is read ten a call; what is known is compared fifty a call, without any value", async () => {
  const refs = keys(50);
  const first = await store.read(refs, new Map(), signal);
  assert.equal(textOf(first.get(refs[49] as Ref)), "value-49");
  assert.deepEqual(rig.gate.counts(), { "ssm:GetParameters": 5 });
  rig.gate.calls.length = 0;
  const second = await store.read(refs, versions(first), signal);
  assert.ok([...second.values()].every((read) => read === "unchanged"));
  // moto pages by ten, where AWS tells fifty at once.
  assert.deepEqual(rig.gate.counts(), { "ssm:DescribeParameters": 5 });
  assert.equal(rig.gate.calls[0]?.body.match(/key-/g)?.length, 50);
  await rig.putParameter("/wave/key-7", "changed");
  rig.gate.calls.length = 0;
  const third = await store.read(refs, versions(first), signal);
  assert.deepEqual([...third.values()].filter((read) => read !== "unchanged").map(textOf), ["changed"]);
  assert.deepEqual(rig.gate.counts(), { "ssm:DescribeParameters": 5, "ssm:GetParameters": 1 });
});

test("who may not describe reads the values instead, and does not ask again", async () => {
  rig.gate.decide = ({ action }) => {
    return action === "ssm:DescribeParameters" ? { name: "AccessDeniedException" } : undefined;
  };
  const denied = await openWithKey(rig, { service: "ParameterStore" });
  const refs = keys(10);
  const known = versions(await denied.read(refs, new Map(), signal));
  for (let round = 0; round < 2; round++) {
    const reads = await denied.read(refs, known, signal);
    assert.ok([...reads.values()].every((read) => read === "unchanged"));
  }
  assert.deepEqual(rig.gate.counts(), { "ssm:DescribeParameters": 1, "ssm:GetParameters": 3 });
  await denied.close();
});

test("a name that is refused spoils no batch, and is left out of the next; a refused call is given up", async () => {
  // As AWS does: it refuses the whole call for one name in it.
  rig.gate.decide = ({ body }) => (/key-3"/.test(body) ? { name: "AccessDeniedException" } : undefined);
  const some = await openWithKey(rig, { service: "ParameterStore" });
  const refs = keys(10);
  for (const expected of [
    { "ssm:GetParameters": 1, "ssm:GetParameter": 10 },
    { "ssm:GetParameters": 1, "ssm:GetParameter": 1 },
  ]) {
    rig.gate.calls.length = 0;
    const reads = await some.read(refs, new Map(), signal);
    assert.deepEqual(
      refs.slice(2, 5).map((ref) => textOf(reads.get(ref))),
      ["value-2", "denied", "value-4"],
    );
    assert.deepEqual(rig.gate.counts(), expected);
  }
  await some.close();
  rig.gate.decide = ({ action }) => (action === "ssm:GetParameters" ? { name: "AccessDeniedException" } : undefined);
  const none = await openWithKey(rig, { service: "ParameterStore" });
  rig.gate.calls.length = 0;
  for (let round = 0; round < 2; round++) await none.read(refs, new Map(), signal);
  assert.deepEqual(rig.gate.counts(), { "ssm:GetParameters": 1, "ssm:GetParameter": 20 });
  await none.close();
});

test("versions and labels are read, with the version apart or in the key", async () => {
  await rig.putParameter("/labelled", "v1");
  await rig.label("/labelled", 1, "stable");
  await rig.putParameter("/labelled", "v2");
  assert.equal(await one("/labelled"), "v2");
  assert.equal(await one("/labelled", { version: "1" }), "v1");
  assert.equal(await one("/labelled", { version: "stable" }), "v1");
  assert.equal(await one("/labelled:stable"), "v1");
  assert.equal(await one("/labelled:stable", { version: "1" }), "invalid");
  assert.equal(await one("/labelled", { version: "9" }), "missing");
  const refs: Ref[] = [
    { key: "/labelled" },
    { key: "/labelled", version: "1" },
    { key: "/labelled", version: "stable" },
  ];
  const reads = await store.read(refs, new Map(), signal);
  assert.deepEqual(
    refs.map((ref) => textOf(reads.get(ref))),
    ["v2", "v1", "v1"],
  );
});

test("what it writes is encrypted, carries the tag, and is advanced where it must be; others' parameters stay", async () => {
  const write = async (key: string, text: string) =>
    await store.write?.({ key }, Secret.fromText(text), undefined, signal);
  assert.equal(await write("/made/a", "x".repeat(5_000)), "1");
  const put = JSON.parse(rig.gate.calls.find(({ action }) => action === "ssm:PutParameter")?.body ?? "{}") as object;
  assert.partialDeepStrictEqual(put, {
    Type: "SecureString",
    Tier: "Advanced",
    Overwrite: false,
    Tags: [{ Key: "managed-by", Value: "external-secrets" }],
  });
  assert.equal(await write("/made/a", "y"), "2");
  assert.equal(await one("/made/a"), "y");
  assert.equal(await one("/made/a", { part: "metadata" }), '{"managed-by":"external-secrets"}');
  assert.equal(await one("/none", { part: "metadata" }), "missing");
  for (const answer of [await write("/wave/key-1", "z"), await store.remove?.({ key: "/wave/key-1" }, signal)])
    assert.ok(typeof answer === "object" && answer.error === "denied");
});

test("find looks below a path and by tags; who may only read below a path finds too", async () => {
  const found = async (from: Store, query: object) => {
    const all: string[] = [];
    for await (const { key } of from.find?.(query, signal) ?? []) all.push(key);
    return all.sort();
  };
  await rig.putParameter("/waves/other", "x");
  assert.equal((await found(store, { path: "/wave" })).length, 60);
  assert.deepEqual(await found(store, { path: "/wave/", name: "-1[01]$" }), ["/wave/key-10", "/wave/key-11"]);
  assert.deepEqual(await found(store, { tags: { "managed-by": "external-secrets" } }), ["/made/a"]);
  rig.gate.decide = ({ action }) => {
    return action === "ssm:DescribeParameters" ? { name: "AccessDeniedException" } : undefined;
  };
  const prefixed = await openWithKey(rig, { service: "ParameterStore", prefix: "/wave/" });
  assert.deepEqual(await found(prefixed, { name: "^key-2[01]$" }), ["key-20", "key-21"]);
  await assert.rejects(found(prefixed, { tags: { a: "b" } }), { code: "KST_STORE_FAILED" });
  await prefixed.close();
});
