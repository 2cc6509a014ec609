import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import { checkFieldKinds } from "../../pipeline/compile/check-field-kinds.ts";
import { checkMappings } from "../../pipeline/compile/check-mappings.ts";
import { documentShapes } from "../../pipeline/compile/produced-fields.ts";
import { resolveGroup } from "../../pipeline/compile/resolve-group.ts";
import { stateOf } from "../../pipeline/compile/state.ts";
import { EXIT_CONFIGURATION } from "../exit-codes.ts";
import { findPipelines } from "../pipeline-folder.ts";
import { designsIn, readTemplates } from "../template-files.ts";

export interface CheckOptions {
  readonly strict?: boolean;
  readonly json?: boolean;
  /** Folders and files with index templates. */
  readonly templates?: readonly string[];
}

/** `antler check`: everything that is wrong with a configuration, in one run. The exit code. */
export function runCheckCommand(paths: readonly string[], options: CheckOptions): number {
  const found = new DiagnosticCollector();
  const groups = findPipelines(paths, found);
  const find = options.templates === undefined ? () => undefined : designsIn(readTemplates(options.templates, found));
  const now = Date.now();
  const stateful: string[] = [];
  for (const { definitions } of groups) {
    const errors = found.errors;
    const group = resolveGroup(definitions, found, "check");
    if (found.errors > errors) continue;
    stateful.push(...stateOf(group).filters);
    const shapes = documentShapes(group);
    checkFieldKinds(shapes, find, found, now);
    checkMappings(shapes, find, found, now);
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
