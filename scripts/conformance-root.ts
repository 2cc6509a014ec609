import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The checkout: the current folder, as in `npm run`, else the one above the compiled files. */
export const CHECKOUT: string = existsSync(join(process.cwd(), "pipelines"))
  ? process.cwd()
  : join(import.meta.dirname, "..", "..");

/** Where cases of the peers' own suites lie; they are never copied into the checkout. */
export const CASES: string = process.env["ANTLER_CONFORMANCE"] ?? join(CHECKOUT, "..", "shared", "conformance");

/** What `${FIXTURES}` in a case means: the folder beside the cases, or where they have none the usual one. */
export const FIXTURES: string = caseFile("fixtures") ?? join(CHECKOUT, "..", "shared", "conformance", "fixtures");

/** The path of a file of cases, or undefined when it is not there. */
export function caseFile(name: string): string | undefined {
  const path = join(CASES, name);
  return existsSync(path) ? path : undefined;
}

/** The cases of a file of JSON lines. */
export function readCases<T>(name: string): T[] | undefined {
  const path = caseFile(name);
  if (path === undefined) return undefined;
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(markFloats(line)) as T);
}

/** How one case ended. */
export interface CaseOutcome {
  readonly set: string;
  /** Part of the set: a plugin, a source. */
  readonly part: string;
  readonly id: string;
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** What did not hold, or why it was not run. */
  readonly reason?: string;
}

/** JSON's texts, and numbers such as 1.0 outside of them. */
const TEXT_OR_WHOLE_FLOAT = /"(?:[^"\\]|\\.)*"|-?\d+\.0+(?![\d.eE])/g;

/** `1.0` becomes `{"$float":1}`: JSON.parse would not tell it from 1. */
function markFloats(line: string): string {
  return line.replace(TEXT_OR_WHOLE_FLOAT, (found) => (found.startsWith('"') ? found : `{"$float":${Number(found)}}`));
}
