import type { Finding } from "../../kernel/finding/finding.ts";
import { decodeText } from "../../kernel/kube/manifests/decode-text.ts";
import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import type { PracticeStation } from "./practice-station.ts";
import { buildWorld, type Source } from "./world.ts";

/** What one practice finds in a text of manifests, taken as files or as a whole cluster. Pure: the way tests and examples use a practice. */
export function findingsIn(station: PracticeStation, manifests: string, source: Source = "files"): readonly Finding[] {
  const objects: KubeObject[] = [];
  for (const event of decodeText(manifests, "manifests.yaml", { named: true })) {
    if (event.type === "object") objects.push(event.object);
    else throw new TypeError(`not all of the text is manifests: ${event.reason}`);
  }
  const world = buildWorld(objects, { source });
  return objects.flatMap((object) => station.parts.flatMap(({ look }) => look(object, world).findings));
}
