import { failed } from "../template-fault.ts";
import { AES_FUNCTIONS } from "./aes.ts";
import { BUILTINS } from "./builtins.ts";
import { CERTIFICATE_FUNCTIONS } from "./certificates.ts";
import { DATE_FUNCTIONS } from "./dates.ts";
import { DEFAULT_FUNCTIONS } from "./defaults.ts";
import { PASSWORD_FUNCTIONS } from "./derive-password.ts";
import { DICT_FUNCTIONS } from "./dicts.ts";
import { ENCODING_FUNCTIONS } from "./encoding.ts";
import { type FunctionTable, fn } from "./go-function.ts";
import { HASH_FUNCTIONS } from "./hashes.ts";
import { ISSUE_FUNCTIONS } from "./issue.ts";
import { JSON_FUNCTIONS } from "./json.ts";
import { KEY_FUNCTIONS } from "./keys.ts";
import { LIST_FUNCTIONS } from "./lists.ts";
import { MATH_FUNCTIONS } from "./math.ts";
import { PASSWORD_HASH_FUNCTIONS } from "./password-hashes.ts";
import { PATH_FUNCTIONS } from "./paths.ts";
import { PRIVATE_KEY_FUNCTIONS } from "./private-keys.ts";
import { RANDOM_FUNCTIONS } from "./random.ts";
import { REGEX_FUNCTIONS } from "./regex.ts";
import { SEMVER_FUNCTIONS } from "./semver.ts";
import { STRING_FUNCTIONS } from "./strings.ts";
import { URL_FUNCTIONS } from "./urls.ts";
import { YAML_FUNCTIONS } from "./yaml.ts";

/**
 * Every function that templates have: Go's, sprig's, and those of External Secrets Operator's engine v2. Those that read
 * something other than their arguments are left out (env, expandenv, getHostByName: CVE-2026-34984; getSecretKey:
 * CVE-2026-22822), whoever would bring them back.
 */
export const ALL_FUNCTIONS: FunctionTable = {
  ...BUILTINS,
  ...STRING_FUNCTIONS,
  ...LIST_FUNCTIONS,
  ...DICT_FUNCTIONS,
  ...DEFAULT_FUNCTIONS,
  ...MATH_FUNCTIONS,
  ...ENCODING_FUNCTIONS,
  ...HASH_FUNCTIONS,
  ...PATH_FUNCTIONS,
  ...JSON_FUNCTIONS,
  ...YAML_FUNCTIONS,
  ...REGEX_FUNCTIONS,
  ...SEMVER_FUNCTIONS,
  ...URL_FUNCTIONS,
  ...DATE_FUNCTIONS,
  ...RANDOM_FUNCTIONS,
  ...AES_FUNCTIONS,
  ...PASSWORD_FUNCTIONS,
  ...PASSWORD_HASH_FUNCTIONS,
  ...PRIVATE_KEY_FUNCTIONS,
  ...CERTIFICATE_FUNCTIONS,
  ...KEY_FUNCTIONS,
  ...ISSUE_FUNCTIONS,
  fail: fn(["string"], () => {
    throw failed("the template calls fail");
  }),
};
