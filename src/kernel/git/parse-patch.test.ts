import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parsePatch } from "./parse-patch.ts";

const PATCH = `diff --git a/a.txt b/a.txt
index 1..2 100644
--- a/a.txt
+++ b/a.txt
@@ -1,2 +1 @@ context
-old
--- a/trap
+++ b/trap
@@ -7,0 +8,2 @@
+second
+third
\\ No newline at end of file
diff --git a/gone.txt b/gone.txt
deleted file mode 100644
--- a/gone.txt
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git "a/\\303\\251 \\"q\\".txt" "b/\\303\\251 \\"q\\".txt"
new file mode 100644
--- /dev/null
+++ "b/\\303\\251 \\"q\\".txt"
@@ -0,0 +1 @@
+new
diff --git a/x.png b/x.png
Binary files a/x.png and b/x.png differ
`;

test("added lines are taken by their count, so that none is mistaken for a header", () => {
  const files = parsePatch(Buffer.from(PATCH)).map(({ path, added }) => ({
    path,
    added: added.map(({ startLine, bytes }) => [startLine, bytes.toString()]),
  }));
  assert.deepEqual(files, [
    {
      path: "a.txt",
      added: [
        [1, "++ b/trap\n"],
        [8, "second\nthird"],
      ],
    },
    { path: 'é "q".txt', added: [[1, "new\n"]] },
  ]);
});

test("any bytes are read as some patch or none", () => {
  const line = fc.constantFrom(
    "@@ -1 +1 @@",
    "@@ -0,0 +1,99999999 @@",
    "+++ b/a",
    "+x",
    "-y",
    "\\ No",
    '+++ "b/\\777',
    "",
  );
  fc.assert(
    fc.property(fc.array(line), fc.uint8Array({ maxLength: 8 }), (lines, tail) => {
      const patch = Buffer.concat([Buffer.from(lines.join("\n")), tail]);
      for (const { added } of parsePatch(patch)) assert.ok(added.length > 0);
    }),
  );
});
