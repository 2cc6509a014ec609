import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const SEQUENCE = "0123456789abcdef0123456789abcdef";

export interface FakeEntry {
  readonly number: number;
  readonly message?: string;
  readonly sequence?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export interface FakeBehaviour {
  /** A run ends after so many entries, with exit code 3. */
  readonly linesEachRun?: number;
  /** It ends in the middle of the line after those. */
  readonly cutsLine?: boolean;
  /** Written to standard error at each start. */
  readonly complaint?: string;
  /** Ignores SIGTERM. */
  readonly stubborn?: boolean;
}

export function cursor(number: number, sequence: string = SEQUENCE): string {
  return `s=${sequence};i=${number.toString(16)};b=b007;m=1;t=660e9325f0b40;x=${number + 1}`;
}

function json(entry: FakeEntry): string {
  const document = {
    MESSAGE: entry.message ?? `message ${entry.number}`,
    ...entry.fields,
    __REALTIME_TIMESTAMP: String(1_795_404_548_000_000 + entry.number),
    __CURSOR: cursor(entry.number, entry.sequence),
  };
  return JSON.stringify(document);
}

/** A program that writes entries of a made-up journal as journalctl does: from `--cursor` on, that one included, following if told so. */
export class FakeJournalctl {
  readonly command: string;
  readonly #entries: string;
  readonly #calls: string;

  constructor(folder: string, behaviour: FakeBehaviour = {}) {
    this.command = join(folder, "fake-journalctl.cjs");
    this.#entries = join(folder, "entries");
    this.#calls = join(folder, "calls");
    writeFileSync(this.#entries, "");
    const settings = JSON.stringify({ entries: this.#entries, calls: this.#calls, ...behaviour });
    writeFileSync(this.command, `#!${process.execPath}\n(${program.toString()})(${settings}, require("node:fs"));\n`);
    chmodSync(this.command, 0o755);
  }

  write(...entries: readonly FakeEntry[]): void {
    appendFileSync(this.#entries, entries.map((entry) => `${json(entry)}\n`).join(""));
  }

  /** Bytes as they are. */
  writeRaw(text: string): void {
    appendFileSync(this.#entries, text);
  }

  /** Replaces the journal: what was vacuumed is gone. */
  replace(...entries: readonly FakeEntry[]): void {
    writeFileSync(this.#entries, entries.map((entry) => `${json(entry)}\n`).join(""));
  }

  /** Parameters of each run so far. */
  get calls(): string[][] {
    if (!existsSync(this.#calls)) return [];
    return readFileSync(this.#calls, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as string[]);
  }
}

type Settings = FakeBehaviour & { readonly entries: string; readonly calls: string };

/** Runs in the child, as its whole text. */
function program(settings: Settings, fs: typeof import("node:fs")): void {
  const parameters = process.argv.slice(2);
  fs.appendFileSync(settings.calls, `${JSON.stringify(parameters)}\n`);
  if (settings.stubborn) process.on("SIGTERM", () => {});
  if (settings.complaint !== undefined) process.stderr.write(`${settings.complaint}\n`);
  const from = parameters.find((one) => one.startsWith("--cursor="))?.slice("--cursor=".length);
  const place = /^s=([0-9a-f]+);i=([0-9a-f]+)/.exec(from ?? "");
  const follows = parameters.includes("--follow");
  let at = 0;
  let written = 0;
  function turn(): void {
    const lines = fs.readFileSync(settings.entries, "utf8").split("\n").slice(0, -1);
    for (; at < lines.length; at++) {
      const line = lines[at] ?? "";
      if (place !== null) {
        const own = /"__CURSOR":"s=([0-9a-f]+);i=([0-9a-f]+)/.exec(line);
        const before = Number.parseInt(own?.[2] ?? "0", 16) < Number.parseInt(place[2] ?? "0", 16);
        if (own?.[1] === place[1] && before) continue;
      }
      if (settings.linesEachRun !== undefined && written === settings.linesEachRun) {
        const rest = settings.cutsLine ? line.slice(0, 20) : "";
        process.stdout.write(rest, () => process.exit(3));
        return;
      }
      process.stdout.write(`${line}\n`);
      written++;
    }
    if (follows) setTimeout(turn, 20);
    else process.stdout.write("", () => process.exit(0));
  }
  turn();
}
