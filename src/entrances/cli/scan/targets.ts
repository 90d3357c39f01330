import { stagedAdditions, stagedContent } from "../../../kernel/git/staged.ts";
import type { Target } from "../../../practices/git/scan/scanner.ts";
import { fileKind } from "../../../practices/git/scan/structure/file-kind.ts";

/** Standard input as one file without a name. It is bounded: what is beyond is told, and not scanned. */
export async function* stdinTargets(
  stdin: AsyncIterable<Uint8Array | string>,
  largest: number,
  onProblem: (path: string, reason: string) => void,
): AsyncGenerator<readonly Target[]> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    chunks.push(bytes);
    if (size < largest) continue;
    onProblem("<stdin>", `what is beyond ${largest} bytes`);
    break;
  }
  yield [{ origin: { path: "" }, bytes: Buffer.concat(chunks) }];
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
