import type { AnyObject } from "../../../kernel/kube/object/resources.ts";

export const GUARD_NAME = "kustody-keep-external-secrets-definitions";

/** On a definition: lets it be deleted after all. */
export const ALLOW_DELETION_ANNOTATION = "kustody.dev/allow-deletion";

const ADMISSION = "admissionregistration.k8s.io/v1";
const LABELS = { "app.kubernetes.io/managed-by": "kustody" };

/**
 * Refuses to delete definitions of External Secrets Operator's groups. `helm uninstall` deletes what its own record lists:
 * `helm.sh/resource-policy: keep` on the live object does not hold it back (Helm reads that from the record), and with the
 * definition would go every ExternalSecret, and with those every Secret that they own.
 */
export const GUARD_OBJECTS: readonly AnyObject[] = [
  {
    apiVersion: ADMISSION,
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: GUARD_NAME, labels: LABELS },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ["apiextensions.k8s.io"],
            apiVersions: ["*"],
            resources: ["customresourcedefinitions"],
            operations: ["DELETE"],
          },
        ],
      },
      matchConditions: [
        {
          name: "of-external-secrets",
          expression: "oldObject.spec.group in ['external-secrets.io', 'generators.external-secrets.io']",
        },
      ],
      validations: [
        {
          expression: `has(oldObject.metadata.annotations) && '${ALLOW_DELETION_ANNOTATION}' in oldObject.metadata.annotations`,
          message: `Kustody keeps this definition: with it would go all its objects and the Secrets that they own. Annotate it with ${ALLOW_DELETION_ANNOTATION} to delete it all the same`,
        },
      ],
    },
  },
  {
    apiVersion: ADMISSION,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: GUARD_NAME, labels: LABELS },
    spec: { policyName: GUARD_NAME, validationActions: ["Deny"] },
  },
];
