/** Tells up to where a list is done whose items are worked on several at a time. */
export class InOrder {
  readonly #underWay: { readonly name: string; isDone: boolean }[] = [];
  /** The last item before which all are done. */
  last: string | undefined;

  /** An item begins; call what it returns when it is done. */
  begin(name: string): () => void {
    const item = { name, isDone: false };
    this.#underWay.push(item);
    return () => {
      item.isDone = true;
      while (this.#underWay[0]?.isDone === true) this.last = this.#underWay.shift()?.name;
    };
  }
}
