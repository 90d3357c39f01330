import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../../kernel/config/load-config.ts";
import { namedClusterOnly } from "./up-command.ts";

test("only the flag leads the example into a cluster that is there", async () => {
  const variables = { KUSTODY_KUBECONFIG: "/production", KUSTODY_CONTEXT: "main", KUSTODY_COLOR: "never" };
  const found = await loadConfig({ variables, folder: "/" });
  assert.equal(found.config.kubeconfig, "/production");
  const own = namedClusterOnly(found);
  assert.deepEqual([own.kubeconfig, own.context, own.color], [undefined, undefined, "never"]);

  const named = await loadConfig({ variables, folder: "/", flags: { kubeconfig: "/lab" } });
  assert.equal(namedClusterOnly(named).kubeconfig, "/lab");
});
