import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { InOrder } from "./in-order.ts";
import { Pace } from "./pace.ts";

test("requests are spread over time; a busy server halves them, and success brings them back up to the limit", () => {
  const pace = new Pace(10);
  assert.deepEqual([pace.book(1000), pace.book(1000), pace.book(1000)], [0, 100, 200]);
  assert.equal(pace.book(5000), 0, "what was not used is not saved up");
  pace.slowDown(5000, 3000);
  assert.equal(pace.perSecond, 5);
  assert.deepEqual([pace.book(5000), pace.book(5000)], [3000, 3200]);
  for (let count = 0; count < 1000; count++) pace.speedUp();
  assert.equal(pace.perSecond, 10);
  for (let count = 0; count < 100; count++) pace.slowDown(0, 0);
  assert.equal(pace.perSecond, 1, "never quite still");
});

test("the place that is remembered has nothing undone before it, in whatever order things end", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 30 }), (order) => {
      const place = new InOrder();
      const finish = order.map((_, index) => place.begin(String(index)));
      const done = new Set<number>();
      const byChance = order.map((rank, index) => ({ rank, index })).toSorted((one, other) => one.rank - other.rank);
      for (const { index } of byChance) {
        finish[index]?.();
        done.add(index);
        let expected = -1;
        while (done.has(expected + 1)) expected++;
        assert.equal(place.last, expected < 0 ? undefined : String(expected));
      }
    }),
  );
});
