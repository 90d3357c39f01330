import type { Command } from "commander";

/** What every kind of scan takes, as commander names it. */
export interface ScanFlags {
  readonly config?: string;
  readonly reportFormat?: string;
  readonly reportPath?: string;
  readonly reportTemplate?: string;
  readonly baselinePath?: string;
  readonly gitleaksIgnorePath: string;
  readonly exitCode: string;
  readonly enableRule: readonly string[];
  readonly maxTargetMegabytes: string;
  readonly maxDecodeDepth: string;
  readonly maxArchiveDepth: string;
  readonly ignoreGitleaksAllow?: boolean;
  /** In seconds. */
  readonly timeout: string;
  readonly logLevel: string;
  readonly diagnostics?: string;
  readonly show?: boolean;
  readonly matchCluster?: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** gitleaks' flags with its short forms, so that calls of it go on working. */
export function addScanFlags(command: Command): void {
  command
    .option(
      "-c, --config <file>",
      "a gitleaks.toml (default: GITLEAKS_CONFIG, GITLEAKS_CONFIG_TOML, PATH/.gitleaks.toml, ours)",
    )
    .option("-f, --report-format <format>", "json, csv, junit, sarif or template (default: for people)")
    .option("-r, --report-path <file>", "write the report there; - is standard output")
    .option("--report-template <file>", "a Go template with sprig's functions over the list of leaks")
    .option("-b, --baseline-path <file>", "leave out what stands in this report of an earlier scan (json)")
    .option("-i, --gitleaks-ignore-path <path>", "a .gitleaksignore, or the folder that holds one", ".")
    .option("--exit-code <number>", "exit code when there are leaks", "1")
    .option("--enable-rule <id...>", "only these rules", [])
    .option("--max-target-megabytes <number>", "pass larger files over; 0: those above 512 MB", "0")
    .option(
      "--max-decode-depth <number>",
      "look through this many layers of base64, hex, percent and \\u encoding",
      "5",
    )
    .option("--max-archive-depth <number>", "open archives, and archives in them, this deep", "0")
    .option("--timeout <seconds>", "stop after this time, and say so; 0: never", "0")
    .option("--show", "show how values begin, and how long they are")
    .option("--match-cluster", "say which Secrets of the cluster hold the values that were found")
    .option("--kubeconfig <file>", "for --match-cluster")
    .option("--context <name>", "for --match-cluster")
    .option("--ignore-gitleaks-allow", "report lines with a gitleaks:allow comment too")
    .option("-l, --log-level <level>", "warn: no summary when there are no leaks; error, fatal: no warnings", "info")
    .option("--redact [percent]", "accepted: values are always redacted in full")
    .option("-v, --verbose", "accepted: leaks are always listed")
    .option("--no-banner", "accepted: there is none")
    .option("--no-color", "accepted: there are no colours")
    .option("--diagnostics <what>", "accepted: nothing is recorded")
    .option("--diagnostics-dir <folder>", "accepted: nothing is recorded");
}
