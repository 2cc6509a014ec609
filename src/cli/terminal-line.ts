/** Takes what is on the line off, and goes to its beginning. */
const ERASE = "\r\x1b[2K";
/** However narrow a terminal says that it is. */
const LEAST_COLUMNS = 20;

/** The terminal's last line, rewritten in place. Whoever writes something else to the terminal clears it before; the next `show` brings it back. */
export class TerminalLine {
  readonly #out: NodeJS.WriteStream;
  #shown = false;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** What is longer than the terminal is wide is cut off: a line that wraps could not be taken back. */
  show(text: string): void {
    this.#shown = true;
    this.#out.write(`${ERASE}${text.slice(0, Math.max(LEAST_COLUMNS, (this.#out.columns || 80) - 1))}`);
  }

  clear(): void {
    if (this.#shown) this.#out.write(ERASE);
    this.#shown = false;
  }
}
