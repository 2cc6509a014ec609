import type { ShipperFigures } from "../shipper/watch/figures.ts";
import { shipHealth } from "../shipper/watch/ship-health.ts";
import { bytes, grouped } from "./figures-text.ts";
import { TerminalLine } from "./terminal-line.ts";

const INTERVAL_MS = 1000;

export interface ShipStatus {
  /** The line as it is now; the speeds are those since the last call. */
  text(): string;
  /** Takes the line off the terminal, so that something else can be written. */
  clear(): void;
  stop(): void;
}

/** The line that `antler ship` rewrites each second on a terminal. `now`: epoch milliseconds. */
export function startShipStatus(figures: () => ShipperFigures, out: NodeJS.WriteStream, now: () => number): ShipStatus {
  const line = new TerminalLine(out);
  let last = momentOf(figures(), now());
  const text = (): string => {
    const current = figures();
    const moment = momentOf(current, now());
    const perSecond = (name: "read" | "acknowledged"): string =>
      grouped(((moment[name] - last[name]) * 1000) / Math.max(1, moment.at - last.at));
    const parts = [`read ${perSecond("read")}/s`, `acknowledged ${perSecond("acknowledged")}/s`];
    last = moment;
    const [worst] = shipHealth(current, moment.at);
    // A server's words may be in it.
    if (worst !== undefined) parts.push(worst.reason.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, " "));
    const behind = current.inputs.reduce((all, { bytesBehind }) => all + bytesBehind, 0);
    if (behind > 0) parts.push(`${bytes(behind)} behind`);
    if (current.spool !== undefined && current.spool.events > 0)
      parts.push(`${grouped(current.spool.events)} in the spool`);
    parts.push(`${grouped(moment.acknowledged)} sent`);
    return parts.join(" | ");
  };
  const timer = setInterval(() => line.show(text()), INTERVAL_MS);
  timer.unref();
  return {
    text,
    clear: () => line.clear(),
    stop() {
      clearInterval(timer);
      line.clear();
    },
  };
}

function momentOf({ inputs }: ShipperFigures, at: number): { at: number; read: number; acknowledged: number } {
  const sum = (name: "read" | "acknowledged"): number => inputs.reduce((all, input) => all + input[name].events, 0);
  return { at, read: sum("read"), acknowledged: sum("acknowledged") };
}
