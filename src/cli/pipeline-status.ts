import type { Figures } from "../telemetry/figures.ts";
import { healthOf } from "../telemetry/health.ts";
import type { LedgerEntry } from "../telemetry/ledger.ts";
import { bytes, grouped } from "./figures-text.ts";
import { TerminalLine } from "./terminal-line.ts";

const INTERVAL_MS = 1000;

/** What the line needs of two moments. */
interface Moment {
  readonly at: number;
  readonly read: number;
  readonly delivered: number;
}

/** The line that `antler pipeline` rewrites each second on a terminal. */
export class PipelineStatus {
  readonly #figures: () => Figures;
  readonly #line: TerminalLine;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #last: Moment;

  /** `now`: epoch milliseconds. */
  constructor(figures: () => Figures, out: NodeJS.WriteStream, now: () => number) {
    this.#figures = figures;
    this.#line = new TerminalLine(out);
    this.#now = now;
    this.#last = momentOf(figures(), now());
    this.#timer = setInterval(() => this.#line.show(this.text()), INTERVAL_MS);
    this.#timer.unref();
  }

  /** The speeds are those since the last call. What a narrow terminal cuts off is what matters least. */
  text(): string {
    const figures = this.#figures();
    const moment = momentOf(figures, this.#now());
    const perSecond = (name: "read" | "delivered"): string =>
      grouped(((moment[name] - this.#last[name]) * 1000) / Math.max(1, moment.at - this.#last.at));
    const parts = [`read ${perSecond("read")}/s`, `delivered ${perSecond("delivered")}/s`];
    this.#last = moment;
    const [worst] = healthOf(figures, moment.at);
    // A server's words may be in it.
    if (worst !== undefined) parts.push(worst.reason.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, " "));
    const behind = figures.inputs.reduce((all, { bytesBehind = 0 }) => all + bytesBehind, 0);
    if (behind > 0) parts.push(`${bytes(behind)} behind`);
    const queued = figures.queues.reduce((all, { events }) => all + events, 0);
    if (queued > 0) parts.push(`${grouped(queued)} queued`);
    const held = figures.outputs.reduce((all, output) => all + output.held, 0);
    if (held > 0) parts.push(`${grouped(held)} held`);
    parts.push(`${grouped(figures.inputs.reduce((all, { recordsInFlight }) => all + recordsInFlight, 0))} in flight`);
    parts.push(`${grouped(sumOfInputs(figures, "deadLettered"))} dead letters`);
    return parts.join(" | ");
  }

  /** Takes the line off the terminal, so that something else can be written. */
  clear(): void {
    this.#line.clear();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.clear();
  }
}

function momentOf(figures: Figures, at: number): Moment {
  return { at, read: sumOfInputs(figures, "read"), delivered: sumOfInputs(figures, "delivered") };
}

function sumOfInputs({ inputs }: Figures, name: keyof LedgerEntry): number {
  return inputs.reduce((sum, { counts }) => sum + counts[name], 0);
}
