import { type FunctionTable, fn } from "./go-function.ts";
import { meetsConstraint } from "./semver-constraint.ts";
import { readVersion, versionObject } from "./semver-version.ts";

export const SEMVER_FUNCTIONS: FunctionTable = {
  semver: fn(["string"], ([text]) => versionObject(readVersion(text))),
  semverCompare: fn(["string", "string"], ([constraint, version], { meter }) => {
    meter.step(constraint.length);
    return meetsConstraint(constraint, readVersion(version));
  }),
};
