import { KustodyError } from "../../../kernel/errors.ts";
import { clusterResource, type Kube, namespacedResource, type Resource, Secrets } from "../../../kernel/kube/index.ts";
import { asList, asRecord, asText } from "../../../kernel/untyped.ts";

/** How the API server serves `secrets`, `widgets.example.com` …: asked of its discovery. Errors: KST_KUBE_NOT_FOUND. */
export async function resourceOf(kube: Kube, name: string): Promise<Resource> {
  if (name === "secrets") return Secrets;
  const dot = name.indexOf(".");
  const group = dot < 0 ? "" : name.slice(dot + 1);
  const plural = dot < 0 ? name : name.slice(0, dot);
  const apiVersion = group === "" ? "v1" : await preferredVersion(kube, group);
  const path = group === "" ? "/api/v1" : `/apis/${apiVersion}`;
  const { body } = await kube.transport.request({ what: `discover ${apiVersion}`, path });
  const listed = asList(asRecord(JSON.parse(body.toString("utf8")))["resources"]).map(asRecord);
  const found = listed.find((entry) => entry["name"] === plural);
  const kind = asText(found?.["kind"]);
  if (kind === undefined) {
    throw new KustodyError("KST_KUBE_NOT_FOUND", `the API server serves no ${name}`, {
      hint: "kubectl api-resources lists what there is",
    });
  }
  return found?.["namespaced"] === true
    ? namespacedResource(apiVersion, kind, plural)
    : clusterResource(apiVersion, kind, plural);
}

async function preferredVersion(kube: Kube, group: string): Promise<string> {
  const { body } = await kube.transport.request({ what: `discover ${group}`, path: `/apis/${group}` });
  const preferred = asRecord(asRecord(JSON.parse(body.toString("utf8")))["preferredVersion"]);
  return asText(preferred["groupVersion"]) ?? `${group}/v1`;
}
