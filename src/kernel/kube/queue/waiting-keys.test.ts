import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { WaitingKeys } from "./waiting-keys.ts";

test("urgent keys go first, whatever their lane, and lanes take turns", () => {
  const waiting = new WaitingKeys<string>(10);
  for (const key of ["a1", "a2", "a3"]) waiting.add(key, "a", false);
  waiting.add("b1", "b", false);
  waiting.add("c1", "c", true);
  const order: string[] = [];
  for (let next = waiting.take(); next !== undefined; next = waiting.take()) order.push(next.key);
  assert.deepEqual(order, ["c1", "a1", "b1", "a2", "a3"]);
});

test("a full lane leaves its keys waiting and holds up no other", () => {
  const waiting = new WaitingKeys<string>(1);
  for (const key of ["a1", "a2"]) waiting.add(key, "a", true);
  waiting.add("b1", "b", false);
  assert.equal(waiting.take()?.key, "a1");
  assert.equal(waiting.take()?.key, "b1");
  assert.equal(waiting.take(), undefined);
  waiting.done("a");
  assert.equal(waiting.take()?.key, "a2");
});

test("whatever is added, taken and done, each waiting key comes out once and no lane has more than its share", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("add" as const), key: fc.nat(15), lane: fc.nat(2), urgent: fc.boolean() }),
    fc.constant({ do: "take" as const }),
    fc.constant({ do: "done" as const }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const waiting = new WaitingKeys<number>(2);
      const model = new Set<number>();
      const working: string[] = [];
      for (const one of steps) {
        if (one.do === "add") {
          waiting.add(one.key, String(one.lane), one.urgent);
          model.add(one.key);
        } else if (one.do === "done") {
          const lane = working.pop();
          if (lane !== undefined) waiting.done(lane);
        } else {
          const taken = waiting.take();
          if (taken === undefined) continue;
          assert.ok(model.delete(taken.key));
          working.push(taken.lane);
          assert.ok(working.filter((lane) => lane === taken.lane).length <= 2);
        }
        assert.equal(waiting.size, model.size);
      }
      while (working.length > 0) waiting.done(working.pop() as string);
      for (let next = waiting.take(); next !== undefined; next = waiting.take()) {
        assert.ok(model.delete(next.key));
        waiting.done(next.lane);
      }
      assert.equal(model.size, 0);
    }),
  );
});
