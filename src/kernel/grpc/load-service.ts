import { fileURLToPath } from "node:url";
import type { ServiceDefinition } from "@grpc/grpc-js";

/** A service of one of our files in /proto. */
export interface ServiceName {
  /** Such as `kms-v2.proto`. */
  readonly file: string;
  /** Such as `v2.KeyManagementService`. */
  readonly name: string;
}

/** Fields keep the names of the file, bytes are Buffers, what was not sent has its type's empty value. */
export async function loadService({ file, name }: ServiceName): Promise<ServiceDefinition> {
  const { loadSync } = await import("@grpc/proto-loader");
  const path = fileURLToPath(new URL(`../../../proto/${file}`, import.meta.url));
  const found = loadSync(path, { keepCase: true, defaults: true, longs: Number })[name];
  if (found === undefined || "format" in found) throw new TypeError(`${file} has no service ${name}`);
  return found as ServiceDefinition;
}
