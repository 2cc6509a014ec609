import { visible } from "../../diagnostics/excerpt.ts";
import type { FoundCases } from "./find-cases.ts";
import type { CaseOutcome, EventDifference } from "./run-case.ts";

/** Differing events of one file that are shown; the rest is counted. */
const EVENTS_SHOWN = 20;
/** Fields of an event that is missing or too many. */
const FIELDS_SHOWN = 8;
const LINE_WIDTH = 200;
const VALUE_WIDTH = 2000;

const COLOURS = { red: "\u001b[31m", green: "\u001b[32m", dim: "\u001b[2m", bold: "\u001b[1m" } as const;
const END = "\u001b[0m";
type Paint = (colour: keyof typeof COLOURS, text: string) => string;

const MARKS = { passed: "ok  ", failed: "FAIL", written: "new " } as const;

/** One file's result: a line, and below it what differs. */
export function renderOutcome(outcome: CaseOutcome, color: boolean): string {
  const paint: Paint = (colour, text) => (color ? `${COLOURS[colour]}${text}${END}` : text);
  const { test, status, records, events, differences, problems } = outcome;
  const made = records === events ? plural(events, "event") : `${plural(records, "line")}, ${plural(events, "event")}`;
  const counted = differences.length > 0 ? `, ${differences.length} not as expected` : "";
  const written = status === "written" ? ", expected file written" : "";
  const lines = [
    `${paint(status === "failed" ? "red" : "green", MARKS[status])}  ${visible(test.log)}  ${paint("dim", `${made}${counted}${written}`)}`,
    ...problems.map((problem) => `      ${visible(problem)}`),
    ...differences.slice(0, EVENTS_SHOWN).flatMap((difference) => renderDifference(difference, paint)),
  ];
  if (differences.length > EVENTS_SHOWN) lines.push(`      … and ${differences.length - EVENTS_SHOWN} more`);
  return `${lines.join("\n")}\n`;
}

function renderDifference({ event, line, text, kind, fields }: EventDifference, paint: Paint): string[] {
  const place = line === undefined ? "" : `, line ${line}: ${cut(visible(text ?? ""), LINE_WIDTH)}`;
  const what = { different: "", missing: " is expected and not there", extra: " is there and not expected" }[kind];
  const shown = kind === "different" ? fields : fields.slice(0, FIELDS_SHOWN);
  const lines = [`      ${paint("bold", `event ${event}`)}${what}${place}`];
  for (const { field, expected, actual } of shown) {
    lines.push(`        ${visible(field)}`);
    if (kind !== "extra") lines.push(paint("green", `          expected  ${show(expected)}`));
    if (kind !== "missing") lines.push(paint("red", `          actual    ${show(actual)}`));
  }
  if (shown.length < fields.length) lines.push(`        … and ${fields.length - shown.length} more fields`);
  return lines;
}

function show(value: unknown): string {
  return value === undefined ? "(not there)" : cut(visible(JSON.stringify(value)), VALUE_WIDTH);
}

/** Files that belong to no log. */
export function renderStrays(strays: readonly string[], color: boolean): string {
  const mark = color ? `${COLOURS.red}${MARKS.failed}${END}` : MARKS.failed;
  return strays.map((path) => `${mark}  ${visible(path)}: there is no log of this name\n`).join("");
}

/** The last lines. */
export function renderSummary(
  outcomes: readonly CaseOutcome[],
  { untested, strays }: FoundCases,
  update: boolean,
  millis: number,
): string {
  const count = (status: CaseOutcome["status"]): number => outcomes.filter((one) => one.status === status).length;
  const events = outcomes.reduce((sum, one) => sum + one.events, 0);
  const failed = count("failed") + strays.length;
  const results = update
    ? `${count("written")} written, ${count("passed")} unchanged, ${failed} failed`
    : `${count("passed")} passed, ${failed} failed`;
  const without = untested.length > 0 ? `without a test: ${untested.join(", ")}\n` : "";
  const hint = failed > 0 && !update ? HINT : "";
  return `\n${without}${plural(outcomes.length, "file")}, ${plural(events, "event")}: ${results} (${Math.round(millis)} ms)\n${hint}`;
}

const HINT = "Where the new documents are right: antler test --update, then read what changed.\n";

/** The report for machines. */
export function reportJson(outcomes: readonly CaseOutcome[], { untested, strays }: FoundCases): object {
  return {
    passed: outcomes.filter(({ status }) => status !== "failed").length,
    failed: outcomes.filter(({ status }) => status === "failed").length + strays.length,
    untested,
    strays,
    tests: outcomes.map(({ test, ...rest }) => ({
      dataset: test.folder,
      log: test.log,
      expected: test.expected,
      ...rest,
    })),
  };
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
