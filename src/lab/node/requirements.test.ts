import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readLabEnvironment } from "../environment.ts";
import { cgroupHierarchies } from "./node-cgroups.ts";
import { findNodeTools } from "./requirements.ts";

test("what a node lacks is named all at once, as the line that brings it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kustody-lab-test-"));
  try {
    const busybox = join(folder, "busybox");
    await writeFile(busybox, "\x7fELF /lib64/ld-linux-x86-64.so.2");
    await chmod(busybox, 0o755);
    const environment = { ...readLabEnvironment(), path: [folder] };
    await assert.rejects(findNodeTools(environment, "/data", []), (error: { code: string; hint: string }) => {
      assert.equal(error.code, "KST_LAB_NODE_REQUIREMENTS");
      assert.match(error.hint, /^apt-get install [\w -]+$/);
      for (const name of ["containerd", "runc", "iptables", "conntrack", "util-linux", "busybox-static"]) {
        assert.ok(error.hint.split(" ").includes(name), `${name} in: ${error.hint}`);
      }
      return true;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a data folder too long for sockets is refused before anything starts", async () => {
  const long = `/${"x".repeat(60)}`;
  await assert.rejects(findNodeTools(readLabEnvironment(), long), { code: "KST_LAB_NODE_REQUIREMENTS" });
});

test("cgroups of version 1 are used where there are any, and version 2 only where there are none", () => {
  const first = "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n";
  assert.deepEqual(cgroupHierarchies(first), [
    { path: "/sys/fs/cgroup/cpu", inUse: true },
    { path: "/sys/fs/cgroup/unified", inUse: false },
  ]);
  const second = "proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n";
  assert.deepEqual(cgroupHierarchies(second), [{ path: "/sys/fs/cgroup", inUse: true }]);
  assert.deepEqual(cgroupHierarchies("cgroup /elsewhere cgroup rw 0 0\n"), []);
});
