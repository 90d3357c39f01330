import type { CredentialSource } from "../../kube/auth/credentials.ts";
import type { Clock } from "../../observe/clock.ts";
import type { Secret } from "../../secret/secret.ts";

/** Tokens are fetched anew after so long, half the life that is asked for. */
const RENEW_MILLIS = 1_800_000;
/** The server's 401 is believed at most this often. */
const PAUSE_MILLIS = 5_000;

/** Bearer tokens from wherever they come, fetched again when they are half-way through their life or refused. */
export function renewedToken(fetch: (signal: AbortSignal) => Promise<Secret>, clock: Clock): CredentialSource {
  let held: { token: Secret; at: number } | undefined;
  let pending: Promise<Secret> | undefined;
  const renew = async (): Promise<Secret> => {
    const token = await fetch(AbortSignal.timeout(30_000));
    // The old one is not wiped: a request under way may still send it.
    held = { token, at: clock.now() };
    return token;
  };
  return {
    async current() {
      if (held !== undefined && clock.now() - held.at < RENEW_MILLIS) return { token: held.token };
      pending ??= renew().finally(() => {
        pending = undefined;
      });
      return { token: await pending };
    },
    async rejected({ token }) {
      if (held === undefined || token !== held.token) return true;
      if (clock.now() - held.at < PAUSE_MILLIS) return false;
      held = undefined;
      return true;
    },
  };
}
