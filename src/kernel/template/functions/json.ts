import { readJson } from "../json/read-json.ts";
import { writeJson } from "../json/write-json.ts";
import { TemplateFault } from "../template-fault.ts";
import { type FunctionTable, fn } from "./go-function.ts";

const COMPACT = { escapeHtml: true };
const PRETTY = { escapeHtml: true, indent: "  " };
const RAW = { escapeHtml: false };

/** What fails gives `otherwise`, as sprig's functions without `must` do; bounds hold nonetheless. */
export function orElse<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateFault && error.kind === "failed") return otherwise;
    throw error;
  }
}

export const JSON_FUNCTIONS: FunctionTable = {
  fromJson: fn(["string"], ([text], { meter }) => orElse(() => readJson(text, meter, true), null)),
  mustFromJson: fn(["string"], ([text], { meter }) => readJson(text, meter)),
  toJson: fn(["any"], ([value], { meter }) => orElse(() => writeJson(value, COMPACT, meter), "")),
  mustToJson: fn(["any"], ([value], { meter }) => writeJson(value, COMPACT, meter)),
  toPrettyJson: fn(["any"], ([value], { meter }) => orElse(() => writeJson(value, PRETTY, meter), "")),
  mustToPrettyJson: fn(["any"], ([value], { meter }) => writeJson(value, PRETTY, meter)),
  toRawJson: fn(["any"], ([value], { meter }) => writeJson(value, RAW, meter)),
  mustToRawJson: fn(["any"], ([value], { meter }) => writeJson(value, RAW, meter)),
};
