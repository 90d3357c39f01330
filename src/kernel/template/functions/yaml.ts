import { readYaml11 } from "../../yaml/read-yaml11.ts";
import { valueOf } from "../json/read-json.ts";
import { bytesOfText, textOfBytes } from "../values/utf8.ts";
import { GoMap } from "../values/value.ts";
import { writeGoYaml } from "../yaml/write-go-yaml.ts";
import { type FunctionTable, fn } from "./go-function.ts";
import { orElse } from "./json.ts";

/** A text that is no mapping gives one with an `Error`, as there; the words are ours, and name no value. */
export const YAML_FUNCTIONS: FunctionTable = {
  toYaml: fn(["any"], ([value], { meter }) => orElse(() => writeGoYaml(value, meter), "")),
  fromYaml: fn(["string"], ([text], { meter }) => {
    meter.charge(text.length);
    meter.step(Math.ceil(text.length / 16));
    const reading = readYaml11(textOfBytes(text));
    if (!reading.ok) return failure(reading.reason);
    if (reading.value === null) return new GoMap();
    const value = orElse(() => valueOf(reading.value, meter), null);
    return value instanceof GoMap ? value : failure("the document is no mapping");
  }),
};

function failure(reason: string): GoMap {
  return new GoMap(new Map([["Error", bytesOfText(reason)]]));
}
