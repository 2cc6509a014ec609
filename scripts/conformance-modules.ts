import { loadCase, moduleIndex } from "./conformance-cases.ts";
import { misses, summary, table, troubles } from "./conformance-report.ts";
import type { CaseOutcome } from "./conformance-root.ts";
import { type CaseResult, entryFolder, pipelineFolder, runCase } from "./conformance-run.ts";

/** What a file must reach to pass: per cent of the expected field values that are equal, and of events that are not parsed. */
export const LEAST_EQUAL_PERCENT = 90;
export const MOST_UNPARSED_PERCENT = 1;

export interface ModulesReport {
  readonly outcomes: readonly CaseOutcome[];
  readonly text: string;
}

/**
 * Compares what Antler's pipelines make of the logs of Filebeat's modules with the documents expected there. A file counts as one case.
 * `wanted`: modules or datasets, none for all. undefined where the files are not.
 */
export function moduleCases(wanted: ReadonlySet<string>, verbose: boolean): ModulesReport | undefined {
  const index = moduleIndex();
  if (index === undefined) return undefined;
  const results: CaseResult[] = [];
  const outcomes: CaseOutcome[] = [];
  const without = new Map<string, string[]>();
  const failures = new Set<string>();
  const attempt = <T>(name: string, work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      failures.add(`${name}: ${(error as Error).message}\n`);
      return undefined;
    }
  };
  const classify = attempt("classify", entryFolder);
  for (const entry of index) {
    const { module } = entry;
    const dataset = `${module}.${entry.fileset}`;
    if (wanted.size > 0 && !wanted.has(module) && !wanted.has(dataset)) continue;
    const base = { set: "filebeat-modules", part: module, id: entry.log, name: entry.log };
    const folder = pipelineFolder(module, dataset);
    if (folder === undefined) {
      const filesets = without.get(module) ?? [];
      if (!filesets.includes(entry.fileset)) without.set(module, [...filesets, entry.fileset]);
      outcomes.push({ ...base, outcome: "skipped", reason: "no pipeline for this dataset yet" });
      continue;
    }
    const result = attempt(dataset, () => runCase(loadCase(entry), folder, classify));
    if (result === undefined) {
      outcomes.push({ ...base, outcome: "failed", reason: "its pipeline cannot be run" });
      continue;
    }
    results.push(result);
    outcomes.push({ ...base, ...verdict(result) });
  }
  const parts = [...failures, table(results, without), troubles(results)];
  if (verbose) parts.push(misses(results));
  return { outcomes, text: `${parts.filter((part) => part !== "").join("\n")}\n${summary(results)}` };
}

function verdict({ score, unparsed, events }: CaseResult): Pick<CaseOutcome, "outcome" | "reason"> {
  const equal = score.expected === 0 ? 100 : (score.equal / score.expected) * 100;
  const lost = events === 0 ? 0 : (unparsed.length / events) * 100;
  if (equal >= LEAST_EQUAL_PERCENT && lost <= MOST_UNPARSED_PERCENT) return { outcome: "passed" };
  return {
    outcome: "failed",
    reason: `${equal.toFixed(1)} % of field values equal, ${lost.toFixed(1)} % of events unparsed`,
  };
}
