import assert from "node:assert/strict";
import { test } from "node:test";
import { parseYaml } from "../../../kernel/yaml/parse-yaml.ts";
import type { Naming, TextPlan } from "./model.ts";
import { planText } from "./plan-text.ts";

const NAMING: Naming = {
  store: { kind: "ClusterSecretStore", name: "vault" },
  namespace: undefined,
  keyPattern: "{namespace}/{name}",
};

const plan = (text: string, naming: Partial<Naming> = {}): TextPlan =>
  planText(text, "a.yaml", { ...NAMING, ...naming });
const why = (text: string): (readonly [string, string])[] =>
  plan(text).unmoved.map(({ outcome, reason }) => [outcome, reason] as const);

test("a Secret becomes an ExternalSecret, and every other character of the file stays", () => {
  const before = `# head
apiVersion: v1 # core
kind: Secret

metadata:
  name: db
  namespace: shop
  labels: {app: shop}   # odd   spacing
# what it is
data: # encoded
  # of the old database
  password: Y29ycmVjdC1ob3JzZQ==
  # was correct-horse before
  user: YXBw # the user

type: Opaque
---
# not ours
kind:   ConfigMap
apiVersion: v1
`;
  const { after, secrets, unmoved } = plan(before);
  assert.deepEqual(unmoved, []);
  assert.equal(
    after,
    `# head
apiVersion: external-secrets.io/v1 # core
kind: ExternalSecret

metadata:
  name: db
  namespace: shop
  labels: {app: shop}   # odd   spacing
# what it is
# encoded
# of the old database
# the user
spec:
  secretStoreRef:
    kind: ClusterSecretStore
    name: vault
  dataFrom:
    - extract:
        key: shop/db

---
# not ours
kind:   ConfigMap
apiVersion: v1
`,
  );
  assert.deepEqual([...(secrets[0]?.entries.keys() ?? [])], ["password", "user"]);
});

test("the diff shows what changes and no value, neither encoded nor in a block scalar nor in a comment", () => {
  const { diff } = plan(`apiVersion: v1
kind: Secret
metadata: { name: db, namespace: shop }
stringData:
  # the old one was correct-horse-1
  password: correct-horse-1 # not correct-horse-1!
  config: |
    user = app
    pass = battery-staple
`);
  assert.equal(
    diff,
    `--- a/a.yaml
+++ b/a.yaml
@@ -1,2 +1,2 @@
-apiVersion: v1
-kind: Secret
+apiVersion: external-secrets.io/v1
+kind: ExternalSecret
@@ -4,6 +4,7 @@
-stringData:
-[masked]
-  password: [masked]
-  config: [masked]
-    [masked]
-    [masked]
+spec:
+  secretStoreRef:
+    kind: ClusterSecretStore
+    name: vault
+  dataFrom:
+    - extract:
+        key: shop/db
`,
  );
});

test("line ends and a byte-order mark stay, and what is put in has the same line ends", () => {
  const lines = [
    "apiVersion: v1",
    "kind: Secret",
    "metadata: {name: a, namespace: b}",
    "stringData:",
    "  k: value-1",
    "",
  ];
  const { after } = plan(`\uFEFF${lines.join("\r\n")}`);
  assert.ok(after.startsWith("\uFEFFapiVersion: external-secrets.io/v1\r\n"));
  assert.equal(after.replaceAll("\r\n", "").includes("\n"), false);
  assert.ok(after.endsWith("key: b/a\r\n"));
});

test("JSON keeps its manner: with its indentation, or in one line", () => {
  const object = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "a", namespace: "b" },
    data: { k: "dmFsdWUtMQ==" },
    type: "x/y",
  };
  for (const unit of [undefined, "  ", "\t", "    "]) {
    const { after, unmoved } = plan(`${JSON.stringify(object, undefined, unit)}\n`);
    assert.deepEqual(unmoved, []);
    const expected = {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: object.metadata,
      spec: {
        secretStoreRef: { kind: "ClusterSecretStore", name: "vault" },
        target: { template: { engineVersion: "v2", mergePolicy: "Merge", type: "x/y" } },
        dataFrom: [{ extract: { key: "b/a" } }],
      },
    };
    assert.equal(after, `${JSON.stringify(expected, undefined, unit)}\n`);
  }
});

