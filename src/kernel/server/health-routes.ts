import type { Metrics } from "../observe/metrics.ts";
import type { Route } from "./server-types.ts";

/** `/healthz`: the process answers. `/readyz`: nothing of `notReady` stands in the way; else 503 and the names. */
export function healthRoutes(notReady: () => readonly string[], metrics: Metrics | undefined): Route[] {
  const health: Route = { method: "GET", path: "/healthz", handle: () => ({ text: "ok\n" }) };
  const readiness: Route = {
    method: "GET",
    path: "/readyz",
    handle: () => {
      const waiting = notReady();
      return waiting.length === 0 ? { text: "ok\n" } : { status: 503, text: `${waiting.join("\n")}\n` };
    },
  };
  if (metrics === undefined) return [health, readiness];
  return [health, readiness, { method: "GET", path: "/metrics", handle: () => metrics.render() }];
}
