import type { ListedCheck } from "../../kernel/check.ts";
import type { SecretUse } from "../../model/workloads/secret-uses.ts";
import type { World } from "../../model/world/world.ts";
import { credentialInConfigMap } from "./checks/credential-in-config-map.ts";
import { credentialInEnvironment } from "./checks/credential-in-environment.ts";
import { secretInEnvFrom } from "./checks/secret-in-env-from.ts";
import { secretInEnvironment } from "./checks/secret-in-environment.ts";
import type { ConfigMapEntry, LiteralVariable } from "./model.ts";

export const SECRET_USE_CHECKS: readonly ListedCheck<SecretUse, World>[] = [
  {
    rule: "mounts/SecretInEnvironment",
    severity: "medium",
    check: secretInEnvironment,
    remark: "a variable of a container takes its value from a Secret (secretKeyRef)",
  },
  {
    rule: "mounts/SecretInEnvFrom",
    severity: "medium",
    check: secretInEnvFrom,
    remark: "a container takes every key of a Secret as variables (envFrom)",
  },
];

export const LITERAL_VARIABLE_CHECKS: readonly ListedCheck<LiteralVariable, World>[] = [
  {
    rule: "mounts/CredentialInEnvironment",
    severity: "high",
    check: credentialInEnvironment,
    remark: "a variable's value, written into the workload, is a credential",
  },
];

export const CONFIG_MAP_CHECKS: readonly ListedCheck<ConfigMapEntry, World>[] = [
  {
    rule: "mounts/CredentialInConfigMap",
    severity: "high",
    check: credentialInConfigMap,
    remark: "a ConfigMap holds a credential",
  },
];