test("JSON objects that follow one another are edited each by itself", () => {
  const one = (name: string) =>
    JSON.stringify({
      kind: "Secret",
      apiVersion: "v1",
      stringData: { k: "value-1" },
      metadata: { name, namespace: "b" },
    });
  const { after, secrets } = plan(`${one("a")}\n${one("c")}\n`);
  assert.deepEqual(
    secrets.map(({ key }) => key),
    ["b/a", "b/c"],
  );
  assert.equal(after.split("\n").filter((line) => line.includes("ExternalSecret")).length, 2);
});

test("a type needs a template, which takes labels and annotations along, as text", () => {
  const { after } = plan(`apiVersion: v1
kind: Secret
type: kubernetes.io/tls
immutable: true
metadata:
  name: tls
  namespace: shop
  annotations: {note: "{{ .x }}"}
  labels: {app: shop}
stringData:
  tls.key: value-1
`);
  const reading = parseYaml(after);
  assert.ok(reading.ok);
  assert.deepEqual((reading.value as { spec: { target: unknown } }).spec.target, {
    immutable: true,
    template: {
      engineVersion: "v2",
      mergePolicy: "Merge",
      type: "kubernetes.io/tls",
      metadata: { labels: { app: "shop" }, annotations: { note: '{{ "{{" }} .x }}' } },
    },
  });
});

test("as soon as one value is no text, all go in base64 and the ExternalSecret says so", () => {
  const { after, secrets } = plan(
    "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\ndata: {k: /w==, t: dGV4dC0x}\n",
  );
  assert.equal(secrets[0]?.encoding, "base64");
  assert.match(after, /key: b\/a\n {6,}decodingStrategy: Base64/);
});

test("what the API server added when the Secret was exported goes, its copy of the values too", () => {
  const { after, diff } = plan(`apiVersion: v1
data:
  k: dmFsdWUtMQ==
kind: Secret
metadata:
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {"data":{"k":"dmFsdWUtMQ=="}}
  creationTimestamp: "2026-01-01T00:00:00Z"
  name: a
  namespace: b
  resourceVersion: "12"
  uid: 1-2-3
type: Opaque
`);
  assert.match(after, /metadata:\n {2}name: a\n {2}namespace: b\n$/);
  assert.doesNotMatch(after + diff, /dmFsdWUtMQ/);
});

const LEFT: [string, string, RegExp][] = [
  ["a reference", "stringData: {k: '{{ .Values.k }}'}", /nothing in it is a value in the clear: k is a reference/],
  ["a placeholder", "stringData: {k: CHANGEME}", /k is a placeholder/],
  ["SOPS", "stringData: {k: value-1}\nsops: {}", /SOPS/],
  ["ciphertext", "stringData: {k: 'ENC[AES256_GCM,data:x]'}", /k is encrypted/],
  ["no data", "type: Opaque", /no data/],
  ["a mixture", "stringData: {k: CHANGEME, l: value-1}", /k is a placeholder, beside values in the clear/],
  [
    "a token of a ServiceAccount",
    "type: kubernetes.io/service-account-token\nstringData: {k: value-1}",
    /makes tokens/,
  ],
];
for (const [what, body, reason] of LEFT) {
  test(`a Secret with ${what} is left alone with a reason, and the others of the file go on`, () => {
    const other = "apiVersion: v1\nkind: Secret\nmetadata: {name: o, namespace: b}\nstringData: {k: value-1}\n";
    const text = `apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\n${body}\n---\n${other}`;
    assert.equal(why(text)[0]?.[0], "left");
    assert.match(why(text)[0]?.[1] ?? "", reason);
    const { after, secrets } = plan(text);
    assert.deepEqual(
      secrets.map(({ name }) => name),
      ["o"],
    );
    assert.ok(after.startsWith(text.slice(0, text.indexOf("---"))));
  });
}

