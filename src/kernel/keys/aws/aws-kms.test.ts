import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
  UpdateAliasCommand,
} from "@aws-sdk/client-kms";
import { type MotoServer, startMoto } from "../../../lab/index.ts";
import { type ErrorCode, KustodyError } from "../../errors.ts";
import { systemClock } from "../../observe/clock.ts";
import { Secret } from "../../secret/secret.ts";
import { openKey } from "../open-key.ts";
import type { WrappingKey } from "../wrapping-key.ts";

/** On moto, which answers as AWS KMS does. */
let moto: MotoServer;
let admin: KMSClient;
const opened: WrappingKey[] = [];
const { signal } = new AbortController();
before(async () => {
  moto = await startMoto();
  process.env["AWS_ACCESS_KEY_ID"] = moto.credentials.accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = moto.credentials.secretAccessKey.unwrap().toString();
  admin = new KMSClient({ endpoint: moto.endpoint, region: moto.region });
});
after(async () => {
  for (const key of opened) await key.close();
  admin?.destroy();
  await moto?.stop();
});

async function createKey(): Promise<string> {
  return (await admin.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? "";
}
async function open(place: string, more = ""): Promise<WrappingKey> {
  const key = await openKey(`aws-kms://${place}?region=${moto.region}&endpoint=${moto.endpoint}${more}`, systemClock);
  opened.push(key);
  return key;
}
const failsWith =
  (code: ErrorCode, message: RegExp) =>
  (error: unknown): boolean =>
    error instanceof KustodyError && error.code === code && message.test(error.message);
const kek = (): Secret => Secret.fromBytes(Buffer.alloc(32, 5));

test("wraps and unwraps by ARN; the key id names it", async () => {
  const arn = await createKey();
  const key = await open(arn);
  const wrapped = await key.wrap(kek(), signal);
  assert.ok(wrapped.keyId.startsWith(`aws-kms.${arn}`), wrapped.keyId);
  assert.ok((await key.unwrap(wrapped, signal)).equals(kek()));
  const other = await open(arn);
  assert.ok(other.owns(wrapped.keyId));
  assert.ok((await other.unwrap(wrapped, signal)).equals(kek()));
});

test("the encryption context is a part of the key: another one does not unwrap", async () => {
  const arn = await createKey();
  const wrapped = await (await open(arn, "&context.cluster=a")).wrap(kek(), signal);
  const other = await open(arn, "&context.cluster=b");
  await assert.rejects(other.unwrap(wrapped, signal), failsWith("KST_KEY_MISMATCH", /InvalidCiphertext/));
});

test("an alias that points to another key encrypts with that; the key before is told by name, and given as another key", async () => {
  const [first, second] = [await createKey(), await createKey()];
  await admin.send(new CreateAliasCommand({ AliasName: "alias/moving", TargetKeyId: first }));
  const key = await open("alias/moving");
  const old = await key.wrap(kek(), signal);
  await admin.send(new UpdateAliasCommand({ AliasName: "alias/moving", TargetKeyId: second }));
  const wrapped = await key.wrap(kek(), signal);
  assert.ok(wrapped.keyId.startsWith(`aws-kms.${second}`));
  assert.ok((await key.unwrap(old, signal)).equals(kek()), "what it was before is remembered");
  const restarted = await open("alias/moving");
  await assert.rejects(restarted.unwrap(old, signal), failsWith("KST_KEY_MISMATCH", /another key/));
  assert.ok(!restarted.owns(old.keyId) && restarted.owns(wrapped.keyId));
  assert.ok((await (await open(first)).unwrap(old, signal)).equals(kek()));
});

test("a disabled key and one that is to be deleted are refused, and an enabled one works again", async () => {
  const arn = await createKey();
  const key = await open(arn);
  const wrapped = await key.wrap(kek(), signal);
  // moto takes no ARN here, and tells the state without minding it.
  const KeyId = arn.split("/")[1] ?? "";
  await admin.send(new DisableKeyCommand({ KeyId }));
  await assert.rejects(key.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /disabled/i));
  await admin.send(new EnableKeyCommand({ KeyId }));
  assert.ok((await key.unwrap(wrapped, signal)).equals(kek()));
  await admin.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  await assert.rejects(key.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /./));
});

test("an unknown key is refused; a changed ciphertext is a mismatch; a service that is gone is out of reach", async () => {
  const absent = await open(`arn:aws:kms:${moto.region}:123456789012:key/00000000-0000-0000-0000-000000000000`);
  await assert.rejects(absent.wrap(kek(), signal), failsWith("KST_KEY_REFUSED", /NotFound/));
  const arn = await createKey();
  const key = await open(arn);
  const wrapped = await key.wrap(kek(), signal);
  const bytes = Buffer.from(wrapped.bytes);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  await assert.rejects(key.unwrap({ ...wrapped, bytes }, signal), failsWith("KST_KEY_MISMATCH", /./));
  const gone = await openKey(`aws-kms://${arn}?endpoint=http://127.0.0.1:1`, systemClock);
  opened.push(gone);
  await assert.rejects(gone.unwrap(wrapped, signal), failsWith("KST_KEY_UNREACHABLE", /ECONNREFUSED/));
});

test("addresses that can't be meant are refused with the reason", async () => {
  for (const uri of ["aws-kms://alias/a b", "aws-kms://https://example", "aws-kms://alias/a?profile=x", "aws-kms://"]) {
    await assert.rejects(openKey(uri, systemClock), failsWith("KST_KEY_URI", /./), uri);
  }
});
