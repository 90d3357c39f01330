import { StringDecoder } from "node:string_decoder";
import type { Kube } from "../../../kernel/kube/index.ts";
import { EncryptionMetrics, type ServerEncryption } from "./server-metrics.ts";

/** Megabytes are usual; a server that sends more than this is none. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Reads an API server's metrics, which takes the right `get` on the path `/metrics`. Errors: KST_KUBE_…, KST_HTTP_…. */
export async function observeServer(kube: Kube, signal?: AbortSignal): Promise<ServerEncryption> {
  const reply = await kube.transport.stream({
    what: "get metrics",
    path: "/metrics",
    accept: "text/plain",
    maxResponseBytes: MAX_BYTES,
    signal,
  });
  const metrics = new EncryptionMetrics();
  const decoder = new StringDecoder("utf8");
  for await (const chunk of reply.body) metrics.feed(decoder.write(chunk));
  return metrics.report(kube.server);
}
