import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Document } from "../src/cli/test/documents.ts";
import { loadGroup } from "../src/cli/test/pipeline-group.ts";
import { checkGroup, PipelineRun } from "../src/cli/test/pipeline-run.ts";
import { DiagnosticCollector } from "../src/diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../src/diagnostics/render.ts";
import type { ModuleCase } from "./conformance-cases.ts";
import { type Score, score } from "./conformance-compare.ts";
import { CHECKOUT } from "./conformance-root.ts";

const PIPELINES: string = join(CHECKOUT, "pipelines");

/** The time zone of the expected documents, as POSIX writes it (with the sign turned). */
export const ZONE = "Etc/GMT+2";
const OFFSET = "-02:00";
/** Frozen, so that a run gives the same every time. */
const CLOCK: number = Date.UTC(2026, 10, 23, 12);

/** Where such logs usually lie: what `classify` sees of a host. */
const USUAL_PATHS: Readonly<Record<string, string>> = {
  "apache.access": "/var/log/apache2/access.log",
  "apache.error": "/var/log/apache2/error.log",
  "auditd.log": "/var/log/audit/audit.log",
  "nginx.access": "/var/log/nginx/access.log",
  "nginx.error": "/var/log/nginx/error.log",
  "system.auth": "/var/log/auth.log",
  "system.syslog": "/var/log/syslog",
};

/** What one file gave. */
export interface CaseResult {
  readonly module: string;
  readonly name: string;
  readonly dataset: string;
  readonly events: number;
  /** Events with a failure's tag, dead-lettered or missing. */
  readonly unparsed: readonly string[];
  readonly score: Score;
  /** By the entry pipeline: with the usual path, and with the file's own. undefined where there is no entry yet. */
  readonly classified: { readonly usual: Recognition; readonly own: Recognition } | undefined;
}

export interface Recognition {
  readonly right: number;
  /** Datasets taken instead, with how often and a line. */
  readonly others: ReadonlyMap<string, { count: number; readonly line: string }>;
  readonly score: Score;
}

/** The folder of a dataset's pipeline, if Antler has one. */
export function pipelineFolder(module: string, dataset: string): string | undefined {
  return [dataset, module]
    .map((name) => join(PIPELINES, name))
    .find((folder) => existsSync(join(folder, "pipeline.conf")));
}

const runs = new Map<string, PipelineRun>();

/** @throws Error with the findings when a configuration has errors */
function pipelineRun(folder: string): PipelineRun {
  let run = runs.get(folder);
  if (run === undefined) {
    const found = new DiagnosticCollector();
    const group = loadGroup(folder, found);
    checkGroup(group, found);
    if (found.errors > 0) throw new Error(renderDiagnostics(found.sorted()));
    run = new PipelineRun(group);
    runs.set(folder, run);
  }
  return run;
}

/** The folder of the pipeline that recognises datasets; undefined where there is none yet. @throws Error when it cannot be run */
export function entryFolder(): string | undefined {
  const folder = join(PIPELINES, "classify");
  if (!existsSync(join(folder, "pipeline.conf"))) return undefined;
  pipelineRun(folder);
  return folder;
}

/** Runs a file's records through its dataset's pipeline, and through the entry. */
export function runCase(one: ModuleCase, folder: string, entry: string | undefined): CaseResult {
  const direct = documentsOf(one, folder, one.path);
  const result: Score = newScore();
  const unparsed: string[] = [];
  one.expected.forEach((expected, i) => {
    const line = one.records[i]?.bytes.toString("utf8") ?? "";
    const document = direct.get(i);
    if (document === undefined || isUnparsed(document)) unparsed.push(line);
    score(one.module, expected, document, line, result);
  });
  const classified =
    entry === undefined
      ? undefined
      : {
          usual: recognise(one, entry, USUAL_PATHS[one.dataset] ?? one.path),
          own: recognise(one, entry, one.path),
        };
  const { module, name, dataset, expected } = one;
  return { module, name, dataset, events: expected.length, unparsed, score: result, classified };
}

function recognise(one: ModuleCase, entry: string, path: string): Recognition {
  const documents = documentsOf(one, entry, path);
  const others = new Map<string, { count: number; readonly line: string }>();
  const result = newScore();
  let right = 0;
  one.expected.forEach((expected, i) => {
    const line = one.records[i]?.bytes.toString("utf8") ?? "";
    const document = documents.get(i);
    score(one.module, expected, document, line, result);
    const dataset = String((document?.["event"] as Document | undefined)?.["dataset"]);
    if (dataset === one.dataset) right++;
    else {
      const other = others.get(dataset) ?? { count: 0, line };
      other.count++;
      others.set(dataset, other);
    }
  });
  return { right, others, score: result };
}

/** The first document of each record. */
function documentsOf(one: ModuleCase, folder: string, path: string): Map<number, Document> {
  const { events } = pipelineRun(folder).run(one.records, {
    path,
    host: "conformance",
    clock: CLOCK,
    // As Filebeat's input and its add_locale processor do.
    fields: (record) => [
      ["[event][timezone]", OFFSET],
      ["[log][offset]", record.offset],
      ...(record.lines > 1 ? [["[log][flags]", ["multiline"]] as const] : []),
    ],
  });
  const documents = new Map<number, Document>();
  for (const { record, document } of events) if (!documents.has(record)) documents.set(record, document);
  return documents;
}

/** A line without an address that is known is parsed all the same. */
const HARMLESS: ReadonlySet<string> = new Set(["_geoip_lookup_failure"]);

function isUnparsed(document: Document): boolean {
  const tags = document["tags"];
  const list = Array.isArray(tags) ? tags : [tags];
  return list.some((tag) => typeof tag === "string" && tag.startsWith("_") && !HARMLESS.has(tag));
}

function newScore(): Score {
  return { expected: 0, equal: 0, given: 0, misses: [] };
}
