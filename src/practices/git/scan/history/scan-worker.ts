import { parentPort, workerData } from "node:worker_threads";
import { ObjectStore } from "../../../../kernel/git/objects/object-store.ts";
import { Secret } from "../../../../kernel/secret/secret.ts";
import { BlobScan, type FoundPlaces, scanStore } from "./blob-scan.ts";
import { historyRules } from "./history-rules.ts";
import { receivedRules } from "./rule-transfer.ts";
import type { FromWorker, WorkerTask } from "./worker-messages.ts";

/** One thread of a scan: takes its shares of the objects, and tells what it finds. */
function run(task: WorkerTask, tell: (message: FromWorker) => void): void {
  using store = new ObjectStore(task.objects, { hashLength: task.hashLength, largest: task.largest });
  let found: [string, FoundPlaces][] = [];
  let named = 0;
  const scan = new BlobScan(
    historyRules(receivedRules(task.rules)),
    { lines: task.lines, seen: task.seen, threads: task.threads, key: Secret.fromBytes(task.key) },
    {
      maxDecodeDepth: task.maxDecodeDepth,
      allowComments: task.allowComments,
      largest: task.largest,
      onHits: (id, places) => found.push([id, places]),
      onProblem: (id, problem) => tell({ kind: "problem", id, problem }),
      onBatch: () => {
        const names = scan.names.slice(named);
        named += names.length;
        tell({ kind: "batch", blobs: scan.blobs, bytes: scan.bytes, names, found });
        found = [];
      },
    },
  );
  scanStore(scan, store, task.loose, task.shares);
  tell({ kind: "end" });
}

const port = parentPort;
if (port !== null) run(workerData as WorkerTask, (message) => port.postMessage(message));
