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
  /** Expected documents and options that no log has: it was renamed, or their name is wrong. */
  readonly strays: readonly string[];
  /** Paths that lead to nothing. */
  readonly problems: readonly string[];
}

/** What is noticed by the way. */
interface Remarks {
  readonly untested: string[];
  readonly strays: Set<string>;
}

const TEST_FOLDER = "test";
const LOG = ".log";
const EXPECTED = "-expected.json";
const CONFIG = "-config.yml";

/** The cases of paths: a dataset's folder, a folder of such, or one log. */
export function findCases(paths: readonly string[]): FoundCases {
  const cases = new Map<string, TestCase>();
  const remarks: Remarks = { untested: [], strays: new Set() };
  const problems: string[] = [];
  for (const path of paths) {
    try {
      const found = casesOf(path, remarks);
      if (typeof found === "string") problems.push(`${path}: ${found}`);
      else for (const one of found) cases.set(resolve(one.log), one);
    } catch (error) {
      // A folder that may not be read.
      problems.push(`${path}: ${(error as Error).message}`);
    }
  }
  return { cases: [...cases.values()], untested: remarks.untested, strays: [...remarks.strays].sort(), problems };
}

/** Cases, or why there are none. */
function casesOf(path: string, remarks: Remarks): readonly TestCase[] | string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return "no such file or folder";
  if (!stat.isDirectory()) return caseOfFile(path);
  const folder =
    basename(resolve(path)) === TEST_FOLDER && !existsSync(join(path, TEST_FOLDER)) ? join(path, "..") : path;
  if (existsSync(join(folder, TEST_FOLDER))) {
    const own = casesIn(folder, remarks);
    return own.length > 0 ? own : `no ${join(TEST_FOLDER, `NAME${LOG}`)} in it`;
  }
  const datasets = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => join(path, entry.name))
    .filter((dataset) => statSync(dataset, { throwIfNoEntry: false })?.isDirectory() === true)
    .filter((dataset) => configurationFiles(dataset).length > 0)
    .sort();
  const all = datasets.map((dataset) => ({ dataset, own: casesIn(dataset, remarks) }));
  remarks.untested.push(...all.filter(({ own }) => own.length === 0).map(({ dataset }) => basename(dataset)));
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

function casesIn(folder: string, remarks: Remarks): TestCase[] {
  const tests = join(folder, TEST_FOLDER);
  if (statSync(tests, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const names = readdirSync(tests).sort();
  const cases = names.filter((name) => name.endsWith(LOG)).map((name) => caseOf(folder, join(tests, name)));
  const known = new Set(cases.flatMap(({ expected, config }) => [basename(expected), basename(config)]));
  const strays = names.filter((name) => /\.log-(?:expected|config)\.\w+$/.test(name) && !known.has(name));
  for (const name of strays) remarks.strays.add(join(tests, name));
  return cases;
}

function caseOf(folder: string, log: string): TestCase {
  return { folder, log, expected: `${log}${EXPECTED}`, config: `${log}${CONFIG}` };
}
