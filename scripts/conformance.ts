import { loadCase, moduleIndex } from "./conformance-cases.ts";
import { misses, summary, table, troubles } from "./conformance-report.ts";
import { type CaseResult, entryFolder, pipelineFolder, runCase, ZONE } from "./conformance-run.ts";

/**
 * Compares what Antler's pipelines make of the logs in ../shared/conformance/filebeat-modules with the documents expected there.
 * `node dist/scripts/conformance.js [module …] [--verbose]`; 0, or 1 when a pipeline cannot be run.
 */
function main(args: readonly string[]): number {
  process.env["TZ"] = ZONE;
  const verbose = args.includes("--verbose");
  const wanted = args.filter((arg) => !arg.startsWith("-"));
  const index = moduleIndex();
  if (index === undefined) {
    process.stdout.write("../shared/conformance/filebeat-modules is not there: nothing to compare with\n");
    return 0;
  }
  const results: CaseResult[] = [];
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
    const dataset = `${entry.module}.${entry.fileset}`;
    if (wanted.length > 0 && !wanted.includes(entry.module) && !wanted.includes(dataset)) continue;
    const folder = pipelineFolder(entry.module, dataset);
    if (folder === undefined) {
      const filesets = without.get(entry.module) ?? [];
      if (!filesets.includes(entry.fileset)) without.set(entry.module, [...filesets, entry.fileset]);
      continue;
    }
    const result = attempt(dataset, () => runCase(loadCase(entry), folder, classify));
    if (result !== undefined) results.push(result);
  }
  const parts = [...failures, table(results, without), troubles(results)];
  if (verbose) parts.push(misses(results));
  process.stdout.write(`${parts.filter((part) => part !== "").join("\n")}\n${summary(results)}`);
  return failures.size > 0 ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
