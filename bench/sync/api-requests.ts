import { adminRequest, type ControlPlane } from "../../src/lab/index.ts";

/** Requests that the API server has answered, by `verb resource/subresource`. */
export type Requests = ReadonlyMap<string, number>;

/** Reads the API server's own count. */
export async function requestsSoFar(plane: ControlPlane): Promise<Requests> {
  const { body } = await adminRequest(plane, "/metrics");
  const counts = new Map<string, number>();
  for (const line of String(body).split("\n")) {
    const match = /^apiserver_request_total\{(.*)\} ([0-9.e+]+)$/.exec(line);
    if (match === null) continue;
    const labels = Object.fromEntries([...(match[1] ?? "").matchAll(/(\w+)="([^"]*)"/g)].map(([, k, v]) => [k, v]));
    const { verb, resource, subresource } = labels as Record<string, string>;
    if (resource === undefined || resource === "") continue;
    const name = `${verb} ${resource}${subresource ? `/${subresource}` : ""}`;
    counts.set(name, (counts.get(name) ?? 0) + Number(match[2]));
  }
  return counts;
}

/** What came in between, greatest first. */
export function difference(before: Requests, after: Requests): [string, number][] {
  return [...after]
    .map(([name, count]): [string, number] => [name, count - (before.get(name) ?? 0)])
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1]);
}
