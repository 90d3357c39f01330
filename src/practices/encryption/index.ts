import { part } from "../../kernel/station.ts";
import type { PracticeStation } from "../../model/world/practice-station.ts";
import { CONFIGURATION_CHECKS, PROVIDER_CHECKS } from "./checks.ts";
import { encryptionConfigurationsOf, placedProvidersOf } from "./encryption-configuration.ts";
import { STORED_RULES } from "./stored/findings.ts";

/** Practice 3: encrypted at rest. */
export const encryption: PracticeStation = {
  practice: "encryption",
  needs: "needs the EncryptionConfiguration of the API server",
  parts: [
    part(encryptionConfigurationsOf, CONFIGURATION_CHECKS),
    part(placedProvidersOf, PROVIDER_CHECKS),
    // Found in etcd by `kustody encryption status`: no manifest concerns them.
    { rules: STORED_RULES, look: () => ({ concerned: false, findings: [] }) },
  ],
};
