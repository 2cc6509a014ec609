import { type Colour, levelColour, paint } from "./colours.ts";
import { localTime } from "./table.ts";

export interface Bucket {
  /** Epoch milliseconds. */
  readonly time: number;
  /** The level; undefined where events have none. */
  readonly value: string | undefined;
  readonly count: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  100,
  SECOND,
  5 * SECOND,
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  12 * HOUR,
  DAY,
  7 * DAY,
  30 * DAY,
  365 * DAY,
];
const MOST_BUCKETS = 40;
/** From the most to the least severe, as they stand in a bar. */
const RANKS: readonly Colour[] = ["red", "yellow", "none", "dim"];

/** Length of a bucket for a span, in milliseconds: at most 40 of them. */
export function bucketLength(from: number, to: number): number {
  return (
    STEPS.find((step) => Math.floor(to / step) - Math.floor(from / step) < MOST_BUCKETS) ?? (STEPS.at(-1) as number)
  );
}

/** A bar for each bucket from the first to the last, empty ones too; errors first, in the levels' colours, or as letters without colour. */
export function histogramLines(buckets: readonly Bucket[], step: number, width: number, colour: boolean): string[] {
  if (buckets.length === 0) return [];
  const byTime = new Map<number, Map<Colour, number>>();
  for (const { time, value, count } of buckets) {
    const levels = byTime.get(time) ?? new Map<Colour, number>();
    const rank = levelColour(value);
    levels.set(rank, (levels.get(rank) ?? 0) + count);
    byTime.set(time, levels);
  }
  const times = [...byTime.keys()].sort((a, b) => a - b);
  const most = Math.max(...[...byTime.values()].map(total));
  const digits = String(most).length;
  const label = step >= SECOND ? 19 : 23;
  const room = Math.max(10, width - label - digits - 4);
  const lines: string[] = [];
  const first = times[0] as number;
  const last = times.at(-1) as number;
  for (let time = first; time <= last; time += step) {
    const levels = byTime.get(time) ?? new Map<Colour, number>();
    const text = localTime(new Date(time).toISOString()).slice(0, label);
    lines.push(`${text}  ${String(total(levels)).padStart(digits)}  ${bar(levels, most, room, colour)}`.trimEnd());
  }
  lines.push(legend(colour));
  return lines;
}

const total = (levels: ReadonlyMap<Colour, number>): number =>
  [...levels.values()].reduce((sum, count) => sum + count, 0);
const MARKS: Readonly<Record<string, string>> = { red: "E", yellow: "W", none: "#", dim: "." };

function bar(levels: ReadonlyMap<Colour, number>, most: number, room: number, colour: boolean): string {
  let done = 0;
  let drawn = 0;
  let text = "";
  const there = RANKS.filter((rank) => (levels.get(rank) ?? 0) > 0);
  for (const [i, rank] of there.entries()) {
    done += levels.get(rank) as number;
    // What there is at all is seen, and leaves room for the others.
    const end = Math.min(Math.max(drawn + 1, Math.round((done / most) * room)), room - (there.length - 1 - i));
    text += paint((colour ? "█" : (MARKS[rank] as string)).repeat(end - drawn), rank, colour);
    drawn = end;
  }
  return text;
}

function legend(colour: boolean): string {
  const names: readonly [Colour, string][] = [
    ["red", "error"],
    ["yellow", "warning"],
    ["none", "info or none"],
    ["dim", "debug"],
  ];
  return names
    .map(([rank, name]) => `${paint(colour ? "█" : (MARKS[rank] as string), rank, colour)} ${name}`)
    .join("   ");
}
