import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Appointments } from "./appointments.ts";

test("whatever is set, moved and cancelled, what comes out is what is due, each once, earliest first", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("set" as const), key: fc.nat(20), at: fc.nat(1000) }),
    fc.record({ do: fc.constant("cancel" as const), key: fc.nat(20) }),
    fc.record({ do: fc.constant("take" as const), now: fc.nat(1000) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const appointments = new Appointments<number>();
      const model = new Map<number, number>();
      for (const one of steps) {
        if (one.do === "set") {
          appointments.set(one.key, one.at);
          model.set(one.key, one.at);
        } else if (one.do === "cancel") {
          appointments.cancel(one.key);
          model.delete(one.key);
        } else {
          let last = -1;
          for (let key = appointments.takeDue(one.now); key !== undefined; key = appointments.takeDue(one.now)) {
            const at = model.get(key);
            assert.ok(at !== undefined && at <= one.now && at >= last);
            last = at;
            model.delete(key);
          }
          assert.ok([...model.values()].every((at) => at > one.now));
        }
        assert.equal(appointments.size, model.size);
        assert.equal(appointments.next(), model.size === 0 ? undefined : Math.min(...model.values()));
      }
    }),
  );
});
