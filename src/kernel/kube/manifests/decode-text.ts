import type { FieldPath } from "../../finding/field-path.ts";
import type { Location } from "../../finding/finding.ts";
import { isRecord } from "../../untyped.ts";
import { LineTable } from "../../yaml/line-table.ts";
import { type DocumentReading, readYamlDocument } from "../../yaml/read-document.ts";
import { type DocumentSlice, splitDocuments } from "../../yaml/split-documents.ts";
import { JsonOffsets, nestsDeeper } from "./json-offsets.ts";
import type { KubeObject, ManifestEvent } from "./manifest.ts";
import { splitJson } from "./split-json.ts";
import { wrapSecrets } from "./wrap-secrets.ts";

const MAX_LIST_DEPTH = 3;
/** Collections inside collections, as in YAML: what walks over objects later on may do so by recursion. */
const MAX_JSON_DEPTH = 100;
const LOOKS_LIKE_MANIFEST = /^[ {,]*["']?(?:apiVersion|kind)["']?[ ]*:/m;

export interface DecodeOptions {
  /** A problem is reported even where the text does not look like a manifest: the user named this input. */
  readonly named: boolean;
  /** Documents whose text this refuses are not read at all (the world's pass reads few). */
  readonly wanted?: ((text: string) => boolean) | undefined;
}

/** The objects of one file's text, `\n` at its line ends: several documents, and lists taken apart. Pure; never throws. */
export function* decodeText(text: string, file: string, options: DecodeOptions): Generator<ManifestEvent> {
  const table = new LineTable(text);
  const place = (offset: number): Location => ({ file, ...table.at(offset) });
  const input: Input = { file, place, named: options.named };
  for (const document of splitDocuments(text)) {
    if (options.wanted !== undefined && !options.wanted(document.text)) continue;
    for (const { start, length, reading } of readSlice(document)) {
      yield* decodeReading(reading, text.slice(start, start + length), start, input);
    }
  }
}

export interface Piece {
  readonly start: number;
  readonly length: number;
  readonly reading: DocumentReading;
}

/** JSON where the text is JSON, one object or several one after the other as kubectl takes them; else YAML. */
export function readSlice({ text, start }: DocumentSlice): readonly Piece[] {
  if (/^\s*[{[]/.test(text)) {
    const whole = readJson(text);
    if (whole !== undefined) return [{ start, length: text.length, reading: whole }];
    const pieces = [...splitJson(text)].map((piece) => ({
      start: start + piece.start,
      length: piece.text.length,
      reading: readJson(piece.text),
    }));
    if (pieces.length > 1 && pieces.every(isRead)) return pieces;
  }
  return [{ start, length: text.length, reading: readYamlDocument(text) }];
}

function isRead(piece: { readonly reading: DocumentReading | undefined }): piece is Piece {
  return piece.reading !== undefined;
}

interface Input {
  readonly file: string;
  readonly place: (offset: number) => Location;
  readonly named: boolean;
}

function readJson(text: string): DocumentReading | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (nestsDeeper(text, MAX_JSON_DEPTH)) return { ok: false, reason: "the document is nested too deeply", offset: 0 };
    const offsets = new JsonOffsets(text);
    return { ok: true, value, offsetOf: (path) => offsets.of(path) };
  } catch {
    return undefined;
  }
}

function* decodeReading(
  reading: DocumentReading,
  text: string,
  start: number,
  { file, place, named }: Input,
): Generator<ManifestEvent> {
  if (!reading.ok) {
    const location = place(start + reading.offset);
    if (text.includes("{{")) yield { type: "passed over", location, reason: "a template" };
    else if (named || LOOKS_LIKE_MANIFEST.test(text)) yield { type: "problem", location, reason: reading.reason };
    else yield { type: "passed over", location, reason: "not a Kubernetes object" };
    return;
  }
  const locate = (path: FieldPath): Location => place(start + reading.offsetOf(path));
  yield* decodeValue(reading.value, { file, locate, path: [], list: {}, depth: 0 });
}

interface ListKind {
  readonly apiVersion?: string;
  readonly kind?: string;
}

interface Place {
  readonly file: string;
  readonly locate: (path: FieldPath) => Location;
  readonly path: FieldPath;
  readonly list: ListKind;
  readonly depth: number;
}

function* decodeValue(value: unknown, place: Place): Generator<ManifestEvent> {
  const { file, locate, path, depth } = place;
  const object = asObject(value, place.list);
  if (object === undefined) {
    yield { type: "passed over", location: locate(path), reason: "not a Kubernetes object" };
  } else if (object.kind.endsWith("List") && Array.isArray(object["items"]) && depth < MAX_LIST_DEPTH) {
    const kind = object.kind.slice(0, -"List".length);
    const list = kind === "" ? {} : { apiVersion: object.apiVersion, kind };
    for (const [index, item] of object["items"].entries()) {
      yield* decodeValue(item, { file, locate, path: [...path, "items", index], list, depth: depth + 1 });
    }
  } else {
    yield { type: "object", object: wrapSecrets(object), file, locate: (field) => locate([...path, ...field]) };
  }
}

/** Items of a typed list usually leave out what the list says. */
function asObject(value: unknown, list: ListKind): KubeObject | undefined {
  if (!isRecord(value)) return undefined;
  const apiVersion = value["apiVersion"] ?? list.apiVersion;
  const kind = value["kind"] ?? list.kind;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || kind === "") return undefined;
  return apiVersion === value["apiVersion"] && kind === value["kind"]
    ? (value as KubeObject)
    : { ...value, apiVersion, kind };
}
