import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Document } from "../src/cli/test/documents.ts";
import { type LogRecord, logRecords } from "../src/cli/test/log-records.ts";
import type { LineJoin } from "../src/plugin/definitions.ts";
import { CASES } from "./conformance-root.ts";

/** Documents that Filebeat's modules give, with flat names, and the lines they are made from; see the README beside them. */
const FOLDER: string = join(CASES, "filebeat-modules");

/** An entry of INDEX.json. */
interface IndexEntry {
  readonly module: string;
  readonly fileset: string;
  readonly log: string;
  readonly expected: string;
  /** The runner that made the expected documents stopped after so many. */
  readonly events: number;
}

/** One log file and what is expected of its first records. */
export interface ModuleCase {
  readonly module: string;
  /** `<module>.<fileset>`. */
  readonly dataset: string;
  /** Path of the log, relative to the folder and whole. */
  readonly name: string;
  readonly path: string;
  readonly expected: readonly Document[];
  readonly records: readonly LogRecord[];
}

/** How the modules' inputs join lines; facts of their manifests. */
const INDENTED: LineJoin = { pattern: /^\s/, negate: false, match: "after", maxLines: 500, timeoutMs: 0 };
const DATED: LineJoin = {
  pattern: /^\d{4}\/\d{2}\/\d{2} \d{2}:\d{2}:\d{2} /,
  negate: true,
  match: "after",
  maxLines: 500,
  timeoutMs: 0,
};
const JOINS: Readonly<Record<string, LineJoin>> = {
  "nginx.error": DATED,
  "system.auth": INDENTED,
  "system.syslog": INDENTED,
};

/** The index of cases; undefined when they are not there. */
export function moduleIndex(): readonly IndexEntry[] | undefined {
  const path = join(FOLDER, "INDEX.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as IndexEntry[]) : undefined;
}

export function loadCase(entry: IndexEntry): ModuleCase {
  const dataset = `${entry.module}.${entry.fileset}`;
  const path = join(FOLDER, entry.log);
  const expected = JSON.parse(readFileSync(join(FOLDER, entry.expected), "utf8")) as Document[];
  // Filebeat makes no event of an empty line.
  const records = logRecords(readFileSync(path), JOINS[dataset]).filter(({ bytes }) => bytes.length > 0);
  return {
    module: entry.module,
    dataset,
    name: entry.log,
    path,
    expected,
    records: records.slice(0, expected.length),
  };
}
