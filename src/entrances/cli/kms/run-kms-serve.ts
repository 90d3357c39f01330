import type { Config } from "../../../kernel/config/config-schema.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import { openKey } from "../../../kernel/keys/open-key.ts";
import type { WrappingKey } from "../../../kernel/keys/wrapping-key.ts";
import { steadyClock } from "../../../kernel/observe/clock.ts";
import { createLogger } from "../../../kernel/observe/logger.ts";
import { parseGoDurationMillis } from "../../../kernel/stores/value/go-duration.ts";
import { KMS_LIMITS, type KmsLimits, type KmsVersion } from "../../../practices/encryption/kms/index.ts";
import { startListener } from "../../operator/metrics-listener.ts";
import { kmsMetrics } from "../../plugins/kms/kms-metrics.ts";
import { socketPathOf } from "../../plugins/kms/kms-socket.ts";
import { serveKms } from "../../plugins/kms/serve-kms.ts";
import type { Terminal } from "../terminal.ts";
import { stayUntil, untilInterrupted } from "../up/until-interrupted.ts";
import type { ServeFlags } from "./kms-command.ts";

/** A file is looked at often, since that costs nothing: a rotation takes effect within seconds. */
const LOCAL_PROBE_MILLIS = 2_000;
const SHORTEST_AGE = 60_000;

/** Serves until Ctrl-C or SIGTERM; SIGHUP looks for a rotation at once. */
export async function runKmsServe(flags: ServeFlags, config: Config, terminal: Terminal): Promise<void> {
  const socketPath = socketPathOf(flags.listen, flags.allowAbstractSocket === true);
  const version = versionOf(flags.apiVersion);
  const limits = limitsOf(flags);
  const socketMode = modeOf(flags.socketMode);
  const logger = createLogger({
    level: config.log.level,
    format: config.log.format,
    destination: { isTTY: terminal.stderrIsTty, write: (line) => terminal.stderr.write(line) },
    color: terminal.stderrIsTty && config.color !== "never",
  });
  const interrupted = untilInterrupted();
  const clock = steadyClock;
  const keys: WrappingKey[] = [];
  for (const uri of [flags.key, ...flags.decryptKey]) keys.push(await openKey(uri, clock));
  const metrics = kmsMetrics();
  await using plugin = await serveKms({
    socketPath,
    keys,
    version,
    limits,
    clock,
    logger,
    metrics,
    ...(flags.socketGroup === undefined ? {} : { socketGroup: flags.socketGroup }),
    ...(socketMode === undefined ? {} : { socketMode }),
  });
  process.on("SIGHUP", plugin.wake);
  const { listen } = config.metrics;
  const text = async function* (): AsyncGenerator<string> {
    yield (await metrics.metrics.render()).text;
  };
  const listener =
    listen === undefined
      ? undefined
      : await startListener(listen, { metrics: text, isReady: plugin.isReady, notReady: "the key cannot be used" });
  logger.info("serving KMS v2", { socket: flags.listen, key: keys[0]?.name, metrics: listener?.url });
  await stayUntil(interrupted.promise);
  process.off("SIGHUP", plugin.wake);
  await listener?.close();
}

function limitsOf({ key, kekAge }: ServeFlags): KmsLimits {
  const age = parseGoDurationMillis(kekAge);
  if (!(age >= SHORTEST_AGE)) throw new KustodyError("KST_USAGE", "--kek-age is at least 1m");
  return { ...KMS_LIMITS, kekAge: age, ...(key.startsWith("local:") ? { probe: LOCAL_PROBE_MILLIS } : {}) };
}

function versionOf(text: string): KmsVersion {
  if (text === "v2" || text === "v2beta1") return text;
  throw new KustodyError("KST_USAGE", "--api-version is v2 or v2beta1");
}

function modeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^0?[0-7]{3}$/.test(text)) return Number.parseInt(text, 8);
  throw new KustodyError("KST_USAGE", "--socket-mode is octal, such as 660");
}
