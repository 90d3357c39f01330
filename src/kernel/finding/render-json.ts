import { PRACTICES } from "./finding.ts";
import type { Scorecard } from "./scorecard.ts";

/**
 * The scorecard for programs. The shape is stable: fields may be added, none changes its meaning or goes away
 * within `kustody.dev/scorecard/v1`; docs/outputs.md describes it. Ends with a newline.
 */
export function renderJson(scorecard: Scorecard): string {
  const practices = scorecard.practices.map(({ practice, state, assessed, reason, findings }) => ({
    number: PRACTICES[practice].number,
    practice,
    title: PRACTICES[practice].title,
    state,
    assessed,
    ...(reason === undefined ? {} : { reason }),
    findings,
  }));
  const { objects, passedOver, inputErrors } = scorecard;
  return `${JSON.stringify({ schema: "kustody.dev/scorecard/v1", objects, passedOver, inputErrors, practices }, null, 2)}\n`;
}
