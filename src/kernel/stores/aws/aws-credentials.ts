import type { Secret } from "../../secret/secret.ts";

/** What requests are signed with. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken?: Secret;
  /** Milliseconds since the epoch; absent for keys that live until somebody removes them. */
  readonly expiresAt?: number;
}

/** Fetches credentials anew, since what they come from may have been rotated. Throws AWS's errors and the ports'. */
export type AwsLogin = (signal: AbortSignal) => Promise<AwsCredentials>;

export interface SdkCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** As the SDK takes them. A door: its signer works on strings. */
export function sdkCredentials({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentials): SdkCredentials {
  const key = secretAccessKey.unwrap().toString("utf8").trim();
  if (sessionToken === undefined) return { accessKeyId, secretAccessKey: key };
  return { accessKeyId, secretAccessKey: key, sessionToken: sessionToken.unwrap().toString("utf8").trim() };
}

/** The text of an access key's id, which is no secret, out of the Secret that holds it. A door. */
export function accessKeyIdOf(secret: Secret): string {
  return secret.unwrap().toString("utf8").trim();
}

/** A token as the SDK takes it. A door. */
export function tokenText(token: Secret): string {
  return token.unwrap().toString("utf8").trim();
}
