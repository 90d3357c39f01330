import { readJson } from "../../../src/kernel/template/json/read-json.ts";
import { meterOf, type RenderOptions, readTemplate, renderValue } from "../../../src/kernel/template/render-value.ts";
import { TemplateFault } from "../../../src/kernel/template/template-fault.ts";
import { bytesOfText } from "../../../src/kernel/template/values/utf8.ts";
import { GoMap, type Value } from "../../../src/kernel/template/values/value.ts";
import type { Case, Rendered } from "./go-renderer.ts";

/** What our engine renders, read and rendered anew; undefined for an error. */
export function renderOurs({ template, strings = {}, any, missingKey = "error", delimiters }: Case): Rendered {
  const options: RenderOptions = {
    sources: { now: () => Date.now(), random: (count) => Buffer.alloc(count, 7) },
    missingKey,
  };
  const meter = meterOf(options);
  const data: Value =
    any === undefined
      ? new GoMap(
          new Map(Object.entries(strings).map(([key, value]) => [key, Buffer.from(value).toString("latin1")])),
          "string",
        )
      : readJson(bytesOfText(JSON.stringify(any)), meter);
  try {
    const read = readTemplate(template, delimiters && { left: delimiters[0], right: delimiters[1] });
    const refuse = (): never => {
      throw new TemplateFault("failed", "costly");
    };
    return Buffer.from(renderValue(read, data, options, meter, refuse), "latin1");
  } catch (error) {
    if (error instanceof TemplateFault) return undefined;
    throw error;
  }
}
