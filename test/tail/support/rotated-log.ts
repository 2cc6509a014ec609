import { gunzipSync, gzipSync } from "node:zlib";
import type { SimulatedFiles } from "./simulated-files.ts";

export const CURRENT = "/logs/app.log";
/** Rotated copies that are kept. */
const KEPT = 3;

export interface RotatedLogOptions {
  /** Bytes of a header that every new file begins with. */
  readonly header: number;
  /** Two lines of three are indented: they belong to the one before. */
  readonly multiline: boolean;
}

/** A daemon that writes app.log, and what rotates it. It keeps what was written and what of it may be lost: gone from disk before anyone could read it. */
export class RotatedLog {
  readonly written: Map<string, boolean> = new Map();
  readonly #files: SimulatedFiles;
  readonly #options: RotatedLogOptions;
  #lines = 0;
  #half = "";

  constructor(files: SimulatedFiles, options: RotatedLogOptions) {
    this.#files = files;
    this.#options = options;
    this.#begin(files.create(CURRENT));
  }

  /** Whole lines, and perhaps the first half of one more. */
  append(lines: number, half: boolean): void {
    const inode = this.#files.inode(CURRENT);
    let text = this.#half;
    this.#half = "";
    for (let i = 0; i < lines; i++) text += this.#line();
    if (half) {
      const line = this.#line();
      text += line.slice(0, 9);
      this.#half = line.slice(9);
    }
    if (text !== "") this.#files.append(inode, text);
  }

  /** The second half of the last line. */
  finish(): void {
    this.append(0, false);
  }

  /** Renames; the daemon writes `late` lines more until it is told to open its log again. */
  rename(late: number, findable: boolean): void {
    this.finish();
    const old = this.#files.inode(CURRENT);
    this.#shift();
    this.#files.rename(CURRENT, `${CURRENT}.1`);
    for (let i = 0; i < late; i++) this.#files.append(old, this.#line());
    if (!findable) this.mayBeLost(`${CURRENT}.1`);
    this.#begin(this.#files.create(CURRENT));
  }

  copy(): void {
    this.finish();
    this.#shift();
    this.#files.copy(CURRENT, `${CURRENT}.1`);
  }

  /** The log becomes empty, whether or not it was copied. */
  truncate(): void {
    this.#half = "";
    this.#files.rewrite(this.#files.inode(CURRENT), "");
    this.#begin(this.#files.inode(CURRENT));
  }

  remove(): void {
    this.mayBeLost(CURRENT);
    this.#half = "";
    this.#files.unlink(CURRENT);
    this.#begin(this.#files.create(CURRENT));
  }

  /** The newest copy that is not compressed, and not empty, becomes a .gz. */
  compress(): void {
    for (let i = 1; i <= KEPT; i++) {
      const path = `${CURRENT}.${i}`;
      if (!this.#files.exists(path) || this.#files.inode(path).data.length === 0) continue;
      this.#files.append(this.#files.create(`${path}.gz`), gzipSync(this.#files.inode(path).data));
      this.#files.unlink(path);
      return;
    }
  }

  /** Lines of a file that goes away: what has not arrived by now may never. */
  mayBeLost(path: string): void {
    if (!this.#files.exists(path)) return;
    const text = this.#files.inode(path).data.toString();
    for (const line of `${text}${this.#half}`.split("\n")) if (this.written.has(line)) this.written.set(line, true);
    // A removed file ends with what there is of its last line.
    this.written.set(text.slice(text.lastIndexOf("\n") + 1), true);
  }

  #line(): string {
    const number = this.#lines++;
    const more = this.#options.multiline && number % 3 !== 0 ? "  " : "";
    const line = `${more}line ${number} ${"x".repeat((number * 37) % 90)}`;
    this.written.set(line, false);
    return `${line}\n`;
  }

  #begin(inode: Parameters<SimulatedFiles["append"]>[0]): void {
    if (this.#options.header > 0) this.#files.append(inode, `#${"h".repeat(this.#options.header)}\n`);
  }

  #shift(): void {
    for (const ending of ["", ".gz"]) {
      const last = `${CURRENT}.${KEPT}${ending}`;
      if (ending === "") this.mayBeLost(last);
      else this.#gzMayBeLost(last);
      this.#files.unlink(last);
    }
    for (let i = KEPT - 1; i >= 1; i--)
      for (const ending of ["", ".gz"]) {
        const path = `${CURRENT}.${i}${ending}`;
        if (this.#files.exists(path)) this.#files.rename(path, `${CURRENT}.${i + 1}${ending}`);
      }
  }

  #gzMayBeLost(path: string): void {
    if (!this.#files.exists(path)) return;
    const text = gunzipSync(this.#files.inode(path).data).toString();
    for (const line of text.split("\n")) if (this.written.has(line)) this.written.set(line, true);
  }
}
