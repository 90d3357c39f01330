import assert from "node:assert/strict";
import { test } from "node:test";
import { KustodyError } from "../errors.ts";
import { followRedirect, isRedirect } from "./redirect.ts";

const FROM = new URL("https://a.example/x");

const CASES: readonly [location: string, credentials: boolean, result: string | undefined][] = [
  ["/y?z=1", true, "https://a.example/y?z=1"],
  ["https://a.example:443/y", true, "https://a.example/y"],
  ["https://b.example/", false, "https://b.example/"],
  ["https://b.example/", true, undefined],
  ["//b.example/", true, undefined],
  ["https://a.example:8443/", true, undefined],
  ["http://a.example/", false, undefined],
  ["https://user:pass@a.example/", false, undefined],
  ["file:///etc/passwd", false, undefined],
  ["http://", false, undefined],
];

for (const [location, credentials, result] of CASES) {
  const name = `to ${location} ${credentials ? "with" : "without"} credentials is ${result ? "followed" : "refused"}`;
  test(name, () => {
    if (result !== undefined) assert.equal(followRedirect(FROM, location, credentials).href, result);
    else {
      assert.throws(
        () => followRedirect(FROM, location, credentials),
        (error) => error instanceof KustodyError && error.code === "KST_HTTP_REDIRECT",
      );
    }
  });
}

test("only GET and HEAD are redirected, and only by a location", () => {
  assert.equal(isRedirect("GET", 302, "/y"), true);
  assert.equal(isRedirect("HEAD", 308, "/y"), true);
  assert.equal(isRedirect("POST", 307, "/y"), false);
  assert.equal(isRedirect("GET", 304, "/y"), false);
  assert.equal(isRedirect("GET", 302, undefined), false);
});
