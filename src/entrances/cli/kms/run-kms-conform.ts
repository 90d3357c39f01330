import { connect } from "node:net";
import type { Config } from "../../../kernel/config/config-schema.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import { connectGrpc, type GrpcClient } from "../../../kernel/grpc/connect-grpc.ts";
import { steadyClock } from "../../../kernel/observe/clock.ts";
import { type ConformanceResult, conform, conforms } from "../../../practices/encryption/kms/conform/conform.ts";
import { isRefusal, type KmsClient } from "../../../practices/encryption/kms/conform/kms-client.ts";
import { KMS_SERVICE } from "../../plugins/kms/kms-service.ts";
import { socketPathOf } from "../../plugins/kms/kms-socket.ts";
import type { Terminal } from "../terminal.ts";

/** What an API server waits for. */
const CALL_MILLIS = 3_000;

/** Tests a plugin and prints how it did. 1 where it does not conform. Errors: KST_KMS_SOCKET when nobody answers. */
export async function runKmsConform(endpoint: string, config: Config, terminal: Terminal): Promise<0 | 1> {
  const socketPath = socketPathOf(endpoint, true);
  const grpc = await connectGrpc(socketPath, KMS_SERVICE);
  try {
    const client = clientOf(grpc, socketPath);
    const first = await client.status();
    if (
      isRefusal(first) &&
      ["UNAVAILABLE", "DEADLINE_EXCEEDED"].includes(first.status) &&
      !(await isServed(socketPath))
    ) {
      throw new KustodyError("KST_KMS_SOCKET", `nobody serves ${endpoint}`, { hint: "start the plugin first" });
    }
    const results = await conform(client, steadyClock);
    const isGood = conforms(results);
    const json = { conforms: isGood, results };
    terminal.stdout.write(
      config.output === "json" ? `${JSON.stringify(json, undefined, 2)}\n` : renderConformance(results),
    );
    return isGood ? 0 : 1;
  } finally {
    grpc.close();
  }
}

/** Pure. */
export function renderConformance(results: readonly ConformanceResult[]): string {
  const word = ({ level, result }: ConformanceResult): string =>
    result === "failed" && level === "should" ? "warning" : result;
  const lines = results.flatMap((one) => [
    `${word(one).padEnd(12)} ${one.check}: ${one.requirement}`,
    ...(one.detail === undefined ? [] : [`${" ".repeat(13)}${printable(one.detail)}`]),
  ]);
  const count = (wanted: string): number => results.filter((one) => word(one) === wanted).length;
  const tally = ["passed", "failed", "warning", "not assessed"].map((one) => `${count(one)} ${one}`).join(", ");
  return `${lines.join("\n")}\n\n${conforms(results) ? "conforms" : "does not conform"}: ${tally}\n`;
}

/** A hostile plugin's words must not move the cursor. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}

function clientOf(grpc: GrpcClient, socketPath: string): KmsClient {
  return {
    status: () => grpc.call("Status", {}, CALL_MILLIS),
    encrypt: (plaintext) => grpc.call("Encrypt", { plaintext, uid: "conformance" }, CALL_MILLIS),
    decrypt: (encrypted) => grpc.call("Decrypt", { ...encrypted, uid: "conformance" }, CALL_MILLIS),
    garbage: (bytes) =>
      new Promise((resolve) => {
        const socket = connect(socketPath, () => socket.write(bytes));
        socket.setTimeout(500, () => socket.destroy());
        socket.on("error", () => undefined);
        socket.on("data", () => undefined);
        socket.on("close", () => resolve());
      }),
  };
}

function isServed(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => resolve(socket.destroy() !== undefined));
    socket.on("error", () => resolve(false));
  });
}
