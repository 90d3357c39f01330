import type { FieldPath } from "../../kernel/finding/field-path.ts";
import { parseFieldPath } from "../../kernel/finding/field-path.ts";
import type { Finding, Location } from "../../kernel/finding/finding.ts";
import {
  compareFindings,
  type InputError,
  identityOf,
  type PracticeScore,
  type Scorecard,
} from "../../kernel/finding/scorecard.ts";
import type { InputProblem, KubeObject, PassedOver } from "../../kernel/kube/manifests/manifest.ts";
import { asRecord, asText } from "../../kernel/untyped.ts";
import type { PracticeStation } from "../../model/world/practice-station.ts";
import type { World } from "../../model/world/world.ts";

/** An object to assess; from a file it comes with the way back to its text. */
export interface Examined {
  readonly type: "object";
  readonly object: KubeObject;
  readonly locate?: (path: FieldPath) => Location;
}

export interface Assessment {
  readonly stations: readonly PracticeStation[];
  readonly world: World;
  readonly subjects:
    | AsyncIterable<Examined | InputProblem | PassedOver>
    | Iterable<Examined | InputProblem | PassedOver>;
}

/**
 * The runner: streams objects through every practice against a world that was indexed before. Pure apart from
 * what `subjects` does; it keeps findings, never objects. The same fact is told once; the order is fixed.
 */
export async function assess({ stations, world, subjects }: Assessment): Promise<Scorecard> {
  const tallies = stations.map((station) => new Tally(station));
  const passedOver: Record<string, number> = {};
  const inputErrors: InputError[] = [];
  let objects = 0;
  for await (const subject of subjects) {
    if (subject.type === "problem") inputErrors.push({ location: subject.location, reason: subject.reason });
    else if (subject.type === "passed over") passedOver[subject.reason] = (passedOver[subject.reason] ?? 0) + 1;
    else {
      objects++;
      for (const tally of tallies) tally.look(subject, world);
    }
  }
  return {
    practices: tallies.map((tally) => tally.score()),
    rules: stations.flatMap(({ practice, parts }) =>
      parts.flatMap(({ rules }) => rules.map((rule) => ({ ...rule, practice }))),
    ),
    objects,
    passedOver,
    inputErrors,
  };
}

/** What one practice has seen so far. */
class Tally {
  readonly #station: PracticeStation;
  readonly #findings = new Map<string, Finding>();
  #assessed = 0;

  constructor(station: PracticeStation) {
    this.#station = station;
  }

  look({ object, locate }: Examined, world: World): void {
    let concerned = false;
    for (const { look } of this.#station.parts) {
      const seen = look(object, world);
      concerned ||= seen.concerned;
      for (const finding of seen.findings) {
        const placed = locate === undefined ? finding : withLocation(finding, locate);
        const fact = isNamed(object)
          ? identityOf(placed)
          : JSON.stringify([identityOf(placed), placed.subject.location]);
        if (!this.#findings.has(fact)) this.#findings.set(fact, placed);
      }
    }
    if (concerned) this.#assessed++;
  }

  score(): PracticeScore {
    const { practice, parts, needs } = this.#station;
    const findings = [...this.#findings.values()].sort(compareFindings);
    const assessed = this.#assessed;
    if (parts.length === 0) return { practice, state: "not assessed", assessed, reason: "no checks yet", findings };
    if (assessed === 0)
      return {
        practice,
        state: "not assessed",
        assessed,
        reason: needs ?? "nothing in the input to look at",
        findings,
      };
    const failed = findings.some(({ severity }) => severity !== "info");
    return { practice, state: failed ? "failed" : "passed", assessed, findings };
  }
}

/** What has no name (`generateName`, an EncryptionConfiguration) can only be told from its like by its place. */
function isNamed(object: KubeObject): boolean {
  return asText(asRecord(object.metadata)["name"]) !== undefined;
}

function withLocation(finding: Finding, locate: (path: FieldPath) => Location): Finding {
  const location = locate(parseFieldPath(finding.subject.field ?? ""));
  return { ...finding, subject: { ...finding.subject, location } };
}
