import { serveGrpc } from "../../../kernel/grpc/serve-grpc.ts";
import type { WrappingKey } from "../../../kernel/keys/wrapping-key.ts";
import type { Clock } from "../../../kernel/observe/clock.ts";
import type { Logger } from "../../../kernel/observe/logger.ts";
import {
  ageOf,
  createProber,
  type KmsEvent,
  type KmsLimits,
  KmsPlugin,
  type KmsVersion,
  Remote,
} from "../../../practices/encryption/kms/index.ts";
import type { KmsMetrics } from "./kms-metrics.ts";
import { KMS_SERVICE, kmsMethods, kmsRefusal, LARGEST_REQUEST } from "./kms-service.ts";
import { freeSocketPath, shareSocket } from "./kms-socket.ts";
import { refusalLog } from "./refusal-log.ts";

export interface ServeKmsOptions {
  /** As `socketPathOf` gives it. */
  readonly socketPath: string;
  readonly socketGroup?: string;
  readonly socketMode?: number;
  /** The first encrypts, all decrypt. They are closed with the plugin. */
  readonly keys: readonly WrappingKey[];
  readonly version: KmsVersion;
  readonly limits: KmsLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: KmsMetrics;
}

export interface RunningKms extends AsyncDisposable {
  /** Whether Status answers ok. */
  readonly isReady: () => boolean;
  /** Looks for a rotation now. */
  readonly wake: () => void;
  /** Answers what it has been asked, then ends; the socket is removed. */
  readonly close: () => Promise<void>;
}

const GRACE_MILLIS = 3_000;

/**
 * Serves the plugin. The first probe comes before the socket, so that an API server that starts with it finds it ready; a
 * key service that is unreachable then does not keep it from starting. Errors: KST_KMS_SOCKET, KST_SERVER_LISTEN.
 */
export async function serveKms(options: ServeKmsOptions): Promise<RunningKms> {
  const { socketPath, keys, limits, clock, logger, metrics } = options;
  const stopping = new AbortController();
  const prober = createProber(clock, limits, stopping.signal);
  const remote = new Remote({
    keys,
    clock,
    callMillis: limits.remoteCall,
    onCall: (operation, outcome, millis) => {
      metrics.remoteCalls.add({ operation, outcome });
      metrics.remoteSeconds.observe({ operation }, millis / 1000);
    },
  });
  const plugin = new KmsPlugin({
    remote,
    clock,
    limits,
    version: options.version,
    wake: prober.wake,
    onEvent: (event) => {
      if (event.event === "key") metrics.key(event.keyId);
      log(event, logger);
    },
  });
  const isReady = (): boolean => {
    try {
      plugin.status();
      return true;
    } catch {
      return false;
    }
  };
  const measure = (): void => {
    metrics.ready.set({}, isReady() ? 1 : 0);
    metrics.cachedKeks.set({}, plugin.cachedKeks);
    metrics.kekAgeLimit.set({}, limits.kekAge / 1000);
    const { verifiedAt } = plugin;
    if (verifiedAt !== undefined) metrics.sinceVerified.set({}, ageOf(verifiedAt, clock.now()) / 1000);
  };

  await freeSocketPath(socketPath);
  const { promise: firstProbe, resolve: probed } = Promise.withResolvers<void>();
  const probing = prober.run(plugin, () => {
    measure();
    probed();
  });
  await firstProbe;
  const server = await listen(options, plugin).catch(async (error: unknown) => {
    stopping.abort();
    await probing;
    throw error;
  });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= (async () => {
      stopping.abort();
      // This removes the socket first: by the time that calls are finished, another plugin may serve its own there.
      await server.close(GRACE_MILLIS);
      await probing;
      plugin.close();
      for (const key of keys) await key.close();
    })());
  return { isReady, wake: prober.wake, close, [Symbol.asyncDispose]: close };
}

/** The socket appears with the permissions that it is to have: between binding and chmod nobody else may connect. */
async function listen(options: ServeKmsOptions, plugin: KmsPlugin) {
  const { socketPath, metrics } = options;
  const logRefusal = refusalLog(options.logger, options.clock);
  const umask = process.umask(0o177);
  const server = await serveGrpc({
    socketPath,
    service: KMS_SERVICE,
    methods: kmsMethods(plugin),
    refusal: kmsRefusal,
    maxRequestBytes: LARGEST_REQUEST,
    onAnswered: (method, status, seconds, error) => {
      metrics.requests.add({ method, status });
      metrics.requestSeconds.observe({ method }, seconds);
      if (error !== undefined) logRefusal(method, error);
    },
  }).finally(() => process.umask(umask));
  await shareSocket(socketPath, options.socketGroup, options.socketMode).catch(async (error: unknown) => {
    await server.close(0);
    throw error;
  });
  return server;
}

function log(event: KmsEvent, logger: Logger): void {
  switch (event.event) {
    case "key":
      logger.info(event.before === undefined ? "encrypting" : "encrypting with another key", { ...event });
      break;
    case "recovered":
      logger.info("the key service answers again");
      break;
    case "refused":
      logger.error("the key service refuses the key: Status is an error from now on", { error: event.error });
      break;
    default:
      logger.warn("the key service cannot be reached", { error: event.error });
  }
}
