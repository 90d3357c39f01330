import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ByteBudget } from "./byte-budget.ts";

const bounds = { total: 100, perTenant: 60, perIdentity: 40 };
const key = (tenant: string, identity: string, entry: string) => ({ tenant, identity, entry });

test("an identity over its bound loses its own least recently used entry", () => {
  const budget = new ByteBudget(bounds);
  budget.put(key("t", "i", "a"), 15);
  budget.put(key("t", "i", "b"), 15);
  budget.touch(key("t", "i", "a"));
  assert.deepEqual(budget.put(key("t", "i", "c"), 15), [key("t", "i", "b")]);
});

test("a tenant who fills the cache pushes out itself, never a neighbour", () => {
  const budget = new ByteBudget(bounds);
  budget.put(key("small", "s", "keep"), 10);
  const gone = Array.from({ length: 50 }, (_, n) => budget.put(key("big", `b${n % 7}`, `e${n}`), 20)).flat();
  assert.ok(gone.length > 40);
  assert.ok(gone.every(({ tenant }) => tenant === "big"));
  assert.equal(budget.tenantBytes("small"), 10);
});

test("no sequence of puts and removals exceeds a bound, and what is evicted is exactly what is gone", () => {
  const place = fc.record({
    tenant: fc.constantFrom("t1", "t2", "t3"),
    identity: fc.constantFrom("a", "b"),
    entry: fc.constantFrom("k1", "k2", "k3", "k4"),
  });
  const step = fc.record({ place, bytes: fc.integer({ min: 1, max: 40 }), remove: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const budget = new ByteBudget(bounds);
      const model = new Map<string, number>();
      for (const { place: at, bytes, remove } of steps) {
        if (remove) {
          budget.remove(at);
          model.delete(JSON.stringify(at));
          continue;
        }
        model.set(JSON.stringify(at), bytes);
        for (const { tenant, identity, entry } of budget.put(at, bytes)) {
          assert.ok(model.delete(JSON.stringify({ tenant, identity, entry })));
        }
        assert.equal(
          budget.total,
          [...model.values()].reduce((sum, size) => sum + size, 0),
        );
        assert.ok(budget.total <= bounds.total);
        for (const tenant of ["t1", "t2", "t3"]) assert.ok(budget.tenantBytes(tenant) <= bounds.perTenant);
      }
    }),
  );
});
