import assert from "node:assert/strict";
import { test } from "node:test";
import { proxyFor } from "./proxy-for.ts";

const proxies = { https: { url: "http://secure:3128" }, http: { url: "http://plain:3128" } };
const through = (server: string, except: string): string | undefined => proxyFor(server, { ...proxies, except })?.url;

const CASES: [server: string, except: string, proxy: string | undefined][] = [
  ["https://k8s.example.com:6443", "", "http://secure:3128"],
  ["http://k8s.example.com", "", "http://plain:3128"],
  ["https://localhost:6443", "", undefined],
  ["https://127.0.0.1:6443", "", undefined],
  ["https://[::1]:6443", "", undefined],
  ["https://k8s.example.com", "*", undefined],
  ["https://k8s.example.com", "example.com", undefined],
  ["https://example.com", ".example.com", "http://secure:3128"],
  ["https://k8s.example.com", ".example.com", undefined],
  ["https://badexample.com", "example.com", "http://secure:3128"],
  ["https://K8S.Example.com", "other, k8s.example.COM", undefined],
  ["https://k8s.example.com:6443", "k8s.example.com:443", "http://secure:3128"],
  ["https://k8s.example.com:6443", "k8s.example.com:6443", undefined],
  ["https://10.96.0.1", "10.96.0.0/12", undefined],
  ["https://10.95.0.1", "10.96.0.0/12", "http://secure:3128"],
  ["https://10.96.0.1", "10.96.0.1", undefined],
  ["https://[fd00::1]:6443", "fd00::/8", undefined],
  ["https://[fd00::1]:6443", "[fd00::1]:6443", undefined],
  ["https://10.96.0.1", "10.96.0.0/99 nonsense/ ,,", "http://secure:3128"],
];
for (const [server, except, proxy] of CASES) {
  test(`${server} with NO_PROXY=${except} goes ${proxy === undefined ? "directly" : `through ${proxy}`}`, () => {
    assert.equal(through(server, except), proxy);
  });
}

test("without proxies in the environment everything goes directly", () => {
  assert.equal(proxyFor("https://k8s", { https: undefined, http: undefined, except: undefined }), undefined);
});
