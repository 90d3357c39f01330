/**
 * Why a template cannot be read or rendered. `reason` is for people and holds nothing of the data: only words of ours, names
 * and literals out of the template's own text, and Go's names of types. The border (`render-template.ts`) turns it into a
 * KustodyError.
 */
export class TemplateFault extends Error {
  override readonly name = "TemplateFault";
  /** `bound`: it might be right, but takes too much. */
  readonly kind: "invalid" | "failed" | "bound";
  /** Byte offset in the template's text, as soon as it is known. */
  at: number | undefined;

  constructor(kind: "invalid" | "failed" | "bound", reason: string, at?: number) {
    super(reason);
    this.kind = kind;
    this.at = at;
  }
}

/** What functions throw when they are given something that they cannot take. */
export function failed(reason: string): TemplateFault {
  return new TemplateFault("failed", reason);
}
