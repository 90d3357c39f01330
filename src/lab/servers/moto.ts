import { request } from "node:http";
import { join } from "node:path";
import { Secret } from "../../kernel/secret/secret.ts";
import { onFreePorts } from "../free-ports.ts";
import { ensurePython } from "./python-environment.ts";
import { openServerRun, orEnd, type ServerStartOptions } from "./server-run.ts";

/** moto, which answers as AWS does: Secrets Manager, KMS, SSM and STS. What it holds ends with it. */
export interface MotoServer extends AsyncDisposable {
  /** `http://127.0.0.1:port`, for every service. */
  readonly endpoint: string;
  readonly region: string;
  /** It accepts any; these are what the SDKs want to sign with. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: Secret };
  stop(): Promise<void>;
}

/**
 * Starts moto, installed from PyPI at the first time.
 *
 * Errors: KST_LAB_…
 *
 * @example
 * await using aws = await startMoto();
 */
export async function startMoto(options: ServerStartOptions = {}): Promise<MotoServer> {
  const python = await ensurePython("moto", options);
  const run = await openServerRun("moto", options);
  return await orEnd(run, async () => {
    const port = await onFreePorts(1, async ([free = 0]) => {
      await run.supervisor.start(
        {
          name: "moto",
          command: python,
          args: ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(free)],
          logFile: join(run.folder, "moto.log"),
          ready: (signal) => answersOk(`http://127.0.0.1:${free}/moto-api/`, signal),
        },
        options.signal,
      );
      return free;
    });
    return {
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "lab", secretAccessKey: Secret.fromText("lab") },
      stop: run.end,
      [Symbol.asyncDispose]: run.end,
    };
  });
}

function answersOk(url: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    request(url, { agent: false, signal })
      .once("response", (reply) => resolve(reply.resume().statusCode === 200))
      .once("error", reject)
      .end();
  });
}
