import { failed } from "../template-fault.ts";
import { compareVersions, readVersion, type Version } from "./semver-version.ts";

/** One condition of a constraint. What is written as `x`, or left out, is open. */
interface Condition {
  readonly operator: string;
  readonly version: Version;
  readonly open: "nothing" | "patch" | "minor" | "all";
}

const PARTIAL =
  "v?([0-9xX*|]+)(\\.[0-9xX*|]+)?(\\.[0-9xX*|]+)?(-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?";
const OPERATOR = "=>|=<|!=|>=|<=|~>|=|>|<|~|\\^|";
const LONGEST = 1_000;

/** Whether a version meets a constraint such as `>=1.2, <2 || ^3.1`, as Masterminds/semver reads it. @throws TemplateFault */
export function meetsConstraint(constraint: string, version: Version): boolean {
  if (constraint.length > LONGEST) throw failed("a constraint on versions is too long");
  const alternatives = withoutRanges(constraint).split("||").map(readConditions);
  return alternatives.some((conditions) => conditions.every((condition) => meets(version, condition)));
}

/** `1.2 - 3.4` is `>= 1.2, <= 3.4`. */
function withoutRanges(text: string): string {
  return text.replaceAll(new RegExp(`\\s*(${PARTIAL})\\s+-\\s+(${PARTIAL})\\s*`, "g"), (...found: string[]) => {
    return `>= ${found[1]}, <= ${found[6]} `;
  });
}

/** One behind the other, so that no pattern can be made to try all ways of dividing the spaces. */
function readConditions(text: string): Condition[] {
  const one = new RegExp(`\\s*(${OPERATOR})\\s*(${PARTIAL})(?:(\\s*,)\\s*(?=\\S)|(\\s+)|$)`, "y");
  const conditions: Condition[] = [];
  while (one.lastIndex < text.length || conditions.length === 0) {
    const found = one.exec(text);
    if (found === null) throw failed("a constraint on versions is malformed");
    conditions.push(readCondition(found));
    if (one.lastIndex >= text.length) break;
  }
  return conditions;
}

function readCondition([, operator = "", , major = "", minor = "", patch = "", pre = ""]: RegExpExecArray): Condition {
  const isOpen = (part: string): boolean => /^\.?[xX*]?$/.test(part);
  if (isOpen(major)) return { operator, version: readVersion(`0.0.0${pre}`), open: "all" };
  if (isOpen(minor)) return { operator, version: readVersion(`${major}.0.0${pre}`), open: "minor" };
  if (isOpen(patch)) return { operator, version: readVersion(`${major}${minor}.0${pre}`), open: "patch" };
  return { operator, version: readVersion(`${major}${minor}${patch}${pre}`), open: "nothing" };
}

function meets(version: Version, condition: Condition): boolean {
  const { operator, version: wanted, open } = condition;
  // A pre-release is wanted by name only.
  if (version.pre !== "" && wanted.pre === "" && !(operator === "!=" && open === "nothing")) return false;
  const order = compareVersions(version, wanted);
  switch (operator) {
    case "":
    case "=":
      return open === "nothing" ? order === 0 : isInTilde(version, condition);
    case "!=":
      return isOther(version, condition);
    case ">":
      return isGreater(version, condition);
    case "<":
      return order < 0;
    case ">=":
    case "=>":
      return order >= 0;
    case "<=":
    case "=<":
      return open === "nothing" ? order <= 0 : isAtMost(version, condition);
    case "^":
      return isInCaret(version, condition);
    default:
      return isInTilde(version, condition);
  }
}

function isOther(version: Version, { version: wanted, open }: Condition): boolean {
  if (open === "nothing") return compareVersions(version, wanted) !== 0;
  const [major, minor] = version.numbers;
  if (major !== wanted.numbers[0]) return true;
  if (minor !== wanted.numbers[1] && open !== "minor") return true;
  if (open === "minor") return false;
  if (open === "patch") return version.pre !== wanted.pre;
  return version.numbers[2] !== wanted.numbers[2] || compareVersions(version, wanted) !== 0;
}

function isGreater(version: Version, { version: wanted, open }: Condition): boolean {
  const [major, minor] = version.numbers;
  const [wantedMajor, wantedMinor] = wanted.numbers;
  if (open === "nothing") return compareVersions(version, wanted) > 0;
  if (major !== wantedMajor) return major > wantedMajor;
  if (open === "minor") return false;
  if (open === "patch") return minor > wantedMinor;
  return compareVersions(version, wanted) > 0;
}

function isAtMost(version: Version, { version: wanted, open }: Condition): boolean {
  const [major, minor] = version.numbers;
  const [wantedMajor, wantedMinor] = wanted.numbers;
  return major < wantedMajor || (major === wantedMajor && (minor <= wantedMinor || open === "minor"));
}

/** `~1.2` is any 1.2, `~1` any 1. */
function isInTilde(version: Version, { version: wanted, open }: Condition): boolean {
  if (compareVersions(version, wanted) < 0) return false;
  const isZero = wanted.numbers.every((number) => number === 0n);
  if (isZero && open !== "minor" && open !== "patch") return true;
  if (version.numbers[0] !== wanted.numbers[0]) return false;
  return version.numbers[1] === wanted.numbers[1] || open === "minor";
}

/** `^1.2.3` is any 1 from there on, `^0.2.3` any 0.2, `^0.0.3` that alone. */
function isInCaret(version: Version, { version: wanted, open }: Condition): boolean {
  if (compareVersions(version, wanted) < 0) return false;
  const [major, minor, patch] = version.numbers;
  const [wantedMajor, wantedMinor, wantedPatch] = wanted.numbers;
  if (wantedMajor > 0n || open === "minor") return major === wantedMajor;
  if (major > 0n) return false;
  if (wantedMinor > 0n || open === "patch") return minor === wantedMinor;
  return minor === 0n && patch === wantedPatch;
}
