import { failed } from "../template-fault.ts";
import { GoInteger, type GoObject } from "../values/value.ts";
import { fn } from "./go-function.ts";

/** https://semver.org, as Masterminds/semver reads it: a leading `v`, and minor and patch may be missing. */
export interface Version {
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint];
  readonly pre: string;
  readonly metadata: string;
  readonly original: string;
}

const VERSION =
  /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;
const LARGEST = (1n << 64n) - 1n;

/** @throws TemplateFault */
export function readVersion(text: string): Version {
  const found = VERSION.exec(text);
  if (found === null) throw failed("a text is no version");
  const [, major = "0", minor = "0", patch = "0", pre = "", metadata = ""] = found;
  const numbers = [BigInt(major), BigInt(minor), BigInt(patch)] as const;
  const hasLeadingZero = pre.split(".").some((part) => /^0[0-9]+$/.test(part));
  if (hasLeadingZero || numbers.some((number) => number > LARGEST)) throw failed("a text is no version");
  return { numbers, pre, metadata, original: text };
}

/** Semantic Versioning §11: negative when `a` comes before `b`. Metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (a.pre === b.pre) return 0;
  if (a.pre === "") return 1;
  if (b.pre === "") return -1;
  return comparePre(a.pre.split("."), b.pre.split("."));
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [one, other] = [a[index], b[index]];
    if (one === other) continue;
    if (one === undefined) return -1;
    if (other === undefined) return 1;
    const [isNumber, otherIsNumber] = [/^[0-9]+$/.test(one), /^[0-9]+$/.test(other)];
    if (isNumber && otherIsNumber) return BigInt(one) < BigInt(other) ? -1 : 1;
    if (isNumber !== otherIsNumber) return isNumber ? -1 : 1;
    return one < other ? -1 : 1;
  }
  return 0;
}

export function writeVersion({ numbers, pre, metadata }: Version): string {
  return `${numbers.join(".")}${pre === "" ? "" : `-${pre}`}${metadata === "" ? "" : `+${metadata}`}`;
}

/** Versions that templates hold, so that one can be compared with another. */
const versions = new WeakMap<GoObject, Version>();

/** sprig's `semver`: a version with the methods that templates may call. */
export function versionObject(version: Version): GoObject {
  const number = (index: 0 | 1 | 2): GoInteger => new GoInteger("uint64", version.numbers[index]);
  const compare = (test: (order: number) => boolean) =>
    fn(["any"], ([other]) => test(compareVersions(version, versionOf(other))));
  const object: GoObject = {
    type: "semver.Version",
    isPointer: true,
    fields: new Map(),
    methods: {
      Major: fn([], () => number(0)),
      Minor: fn([], () => number(1)),
      Patch: fn([], () => number(2)),
      Prerelease: fn([], () => version.pre),
      Metadata: fn([], () => version.metadata),
      Original: fn([], () => version.original),
      String: fn([], () => writeVersion(version)),
      Compare: fn(["any"], ([other]) => BigInt(compareVersions(version, versionOf(other)))),
      Equal: compare((order) => order === 0),
      LessThan: compare((order) => order < 0),
      LessThanEqual: compare((order) => order <= 0),
      GreaterThan: compare((order) => order > 0),
      GreaterThanEqual: compare((order) => order >= 0),
      IncMajor: fn([], () => next(version, 0)),
      IncMinor: fn([], () => next(version, 1)),
      IncPatch: fn([], () => next(version, 2)),
    },
    toText: () => writeVersion(version),
    toJson: () => writeVersion(version),
  };
  versions.set(object, version);
  return object;
}

function versionOf(value: unknown): Version {
  const version = typeof value === "object" && value !== null ? versions.get(value as GoObject) : undefined;
  if (version === undefined) throw failed("a version can be compared with versions only");
  return version;
}

/** The next version: a pre-release's next patch is itself, without the pre-release. */
function next({ numbers: [major, minor, patch], pre, original }: Version, part: 0 | 1 | 2): GoObject {
  const numbers = (
    [
      [major + 1n, 0n, 0n],
      [major, minor + 1n, 0n],
      [major, minor, pre === "" ? patch + 1n : patch],
    ] as const
  )[part];
  const text = `${original.startsWith("v") ? "v" : ""}${numbers.join(".")}`;
  return { ...versionObject({ numbers, pre: "", metadata: "", original: text }), isPointer: false };
}
