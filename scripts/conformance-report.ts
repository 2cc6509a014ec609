import type { Miss, Score } from "./conformance-compare.ts";
import type { CaseResult, Recognition } from "./conformance-run.ts";

/** Values and lines are cut to so many characters. */
const VALUE_WIDTH = 160;
const LINE_WIDTH = 240;
/** Examples of one field shown. */
const EXAMPLES = 5;

const COLUMNS = ["events", "unparsed", "fields", "equal", "%", "usual path", "own path"] as const;

/** The table, a row for each file and a sum for each module. */
export function table(results: readonly CaseResult[], without: ReadonlyMap<string, readonly string[]>): string {
  const rows: string[][] = [];
  for (const module of [...new Set(results.map((result) => result.module))]) {
    const own = results.filter((result) => result.module === module);
    for (const one of own) rows.push([`  ${one.name}`, ...cells([one])]);
    rows.push([module, ...cells(own)]);
  }
  const width = Math.max(4, ...rows.map(([name]) => (name as string).length));
  const widths = COLUMNS.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i + 1] as string).length)));
  const line = ([name, ...rest]: readonly string[]): string =>
    [(name as string).padEnd(width), ...rest.map((cell, i) => cell.padStart(widths[i] as number))].join("  ");
  const missing = [...without].map(([module, filesets]) => `${module} (${filesets.join(", ")})`);
  return [
    line(["file", ...COLUMNS]),
    ...rows.map(line),
    ...(missing.length === 0 ? [] : ["", `no pipeline: ${missing.join(", ")}`]),
    "",
  ].join("\n");
}

function cells(results: readonly CaseResult[]): string[] {
  const events = sum(results, ({ events }) => events);
  const unparsed = sum(results, ({ unparsed }) => unparsed.length);
  const expected = sum(results, ({ score }) => score.expected);
  const equal = sum(results, ({ score }) => score.equal);
  const recognised = (which: "usual" | "own"): string =>
    results.some(({ classified }) => classified === undefined)
      ? "-"
      : `${sum(results, ({ classified }) => classified?.[which].right ?? 0)}/${events}`;
  return [
    String(events),
    percent(unparsed, events),
    String(expected),
    String(equal),
    percent(equal, expected),
    recognised("usual"),
    recognised("own"),
  ];
}

/** Every differing field, the most frequent first, with the lines. */
export function misses(results: readonly CaseResult[]): string {
  const byField = new Map<string, { readonly name: string; readonly miss: Miss }[]>();
  for (const { name, score } of results) {
    for (const miss of score.misses) {
      const key = `${name.split("/").slice(0, 2).join(".")}: ${miss.field}`;
      byField.set(key, [...(byField.get(key) ?? []), { name, miss }]);
    }
  }
  const groups = [...byField].sort((a, b) => b[1].length - a[1].length);
  return groups
    .map(([field, all]) => {
      const shown = distinct(all).slice(0, EXAMPLES);
      const examples = shown.map(
        ({ name, miss }) =>
          `    ${name}\n      line      ${cut(JSON.stringify(miss.line), LINE_WIDTH)}\n      expected  ${show(miss.expected)}\n      actual    ${show(miss.actual)}\n`,
      );
      const near = all.filter(({ miss }) => miss.nearly !== undefined).length;
      const hint = near > 0 ? ` (${near} differ only in being a list, or a number)` : "";
      return `${all.length} × ${field}${hint}\n${examples.join("")}`;
    })
    .join("\n");
}

/** One example of each pair of values. */
function distinct(all: readonly { readonly name: string; readonly miss: Miss }[]): typeof all {
  const seen = new Map(all.map((one) => [JSON.stringify([one.miss.expected, one.miss.actual ?? null]), one]));
  return [...seen.values()];
}

/** Lines that were not parsed, and those taken for another dataset. */
export function troubles(results: readonly CaseResult[]): string {
  const lines: string[] = [];
  for (const { name, unparsed, classified } of results) {
    for (const line of unparsed) lines.push(`not parsed: ${name}: ${cut(JSON.stringify(line), LINE_WIDTH)}`);
    for (const [which, found] of Object.entries(classified ?? {}) as [string, Recognition][]) {
      for (const [dataset, { count, line }] of found.others)
        lines.push(
          `taken for ${dataset} (${which} path): ${count} of ${name}: ${cut(JSON.stringify(line), LINE_WIDTH)}`,
        );
    }
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** What stands under the table: sums, and last the line that is judged by. */
export function summary(results: readonly CaseResult[]): string {
  const scores = results.map(({ score }) => score);
  const total = sum(scores, ({ expected }) => expected);
  const equal = sum(scores, (score) => score.equal);
  const given = sum(scores, (score) => score.given);
  const all = scores.flatMap((score) => score.misses);
  const events = sum(results, (result) => result.events);
  const unparsed = sum(results, (result) => result.unparsed.length);
  const lines = [
    `${events} events, ${unparsed} unparsed (${percent(unparsed, events)} %)`,
    `${total} fields expected, ${equal} equal, ${all.filter((miss) => miss.actual === undefined).length} missing, ${all.filter((miss) => miss.actual !== undefined).length} different`,
    `of those ${near(all, "list")} only in being a list of one, ${near(all, "type")} only in being a number or its text`,
    `without what the reader gives (log.offset, event.timezone …): ${percent(equal - given, total - given)} %`,
  ];
  const own = results.flatMap(({ classified }): Score[] => (classified === undefined ? [] : [classified.own.score]));
  if (own.length > 0) {
    const through = percent(
      sum(own, (score) => score.equal),
      sum(own, (score) => score.expected),
    );
    lines.push(`through the entry pipeline, with the files' own paths: ${through} %`);
  }
  return `${lines.join("\n")}\nfilebeat-modules: ${percent(equal, total)} % of expected field values equal\n`;
}

function near(all: readonly Miss[], kind: Miss["nearly"]): number {
  return all.filter((miss) => miss.nearly === kind).length;
}

function percent(part: number, whole: number): string {
  // Cut, not rounded: 100.0 means all.
  return whole === 0 ? "0.0" : (Math.floor((part * 1000) / whole) / 10).toFixed(1);
}

function sum<T>(list: readonly T[], of: (one: T) => number): number {
  return list.reduce((total, one) => total + of(one), 0);
}

function show(value: unknown): string {
  return value === undefined ? "(not there)" : cut(JSON.stringify(value), VALUE_WIDTH);
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
