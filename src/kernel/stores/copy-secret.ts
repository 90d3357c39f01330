import { Secret } from "../secret/secret.ts";

/** Another Secret with the same bytes, so that each holder may wipe its own. A door: bytes pass from one Secret to another. */
export function copySecret(secret: Secret): Secret {
  const bytes = Buffer.allocUnsafe(secret.size);
  secret.unwrap().copy(bytes);
  return Secret.fromBytes(bytes);
}
