/**
 * Lets things that end in any order take effect in the order in which they began. Positions in a file only move over what is all done, so counts that
 * are stored with a position must not run ahead of it: after a crash they would be counted again.
 */
export class InOrder {
  readonly #open: { effect: (() => void) | undefined }[] = [];

  /** Something begins; what is returned is called once, at its end, with what is to be done when all before it have ended. */
  begin(): (effect: () => void) => void {
    const one: { effect: (() => void) | undefined } = { effect: undefined };
    this.#open.push(one);
    return (effect) => {
      one.effect = effect;
      while (this.#open[0]?.effect !== undefined) this.#open.shift()?.effect?.();
    };
  }
}
