import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import type { Station } from "../../kernel/station.ts";
import type { World } from "./world.ts";

/** A practice's checks over Kubernetes objects. */
export type PracticeStation = Station<KubeObject, World>;
