import type { LedgerSnapshot } from "../../telemetry/ledger.ts";
import { bytes, grouped } from "../figures-text.ts";
import { TerminalLine } from "../terminal-line.ts";

/** What `up` tells of itself. */
export interface UpCounts {
  readonly ledger: LedgerSnapshot;
  /** Bytes of files that are not stored yet. */
  readonly behind: number;
}

const INTERVAL_MS = 1000;
/** Without a terminal a line each so often, and only when something has changed. */
const PLAIN_INTERVAL_MS = 10_000;

/** One line that shows how far `up` is: rewritten in place on a terminal, else a plain line now and then. */
export class StatusLine {
  readonly #counts: () => UpCounts;
  readonly #out: NodeJS.WriteStream;
  readonly #line: TerminalLine;
  readonly #now: () => number;
  readonly #start: LedgerSnapshot;
  #last: { readonly at: number; readonly read: number };
  #shown = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(counts: () => UpCounts, out: NodeJS.WriteStream, now: () => number = () => performance.now()) {
    this.#counts = counts;
    this.#out = out;
    this.#line = new TerminalLine(out);
    this.#now = now;
    this.#start = counts().ledger;
    this.#last = { at: now(), read: this.#start.totals.read };
    this.#timer = setInterval(() => this.#show(), out.isTTY ? INTERVAL_MS : PLAIN_INTERVAL_MS);
    this.#timer.unref();
  }

  /** Counts of this run, as text. */
  text(): string {
    const { ledger, behind } = this.#counts();
    const now = this.#now();
    const { totals } = ledger;
    const perSecond = ((totals.read - this.#last.read) * 1000) / Math.max(1, now - this.#last.at);
    this.#last = { at: now, read: totals.read };
    // What a narrow terminal cuts off is what matters least.
    return `${grouped(perSecond)} events/s | ${behind > 0 ? `${bytes(behind)} behind | ` : ""}${this.counts()}`;
  }

  /** Counts of this run without its speed. */
  counts(): string {
    const { ledger } = this.#counts();
    const since = (name: keyof LedgerSnapshot["totals"]): number => ledger.totals[name] - this.#start.totals[name];
    const existing = existingOf(ledger) - existingOf(this.#start);
    const parts = [
      `read ${grouped(since("read") + since("created"))}`,
      `stored ${grouped(since("delivered") - existing)}`,
      `filtered ${grouped(since("filtered"))}`,
      `dead letters ${grouped(since("deadLettered"))}`,
    ];
    if (existing > 0) parts.push(`already there ${grouped(existing)}`);
    return parts.join(" | ");
  }

  /** Takes the line off the terminal, so that something else can be written. */
  clear(): void {
    this.#line.clear();
    this.#shown = "";
  }

  stop(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #show(): void {
    const counts = this.counts();
    const text = this.text();
    if (this.#out.isTTY) {
      this.#line.show(text);
    } else if (counts !== this.#shown) {
      this.#shown = counts;
      this.#out.write(`${text}\n`);
    }
  }
}

function existingOf(ledger: LedgerSnapshot): number {
  return Object.values(ledger.outputs).reduce((sum, output) => sum + output.existing, 0);
}
