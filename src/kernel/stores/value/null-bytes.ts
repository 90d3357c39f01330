import { KustodyError } from "../../errors.ts";
import type { Secret } from "../../secret/secret.ts";

/** ESO's `nullBytePolicy`; absent is Ignore. */
export type NullBytePolicy = "Ignore" | "Fail";

/** @throws KST_VALUE_NULL_BYTE when the policy is Fail and `value`, fetched for `key`, has a byte of zero. A door. */
export function checkNullBytes(key: string, value: Secret, policy: NullBytePolicy | undefined): void {
  if (policy !== "Fail" || !value.unwrap().includes(0)) return;
  throw new KustodyError(
    "KST_VALUE_NULL_BYTE",
    `the value fetched for key ${JSON.stringify(key.slice(0, 253))} contains null bytes`,
    {
      hint: "store it encoded, or set nullBytePolicy to Ignore",
    },
  );
}
