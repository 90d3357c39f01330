import { failed } from "../template-fault.ts";
import { typeName } from "../values/type-name.ts";
import { bytesOfText, textOfBytes } from "../values/utf8.ts";
import { GoMap, isObject, type Value } from "../values/value.ts";

/** A field of a value, or the entry of a map. Methods are looked for before. */
export function fieldOf(receiver: Value, name: string, missingKey: "error" | "default", hasArguments: boolean): Value {
  if (receiver === undefined) {
    if (missingKey === "error") throw failed(`there is no value to take ${shown(name)} of`);
    return undefined;
  }
  if (receiver === null) throw failed(`a nil value has no field ${shown(name)}`);
  if (hasArguments && (receiver instanceof GoMap || isObject(receiver))) {
    throw failed(`${shown(name)} is no method, but has arguments`);
  }
  if (receiver instanceof GoMap) {
    const value = receiver.entries.get(name);
    if (value === undefined && missingKey === "error" && !receiver.entries.has(name)) {
      throw failed(`the data has no entry ${shown(name)}`);
    }
    return value;
  }
  if (isObject(receiver) && receiver.fields.has(name)) return receiver.fields.get(name);
  throw failed(`a value of type ${typeName(receiver)} has no field ${shown(name)}`);
}

/** A name out of the template's text. */
function shown(name: string): string {
  return bytesOfText(JSON.stringify(textOfBytes(name)));
}
