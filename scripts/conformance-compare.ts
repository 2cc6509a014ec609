import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Document, flattenDocument } from "../src/cli/test/documents.ts";

/** An expected field whose value is another one, or not there (`undefined`). */
export interface Miss {
  readonly field: string;
  readonly expected: unknown;
  readonly actual: unknown;
  readonly line: string;
  /** Why it is nearly equal: one element instead of a list of it, a number as text. */
  readonly nearly: "list" | "type" | undefined;
}

export interface Score {
  expected: number;
  equal: number;
  /** Of the expected ones, those that the reader gives and no pipeline. */
  given: number;
  readonly misses: Miss[];
}

/** Set by whoever reads the file, so that they say little about a pipeline. They count, as the rules have it. */
const GIVEN: ReadonlySet<string> = new Set(["event.timezone", "log.offset", "log.flags", "log.file.path"]);

const EXCLUDED: ReadonlySet<string> = new Set(["service.type", "input.type", "fileset.name"]);

/** Whether an expected field counts: all but addresses' places and networks, names of Filebeat's own parts, and the module's own fields. */
export function counts(field: string, module: string): boolean {
  return !EXCLUDED.has(field) && !/(^|\.)(geo|as)\./.test(field) && !field.startsWith(`${module}.`);
}

/** Compares the document of one record with the one expected. */
export function score(
  module: string,
  expected: Document,
  actual: Document | undefined,
  line: string,
  into: Score,
): void {
  const found = flattenDocument(actual ?? {});
  for (const [field, value] of flattenDocument(expected)) {
    if (!counts(field, module)) continue;
    into.expected++;
    const own = found.get(field);
    if (!same(field, value, own, line)) {
      into.misses.push({ field, expected: value, actual: own, line, nearly: nearly(value, own) });
      continue;
    }
    into.equal++;
    if (GIVEN.has(field)) into.given++;
  }
}

function same(field: string, expected: unknown, actual: unknown, line: string): boolean {
  if (field === "log.file.path") return typeof actual === "string" && basename(actual) === basename(String(expected));
  return isTime(expected) && isTime(actual) ? sameTime(expected, actual, line) : isDeepStrictEqual(expected, actual);
}

function isTime(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value);
}

/** To the millisecond, which is all that the expected ones have; without the year where the line has none. */
function sameTime(expected: string, actual: string, line: string): boolean {
  const [wanted, found] = [Date.parse(expected), Date.parse(actual)];
  if (wanted === found) return true;
  const hasYear = line.includes(expected.slice(0, 4)) || line.includes(String(Math.floor(wanted / 1000)));
  return !hasYear && withoutYear(wanted) === withoutYear(found);
}

function withoutYear(time: number): string {
  return new Date(time).toISOString().slice(4);
}

function nearly(expected: unknown, actual: unknown): Miss["nearly"] {
  if (Array.isArray(expected) !== Array.isArray(actual)) {
    const [list, one] = Array.isArray(expected) ? [expected, actual] : [actual as unknown[], expected];
    return list.length === 1 && isDeepStrictEqual(list[0], one) ? "list" : undefined;
  }
  const scalar = typeof expected !== "object" && typeof actual !== "object" && actual !== undefined;
  return scalar && String(expected) === String(actual) ? "type" : undefined;
}
