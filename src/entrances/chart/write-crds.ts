import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CRD_FOLDER, crdFiles } from "./crd-files.ts";

// Writes the chart's CustomResourceDefinitions anew from the models: `node src/entrances/chart/write-crds.ts`.
const folder = fileURLToPath(new URL(`../../../${CRD_FOLDER}`, import.meta.url));
const files = crdFiles();
await mkdir(folder, { recursive: true });
for (const name of await readdir(folder)) if (!files.has(name)) await rm(join(folder, name));
for (const [name, text] of files) await writeFile(join(folder, name), text);
process.stdout.write(`${files.size} definitions in ${CRD_FOLDER}\n`);
