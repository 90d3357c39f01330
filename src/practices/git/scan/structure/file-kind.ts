/** What a file's name promises. */
export type FileKind = "variables" | "kustomization" | "chart values" | "template" | "manifests";

const LARGEST = 16 * 1024 * 1024;
const VARIABLES = /(?:^|[/!])\.env(?:\.[\w.-]{1,60})?$|[\w-]\.env$/i;
/** Made to be copied: what stands there is for show. */
const FOR_SHOW = /\.(?:example|sample|template|tmpl|dist|defaults?)$|(?:example|sample|template)\.env$/i;
const KUSTOMIZATION = /(?:^|[/!])kustomization(?:\.ya?ml)?$/i;
const CHART_VALUES =
  /(?:^|[/!])(?:[\w.-]{0,80}[-_.])?values(?:[-_.][\w.-]{0,80})?\.ya?ml$|(?:^|[/!])values[/][\w.-]+\.ya?ml$/i;
const MANIFESTS = /\.(?:ya?ml|json)$/i;
const TEMPLATE = /\.(?:tpl|ya?ml\.(?:j2|tmpl|gotmpl))$/i;

/** What to look for in a file of this name; undefined: its structure tells nothing. */
export function fileKind(path: string): FileKind | undefined {
  if (VARIABLES.test(path)) return FOR_SHOW.test(path) ? undefined : "variables";
  if (KUSTOMIZATION.test(path)) return "kustomization";
  if (CHART_VALUES.test(path)) return "chart values";
  if (MANIFESTS.test(path)) return "manifests";
  return TEMPLATE.test(path) ? "template" : undefined;
}

/** One of these stands in every manifest that is read: what would be a credential's name or the mark of a value. */
const MANIFEST_WORDS = [
  "Secret",
  "ConfigMap",
  "containers",
  "argoproj.io",
  "fluxcd.io",
  "cattle.io",
  "kustomize.config",
].map((word) => Buffer.from(word));

/** Whether a file's structure may tell a value, by its name, its size, and words in its bytes: a cheap look. */
export function mayHoldValues(bytes: Buffer, path: string): boolean {
  const kind = fileKind(path);
  if (kind === undefined || bytes.length > LARGEST) return false;
  return (kind !== "manifests" && kind !== "template") || MANIFEST_WORDS.some((word) => bytes.includes(word));
}

/** The same for one document of manifests. */
export function mayHoldValuesIn(document: string): boolean {
  return /Secret|ConfigMap|containers|argoproj\.io|fluxcd\.io|cattle\.io|kustomize\.config/.test(document);
}
