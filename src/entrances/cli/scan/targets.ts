import { posix } from "node:path";
import { stagedAdditions, stagedContent } from "../../../kernel/git/staged.ts";
import { type ArchiveOptions, archiveTargets } from "../../../practices/git/scan/observe.ts";
import type { Target } from "../../../practices/git/scan/scanner.ts";
import { fileKind } from "../../../practices/git/scan/structure/file-kind.ts";

/** Standard input as one file without a name, or an archive. It is bounded: what is beyond is told, and not scanned. */
export async function* stdinTargets(
  stdin: AsyncIterable<Uint8Array | string>,
  options: ArchiveOptions,
): AsyncGenerator<readonly Target[]> {
  const { maxFileBytes, onProblem } = options;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    chunks.push(bytes);
    if (size < maxFileBytes) continue;
    onProblem("<stdin>", `what is beyond ${maxFileBytes} bytes`);
    break;
  }
  for (const target of archiveTargets({ path: "", bytes: Buffer.concat(chunks) }, options)) yield [target];
}

/**
 * What is staged: the added lines, and of manifests the whole, since an added value belongs to a Secret that began above it.
 * A file that a kustomization beside it makes a Secret of is told by that one, changed or not.
 */
export function* stagedTargets(folder: string): Generator<readonly Target[]> {
  const files = stagedAdditions(folder);
  const added = new Map(files.map((file) => [file.path, file.added]));
  const paths = [...added.keys()];
  const around = new Set(paths.filter((path) => MAY_BECOME_SECRET.test(path)).flatMap(kustomizationsBeside));
  const contents = stagedContent(folder, [
    ...new Set([...paths.filter((path) => fileKind(path) !== undefined), ...around]),
  ]);
  const beside =
    (path: string): NonNullable<Target["beside"]> =>
    (name) => {
      const file = posix.join(posix.dirname(path), name);
      const bytes = added.has(file) ? stagedContent(folder, [file]).get(file) : undefined;
      return bytes && { origin: { path: file }, bytes, added: added.get(file) };
    };
  yield [
    ...files.map((file) => ({
      origin: { path: file.path },
      bytes: contents.get(file.path),
      added: file.added,
      beside: beside(file.path),
    })),
    ...[...around]
      .filter((path) => !added.has(path) && contents.has(path))
      .map((path) => ({ origin: { path }, bytes: contents.get(path), added: [], beside: beside(path) })),
  ];
}

/** What people give a secretGenerator; asking git about each file's folder would slow down every commit. */
const MAY_BECOME_SECRET = /\.(?:env|properties|ini|conf|cfg|txt|key|pem)$|(?:^|\/)[^./]+$/i;

function kustomizationsBeside(path: string): readonly string[] {
  return ["kustomization.yaml", "kustomization.yml"].map((name) => posix.join(posix.dirname(path), name));
}
