import type { FastifyInstance } from "fastify";
import type { Metrics } from "../observe/metrics.ts";

/** Counts and times requests by route pattern, never by what was asked for. */
export function countRequests(app: FastifyInstance, metrics: Metrics): void {
  const requests = metrics.counter({
    name: "kustody_server_requests_total",
    help: "requests answered",
    labels: ["method", "route", "status"],
  });
  const seconds = metrics.histogram({
    name: "kustody_server_request_seconds",
    help: "time from a request's headers to its reply's end",
    labels: ["route"],
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    requests.add({ method: request.method, route, status: String(reply.statusCode) });
    seconds.observe({ route }, reply.elapsedTime / 1000);
  });
}
