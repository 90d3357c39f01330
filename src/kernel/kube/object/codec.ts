import { KustodyError } from "../../errors.ts";
import type { KubeObject, PartialObjectMetadata } from "./object-meta.ts";
import { apiVersionOf, type Resource, resourceName } from "./resource.ts";
import { parseSecretJson } from "./secret-json.ts";

/** Turns replies into objects of one resource. */
export interface Codec<T extends KubeObject> {
  readonly resource: Resource;
  readonly accept: string;
  readonly listAccept: string;
  /** Parses one JSON document: an object, a list or a watch event. */
  parse(json: Buffer): unknown;
  /** A parsed object, without managedFields unless told, with its kind filled in and its schema checked. */
  object(parsed: unknown, keepManagedFields?: boolean): T;
}

const META = "g=meta.k8s.io;v=v1";

/** Whole objects. */
export function objectCodec<T extends KubeObject>(resource: Resource<T>): Codec<T> {
  return {
    resource,
    accept: "application/json",
    listAccept: "application/json",
    parse: parser(resource),
    object: (parsed, keep) => checked(resource, settled(resource, parsed, keep)),
  };
}

/** Only metadata; the server leaves the rest out. */
export function metadataCodec(resource: Resource): Codec<PartialObjectMetadata> {
  return {
    resource,
    accept: `application/json;as=PartialObjectMetadata;${META}`,
    listAccept: `application/json;as=PartialObjectMetadataList;${META}`,
    parse: parser(resource),
    object: (parsed, keep) => settled(resource, parsed, keep),
  };
}

/** Whether the kind holds secret values. */
export function isSecretive(resource: Resource): boolean {
  return resource.group === "" && resource.plural === "secrets";
}

function parser(resource: Resource): (json: Buffer) => unknown {
  const parse = isSecretive(resource) ? parseSecretJson : (json: Buffer): unknown => JSON.parse(json.toString("utf8"));
  return (json) => {
    try {
      return parse(json);
    } catch {
      // The parser's message quotes the text.
      throw new KustodyError(
        "KST_KUBE_REPLY",
        `the API server's reply about ${resourceName(resource)} is not valid JSON`,
        {
          hint: "a proxy between may have cut or changed it",
          retry: "backoff",
        },
      );
    }
  };
}

function settled(resource: Resource, parsed: unknown, keepManagedFields = false): KubeObject {
  const object = parsed as Partial<KubeObject> | null;
  const meta = object?.metadata as { managedFields?: unknown; name?: unknown } | undefined;
  if (typeof meta !== "object" || meta === null || typeof meta.name !== "string") {
    throw new KustodyError(
      "KST_KUBE_REPLY",
      `the API server sent something without a name for ${resourceName(resource)}`,
    );
  }
  // Half of an object's bytes, and of no use to us.
  if (!keepManagedFields) delete meta.managedFields;
  const { apiVersion: _, kind: __, ...rest } = object as KubeObject;
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, ...rest };
}

function checked<T extends KubeObject>(resource: Resource<T>, object: KubeObject): T {
  if (resource.schema === undefined) return object as T;
  const result = resource.schema.safeParse(object);
  if (result.success) return result.data;
  const places = result.error.issues.slice(0, 5).map((issue) => issue.path.join(".") || "its top level");
  const { namespace, name } = object.metadata;
  throw new KustodyError(
    "KST_KUBE_REPLY",
    `${resource.kind} ${namespace ? `${namespace}/` : ""}${name} has an unexpected shape at ${places.join(", ")}`,
    {
      hint: "the installed CustomResourceDefinition is of another version of Kustody",
    },
  );
}
