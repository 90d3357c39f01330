import type { ListedCheck } from "../../kernel/check.ts";
import type { World } from "../../model/world/world.ts";
import { secretManifestHasValues } from "./checks/secret-manifest-has-values.ts";
import type { SecretManifest } from "./model.ts";

export const SECRET_MANIFEST_CHECKS: readonly ListedCheck<SecretManifest, World>[] = [
  {
    rule: "git/SecretManifestHasValues",
    severity: "high",
    check: secretManifestHasValues,
    remark:
      "a Secret in a file has data or stringData in the clear (not ciphertext, references, placeholders, certificates)",
  },
];
