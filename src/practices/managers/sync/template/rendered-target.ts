import { TargetData } from "../target-data.ts";

/** What templates made of the values: the target's data, labels and annotations. Wipes what it holds. */
export class RenderedTarget implements Disposable {
  readonly data = new TargetData();
  readonly labels: Record<string, string> = {};
  readonly annotations: Record<string, string> = {};

  [Symbol.dispose](): void {
    this.data[Symbol.dispose]();
  }
}
