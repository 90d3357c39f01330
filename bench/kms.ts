import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endPlugins, startPlugin } from "../src/entrances/plugins/kms/testing/plugin-process.ts";
import { initLocalKeys } from "../src/kernel/keys/local/change-local-keys.ts";
import { systemClock } from "../src/kernel/observe/clock.ts";
import { apiServerStart } from "./kms/api-server-start.ts";
import { throughput } from "./kms/throughput.ts";

/** The KMS plugin: calls a second with a local key, and what an API server's start costs. `node bench/kms.ts [throughput|start]` */
const [only] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "kustody-bench-kms-"));
try {
  if (only !== "start") {
    const file = join(folder, "kms.keys");
    await initLocalKeys({ file, recovery: join(folder, "recovery.keys"), clock: systemClock });
    const plugin = await startPlugin(join(folder, "kms.sock"), ["--key", `local://${file}`]);
    await throughput(join(folder, "kms.sock"), 3);
    await plugin.end();
  }
  if (only !== "throughput") await apiServerStart(folder);
} finally {
  endPlugins();
  rmSync(folder, { recursive: true, force: true });
}
