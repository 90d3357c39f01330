import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../secret/secret.ts";
import { checkKeys, convertKey, convertKeys } from "./convert-keys.ts";
import { decodeValue } from "./decode-value.ts";
import { esoCreatedBy, esoDataHash, esoFieldManager, esoSyncedResourceVersion } from "./eso-hashes.ts";
import { extractObject } from "./extract.ts";
import { formatGoDuration, parseGoDuration, parseGoDurationMillis } from "./go-duration.ts";
import { checkNullBytes } from "./null-bytes.ts";
import { propertyOf, propertyOfFields } from "./property.ts";

/** Computed with Go 1.26: SHA3-224 of `map[a:[49 50] b:[]]`, of `ns/name`, and of the printed structs. */
const GO = {
  data: "e0d74da02ab35ba3052e909a9c60bfd33aaf8cf101cd7ce8b88075f7",
  createdBy: "bb23d4143f48a70026bb6cffbf0e5df5557eb3bc56885091e92a5690",
  meta: "d46cf1eb305baaf94689c152b439709d8a6c31ad95e72c8a283b6238",
  noMeta: "f47fe3c0b255b6dd8047cdffa772587bb829efe7a1cb70febeda2eb2",
};

const secret = (text: string): Secret => Secret.fromText(text);
const text = (value: Secret): string => value.unwrap().toString();

test("a property is first a member of exactly that name, then a gjson path", () => {
  const value = secret(
    '{"a.b":"by name","a":{"b":"by path","n":1e3},"list":[{"k":"x"},{"k":"y"}],"big":12345678901234567890}',
  );
  const table: [string, string][] = [
    ["a.b", "by name"],
    ["a.n", "1000"],
    ["a", '{"b":"by path","n":1000}'],
    ["list.1.k", "y"],
    ['list.#(k=="x").k', "x"],
    ["list.#.k", '["x","y"]'],
    ["big", "12345678901234567890"],
  ];
  for (const [property, expected] of table) assert.equal(text(propertyOf(value, property)), expected, property);
  assert.equal(text(propertyOf(secret("no JSON at all"), "")), "no JSON at all");
});

test("a property that is not there is an error that says so without the value", () => {
  for (const value of ['{"a":"canary-77"}', "canary-77", '["canary-77"]']) {
    assert.throws(
      () => propertyOf(secret(value), "missing.one"),
      (error: Error) => {
        assert.equal((error as { code?: string }).code, "KST_VALUE_PROPERTY");
        return !JSON.stringify([error.message, error.stack]).includes("canary-77");
      },
    );
  }
});

test("of named fields, the exact name goes before a path into the field before the first dot", () => {
  const fields = new Map([
    ["tls.crt", secret("certificate")],
    ["config", secret('{"db":{"user":"u"}}')],
    ["binary", Secret.fromBytes(Buffer.from([0, 255]))],
  ]);
  assert.equal(text(propertyOfFields(fields, "tls.crt")), "certificate");
  assert.equal(text(propertyOfFields(fields, "config.db.user")), "u");
  assert.deepEqual(propertyOfFields(fields, "binary").unwrap(), Buffer.from([0, 255]));
  for (const missing of ["nope", "config.db.x", ".config", "config.", "binary.x"]) {
    assert.throws(() => propertyOfFields(fields, missing), { code: "KST_VALUE_PROPERTY" });
  }
});

test("an object is spread over keys: text as it is, numbers without loss, null empty, the rest as JSON", () => {
  const value = secret(
    '{"s":"a\\nb","i":5432,"f":1.50,"e":1e3,"big":12345678901234567890,"t":true,"n":null,"o":{"z":1,"a":"<"},"l":[1, 2],"__proto__":"p"}',
  );
  const entries = Object.fromEntries([...extractObject(value)].map(([key, one]) => [`${key}:`, text(one)]));
  assert.deepEqual(entries, {
    "s:": "a\nb",
    "i:": "5432",
    "f:": "1.5",
    "e:": "1000",
    "big:": "12345678901234567890",
    "t:": "true",
    "n:": "",
    "o:": '{"a":"\\u003c","z":1}',
    "l:": "[1,2]",
    "__proto__:": "p",
  });
  for (const other of ["[1]", '"text"', "plain", "", "{} x"]) {
    assert.throws(() => extractObject(secret(other)), { code: "KST_VALUE_NOT_OBJECT" });
  }
});

