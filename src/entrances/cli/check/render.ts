import type { Config } from "../../../kernel/config/config-schema.ts";
import { readEnvironment } from "../../../kernel/config/environment.ts";
import { renderJson } from "../../../kernel/finding/render-json.ts";
import { renderJunit } from "../../../kernel/finding/render-junit.ts";
import { renderSarif } from "../../../kernel/finding/render-sarif.ts";
import { renderText } from "../../../kernel/finding/render-text.ts";
import type { Scorecard } from "../../../kernel/finding/scorecard.ts";
import type { Terminal } from "../terminal.ts";
import { version } from "../version.ts";

/** The scorecard in the form that `--output` names. */
export function render(scorecard: Scorecard, config: Pick<Config, "output" | "color">, terminal: Terminal): string {
  switch (config.output) {
    case "json":
      return renderJson(scorecard);
    case "sarif":
      return renderSarif(scorecard, version());
    case "junit":
      return renderJunit(scorecard);
    case "text":
      return renderText(scorecard, { color: wantsColor(config.color, terminal) });
  }
}

/** As --color says; "auto" means on a terminal, unless NO_COLOR asks for none. */
function wantsColor(color: Config["color"], terminal: Terminal): boolean {
  if (color !== "auto") return color === "always";
  return terminal.stdoutIsTty && !readEnvironment().noColor;
}
