import type { Leak } from "./leak.ts";

/** Without what a general rule found and another one found too, on the same lines and with all of its value. */
export function withoutGeneral(leaks: readonly Leak[]): readonly Leak[] {
  if (!leaks.some(({ general }) => general)) return leaks;
  return leaks.filter(
    (leak) =>
      !leak.general ||
      !leaks.some(
        (other) =>
          !other.general &&
          other.startLine <= leak.startLine &&
          leak.startLine <= other.endLine &&
          other.secret.includes(leak.secret),
      ),
  );
}
