import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { isIssuedBy, readCertificate, splitPem } from "../crypto/read-certificate.ts";
import { bundleOf, type CertificateSet, stateOf } from "./certificate-set.ts";
import { changeCertificates } from "./change-certificates.ts";
import {
  type CertificateSettings,
  type CertificateState,
  type CertificateStep,
  planCertificates,
  settingsProblem,
} from "./plan-certificates.ts";

const HOUR = 3_600_000;
const settings: CertificateSettings = {
  name: "kustody",
  dnsNames: ["Kustody.svc"],
  ipAddresses: ["0:0:0:0:0:0:0:1"],
  caMillis: 100 * HOUR,
  leafMillis: 30 * HOUR,
  overlapMillis: HOUR,
};
const fresh: CertificateState = {
  issuer: { notAfter: 100 * HOUR },
  retired: [],
  leaf: { notAfter: 30 * HOUR, names: ["::1", "kustody.svc"], isByIssuer: true },
};
const lasting = { ...fresh.leaf, notAfter: 100 * HOUR };
const plan = (change: Partial<CertificateState>, hours: number) =>
  planCertificates({ ...fresh, ...change }, settings, hours * HOUR);

/** `exact`: an hour before, nothing was due. */
interface Case {
  readonly change: Partial<CertificateState>;
  readonly hours: number;
  readonly step: CertificateStep;
  readonly exact?: true;
}
const otherNames = { ...fresh.leaf, names: ["kustody.svc"] };
const otherIssuer = { ...fresh.leaf, isByIssuer: false };
const retired = [{ notAfter: 5 * HOUR }, { notAfter: 50 * HOUR }];
const next = { publishedAt: 0, notAfter: 150 * HOUR };
const lateNext = { publishedAt: 99.5 * HOUR, notAfter: 200 * HOUR };

const CASES: Readonly<Record<string, Case>> = {
  "a leaf in its last third is renewed": { change: {}, hours: 20, step: "issue-leaf", exact: true },
  "an expired leaf is renewed": { change: {}, hours: 31, step: "issue-leaf" },
  "a leaf for other names is renewed": { change: { leaf: otherNames }, hours: 0, step: "issue-leaf" },
  "a leaf of a retired CA is renewed": { change: { leaf: otherIssuer }, hours: 0, step: "issue-leaf" },
  "the next CA is published ahead": { change: { leaf: lasting }, hours: 67, step: "publish-next", exact: true },
  "a next CA that was published long enough signs": { change: { next }, hours: 1, step: "promote-next", exact: true },
  "an expired CA gives way to the next at once": {
    change: { leaf: lasting, next: lateNext },
    hours: 100,
    step: "promote-next",
    exact: true,
  },
  "an expired CA without successor is begun anew": { change: {}, hours: 100, step: "begin" },
  "an expired retired CA is dropped": { change: { retired }, hours: 5, step: "drop-expired", exact: true },
};
for (const [name, { change, hours, step, exact }] of Object.entries(CASES)) {
  test(name, () => {
    assert.equal(plan(change, hours).step, step);
    if (exact === true) assert.equal(plan(change, hours - 1).step, "keep");
  });
}

test("no certificates at all are begun, and fresh ones are kept until the first of them is due", () => {
  assert.deepEqual(planCertificates(undefined, settings, 0), { step: "begin" });
  assert.deepEqual(plan({}, 0), { step: "keep", until: 20 * HOUR });
  assert.deepEqual(plan({ next: { publishedAt: 0, notAfter: 150 * HOUR } }, 0), { step: "keep", until: HOUR });
});

test("a leaf that ends with its CA is not issued again and again", () => {
  const ending = {
    next: { publishedAt: 99 * HOUR, notAfter: 200 * HOUR },
    leaf: { ...fresh.leaf, notAfter: 100 * HOUR },
  };
  assert.deepEqual(plan(ending, 99.5), { step: "keep", until: 100 * HOUR });
});

test("lifetimes that can't fit together are named", () => {
  assert.equal(settingsProblem(settings), undefined);
  assert.match(settingsProblem({ ...settings, caMillis: 63 * HOUR }) ?? "", /twice as long/);
  assert.match(settingsProblem({ ...settings, leafMillis: 2000 }) ?? "", /3 seconds/);
  assert.match(settingsProblem({ ...settings, overlapMillis: 0 }) ?? "", /overlap/);
});

/** Takes steps until nothing is due. The bound fails the test when that never comes. */
async function settle(
  from: CertificateSet | undefined,
  how: CertificateSettings,
  now: number,
): Promise<CertificateSet> {
  let set = from;
  for (let steps = 0; steps < 6; steps++) {
    const next = planCertificates(set === undefined ? undefined : stateOf(set), how, now);
    if (next.step === "keep" && set !== undefined) {
      assert.ok(next.until > now);
      return set;
    }
    assert.notEqual(next.step, "keep");
    set = await changeCertificates(set, next.step as CertificateStep, how, now);
  }
  return assert.fail("the plan never comes to rest");
}

test("over years of uneven looks, with real certificates, a client that reads the bundle once per overlap is never failed", async () => {
  const how = { ...settings, overlapMillis: 2 * HOUR };
  // The leader looks less often than clients read, and at most a tenth of a leaf's life apart.
  const looks = fc.array(fc.integer({ min: HOUR, max: 3 * HOUR }), { minLength: 80, maxLength: 100 });
  await fc.assert(
    fc.asyncProperty(looks, async (gaps) => {
      let now = Date.UTC(2030, 0, 1);
      let set = await settle(undefined, how, now);
      const client = { bundle: bundleOf(set), readAt: now };
      let promotions = 0;
      for (const gap of gaps) {
        now += gap;
        const reads = Math.floor((now - client.readAt) / how.overlapMillis);
        if (reads > 0) client.bundle = bundleOf(set);
        client.readAt += reads * how.overlapMillis;
        assertTrusted(set, client.bundle, now);
        const issuer = set.issuer.certPem;
        set = await settle(set, how, now);
        if (set.issuer.certPem !== issuer) promotions++;
        assertTrusted(set, client.bundle, now);
        assert.ok(splitPem(bundleOf(set)).length <= 3);
      }
      assert.ok(promotions > 0, "no rotation was seen");
    }),
    { numRuns: 3, endOnFailure: true },
  );
});

test("after a leader was away for any time, the plan comes to rest with a leaf that is valid", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 250 * HOUR }), { minLength: 1, maxLength: 12 }),
      async (gaps) => {
        let now = Date.UTC(2030, 0, 1);
        let set = await settle(undefined, settings, now);
        for (const gap of gaps) {
          now += gap;
          set = await settle(set, settings, now);
          assertTrusted(set, bundleOf(set), now);
        }
      },
    ),
    { numRuns: 6, endOnFailure: true },
  );
});

function assertTrusted(set: CertificateSet, bundle: string, now: number): void {
  const valid = (pem: string) => readCertificate(pem).notBefore <= now && now < readCertificate(pem).notAfter;
  assert.ok(valid(set.leaf.certPem), "the leaf is expired");
  assert.ok(
    splitPem(bundle).some((ca) => valid(ca) && isIssuedBy(set.leaf.certPem, ca)),
    "no CA that the client trusts has signed the leaf",
  );
}
