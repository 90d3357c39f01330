import { statSync } from "node:fs";
import path from "node:path";
import { readEnvironment } from "../../../kernel/config/environment.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import { defaultRules } from "../../../practices/git/scan/catalogue/default-rules.ts";
import type { RuleSet } from "../../../practices/git/scan/rule.ts";
import { readText } from "./read-text.ts";

export interface LoadedRules {
  readonly set: RuleSet;
  readonly warnings: readonly string[];
  /** The file that the rules came from; it is not scanned itself. */
  readonly file: string | undefined;
}

/** gitleaks' bound: a file may extend one that extends another. */
const LONGEST_CHAIN = 3;

const OWN_FILES = [".gitleaks.toml", ".betterleaks.toml"];

/**
 * The rules to scan `source` by, from the first of: the flag, GITLEAKS_CONFIG, GITLEAKS_CONFIG_TOML, `.gitleaks.toml` or
 * `.betterleaks.toml` in `source`, our catalogue. TOML is loaded only where there is some. Errors: KST_SCAN_CONFIG.
 */
export async function loadRules(source: string, flag: string | undefined): Promise<LoadedRules> {
  const { gitleaksConfig, gitleaksConfigToml } = readEnvironment();
  const named = flag ?? gitleaksConfig;
  if (named !== undefined) return { ...(await rulesFrom(named, read(named))), file: named };
  if (gitleaksConfigToml !== undefined) {
    return { ...(await rulesFrom("GITLEAKS_CONFIG_TOML", gitleaksConfigToml)), file: undefined };
  }
  const own = OWN_FILES.map((name) => path.join(source, name)).find(isFile);
  if (own !== undefined) return { ...(await rulesFrom(own, read(own))), file: own };
  return { set: defaultRules(), warnings: [], file: undefined };
}

async function rulesFrom(name: string, text: string): Promise<Pick<LoadedRules, "set" | "warnings">> {
  const [{ readConfigFile }, { rulesOfConfigs }] = await Promise.all([
    import("../../../practices/git/scan/config/config-file.ts"),
    import("../../../practices/git/scan/config/rules-of-config.ts"),
  ]);
  const chain = [{ name, file: readConfigFile(text, name) }];
  for (let extend = chain[0]?.file.extend; extend !== undefined; extend = chain.at(-1)?.file.extend) {
    if (extend.path !== "" && extend.usedefault) {
      throw new KustodyError("KST_SCAN_CONFIG", `${chain.at(-1)?.name ?? ""}: [extend] has both path and useDefault`, {
        hint: "leave one out; a file that is extended may itself extend the default",
      });
    }
    if (chain.length >= LONGEST_CHAIN) break;
    if (extend.usedefault) {
      const { warnings, ...set } = rulesOfConfigs(chain, defaultRules());
      return { set, warnings };
    }
    if (extend.path === "") break;
    chain.push({ name: extend.path, file: readConfigFile(read(extend.path), extend.path) });
  }
  const { warnings, ...set } = rulesOfConfigs(chain, undefined);
  return { set, warnings };
}

function read(file: string): string {
  return readText(file, "KST_SCAN_CONFIG", "the scanner's configuration");
}

export function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
