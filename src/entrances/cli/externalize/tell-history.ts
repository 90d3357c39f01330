import path from "node:path";
import { KustodyError } from "../../../kernel/errors.ts";
import { openRepository } from "../../../kernel/git/repository.ts";
import {
  type FilePlan,
  type HeldValue,
  heldValues,
  rotationOrder,
  valuesInHistory,
} from "../../../practices/git/externalize/index.ts";
import { renderHistory, renderRotation } from "./render-history.ts";

/** Which commits of the files' repositories hold the values, how to take them out, and what to rotate first. */
export async function tellHistory(files: readonly FilePlan[], replacements: string | undefined): Promise<string> {
  const values = heldValues(files.flatMap(({ plan }) => plan.secrets));
  if (values.length === 0) return "";
  const published = new Set<HeldValue>();
  const told: string[] = [];
  for (const folder of repositoriesOf(files)) {
    const history = await valuesInHistory(folder, values);
    for (const commit of history.commits)
      if (commit.isPublished) for (const value of commit.values) published.add(value);
    told.push(renderHistory(folder, history, values, replacements));
  }
  return [...told, renderRotation(rotationOrder(values, published))].join("\n");
}

/** A folder in each; files that are in none have no history. */
function repositoriesOf(files: readonly FilePlan[]): readonly string[] {
  const folders = new Map<string, string>();
  for (const folder of new Set(files.map(({ source }) => path.dirname(source.path)))) {
    try {
      folders.set(openRepository(folder).objects, folder);
    } catch (error) {
      if (!(error instanceof KustodyError) || error.code !== "KST_SCAN_GIT") throw error;
    }
  }
  return [...folders.values()];
}
