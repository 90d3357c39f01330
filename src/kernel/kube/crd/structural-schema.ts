import { z } from "zod";
import { asList, asRecord, isRecord } from "../../untyped.ts";

/** OpenAPI v3 as a CustomResourceDefinition takes it. */
export type StructuralSchema = { readonly [keyword: string]: unknown };

/** Keywords that the API server takes in a structural schema, of those that zod writes or a model's `meta` may add. */
const KEPT: ReadonlySet<string> = new Set(
  [
    "type format description nullable enum pattern properties required items additionalProperties minimum maximum",
    "minLength maxLength minItems maxItems minProperties maxProperties x-kubernetes-validations x-kubernetes-map-type",
  ].flatMap((words) => words.split(" ")),
);

/** Formats that the API server checks; others it would pass over, and with them the pattern that says the same. */
const FORMATS: ReadonlySet<string> = new Set(["date-time", "int32", "int64"]);

/**
 * A zod schema as a structural schema (kubernetes.io/docs: "Specifying a structural schema"): no `$ref`, no `const`, no
 * `default`, which would drift in GitOps (ESO #5895). Pure. What is `unknown` in the model keeps whatever it holds.
 * CEL rules and bounds that zod has no word for stand in the model's `meta`, under Kubernetes' own names.
 *
 * @example
 * structuralSchema(z.object({ name: z.string().max(63) }));
 * // { type: "object", properties: { name: { type: "string", maxLength: 63 } }, required: ["name"] }
 */
export function structuralSchema(model: z.ZodType): StructuralSchema {
  return structural(z.toJSONSchema(model, { target: "openapi-3.0", io: "input", reused: "inline" }));
}

function structural(schema: unknown): StructuralSchema {
  const node = asRecord(schema);
  const union = asList(node["anyOf"]).map((one) => asRecord(one)["type"]);
  if (union.length > 0) return { ...described(node), ...intOrString(union) };
  if (node["type"] === undefined) return { ...described(node), "x-kubernetes-preserve-unknown-fields": true };
  const kept = Object.entries(node).filter(([keyword]) => KEPT.has(keyword));
  return Object.fromEntries(kept.flatMap(([keyword, value]) => converted(keyword, value, node)));
}

/** A keyword with what becomes of its value: none, itself, or one that Kubernetes has in its place. */
function converted(keyword: string, value: unknown, node: StructuralSchema): [string, unknown][] {
  switch (keyword) {
    case "properties": {
      const fields = Object.entries(asRecord(value)).map(([name, field]) => [name, structural(field)]);
      return [[keyword, Object.fromEntries(fields)]];
    }
    case "items":
      return [[keyword, structural(value)]];
    case "additionalProperties":
      return mapOf(value);
    case "minimum":
    case "maximum":
      // zod bounds every integer by what a double holds exactly; that is no rule of the API.
      return Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER ? [] : [[keyword, value]];
    case "pattern":
      return FORMATS.has(String(node["format"])) ? [] : [[keyword, value]];
    case "format":
      return FORMATS.has(String(value)) ? [[keyword, value]] : [];
    default:
      return [[keyword, value]];
  }
}

/** What a map's values are. Values of any kind keep what they hold, but an object's fields must be asked to stay. */
function mapOf(values: unknown): [string, unknown][] {
  const known = isRecord(values) && Object.keys(values).length > 0;
  return known ? [["additionalProperties", structural(values)]] : [["x-kubernetes-preserve-unknown-fields", true]];
}

/** The one union that a structural schema can express. */
function intOrString(types: readonly unknown[]): StructuralSchema {
  const fits = types.length === 2 && types.includes("integer") && types.includes("string");
  return fits ? { "x-kubernetes-int-or-string": true } : { "x-kubernetes-preserve-unknown-fields": true };
}

function described(node: StructuralSchema): StructuralSchema {
  const carried = Object.entries(node).filter(([keyword]) =>
    ["description", "nullable", "x-kubernetes-validations"].includes(keyword),
  );
  return Object.fromEntries(carried);
}
