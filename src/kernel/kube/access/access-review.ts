import { KustodyError } from "../../errors.ts";
import type { Kube } from "../kube.ts";

/** What somebody wants to do. Empty strings and absent fields mean what `SubjectAccessReview` says they mean. */
export interface AccessAttributes {
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Absent: in all namespaces, or a resource of the cluster. */
  readonly namespace?: string;
  /** Absent: all names. */
  readonly name?: string;
}

export interface Subject {
  /** `system:serviceaccount:shop:web`, `jane`. */
  readonly user: string;
  readonly groups?: readonly string[];
  readonly uid?: string;
}

export interface AccessAnswer {
  readonly allowed: boolean;
  /** The authorizer's explanation; RBAC names the binding. */
  readonly reason: string;
}

/** May we do this? Every identity may ask. */
export async function canI(kube: Kube, attributes: AccessAttributes, signal?: AbortSignal): Promise<AccessAnswer> {
  return await review(kube, "SelfSubjectAccessReview", { resourceAttributes: attributes }, signal);
}

/** May `subject` do this? Needs `create` on `subjectaccessreviews.authorization.k8s.io`. */
export async function canSubject(
  kube: Kube,
  subject: Subject,
  attributes: AccessAttributes,
  signal?: AbortSignal,
): Promise<AccessAnswer> {
  return await review(kube, "SubjectAccessReview", { ...subject, resourceAttributes: attributes }, signal);
}

async function review(
  kube: Kube,
  kind: "SelfSubjectAccessReview" | "SubjectAccessReview",
  spec: unknown,
  signal: AbortSignal | undefined,
): Promise<AccessAnswer> {
  const { body } = await kube.transport.request({
    what: `create a ${kind}`,
    method: "POST",
    path: `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`,
    contentType: "application/json",
    body: JSON.stringify({ apiVersion: "authorization.k8s.io/v1", kind, spec }),
    // Only asks: repeating it does no harm.
    idempotent: true,
    signal,
  });
  const { status } = JSON.parse(body.toString("utf8")) as { status?: { allowed?: boolean; reason?: string } };
  if (typeof status?.allowed !== "boolean")
    throw new KustodyError("KST_KUBE_REPLY", `the ${kind} came back without an answer`);
  return { allowed: status.allowed, reason: status.reason ?? "" };
}
