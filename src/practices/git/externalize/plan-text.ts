import { isDeepStrictEqual } from "node:util";
import { decodeText, readSlice } from "../../../kernel/kube/manifests/decode-text.ts";
import type { KubeObject } from "../../../kernel/kube/manifests/manifest.ts";
import { wrapSecrets } from "../../../kernel/kube/manifests/wrap-secrets.ts";
import { asText, isRecord } from "../../../kernel/untyped.ts";
import { LineTable } from "../../../kernel/yaml/line-table.ts";
import { memberRanges } from "../../../kernel/yaml/member-ranges.ts";
import { normalizeLineEnds } from "../../../kernel/yaml/parse-yaml.ts";
import { splitDocuments } from "../../../kernel/yaml/split-documents.ts";
import { titleOf } from "../../../model/objects/identity.ts";
import { clearValuesOf } from "../secret-manifest.ts";
import { maskedDiff } from "./diff/masked-diff.ts";
import { type Mask, masksOf } from "./diff/masks-of.ts";
import { editDocument } from "./edit-document.ts";
import { expectedObject, specOf } from "./external-secret-of.ts";
import type { MovableSecret, Naming, TextPlan, UnmovedSecret } from "./model.ts";
import { movableOf } from "./movable-of.ts";
import { type Splice, spliced, splicesOfOriginal } from "./splice.ts";
import { holdsValue, tellingNeedles } from "./value-needles.ts";
import { whyLeftAlone } from "./why-unmoved.ts";

type Verdict =
  | { readonly moved: MovableSecret; readonly splices: readonly Splice[]; readonly masks: readonly Mask[] }
  | { readonly unmoved: UnmovedSecret };

/** What becomes of the Secret manifests in one file's text; all other text stays, to the byte. Pure; never throws. */
export function planText(original: string, file: string, naming: Naming): TextPlan {
  const text = normalizeLineEnds(original);
  const table = new LineTable(text);
  const verdicts: Verdict[] = [];
  for (const document of splitDocuments(text)) {
    if (!document.text.includes("Secret")) continue;
    for (const { start, length, reading } of readSlice(document)) {
      const piece = text.slice(start, start + length);
      const at = start + (reading.ok ? reading.offsetOf([]) : reading.offset);
      const line = table.at(at).line;
      if (!reading.ok) verdicts.push(...unreadable(piece, reading.reason, line));
      else if (isSecret(reading.value)) verdicts.push(planDocument(piece, start, line, reading.value, naming));
      else verdicts.push(...insideLists(piece, file, table.at(start).line));
    }
  }
  const moves = verdicts.filter((verdict) => "moved" in verdict);
  const splices = moves.flatMap((move) => move.splices);
  const secrets = moves.map(({ moved }) => moved);
  const masks = moves.flatMap((move) => move.masks);
  const after = spliced(original, splicesOfOriginal(original, splices));
  return {
    secrets,
    unmoved: verdicts.flatMap((verdict) => ("unmoved" in verdict ? [verdict.unmoved] : [])),
    after,
    repeats: repeatsIn(after, secrets),
    diff: splices.length === 0 ? "" : maskedDiff(text, file, splices, masks, (line) => holdsValue(line, secrets)),
  };
}

function repeatsIn(text: string, secrets: readonly MovableSecret[]): number[] {
  if (!holdsValue(text, secrets, tellingNeedles)) return [];
  return text.split("\n").flatMap((line, index) => (holdsValue(line, secrets, tellingNeedles) ? [index + 1] : []));
}

function isSecret(value: unknown): value is KubeObject {
  return isRecord(value) && value["kind"] === "Secret" && value["apiVersion"] === "v1";
}

const SECRET_KIND = /["']?kind["']?\s*:\s*["']?Secret(?:List)?\b/;

function unreadable(piece: string, reason: string, line: number): Verdict[] {
  if (!SECRET_KIND.test(piece)) return [];
  const title = "Secret";
  if (!piece.includes("{{")) return [{ unmoved: { title, line, reason, outcome: "failed", inTheClear: true } }];
  const advice = "it is a template: move the values that it is filled with, and write an ExternalSecret in its place";
  return [{ unmoved: { title, line, reason: advice, outcome: "left", inTheClear: false } }];
}

/** Secrets in a List: of one document several would have to become others. */
function insideLists(piece: string, file: string, line: number): Verdict[] {
  const inside = [...decodeText(piece, file, { named: false })].flatMap((event) =>
    event.type === "object" && isSecret(event.object) && clearValuesOf(event.object).length > 0 ? [event] : [],
  );
  return inside.map(({ object, locate }) => ({
    unmoved: {
      title: titleOf(object),
      line: line - 1 + (locate([]).line ?? 1),
      reason: "it stands in a List: make a document of its own of each of its objects, with '---' between them",
      outcome: "left",
      inTheClear: true,
    },
  }));
}

function planDocument(piece: string, start: number, line: number, raw: KubeObject, naming: Naming): Verdict {
  const object = wrapSecrets(raw);
  const stays = (reason: string, outcome: UnmovedSecret["outcome"]): Verdict => {
    const inTheClear = outcome === "failed" || clearValuesOf(object).length > 0;
    return { unmoved: { title: titleOf(object), line, reason, outcome, inTheClear } };
  };
  const why = whyLeftAlone(object);
  if (why !== undefined) return stays(why, "left");
  const moved = movableOf(object, raw, line, naming);
  if ("mistake" in moved) return stays(moved.mistake, "failed");
  const spec = specOf(raw, moved, naming.store);
  const ranges = memberRanges(piece);
  const splices = ranges && editDocument(piece, ranges, spec, (comment) => !holdsValue(comment, [moved]));
  if (ranges === undefined || splices === undefined || !becomes(spliced(piece, splices), expectedObject(raw, spec))) {
    return stays(
      "its text cannot be edited safely: write it with one member a line, without anchors and aliases",
      "failed",
    );
  }
  const shifted = splices.map((one) => ({ ...one, start: one.start + start, end: one.end + start }));
  const masks = masksOf(piece, ranges.root).map((one) => ({ start: one.start + start, end: one.end + start }));
  return { moved, splices: shifted, masks };
}

/** The proof of an edit: what it makes is read again. */
function becomes(edited: string, expected: unknown): boolean {
  const documents = [...splitDocuments(edited)];
  const [document] = documents;
  if (document === undefined || documents.length > 1) return false;
  const pieces = readSlice(document);
  const reading = pieces[0]?.reading;
  return pieces.length === 1 && reading?.ok === true && isDeepStrictEqual(plain(reading.value), plain(expected));
}

function plain(value: unknown): unknown {
  return JSON.parse(asText(JSON.stringify(value)) ?? "null");
}
