import { collectionPath, withQuery } from "../api/paths.ts";
import type { Kube } from "../kube.ts";
import { findStrings } from "../object/find-strings.ts";
import type { ObjectMeta } from "../object/object-meta.ts";
import { Secrets } from "../object/resources.ts";
import { LAST_APPLIED } from "../object/secret-json.ts";

/** A Secret without its values: the server sends metadata and type, and nothing else leaves it. */
export interface SecretHeader {
  readonly apiVersion: "v1";
  readonly kind: "Secret";
  readonly type: string;
  /** With managedFields: who wrote which field; an applied copy of the values is emptied. */
  readonly metadata: ObjectMeta & { readonly managedFields?: unknown };
}

const TABLE = "application/json;as=Table;g=meta.k8s.io;v=v1";

/**
 * All Secrets of the cluster as table rows: the one form in which the API tells a Secret's type without its data.
 * RBAC cannot tell it from a full list: it takes `list` on secrets all the same.
 */
export async function* secretHeaders(kube: Kube, signal?: AbortSignal): AsyncGenerator<SecretHeader, void, undefined> {
  let token: string | undefined = "";
  while (token !== undefined) {
    const path = withQuery(collectionPath(Secrets, undefined), {
      limit: 500,
      includeObject: "Metadata",
      continue: token === "" ? undefined : token,
    });
    const { body } = await kube.transport.request({
      what: "list secrets",
      path,
      accept: TABLE,
      secretive: true,
      signal,
    });
    const table = JSON.parse(withoutAppliedCopies(body).toString("utf8")) as Table;
    const typeColumn = table.columnDefinitions.findIndex(({ name }) => name === "Type");
    for (const { cells, object } of table.rows ?? []) {
      yield {
        apiVersion: "v1",
        kind: "Secret",
        type: cells[typeColumn] ?? "Opaque",
        metadata: object.metadata,
      };
    }
    token = table.metadata.continue || undefined;
  }
}

interface Table {
  readonly metadata: { readonly continue?: string };
  readonly columnDefinitions: readonly { readonly name: string }[];
  readonly rows?: readonly { readonly cells: readonly string[]; readonly object: { readonly metadata: ObjectMeta } }[];
}

/** kubectl's last-applied annotation holds a whole Secret, values and all: it is cut out before anything is a string. */
function withoutAppliedCopies(json: Buffer): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { start, end } of findStrings(json, (path) => path.at(-1) === LAST_APPLIED)) {
    pieces.push(json.subarray(from, start));
    from = end;
  }
  return Buffer.concat([...pieces, json.subarray(from)]);
}
