import { homedir } from "node:os";
import { join } from "node:path";
import { readEnvironment } from "../../../kernel/config/environment.ts";

/** Where `up` keeps its cluster and `down` finds it, unless --data-dir says otherwise: below $XDG_STATE_HOME. */
export function stateFolder(): string {
  const { stateHome, home } = readEnvironment();
  return join(stateHome ?? join(home ?? homedir(), ".local", "state"), "kustody", "up");
}
