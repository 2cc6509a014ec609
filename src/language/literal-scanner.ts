/**
 * Finds which of many literals stand in a text, in one pass over it and in any case (Aho and Corasick, "Efficient string matching",
 * 1975), by a table of states. A state is a beginning of a literal; state 0 is the empty one.
 */
export class LiteralScanner {
  /** The class of a character below 128; characters that no literal has are class 0, as are those beyond. */
  readonly #classes: Uint8Array;
  readonly #width: number;
  /** The next state, by state and class. */
  readonly #next: Int32Array;
  /** By state, the number of the literal that it is, or -1. */
  readonly #literal: Int32Array;
  /** By state, the longest end of its text that is a literal, as a state; 0 where there is none. */
  readonly #shorter: Int32Array;

  /**
   * @param literals ASCII in lower case, not empty, none twice
   * @param digitsAlike a 0 in a literal stands for any digit, and there are no other digits in them
   */
  constructor(literals: readonly string[], digitsAlike = false) {
    const { classes, width } = classesOf(literals);
    if (digitsAlike) classes.fill(classes[0x30] as number, 0x31, 0x3a);
    const limit = literals.reduce((sum, { length }) => sum + length, 1);
    const next = new Int32Array(width * limit);
    const literal = new Int32Array(limit).fill(-1);
    let states = 1;
    for (let number = 0; number < literals.length; number++) {
      const text = literals[number] as string;
      let state = 0;
      for (let i = 0; i < text.length; i++) {
        const cell = state * width + (classes[text.charCodeAt(i)] as number);
        if (next[cell] === 0) next[cell] = states++;
        state = next[cell] as number;
      }
      literal[state] = number;
    }
    this.#classes = classes;
    this.#width = width;
    this.#next = next.slice(0, states * width);
    this.#literal = literal.slice(0, states);
    this.#shorter = link(this.#next, width, this.#literal);
  }

  /**
   * Sets `marks[number]` to `mark` for each literal that stands in the text. Puts their numbers, each once, into `found`, which has room for
   * all of them; gives how many they are.
   */
  scan(text: string, marks: Int32Array, mark: number, found: Int32Array): number {
    let count = 0;
    const next = this.#next;
    const width = this.#width;
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      state = next[state * width + (c < 128 ? (this.#classes[c] as number) : 0)] as number;
      const own = this.#literal[state] as number;
      if (own >= 0 && marks[own] !== mark) {
        marks[own] = mark;
        found[count++] = own;
      }
      for (let end = this.#shorter[state] as number; end !== 0; end = this.#shorter[end] as number) {
        const shorter = this.#literal[end] as number;
        if (marks[shorter] === mark) continue;
        marks[shorter] = mark;
        found[count++] = shorter;
      }
    }
    return count;
  }
}

function classesOf(literals: readonly string[]): { readonly classes: Uint8Array; readonly width: number } {
  const classes = new Uint8Array(128);
  let width = 1;
  for (const c of [...new Set(literals.join(""))].sort()) classes[c.charCodeAt(0)] = width++;
  for (let capital = 65; capital <= 90; capital++) classes[capital] = classes[capital + 32] as number;
  return { classes, width };
}

/**
 * Makes the tree of beginnings a table: where a state has no way on, it goes on as the longest end of its text that is a beginning too.
 * Gives the literals that states end with.
 */
function link(next: Int32Array, width: number, literal: Int32Array): Int32Array {
  const states = literal.length;
  const suffix = new Int32Array(states);
  const shorter = new Int32Array(states);
  const queue = new Int32Array(states);
  let queued = 1;
  for (let head = 0; head < queued; head++) {
    const state = queue[head] as number;
    const from = suffix[state] as number;
    if (state !== 0) shorter[state] = (literal[from] as number) >= 0 ? from : (shorter[from] as number);
    for (let c = 0; c < width; c++) {
      const cell = state * width + c;
      const child = next[cell] as number;
      const other = state === 0 ? 0 : (next[from * width + c] as number);
      if (child === 0) next[cell] = other;
      else {
        suffix[child] = other;
        queue[queued++] = child;
      }
    }
  }
  return shorter;
}
