import type { z } from "zod";
import type { AnyObject } from "../object/resources.ts";
import { type StructuralSchema, structuralSchema } from "./structural-schema.ts";

/** A kind to be served, in one version, with a status subresource where it has a status. */
export interface CustomResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  readonly description: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly columns?: readonly PrinterColumn[];
  /** JSON paths of fields by which lists can be selected: `.spec.target.name`. */
  readonly selectableFields?: readonly string[];
  readonly spec: z.ZodType;
  readonly status?: z.ZodType;
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "date" | "boolean";
  readonly jsonPath: string;
}

/** A CustomResourceDefinition of apiextensions.k8s.io/v1. */
export interface Crd extends AnyObject {
  readonly spec: CrdSpec;
}

export interface CrdSpec {
  readonly group: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly names: Readonly<Record<string, unknown>> & { readonly plural: string; readonly kind: string };
  readonly versions: readonly {
    readonly name: string;
    readonly served: boolean;
    readonly storage: boolean;
    readonly schema: { readonly openAPIV3Schema: StructuralSchema };
    readonly [field: string]: unknown;
  }[];
}

/** The CustomResourceDefinition of a kind. Pure, and in a fixed order, so that its text can be compared. */
export function customResourceDefinition(resource: CustomResource): Crd {
  const { group, version, kind, plural, shortNames = [], categories = [], namespaced } = resource;
  const { columns = [], selectableFields = [] } = resource;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
      ...(resource.labels === undefined ? {} : { labels: resource.labels }),
    },
    spec: {
      group,
      scope: namespaced ? "Namespaced" : "Cluster",
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(shortNames.length === 0 ? {} : { shortNames }),
        ...(categories.length === 0 ? {} : { categories }),
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(columns.length === 0 ? {} : { additionalPrinterColumns: columns }),
          ...(selectableFields.length === 0
            ? {}
            : { selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })) }),
          schema: { openAPIV3Schema: rootSchema(resource) },
          ...(resource.status === undefined ? {} : { subresources: { status: {} } }),
        },
      ],
    },
  };
}

function rootSchema({ description, spec, status }: CustomResource): StructuralSchema {
  return {
    type: "object",
    description,
    required: ["spec"],
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      spec: structuralSchema(spec),
      ...(status === undefined ? {} : { status: structuralSchema(status) }),
    },
  };
}
