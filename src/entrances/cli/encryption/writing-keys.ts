import { KustodyError } from "../../../kernel/errors.ts";
import { decodeText } from "../../../kernel/kube/manifests/decode-text.ts";
import { encryptionConfigurationsOf } from "../../../practices/encryption/encryption-configuration.ts";
import type { EncryptionConfiguration } from "../../../practices/encryption/model.ts";
import type { WalkOptions } from "../../../practices/encryption/stored/index.ts";
import { writingKeyOf } from "../../../practices/encryption/stored/writing-key.ts";
import { readInputFile } from "./read-input-file.ts";

/** What the API servers write with, where a flag tells; otherwise the newest write will. */
export async function writingKeys(flags: {
  readonly encryptionConfig?: string;
}): Promise<WalkOptions["writing"] | undefined> {
  if (flags.encryptionConfig === undefined) return undefined;
  const configuration = await readEncryptionConfiguration(flags.encryptionConfig);
  return (resource) => writingKeyOf(configuration, resource);
}

/** The EncryptionConfiguration in a file, its keys wrapped. Errors: KST_INPUT_UNREADABLE, KST_MANIFEST_INVALID. */
export async function readEncryptionConfiguration(path: string): Promise<EncryptionConfiguration> {
  const text = (await readInputFile(path)).toString("utf8");
  for (const event of decodeText(text, path, { named: true })) {
    const found = event.type === "object" ? encryptionConfigurationsOf(event.object)?.[0] : undefined;
    if (found !== undefined) return found;
    if (event.type === "problem") throw new KustodyError("KST_MANIFEST_INVALID", `${path}: ${event.reason}`);
  }
  throw new KustodyError("KST_MANIFEST_INVALID", `${path} holds no EncryptionConfiguration`, {
    hint: "name the file that the API server's --encryption-provider-config names",
  });
}
