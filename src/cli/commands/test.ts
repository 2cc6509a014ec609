import { existsSync } from "node:fs";
import { join } from "node:path";
import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import { EXIT_CONFIGURATION, EXIT_USAGE } from "../exit-codes.ts";
import { type CaseOptions, readCaseOptions } from "../test/case-options.ts";
import { findCases, type TestCase } from "../test/find-cases.ts";
import { configurationFiles, loadGroup, type PipelineGroup } from "../test/pipeline-group.ts";
import { checkGroup, PipelineRun } from "../test/pipeline-run.ts";
import { renderOutcome, renderStrays, renderSummary, reportJson } from "../test/report.ts";
import { type CaseOutcome, runCase } from "../test/run-case.ts";

/** Name of the pipeline that recognises datasets. */
const ENTRY = "classify";

interface PreparedCase {
  readonly test: TestCase;
  readonly options: CaseOptions;
  readonly group: PipelineGroup;
}

/** `antler test`: runs logs through their pipelines and compares with the documents expected. The exit code. */
export async function runTestCommand(
  paths: readonly string[],
  options: { readonly update?: boolean; readonly json?: boolean },
): Promise<number> {
  const began = performance.now();
  const files = findCases(paths);
  const { cases, strays, problems } = files;
  if (problems.length > 0) {
    process.stderr.write(problems.map((problem) => `antler: ${problem}\n`).join(""));
    return EXIT_USAGE;
  }
  const found = new DiagnosticCollector();
  const prepared = prepareCases(cases, found);
  if (found.errors > 0) {
    if (options.json === true) process.stdout.write(`${JSON.stringify({ findings: found.toJSON() }, null, 2)}\n`);
    else process.stderr.write(renderDiagnostics(found.sorted()));
    return EXIT_CONFIGURATION;
  }
  const color = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;
  const outcomes: CaseOutcome[] = [];
  const run = caseRunner(options.update === true);
  for (const one of prepared) {
    const outcome = run(one);
    outcomes.push(outcome);
    if (options.json !== true) process.stdout.write(renderOutcome(outcome, color));
  }
  if (options.json !== true) process.stdout.write(renderStrays(strays, color));
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(reportJson(outcomes, files), null, 2)}\n`
      : renderSummary(outcomes, files, options.update === true, performance.now() - began),
  );
  return strays.length > 0 || outcomes.some(({ status }) => status === "failed") ? 1 : 0;
}

/** Options and pipelines of all cases, so that everything wrong with them is shown at once. */
function prepareCases(cases: readonly TestCase[], found: DiagnosticCollector): PreparedCase[] {
  const groups = new Map<string, PipelineGroup>();
  return cases.map((test) => {
    const options = readCaseOptions(test, found);
    const folder = options.entry ? join(test.folder, "..", ENTRY) : test.folder;
    let group = groups.get(folder);
    if (group === undefined) {
      group = load(folder, options, found);
      groups.set(folder, group);
    }
    return { test, options, group };
  });
}

function load(folder: string, options: CaseOptions, found: DiagnosticCollector): PipelineGroup {
  if (!existsSync(folder) || configurationFiles(folder).length === 0) {
    found.error("CONF020", `there is no .conf file in ${folder}`, options.entry ? options.entryPlace : undefined);
    return { entry: "", definitions: [] };
  }
  const group = loadGroup(folder, found);
  checkGroup(group, found);
  return group;
}

/** Runs cases one after the other, each in its time zone; a pipeline is compiled once for each zone. */
function caseRunner(update: boolean): (one: PreparedCase) => CaseOutcome {
  const compiled = new Map<PipelineGroup, Map<string, PipelineRun>>();
  return ({ test, options, group }) => {
    process.env["TZ"] = options.timezone;
    const byZone = compiled.get(group) ?? new Map<string, PipelineRun>();
    compiled.set(group, byZone);
    const run = byZone.get(options.timezone) ?? new PipelineRun(group);
    byZone.set(options.timezone, run);
    return runCase(test, options, run, update);
  };
}
