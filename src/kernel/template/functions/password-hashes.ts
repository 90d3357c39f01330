import { LONGEST_PASSWORD } from "../../crypto/bcrypt.ts";
import { bcryptInThread } from "../../crypto/bcrypt-in-thread.ts";
import type { CallContext } from "../execute/call-context.ts";
import type { Value } from "../values/value.ts";
import { type FunctionTable, fn } from "./go-function.ts";

const COST = 10;
const SALT = 16;

export const PASSWORD_HASH_FUNCTIONS: FunctionTable = {
  bcrypt: fn(["string"], ([password], context) => hashed(password, "", context)),
  htpasswd: fn(["string", "string"], ([user, password], context) =>
    // sprig repeats the name here, which may be a value.
    user.includes(":") ? "invalid username" : hashed(password, `${user}:`, context),
  ),
};

/** sprig puts its remark where the hash should be. */
function hashed(password: string, prefix: string, { costly, random }: CallContext): Value {
  if (password.length > LONGEST_PASSWORD) {
    return `${prefix}failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes`;
  }
  const salt = random(SALT);
  return costly(async () => prefix + (await bcryptInThread(Buffer.from(password, "latin1"), salt, COST)));
}
