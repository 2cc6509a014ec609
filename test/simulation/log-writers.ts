import type { SimulatedFiles } from "../tail/support/simulated-files.ts";

/** What becomes of an event. `poison`: its document is refused. `killer`: ends every worker. `jumbo`: larger than any request may be. */
export type Fate = "delivered" | "dropped" | "poison" | "killer" | "jumbo";

export const MULTILINE_PATH = "/logs/java.log";
const RENAMED_PATH = "/logs/app.log";
const COPIED_PATH = "/logs/copy.log";
const KINDS: readonly (readonly [Fate, number])[] = [
  ["dropped", 0.03],
  ["poison", 0.03],
  ["killer", 0.004],
  ["jumbo", 0.004],
];
const JUMBO_CHARACTERS = 9000;

/** Programs that write logs, and their rotation. Every message is another one. */
export class LogWriters {
  /** Messages written, and what must become of them. */
  readonly written: Map<string, Fate> = new Map();
  readonly #files: SimulatedFiles;
  readonly #tell: (line: string) => void;
  readonly #random: () => number;
  readonly #halves = new Map<string, string>();
  #copied = false;

  constructor(files: SimulatedFiles, random: () => number, tell: (line: string) => void) {
    this.#tell = tell;
    this.#files = files;
    this.#random = random;
    for (const path of [RENAMED_PATH, COPIED_PATH, MULTILINE_PATH]) files.create(path);
  }

  write(): void {
    const path = this.#choose([RENAMED_PATH, COPIED_PATH, MULTILINE_PATH]);
    const first = this.written.size;
    let text = this.#halves.get(path) ?? "";
    this.#halves.delete(path);
    for (let events = Math.floor(this.#random() ** 2 * 25); events > 0; events--) text += this.#event(path);
    // A half line stands at the end for a while. Not in the middle of an event of several lines: it would be taken as complete in time.
    if (path !== MULTILINE_PATH && this.#random() < 0.3) {
      const line = this.#event(path);
      let cut = Math.floor(this.#random() * line.length);
      // JavaScript's halves of one character have no bytes of their own.
      if (/[\udc00-\udfff]/.test(line[cut] as string)) cut--;
      this.#halves.set(path, line.slice(cut));
      text += line.slice(0, cut);
    }
    this.#append(path, text);
    const half = this.#halves.has(path) ? ", the last by half" : "";
    this.#tell(
      `${path}: events ${first} to ${this.written.size - 1}${half}, now ${this.#files.inode(path).data.length} bytes`,
    );
  }

  /** Moves app.log away; its writer goes on in the old file for a moment. */
  rename(): void {
    this.#finish(RENAMED_PATH);
    const old = this.#files.inode(RENAMED_PATH);
    this.#shift(RENAMED_PATH);
    this.#files.rename(RENAMED_PATH, `${RENAMED_PATH}.1`);
    if (this.#random() < 0.5) this.#files.append(old, this.#event(RENAMED_PATH));
    this.#files.create(RENAMED_PATH);
    this.#tell(`${RENAMED_PATH}: renamed with ${old.data.length} bytes`);
  }

  /** The two halves of copytruncate, which follow each other in a moment. */
  copyOrTruncate(): void {
    if (this.#copied) this.#files.rewrite(this.#files.inode(COPIED_PATH), "");
    else {
      this.#finish(COPIED_PATH);
      this.#shift(COPIED_PATH);
      this.#files.copy(COPIED_PATH, `${COPIED_PATH}.1`);
    }
    this.#copied = !this.#copied;
    this.#tell(`${COPIED_PATH}: ${this.#copied ? "copied" : "truncated"}`);
  }

  finish(): void {
    this.#finish(RENAMED_PATH);
    this.#finish(COPIED_PATH);
  }

  #event(path: string): string {
    const number = this.written.size;
    let left = this.#random();
    let fate: Fate = "delivered";
    for (const [kind, share] of KINDS) {
      if (left >= 0 && left < share) fate = kind;
      left -= share;
    }
    let message = `event ${number} ${fate} ${this.#choose(["", 'say "é\\n"', "\ttab 漢 😀", "x".repeat(number % 200)])}.`;
    if (fate === "jumbo") message += "j".repeat(JUMBO_CHARACTERS);
    if (path === MULTILINE_PATH) {
      for (let i = Math.floor(this.#random() * 4); i > 0; i--) message += `\n  at frame ${i} of ${number}`;
    }
    this.written.set(message, fate);
    return `${message}\n`;
  }

  #finish(path: string): void {
    this.#append(path, this.#halves.get(path) ?? "");
    this.#halves.delete(path);
  }

  #append(path: string, text: string): void {
    if (text !== "") this.#files.append(this.#files.inode(path), text);
  }

  #shift(path: string): void {
    let last = 1;
    while (this.#files.exists(`${path}.${last}`)) last++;
    for (let i = last - 1; i >= 1; i--) this.#files.rename(`${path}.${i}`, `${path}.${i + 1}`);
  }

  #choose<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T;
  }
}
