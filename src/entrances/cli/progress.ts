import type { Terminal } from "./terminal.ts";

/** Tells a person who waits what is going on: one line on the terminal, rewritten. Piped output gets nothing. */
export interface Progress extends Disposable {
  report(line: string): void;
  /** Takes the line away, before something lasting is printed. */
  clear(): void;
}

export function openProgress({ stderr, stderrIsTty }: Terminal): Progress {
  const clear = (): void => {
    if (stderrIsTty) stderr.write("\r\u001b[K");
  };
  return {
    report: (line) => {
      if (stderrIsTty) stderr.write(`\r\u001b[K${line.slice(0, 100)}`);
    },
    clear,
    [Symbol.dispose]: clear,
  };
}
