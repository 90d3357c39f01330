import { systemClock } from "../../../observe/clock.ts";
import { Secret } from "../../../secret/secret.ts";
import { openLocalStore } from "../local-store.ts";

/** A process of its own that writes `count` keys under `name/`, for tests of the lock. */
const [, , file = "", name = "", count = "0"] = process.argv;
const store = await openLocalStore({ file, clock: systemClock });
const { signal } = new AbortController();
for (let n = 0; n < Number(count); n++) {
  const version = await store.write?.({ key: `${name}/${n}` }, Secret.fromText(name), undefined, signal);
  if (typeof version !== "string") throw new Error(JSON.stringify(version));
}
