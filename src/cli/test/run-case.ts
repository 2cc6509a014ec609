import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { alignDocuments } from "./align.ts";
import type { CaseOptions } from "./case-options.ts";
import { compareDocuments, type Document, type FieldDifference, renderDocuments } from "./documents.ts";
import { keepDynamic } from "./dynamic-fields.ts";
import type { TestCase } from "./find-cases.ts";
import { type LogRecord, logRecords } from "./log-records.ts";
import type { PipelineRun, RunResult } from "./pipeline-run.ts";

/** An event that is not as expected. */
export interface EventDifference {
  /** Place among the documents, from 1. */
  readonly event: number;
  /** Line of the log, from 1, and its text; undefined when nothing came of any line. */
  readonly line?: number;
  readonly text?: string;
  /** `missing`: expected and not there; `extra`: there and not expected. */
  readonly kind: "different" | "missing" | "extra";
  readonly fields: readonly FieldDifference[];
}

export interface CaseOutcome {
  readonly test: TestCase;
  readonly status: "passed" | "failed" | "written";
  readonly records: number;
  readonly events: number;
  readonly differences: readonly EventDifference[];
  /** What else is wrong, a text each. */
  readonly problems: readonly string[];
}

const HOST = "test-host";

/** Runs a case and compares, or with `update` writes what came out. The process's time zone must be the case's. */
export function runCase(test: TestCase, options: CaseOptions, run: PipelineRun, update: boolean): CaseOutcome {
  const file = readLog(test.log);
  if (typeof file === "string")
    return { test, status: "failed", records: 0, events: 0, differences: [], problems: [file] };
  const records = logRecords(file, options.join);
  const result = run.run(records, {
    path: options.path,
    host: HOST,
    clock: options.clock,
    fields: () => options.fields,
  });
  const problems = result.failures.map(
    ({ record, reason }) => `line ${records[record]?.line}: would be dead-lettered: ${reason}`,
  );
  const expected = readExpected(test.expected);
  const outcome = { test, records: records.length, events: result.events.length };
  if (update) {
    const known = typeof expected === "string" ? undefined : expected;
    const written = write(test.expected, known, result, options.dynamic);
    if (typeof written === "string") problems.push(written);
    const status = problems.length > 0 ? "failed" : written === true ? "written" : "passed";
    return { ...outcome, status, differences: [], problems };
  }
  if (typeof expected === "string") problems.push(expected);
  const differences = typeof expected === "string" ? [] : compare(expected, result, records, options.dynamic);
  const status = problems.length + differences.length > 0 ? "failed" : "passed";
  return { ...outcome, status, differences, problems };
}

/** A text says why it cannot be read. */
function readLog(path: string): Buffer | string {
  try {
    return readFileSync(path);
  } catch (error) {
    return (error as Error).message;
  }
}

/** The expected documents; a text when there are none to compare with. */
function readExpected(path: string): readonly Document[] | string {
  if (!existsSync(path)) return `${path} is not there: --update makes it`;
  try {
    const documents = JSON.parse(readFileSync(path, "utf8")) as unknown;
    if (Array.isArray(documents) && documents.every((one) => typeof one === "object" && one !== null)) return documents;
    return `${path} is no array of documents: --update makes it anew`;
  } catch (error) {
    return `${path}: ${(error as Error).message}: --update makes it anew`;
  }
}

function compare(
  expected: readonly Document[],
  result: RunResult,
  records: readonly LogRecord[],
  dynamic: ReadonlyMap<string, RegExp>,
): EventDifference[] {
  const actual = result.events.map(({ document }) => document);
  const differences: EventDifference[] = [];
  for (const [e, a] of alignDocuments(expected, actual)) {
    const fields = compareDocuments(expected[e ?? -1] ?? {}, actual[a ?? -1] ?? {}, (field, value) =>
      a === undefined || e === undefined ? undefined : dynamic.get(field)?.test(textOf(value)),
    );
    if (fields.length === 0 && e !== undefined && a !== undefined) continue;
    const kind = e === undefined ? "extra" : a === undefined ? "missing" : "different";
    const record = a === undefined ? undefined : records[result.events[a]?.record ?? -1];
    const place = record === undefined ? {} : { line: record.line, text: record.bytes.toString("utf8") };
    differences.push({ event: (a ?? e ?? 0) + 1, ...place, kind, fields });
  }
  return differences;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Whether the file had to be written; a text when it could not be. */
function write(
  path: string,
  known: readonly Document[] | undefined,
  result: RunResult,
  dynamic: ReadonlyMap<string, RegExp>,
): boolean | string {
  const actual = result.events.map(({ document }) => document);
  const text = renderDocuments(known === undefined ? actual : keepDynamic(known, actual, dynamic, textOf));
  try {
    if (existsSync(path) && readFileSync(path, "utf8") === text) return false;
    // A full disk leaves the old file as it was.
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
    return true;
  } catch (error) {
    return `cannot write ${path}: ${(error as Error).message}`;
  }
}
