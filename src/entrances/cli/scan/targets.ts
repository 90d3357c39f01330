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

/** What is staged: the added lines, and of manifests the whole, since an added value belongs to a Secret that began above it. */
export function* stagedTargets(folder: string): Generator<readonly Target[]> {
  const files = stagedAdditions(folder);
  const manifests = stagedContent(
    folder,
    files.map(({ path }) => path).filter((path) => fileKind(path) !== undefined),
  );
  yield files.map(({ path, added }) => ({ origin: { path }, bytes: manifests.get(path), added }));
}