const FAILED: [string, string, RegExp][] = [
  ["no namespace", "metadata: {name: a}\nstringData: {k: value-1}", /--namespace/],
  ["a number", "metadata: {name: a, namespace: b}\nstringData: {k: 5432, l: value-1}", /stringData\.k is no text/],
  ["bad base64", "metadata: {name: a, namespace: b}\ndata: {k: 'value'}", /data\.k is not base64/],
  ["a bad key", "metadata: {name: a, namespace: b}\nstringData: {'a b': value-1}", /no possible key/],
  ["a key twice", "metadata: {name: a, namespace: b}\nstringData:\n  k: value-1\n  k: value-2", /twice/],
  [
    "an anchor that is used elsewhere",
    "stringData: {k: &v value-1}\nmetadata: {name: a, namespace: b, labels: {x: *v}}",
    /edited safely/,
  ],
  [
    "an exploding alias",
    `metadata: {name: a, namespace: b}\nstringData: {k: value-1}\na: &a [x,x]\n${bomb()}`,
    /alias/,
  ],
  ["a value under two sections in JSON", "", /edited safely/],
];

function bomb(): string {
  const names = "bcdefghi";
  return Array.from(names, (name, n) => `${name}: &${name} [${Array(9).fill(`*${"abcdefgh"[n]}`).join(",")}]`).join(
    "\n",
  );
}

for (const [what, body, reason] of FAILED) {
  test(`a Secret with ${what} keeps its file from being changed`, () => {
    const json =
      '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","namespace":"b"},"data":{"k":"YQ=="},"data":{"k":"dmFsdWUtMQ=="}}';
    const found = why(body === "" ? json : `apiVersion: v1\nkind: Secret\n${body}\n`);
    assert.deepEqual(
      found.map(([outcome]) => outcome),
      ["failed"],
      JSON.stringify(found),
    );
    assert.match(found[0]?.[1] ?? "", reason);
    assert.doesNotMatch(JSON.stringify(found), /value-[12]|dmFsdWU/);
  });
}

test("a word that is a value too, such as a user's name, is no value wherever it stands", () => {
  const { repeats } = plan(`apiVersion: v1
kind: Secret
metadata: {name: a, namespace: postgres}
stringData: {user: postgres}
---
image: postgres
user: postgres
`);
  assert.deepEqual(repeats, [13]);
});

test("values that stand elsewhere in the file are told by their lines", () => {
  const { repeats, after } = plan(`# once correct-horse
apiVersion: v1
kind: Secret
metadata: {name: a, namespace: b, labels: &l {x: correct-horse}}
stringData: *l
---
url: db://app:correct-horse@db
`);
  const lines = after.split("\n");
  assert.deepEqual(
    repeats.map((line) => lines[line - 1]),
    [
      "# once correct-horse",
      "metadata: {name: a, namespace: b, labels: &l {x: correct-horse}}",
      "url: db://app:correct-horse@db",
    ],
  );
});

test("Secrets in a List are left alone, each with its line and what to do", () => {
  const item = (name: string): string =>
    `- apiVersion: v1\n  kind: Secret\n  metadata: {name: ${name}, namespace: b}\n  stringData: {k: value-1}\n`;
  const { unmoved, after } = plan(`apiVersion: v1\nkind: List\nitems:\n${item("a")}${item("c")}`);
  assert.deepEqual(
    unmoved.map(({ title, line, outcome }) => [title, line, outcome]),
    [
      ["Secret b/a", 4, "left"],
      ["Secret b/c", 8, "left"],
    ],
  );
  assert.match(unmoved[0]?.reason ?? "", /List.*'---'/);
  assert.match(after, /value-1/);
});

test("a line of ten megabytes beside a Secret is no hindrance, and one inside is refused within bounds", () => {
  const long = "x".repeat(10 * 1024 * 1024);
  const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\nstringData:\n  k: value-1\n";
  const beside = plan(`${secret}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: Secret}\ndata: {k: ${long}}\n`);
  assert.equal(beside.secrets.length, 1);
  const inside = plan(`${secret}  l: ${long}\n`);
  assert.deepEqual(
    inside.unmoved.map(({ outcome }) => outcome),
    ["failed"],
  );
  assert.equal(inside.diff, "");
});
