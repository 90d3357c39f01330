import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeYaml } from "../../../../kernel/yaml/write-yaml.ts";
import { upstreamCrds, upstreamFolder } from "../../../../lab/index.ts";

/**
 * External Secrets Operator's own chart in a throw-away folder, from its Go module. The definitions, which upstream adds
 * when it packs the chart, are added in the same way; the one dependency, which is off by default, is left out.
 */
export async function esoChart(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), "kustody-eso-"));
  const path = join(folder, "external-secrets");
  await cp(join(await upstreamFolder(), "deploy", "charts", "external-secrets"), path, { recursive: true });
  // Go's module cache is read-only, and so is what is copied from it.
  await writable(path);
  const chart = await readFile(join(path, "Chart.yaml"), "utf8");
  await writeFile(join(path, "Chart.yaml"), chart.slice(0, chart.indexOf("dependencies:")));
  await rm(join(path, "Chart.lock"), { force: true });
  const crds = (await upstreamCrds()).map(writeYaml).join("---\n").replaceAll("{{", '{{ "{{" }}');
  await mkdir(join(path, "templates", "crds"), { recursive: true });
  await writeFile(join(path, "templates", "crds", "all.yaml"), `{{- if .Values.installCRDs }}\n${crds}{{- end }}\n`);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

async function writable(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600);
  }
}
