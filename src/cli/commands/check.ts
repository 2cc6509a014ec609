import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import { resolveGroup } from "../../pipeline/compile/resolve-group.ts";
import { stateOf } from "../../pipeline/compile/state.ts";
import { EXIT_CONFIGURATION } from "../exit-codes.ts";
import { findPipelines } from "../pipeline-folder.ts";

/** `antler check`: everything that is wrong with a configuration, in one run. The exit code. */
export function runCheckCommand(
  paths: readonly string[],
  options: { readonly strict?: boolean; readonly json?: boolean },
): number {
  const found = new DiagnosticCollector();
  const groups = findPipelines(paths, found);
  const stateful: string[] = [];
  for (const { definitions } of groups) {
    const errors = found.errors;
    const group = resolveGroup(definitions, found, "check");
    if (found.errors === errors) stateful.push(...stateOf(group).filters);
  }
  const findings = found.sorted();
  const files = groups.reduce((sum, group) => sum + group.files, 0);
  if (options.json === true) process.stdout.write(`${JSON.stringify(found.toJSON(), null, 2)}\n`);
  else if (findings.length > 0) process.stdout.write(renderDiagnostics(findings));
  else process.stdout.write(`${files} file${files === 1 ? "" : "s"}: nothing found\n`);
  if (options.json !== true && stateful.length > 0)
    process.stdout.write(
      `note: ${stateful.join(", ")}: state is kept, so their events go through one worker, in order\n`,
    );
  if (found.errors > 0) return EXIT_CONFIGURATION;
  return options.strict === true && found.warnings > 0 ? 1 : 0;
}