test("Auto decodes whatever is valid Base64 or Base64URL, and leaves the rest", () => {
  const table: [string, string][] = [
    ["aGVsbG8=", "hello"],
    ["PDw_Pz4-", "<<??>>"],
    ["word", Buffer.from("word", "base64").toString()],
    ["not base64!", "not base64!"],
    ["aGVsbG8", "aGVsbG8"],
    ["", ""],
  ];
  for (const [given, expected] of table) assert.equal(text(decodeValue(secret(given), "Auto")), expected, given);
  assert.equal(text(decodeValue(secret("aGVsbG8="), undefined)), "aGVsbG8=");
  assert.equal(text(decodeValue(secret("aGVsbG8="), "None")), "aGVsbG8=");
  assert.throws(
    () => decodeValue(secret("canary-!"), "Base64"),
    (error: Error) => !error.message.includes("canary"),
  );
});

test("names become keys, and two names that become one are refused", () => {
  assert.equal(convertKey("/foo/bar baz", "Default"), "_foo_bar_baz");
  assert.equal(convertKey("a/b🔑", "Unicode"), "a_U002f_b_U1f511_");
  assert.equal(convertKey("naïve-Ж.1_x", "Unicode"), "naïve-Ж.1_x");
  assert.equal(convertKey("a/b", undefined), "a/b");
  assert.throws(
    () =>
      convertKeys(
        new Map([
          ["a/b", 1],
          ["a b", 2],
        ]),
        "Default",
      ),
    { code: "KST_VALUE_KEY" },
  );
  assert.deepEqual(
    convertKeys(
      new Map([
        ["a/b", 1],
        ["a b", 2],
      ]),
      "Unicode",
    ),
    new Map([
      ["a_U002f_b", 1],
      ["a_U0020_b", 2],
    ]),
  );
  assert.deepEqual(
    [
      ...checkKeys(
        new Map([
          ["", 1],
          ["ok", 2],
        ]),
      ).keys(),
    ],
    ["ok"],
  );
  for (const bad of ["a/b", "x".repeat(254), "a b"])
    assert.throws(() => checkKeys(new Map([[bad, 1]])), { code: "KST_VALUE_KEY" });
});

test("NUL bytes are refused only where the policy says so", () => {
  const value = secret("a\0b");
  checkNullBytes("k", value, undefined);
  checkNullBytes("k", value, "Ignore");
  checkNullBytes("k", secret("ab"), "Fail");
  assert.throws(() => checkNullBytes("k", value, "Fail"), { code: "KST_VALUE_NULL_BYTE" });
});

test("durations are those of Go", () => {
  const table: [string, number, string][] = [
    ["1h", 3_600_000, "1h0m0s"],
    ["90m", 5_400_000, "1h30m0s"],
    ["1.5h", 5_400_000, "1h30m0s"],
    ["0", 0, "0s"],
    ["1h0m0s", 3_600_000, "1h0m0s"],
    ["1500ms", 1_500, "1.5s"],
    ["100us", 0, "100µs"],
  ];
  for (const [given, millis, written] of table) {
    assert.equal(parseGoDurationMillis(given), millis, given);
    assert.equal(formatGoDuration(parseGoDuration(given)), written, given);
  }
  for (const bad of ["", "1", "h", "1d", "1h ", "1e3s", "--1s", "300000000h"]) {
    assert.throws(() => parseGoDuration(bad), { code: "KST_DURATION_INVALID" }, bad);
  }
});

test("ESO's marks are byte for byte those that it leaves", () => {
  const data = new Map([
    ["b", secret("")],
    ["a", secret("12")],
  ]);
  assert.equal(esoDataHash(data), GO.data);
  assert.equal(esoCreatedBy("ns", "name"), GO.createdBy);
  assert.equal(
    esoSyncedResourceVersion({ generation: 3, labels: { a: "1", B: "2" }, annotations: { x: "y z" } }),
    `3-${GO.meta}`,
  );
  assert.equal(esoSyncedResourceVersion({}), `0-${GO.noMeta}`);
  assert.equal(esoFieldManager("short"), "externalsecrets.external-secrets.io/short");
  assert.match(esoFieldManager("a".repeat(28)), /^externalsecrets\.external-secrets\.io\/sha3\/[0-9a-f]{56}$/);
});
