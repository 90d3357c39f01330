import type { DecodingStrategy } from "../../../../kernel/stores/value/decode-value.ts";
import type { Template } from "../../model/external-secret-spec.ts";

/** What of the target a template's output goes into. */
export type TemplateTarget = "data" | "labels" | "annotations";

/** An object of the ExternalSecret's own namespace that holds templates; a spec has no field for another namespace. */
export interface TemplateObject {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
}

/** One template: where it stands, where its output goes. Later ones win. */
export interface TemplateStep {
  /** For messages: `spec.target.template.data["config"]`. */
  readonly where: string;
  readonly text: { readonly literal: string } | { readonly from: TemplateObject; readonly entry: string };
  readonly target: TemplateTarget;
  /** The key of the output; absent where the output is a mapping that brings its own. */
  readonly key?: string;
  readonly decoding: DecodingStrategy | undefined;
}

const TEMPLATE = "spec.target.template";

/**
 * Pure. The templates of a target in upstream's order: templateFrom (of one entry first its ConfigMap, then its Secret, then
 * its literal), data, labels, annotations.
 */
export function templateStepsOf({ templateFrom = [], data, metadata }: Template): readonly TemplateStep[] {
  const from = templateFrom.flatMap(({ configMap, secret, literal, target, valuesDecodingStrategy }, index) => {
    const where = `${TEMPLATE}.templateFrom[${index}]`;
    const common = { target: templateTargetOf(target) ?? "data", decoding: valuesDecodingStrategy } as const;
    const objects = [
      { kind: "ConfigMap" as const, source: configMap },
      { kind: "Secret" as const, source: secret },
    ];
    const items = objects.flatMap(({ kind, source }) =>
      (source?.items ?? []).map(({ key, templateAs }): TemplateStep => {
        const place = `${where} (entry ${JSON.stringify(key)} of ${kind} ${source?.name ?? ""})`;
        const text = { from: { kind, name: source?.name ?? "" }, entry: key };
        return { where: place, text, ...common, ...(templateAs === "KeysAndValues" ? {} : { key }) };
      }),
    );
    return literal === undefined ? items : [...items, { where: `${where}.literal`, text: { literal }, ...common }];
  });
  const own = (target: TemplateTarget, texts: Readonly<Record<string, string>> = {}): TemplateStep[] => {
    const parent = target === "data" ? TEMPLATE : `${TEMPLATE}.metadata`;
    return Object.entries(texts).map(([key, literal]) => ({
      where: `${parent}.${target}[${JSON.stringify(key)}]`,
      text: { literal },
      target,
      key,
      decoding: undefined,
    }));
  };
  return [
    ...from,
    ...own("data", data),
    ...own("labels", metadata?.labels),
    ...own("annotations", metadata?.annotations),
  ];
}

/**
 * Pure. The target that a `templateFrom` entry names, in whatever case; undefined for any other. Paths into other fields of a
 * Secret would let a template choose its type (CVE-2026-42876).
 */
export function templateTargetOf(target: string | undefined): TemplateTarget | undefined {
  switch ((target ?? "").toLowerCase()) {
    case "":
    case "data":
      return "data";
    case "labels":
      return "labels";
    case "annotations":
      return "annotations";
    default:
      return undefined;
  }
}

/** Pure. Whether the values that the stores gave go into the target as they are. */
export function keepsValues({ mergePolicy, data, templateFrom }: Template): boolean {
  const hasNone = Object.keys(data ?? {}).length === 0 && (templateFrom ?? []).length === 0;
  return mergePolicy === "Merge" || hasNone;
}
