import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { configurationFiles } from "./pipeline-group.ts";

/** One log file with what is expected of it. */
export interface TestCase {
  /** Folder of the pipeline. */
  readonly folder: string;
  /** Path of the log, as it is shown. */
  readonly log: string;
  readonly expected: string;
  readonly config: string;
}

/** What was found for the paths of a command line. */
export interface FoundCases {
  readonly cases: readonly TestCase[];
  /** Pipelines without a test, in a folder of several. */
  readonly untested: readonly string[];
  /** Paths that lead to nothing. */
  readonly problems: readonly string[];
}

const TEST_FOLDER = "test";
const LOG = ".log";
const EXPECTED = "-expected.json";
const CONFIG = "-config.yml";

/** The cases of paths: a dataset's folder, a folder of such, or one log. */
export function findCases(paths: readonly string[]): FoundCases {
  const cases = new Map<string, TestCase>();
  const untested: string[] = [];
  const problems: string[] = [];
  for (const path of paths) {
    const found = casesOf(path, untested);
    if (typeof found === "string") problems.push(`${path}: ${found}`);
    else for (const one of found) cases.set(resolve(one.log), one);
  }
  return { cases: [...cases.values()], untested, problems };
}

/** Cases, or why there are none. */
function casesOf(path: string, untested: string[]): readonly TestCase[] | string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return "no such file or folder";
  if (!stat.isDirectory()) return caseOfFile(path);
  const folder =
    basename(resolve(path)) === TEST_FOLDER && !existsSync(join(path, TEST_FOLDER)) ? join(path, "..") : path;
  if (existsSync(join(folder, TEST_FOLDER))) {
    const own = casesIn(folder);
    return own.length > 0 ? own : `no ${join(TEST_FOLDER, `NAME${LOG}`)} in it`;
  }
  const datasets = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => join(path, entry.name))
    .filter((dataset) => statSync(dataset, { throwIfNoEntry: false })?.isDirectory() === true)
    .filter((dataset) => configurationFiles(dataset).length > 0)
    .sort();
  const all = datasets.map((dataset) => ({ dataset, own: casesIn(dataset) }));
  untested.push(...all.filter(({ own }) => own.length === 0).map(({ dataset }) => basename(dataset)));
  const cases = all.flatMap(({ own }) => own);
  return cases.length > 0 ? cases : `nothing to test: no folder in it has .conf files and ${TEST_FOLDER}/NAME${LOG}`;
}

function caseOfFile(path: string): readonly TestCase[] | string {
  const log = path.replace(new RegExp(`(?:${EXPECTED}|${CONFIG})$`), "");
  if (!log.endsWith(LOG) || !existsSync(log)) return `a test is a file DATASET/${TEST_FOLDER}/NAME${LOG}`;
  if (basename(dirname(resolve(log))) !== TEST_FOLDER)
    return `a test lies in a folder "${TEST_FOLDER}" beside its pipeline`;
  return [caseOf(join(dirname(log), ".."), log)];
}

function casesIn(folder: string): TestCase[] {
  const tests = join(folder, TEST_FOLDER);
  if (statSync(tests, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(tests)
    .filter((name) => name.endsWith(LOG))
    .sort()
    .map((name) => caseOf(folder, join(tests, name)));
}

function caseOf(folder: string, log: string): TestCase {
  return { folder, log, expected: `${log}${EXPECTED}`, config: `${log}${CONFIG}` };
}
