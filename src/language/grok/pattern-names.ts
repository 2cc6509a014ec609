import type { PatternTable } from "./pattern-table.ts";

/**
 * What a capture is called. `"[a][b]:int"`: with a type. `"-|[a]"`: a lone `-` in its place is no value (any text before the bar).
 * `""`: it is not captured.
 */
export type CaptureNames = Readonly<Record<string, string>>;

const CAPTURE = /%\{(\w+):([\w-]+)\}/g;

/** Patterns with their captures renamed; those that `names` does not have keep theirs. */
export function withNames(table: PatternTable, names: CaptureNames): PatternTable {
  return Object.fromEntries(
    Object.entries(table).map(([name, pattern]) => [
      name,
      pattern.replace(CAPTURE, (whole, used: string, capture: string) => renamed(whole, used, names[capture])),
    ]),
  );
}

function renamed(whole: string, used: string, name: string | undefined): string {
  if (name === undefined) return whole;
  const bar = name.indexOf("|");
  const target = name.slice(bar + 1);
  const pattern = target === "" ? `%{${used}}` : `%{${used}:${target}}`;
  return bar < 0 ? pattern : `(?:${name.slice(0, bar).replace(/[()]/g, "\\$&")}|${pattern})`;
}
