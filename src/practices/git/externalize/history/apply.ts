import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import { KustodyError } from "../../../../kernel/errors.ts";
import { reasonOf } from "../../../../kernel/kube/manifests/find-files.ts";
import { doubleQuoted, isTelling } from "../value-needles.ts";
import type { HeldValue } from "./held-value.ts";

const GONE = "***REMOVED***";

/**
 * Writes what `git filter-repo --replace-text` takes: a regular expression for each form of each value, the longest first,
 * so that no part of one is left over. A value of several lines is found at any indentation. The file holds the values: its
 * owner alone may read it, and it must not be there before. A door.
 * https://htmlpreview.github.io/?https://github.com/newren/git-filter-repo/blob/docs/html/git-filter-repo.html
 *
 * @throws KST_EXTERNALIZE_FILE
 */
export function writeReplacements(file: string, values: readonly HeldValue[]): void {
  let descriptor: number;
  try {
    descriptor = openSync(file, "wx", 0o600);
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === "EEXIST";
    throw failed(file, isThere ? "it is there already" : reasonOf(cause), cause);
  }
  try {
    writeSync(descriptor, rulesOf(values).join(""), null, "latin1");
    fsyncSync(descriptor);
  } catch (cause) {
    rmSync(file, { force: true });
    throw failed(file, reasonOf(cause), cause);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Python's syntax, over bytes, longest first. A value as it is, as it was written, in base64, and as in quotes; what
 * isn't telling only behind the entry's name, since it stands elsewhere too.
 */
function rulesOf(values: readonly HeldValue[]): readonly string[] {
  const rules = values.flatMap(({ name, entry: { value, written } }) => {
    const text = value.unwrap().toString("latin1");
    const spellings = [text, doubleQuoted(text), text.replaceAll("'", "''")];
    const forms = [...spellings, written.unwrap().toString("latin1"), value.unwrap().toString("base64")];
    return forms
      .map((form) => form.trim())
      .filter((form) => form !== "")
      .map((form) => (isTelling(form) ? `${patternOf(form)}==>${GONE}` : behindName(name, form)));
  });
  return [...new Set(rules)].toSorted((a, b) => b.length - a.length).map((rule) => `regex:${rule}\n`);
}

function behindName(name: string, form: string): string {
  const assigned = `(?<![\\w.-])(${patternOf(name)}["']?[ \\t]*[:=][ \\t]*["']?)`;
  return `${assigned}${patternOf(form)}(?![\\w-])==>\\1${GONE}`;
}

/** Letters and digits stand for themselves, all else by its number; lines at any indentation. */
function patternOf(form: string): string {
  const lines = form.split(/\r?\n/).map((line) => line.trim().replaceAll(/[^A-Za-z0-9]/g, hexEscape));
  return lines.filter((line) => line !== "").join("\\s+");
}

function hexEscape(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

function failed(file: string, reason: string, cause: unknown): KustodyError {
  return new KustodyError("KST_EXTERNALIZE_FILE", `cannot write ${file}: ${reason}`, {
    hint: "name a file that is not there yet, outside of the repository",
    cause,
  });
}
