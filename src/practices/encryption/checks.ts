import type { ListedCheck } from "../../kernel/check.ts";
import type { World } from "../../model/world/world.ts";
import { abstractSocket } from "./checks/abstract-socket.ts";
import { aescbcNotAuthenticated } from "./checks/aescbc-not-authenticated.ts";
import { cachesizeWithKmsV2 } from "./checks/cachesize-with-kms-v2.ts";
import { identityWritesFirst } from "./checks/identity-writes-first.ts";
import { keyInFile } from "./checks/key-in-file.ts";
import { kmsLacksApiVersion } from "./checks/kms-lacks-api-version.ts";
import { kmsNameHasColon } from "./checks/kms-name-has-colon.ts";
import { kmsNameRepeated } from "./checks/kms-name-repeated.ts";
import { kmsVersionOne } from "./checks/kms-version-one.ts";
import { secretsNotCovered } from "./checks/secrets-not-covered.ts";
import { socketInTmp } from "./checks/socket-in-tmp.ts";
import { wildcardListedBeforeSecrets } from "./checks/wildcard-listed-before-secrets.ts";
import type { EncryptionConfiguration, PlacedProvider } from "./model.ts";

export const CONFIGURATION_CHECKS: readonly ListedCheck<EncryptionConfiguration, World>[] = [
  {
    rule: "encryption/SecretsNotCovered",
    severity: "critical",
    check: secretsNotCovered,
    remark: "no entry covers Secrets, so they are stored in the clear",
  },
  {
    rule: "encryption/WildcardListedBeforeSecrets",
    severity: "high",
    check: wildcardListedBeforeSecrets,
    remark:
      "an entry with a wildcard stands before the one for secrets and masks it, so the API server refuses the file",
  },
];

export const PROVIDER_CHECKS: readonly ListedCheck<PlacedProvider, World>[] = [
  {
    rule: "encryption/IdentityWritesFirst",
    severity: "critical",
    check: identityWritesFirst,
    remark: "identity stands first for Secrets, so they are written in the clear",
  },
  {
    rule: "encryption/KmsLacksApiVersion",
    severity: "high",
    check: kmsLacksApiVersion,
    remark: "a kms provider without apiVersion means v1, with which the API server does not start",
  },
  {
    rule: "encryption/KmsVersionOne",
    severity: "high",
    check: kmsVersionOne,
    remark: "a kms provider uses the switched-off version 1",
  },
  {
    rule: "encryption/CachesizeWithKmsV2",
    severity: "medium",
    check: cachesizeWithKmsV2,
    remark: "cachesize with KMS v2 makes the API server refuse the file",
  },
  {
    rule: "encryption/KmsNameHasColon",
    severity: "medium",
    check: kmsNameHasColon,
    remark: "a kms provider with a colon in its name makes the API server refuse the file",
  },
  {
    rule: "encryption/KmsNameRepeated",
    severity: "medium",
    check: kmsNameRepeated,
    remark: "two kms providers share one name, so the API server refuses the file",
  },
  {
    rule: "encryption/SocketInTmp",
    severity: "high",
    check: socketInTmp,
    remark: "a KMS plugin's socket lies in a folder that every local user may write to",
  },
  {
    rule: "encryption/AbstractSocket",
    severity: "high",
    check: abstractSocket,
    remark: "a KMS plugin's socket is abstract and so has no permissions",
  },
  {
    rule: "encryption/KeyInFile",
    severity: "medium",
    check: keyInFile,
    remark: "an encryption key stands in the file itself",
  },
  {
    rule: "encryption/AescbcNotAuthenticated",
    severity: "medium",
    check: aescbcNotAuthenticated,
    remark: "aescbc encrypts without authentication, which padding-oracle attacks exploit",
  },
];
