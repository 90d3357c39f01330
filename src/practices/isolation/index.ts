import { part } from "../../kernel/station.ts";
import type { PracticeStation } from "../../model/world/practice-station.ts";
import { NAMESPACE_CHECKS, READER_CHECKS } from "./checks.ts";
import { boundReadersOf, walledNamespacesOf } from "./subjects.ts";

/** Practice 8: namespaces are walls. */
export const isolation: PracticeStation = {
  practice: "isolation",
  needs: "needs namespaces or bindings",
  parts: [part(walledNamespacesOf, NAMESPACE_CHECKS), part(boundReadersOf, READER_CHECKS)],
};
