import type { JsonPatch } from "../../../kernel/kube/api/write-options.ts";
import type { Kube } from "../../../kernel/kube/kube.ts";
import {
  CustomResourceDefinitions,
  ValidatingAdmissionPolicies,
  ValidatingAdmissionPolicyBindings,
  ValidatingWebhookConfigurations,
} from "../../../kernel/kube/object/resources.ts";
import type { TakeoverChange } from "./model.ts";
import { keepPatch } from "./plan.ts";

const fieldManager = "kustody-takeover";

const STOP_CONVERSION: JsonPatch = [
  { op: "test", path: "/spec/conversion/strategy", value: "Webhook" },
  { op: "replace", path: "/spec/conversion", value: { strategy: "None" } },
];

/**
 * Carries out one step. A step that meets an object which was changed since the plan was made is KST_KUBE_CONFLICT and
 * changes nothing: make a new plan.
 */
export async function applyTakeover(kube: Kube, change: TakeoverChange, signal?: AbortSignal): Promise<void> {
  const options = { fieldManager, ...(signal === undefined ? {} : { signal }) };
  switch (change.kind) {
    case "guard": {
      const isPolicy = change.object.kind === ValidatingAdmissionPolicies.kind;
      const resource = isPolicy ? ValidatingAdmissionPolicies : ValidatingAdmissionPolicyBindings;
      await kube.cluster(resource).apply(change.object, { ...options, force: true });
      return;
    }
    case "keep-definition":
      await kube.cluster(CustomResourceDefinitions).mergePatch(change.name, keepPatch(change), options);
      return;
    case "stop-conversion":
      await kube.cluster(CustomResourceDefinitions).jsonPatch(change.name, STOP_CONVERSION, options);
      return;
    case "delete-webhook":
      await kube
        .cluster(ValidatingWebhookConfigurations)
        .delete(change.name, { preconditions: { uid: change.uid }, ...(signal === undefined ? {} : { signal }) });
  }
}
