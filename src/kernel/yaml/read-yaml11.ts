import { readWithLibrary } from "./library-yaml.ts";
import type { DocumentReading } from "./read-document.ts";

const MAX_DEPTH = 100;

/** Reads one document as YAML 1.1 as Go programs do, in which `yes` is true and `017` fifteen. */
export function readYaml11(text: string): DocumentReading {
  return readWithLibrary(text.replaceAll("\r\n", "\n"), MAX_DEPTH, "1.1");
}
