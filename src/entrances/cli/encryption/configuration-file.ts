import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { KustodyError } from "../../../kernel/errors.ts";
import { decodeText } from "../../../kernel/kube/manifests/decode-text.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import { showYaml } from "../../../kernel/yaml/edit-yaml.ts";
import { encryptionConfigurationsOf } from "../../../practices/encryption/encryption-configuration.ts";
import type { EncryptionConfiguration } from "../../../practices/encryption/model.ts";
import { readInputFile } from "./read-input-file.ts";

/** A file's content, which may have keys in it; undefined where there is none. Errors: KST_INPUT_UNREADABLE. */
export async function readConfigurationFile(path: string): Promise<Secret | undefined> {
  try {
    return Secret.fromBytes(await readFile(path));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new KustodyError("KST_INPUT_UNREADABLE", `cannot read ${path}`, {
      hint: "check its permissions; it belongs to root",
      cause,
    });
  }
}

/** How the API server's metrics name a file's content. */
export async function configHashOf(path: string): Promise<string> {
  return `sha256:${createHash("sha256")
    .update(await readInputFile(path))
    .digest("hex")}`;
}

/** The EncryptionConfiguration in a text, without its keys. Errors: KST_MANIFEST_INVALID. */
export function configurationIn(text: Secret, path: string): EncryptionConfiguration {
  for (const event of decodeText(showYaml(text, ["secret"], path), path, { named: true })) {
    const found = event.type === "object" ? encryptionConfigurationsOf(event.object)?.[0] : undefined;
    if (found !== undefined) return found;
  }
  throw new KustodyError("KST_MANIFEST_INVALID", `${path} holds no EncryptionConfiguration`, {
    hint: "name the file that the API server's --encryption-provider-config names",
  });
}
