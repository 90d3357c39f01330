import { pino } from "pino";
import type { Clock } from "./clock.ts";
import { systemClock } from "./clock.ts";
import { redact, redactText } from "./redact.ts";
import { renderLogLine } from "./render-log-line.ts";

export type LogFields = Readonly<Record<string, unknown>>;

/** Fields are redacted before they are written; see `redact` for what that takes out. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each line. */
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  readonly level: "debug" | "info" | "warn" | "error" | "silent";
  /** `auto`: text on a terminal, else one JSON object a line. */
  readonly format: "auto" | "json" | "text";
  /** Where lines go; default standard error, since standard output belongs to results. */
  readonly destination?: { readonly isTTY?: boolean; write(line: string): unknown };
  readonly color?: boolean;
  readonly clock?: Clock;
}

/**
 * There is no global logger: each program makes its own and passes it on.
 *
 * @example
 * const logger = createLogger({ level: "info", format: "auto" });
 * logger.error("cannot reach the store", { store: "vault", error });
 */
export function createLogger(options: LoggerOptions): Logger {
  const { destination = process.stderr, clock = systemClock } = options;
  const isText = options.format === "text" || (options.format === "auto" && destination.isTTY === true);
  const stream = isText
    ? { write: (line: string) => destination.write(renderLogLine(line, options.color === true)) }
    : { write: (line: string) => destination.write(line) };
  const root = pino(
    {
      level: options.level,
      base: null,
      messageKey: "message",
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
    },
    stream,
  );
  return wrap(root, {});
}

function wrap(root: pino.Logger, bound: LogFields): Logger {
  const at =
    (level: "debug" | "info" | "warn" | "error") =>
    (message: string, fields: LogFields = {}) => {
      if (!root.isLevelEnabled(level)) return;
      root[level](redact({ ...bound, ...fields }), redactText(message));
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => wrap(root, { ...bound, ...fields }),
  };
}
